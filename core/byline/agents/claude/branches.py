"""Which messages a person went back behind: a rewind leaves what it takes back in the file.

A conversation that was rewound goes on with another prompt at the place of the first one: both follow the
same record (``formats.md`` 1.5). Records that follow the same one without being prompts (the results of
parallel calls) are no such thing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from byline.agents.session_draft import DraftMessage


@dataclass(slots=True)
class Branches:
    """The prompts of a transcript, by the uuid of the record that each one follows."""

    prompts: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, follows: str, prompt: str) -> None:
        """Take in a prompt by its message's id."""
        self.prompts.setdefault(follows, {})[prompt] = None

    @property
    def are_there(self) -> bool:
        """Whether any record is followed by more than one prompt."""
        return any(len(prompts) > 1 for prompts in self.prompts.values())

    def mark_rewound(self, messages: Mapping[str, DraftMessage]) -> None:
        """Mark the messages of one conversation that are not on the way to its last one.

        Of the prompts at one place, that on this way stays, else the last one.
        """
        gone: set[str] = set()
        way = _way_to_the_last(messages)
        for prompts in self.prompts.values():
            here = [prompt for prompt in prompts if prompt in messages]
            if len(here) > 1:
                stays = next((prompt for prompt in reversed(here) if prompt in way), here[-1])
                gone.update(prompt for prompt in here if prompt != stays)
        if not gone:
            return
        for message in messages.values():
            if message.id in gone or message.parent_id in gone:
                gone.add(message.id)
                message.kind = message.kind or "rewound"


def _way_to_the_last(messages: Mapping[str, DraftMessage]) -> Collection[str]:
    """The last message and those that it goes back to."""
    way: dict[str, None] = {}
    at = next(reversed(list(messages)), None)
    while at is not None and at not in way:
        way[at] = None
        message = messages.get(at)
        at = message.parent_id if message is not None else None
    return way
