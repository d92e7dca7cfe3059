"""Where the reading of a transcript ended: what it takes to go on there when the file has grown.

What a later record can refer to is kept as far as it usually does: the last records of the chain, the last
messages, and the calls without a result. Of everything else only a checksum is kept, enough to notice a
record that refers to it or repeats it; then the file is read whole.
"""

import base64
import hashlib
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from byline.agents.claude.conversation import AGENT, Call, Conversation
from byline.agents.session_draft import DraftMessage, DraftPart

KEPT_LINKS, KEPT_MESSAGES, MOST_CALLS = 64, 8, 50
_BEFORE_THE_END = 1024
_HEAD = ("native_id", "parent", "cwd", "branch", "version", "titles", "first_prompt", "first_command")
_OF_MESSAGE = ("id", "role", "time_ms", "parent_id", "model", "kind", "cost", "tokens")

State = dict[str, Any]


class NeedsWholeError(Exception):
    """A record refers to one that was read before, and of which only a checksum was kept."""


def fingerprint(path: Path, offset: int) -> str:
    """What stands right before an offset (SHA-256): a file that was rewritten has something else there.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        file.seek(max(offset - _BEFORE_THE_END, 0))
        return hashlib.sha256(file.read(min(offset, _BEFORE_THE_END))).hexdigest()


def checksum(identity: str) -> int:
    """A uuid's, message id's or call id's checksum."""
    return zlib.crc32(identity.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a reading that ended: see :func:`pack_state`."""

    lines: int
    seen: frozenset[int]
    branched: frozenset[int]
    links: dict[str, str | None]
    conversations: list[Conversation]
    calls: list[Call]


def pack_state(
    lines: int,
    mark: str,
    links: dict[str, str | None],
    conversations: Iterable[Conversation],
    waiting: Sequence[Call],
    seen: Iterable[int],
    branched: Iterable[int],
) -> State:
    """What has to be known of a reading to go on where it ended, as JSON values.

    Args:
        lines: how many lines were read.
        mark: the :func:`fingerprint` of the place.
        links: every record's uuid and the message it stands for, in their order.
        conversations: what was read; of their messages the last ones of the agent are kept.
        waiting: the calls without a result; their messages are kept, too.
        seen: checksums of all ids.
        branched: checksums of the uuids that prompts followed.
    """
    begun = [each for each in conversations if each.is_stored or each.messages or each.edits or each.titles]
    said = [
        (conversation, message)
        for conversation in begun
        for message in conversation.messages.values()
        if message.role == "assistant"
    ]
    owed = {id(call.message) for call in waiting}
    first = len(said) - KEPT_MESSAGES
    return {
        "lines": lines,
        "fingerprint": mark,
        "seen": _packed(seen),
        "branched": _packed(branched),
        "links": list(links.items())[-KEPT_LINKS:],
        "conversations": [
            {name: getattr(each, name) for name in _HEAD}
            | {"is_stored": each.is_stored or bool(each.messages or each.edits)}
            for each in begun
        ],
        "messages": [
            {"of": conversation.native_id, **{name: getattr(message, name) for name in _OF_MESSAGE}}
            for place, (conversation, message) in enumerate(said)
            if place >= first or id(message) in owed
        ],
        "calls": [
            {"message": call.message.id, "part": asdict(call.part), "name": call.name, "input": call.input}
            for call in waiting
        ],
    }


def unpack_state(state: State) -> Before:
    """What :func:`pack_state` packed, as it was."""
    conversations: dict[str, Conversation] = {}
    for each in state["conversations"]:
        conversations[each["native_id"]] = Conversation(AGENT, **each)
    messages: dict[str, DraftMessage] = {}
    for each in state["messages"]:
        message = DraftMessage(**{name: each[name] for name in _OF_MESSAGE})
        messages[message.id] = conversations[each["of"]].messages[message.id] = message
    calls: list[Call] = []
    for each in state["calls"]:
        message = messages[each["message"]]
        calls.append(Call(message.add(DraftPart(**each["part"])), message, each["name"], each["input"]))
    seen, branched = _unpacked(state["seen"]), _unpacked(state["branched"])
    return Before(state["lines"], seen, branched, dict(state["links"]), list(conversations.values()), calls)


def _packed(checksums: Iterable[int]) -> str:
    return base64.b64encode(array("I", sorted(checksums)).tobytes()).decode("ascii")


def _unpacked(text: str) -> frozenset[int]:
    return frozenset(array("I", base64.b64decode(text)))
