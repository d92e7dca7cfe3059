"""Which stored part an incoming one is, when it brings no ``part_id`` (``ingest.md``, "Rules").

The same type and text again is the same part; a text that extends the stored one is that part
grown; a shorter one that arrives late is a duplicate; a ``tool_call_id`` is a key by itself. Looked
up inside the writing transaction, so that two processes cannot both find nothing.
"""

import sqlite3
from collections.abc import Iterable

from byline.frozen import dataclass, replace
from byline.record import Part

_STORED = (
    "SELECT part_id, type, text, tool_call_id FROM parts WHERE session_id = ? AND message_id = ? ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class _Known:
    part_id: str
    type: str
    text: str
    tool_call_id: str | None


class PartIdentity:
    """The parts already known of the messages that a batch adds to."""

    def __init__(self, connection: sqlite3.Connection, parts: Iterable[Part]) -> None:
        """Look up the messages of those parts that bring no id; ``parts`` is the whole batch."""
        messages = {(part.session_id, part.message_id) for part in parts if part.part_id is None}
        self._known = {
            message: {row[0]: _Known(*row) for row in connection.execute(_STORED, message)}
            for message in messages
        }

    def settle(self, part: Part) -> Part | None:
        """The part with its id, or None when it is a duplicate that says nothing new.

        Parts must come in the order in which they will be written.
        """
        known = self._known.get((part.session_id, part.message_id))
        if known is None:
            return part
        if part.part_id is None:
            same = self._find(known, part)
            if same is not None and _says_nothing_new(part, same):
                return None
            part = replace(part, part_id=same.part_id if same else _derived_id(part))
        part_id = part.part_id or ""
        stored = known.get(part_id)
        text = part.text if stored is None or len(part.text) > len(stored.text) else stored.text
        known[part_id] = _Known(part_id, part.type, text, part.tool_call_id)
        return part

    def _find(self, known: dict[str, _Known], part: Part) -> _Known | None:
        same_type = [other for other in known.values() if other.type == part.type]
        if part.tool_call_id is not None:
            return next((other for other in same_type if other.tool_call_id == part.tool_call_id), None)
        texts = [other for other in same_type if other.tool_call_id is None]
        exact = next((other for other in texts if other.text == part.text), None)
        if exact is not None:
            return exact
        # The longest text it extends: the others are parts of their own that begin alike.
        grown = max(
            (t for t in texts if part.text.startswith(t.text)), key=lambda t: len(t.text), default=None
        )
        return grown or next((other for other in texts if other.text.startswith(part.text)), None)


def _says_nothing_new(part: Part, same: _Known) -> bool:
    if part.tool_call_id is None:
        return len(part.text) <= len(same.text)
    return len(part.text) < len(same.text) and same.text.startswith(part.text)


def _derived_id(part: Part) -> str:
    """An id from the key or content it is first seen with."""
    if part.tool_call_id is not None:
        return part.tool_call_id if part.type == "tool" else f"{part.tool_call_id}:{part.type}"
    import hashlib  # noqa: PLC0415 - a hook loads what it needs

    digest = hashlib.sha256(f"{part.type}\0{part.text}".encode("utf-8", "surrogatepass"))
    return f"text-{digest.hexdigest()[:24]}"
