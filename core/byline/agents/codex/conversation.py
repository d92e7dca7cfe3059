"""A thread while its history is being read: how its messages are named, and its edits by their calls."""

import zlib
from dataclasses import dataclass, field

from byline.agents.session_draft import ConversationDraft, DraftMessage
from byline.record import Edit, Role

AGENT = "codex"


@dataclass(slots=True)
class Conversation(ConversationDraft):
    """One thread: what its head says, its messages in order and its edits by their calls."""

    edits: dict[str, list[Edit]] = field(default_factory=dict)
    """What was made of a call last is what it did."""
    _places: dict[str, int] = field(default_factory=dict)
    """How many messages of a turn were named by their place in it."""

    def begin(
        self, role: Role, time_ms: int, native_id: str | None, turn: str | None, seed: str
    ) -> DraftMessage:
        """A new message.

        Its id is Codex's own; else its place in the turn; else, before turns had ids, its place in the
        thread and what it says (``seed``). All three outlive that the thread grows or is forked.
        """
        message_id = native_id or ""
        if not message_id or message_id in self.messages:
            named = turn or f"{zlib.crc32(seed.encode('utf-8', 'surrogatepass')):08x}"
            place = self._places.get(named, 0)
            if turn is None:
                place = max(place, len(self.messages))
            message_id = f"{named}:{place}"
            self._places[named] = place + 1
        parent = next(reversed(self.messages), None)
        message = DraftMessage(message_id, role, time_ms, parent_id=parent)
        self.messages[message_id] = message
        return message

    def made(self) -> list[Edit]:
        """The edits in the order in which they were made."""
        edits = [edit for made in self.edits.values() for edit in made]
        return sorted(edits, key=lambda edit: edit.seq)
