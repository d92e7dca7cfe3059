"""Which stored part an incoming one is, when it brings no ``part_id`` (``ingest.md``, "Rules").

The same type and text again is the same part; a text that extends the stored one is that part
grown; a shorter one that arrives late is a duplicate; a ``tool_call_id`` is a key by itself. Looked
up inside the writing transaction, so that two processes cannot both find nothing.
"""

import sqlite3
from bisect import bisect_left, bisect_right, insort
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
            message: _MessageParts(_Known(*row) for row in connection.execute(_STORED, message))
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
            same = known.find(part)
            if same is not None and _says_nothing_new(part, same):
                return None
            part = replace(part, part_id=same.part_id if same else _derived_id(part))
        part_id = part.part_id or ""
        stored = known.by_id.get(part_id)
        text = part.text if stored is None or len(part.text) > len(stored.text) else stored.text
        known.put(_Known(part_id, part.type, text, part.tool_call_id))
        return part


class _MessageParts:
    """The parts of one message, found by id, by call and by how their texts begin, without a look at each."""

    def __init__(self, parts: Iterable[_Known]) -> None:
        self.by_id: dict[str, _Known] = {}
        self._by_call: dict[tuple[str, str], _Known] = {}
        self._texts: dict[str, _Texts] = {}
        for part in parts:
            self.put(part)

    def put(self, part: _Known) -> None:
        """Take in a part, in the place of the one with its id."""
        before = self.by_id.get(part.part_id)
        if before == part:
            return
        if before is not None and before.tool_call_id is None:
            self._texts[before.type].remove(before)
        self.by_id[part.part_id] = part
        if part.tool_call_id is None:
            self._texts.setdefault(part.type, _Texts()).add(part)
        else:
            self._by_call.setdefault((part.type, part.tool_call_id), part)

    def find(self, part: Part) -> _Known | None:
        """The part that one without an id is."""
        if part.tool_call_id is not None:
            known = self._by_call.get((part.type, part.tool_call_id))
            # It may have grown since.
            return known and self.by_id[known.part_id]
        texts = self._texts.get(part.type)
        return None if texts is None else texts.find(part.text)


class _Texts:
    """Texts in alphabetical order: those that begin alike stand together."""

    def __init__(self) -> None:
        self._parts: dict[str, list[_Known]] = {}
        self._sorted: list[str] = []

    def add(self, part: _Known) -> None:
        if part.text not in self._parts:
            insort(self._sorted, part.text)
        self._parts.setdefault(part.text, []).append(part)

    def remove(self, part: _Known) -> None:
        same = self._parts[part.text]
        same.remove(part)
        if not same:
            del self._parts[part.text]
            del self._sorted[bisect_left(self._sorted, part.text)]

    def find(self, text: str) -> _Known | None:
        """The part with that text, else with the longest that it extends, else with one that extends it."""
        if text in self._parts:
            return self._parts[text][0]
        at = bisect_left(self._sorted, text)
        begun = self._beginning(text, at)
        if begun is not None:
            return self._parts[begun][0]
        longer = self._sorted[at] if at < len(self._sorted) else ""
        return self._parts[longer][0] if longer.startswith(text) and longer else None

    def _beginning(self, text: str, at: int) -> str | None:
        """The longest of the texts that ``text``, which would stand at ``at``, begins with.

        What begins ``text`` stands before it, and begins all that stands between the two: so it begins
        also what the last one before ``text`` has in common with it.
        """
        while at > 0:
            before = self._sorted[at - 1]
            if text.startswith(before):
                return before
            text = text[: _alike(before, text)]
            at = bisect_right(self._sorted, text, 0, at - 1)
        return None


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


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
