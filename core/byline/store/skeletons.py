"""A conversation's skeleton: everything but what was said, in arrays, so that the longest one opens at once.

A viewer that draws what is on screen needs the order of messages and parts, and their kinds; what they say is
read by page (:meth:`Conversations.page`). 100,000 messages with 120,000 parts are a skeleton of some 15 MB.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from peewee import SqliteDatabase

from byline.frozen import dataclass
from byline.store.raw_sql import run_sql

_MESSAGES = """
SELECT id, message_id, role, generated_at_unix_ms, model_id, kind FROM messages
WHERE session_id = ? ORDER BY generated_at_unix_ms, id
"""
# In the order of the index, which is each message's reading order; sorting them all takes longer.
_PARTS = """
SELECT message_id, id, type, generated_at_unix_ms FROM parts INDEXED BY parts_by_message
WHERE session_id = ? ORDER BY message_id, generated_at_unix_ms, id
"""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Messages in reading order as columns of equal length, and their parts behind one another.

    ``message_keys`` and ``part_keys`` are row ids; a message that was not recorded, whose parts were, has the
    key 0 and the role ``assistant``. The parts of message ``i`` are those from ``part_starts[i]`` up to
    ``part_starts[i + 1]``. ``part_types`` are the words of ``record.PART_TYPES``. Times are Unix ms."""

    session_id: str
    message_keys: "array[int]"
    message_ids: list[str]
    roles: list[str]
    times_ms: "array[int]"
    models: list[str | None]
    kinds: list[str | None]
    part_starts: "array[int]"
    part_keys: "array[int]"
    part_types: list[str]

    def __len__(self) -> int:
        return len(self.message_keys)

    def parts_of(self, message: int) -> range:
        """The places of a message's parts in ``part_keys`` and ``part_types``."""
        return range(self.part_starts[message], self.part_starts[message + 1])

    def message_of(self, part: int) -> int:
        """The place of the message that the part at a place belongs to."""
        return bisect_right(self.part_starts, part) - 1

    def prompts(self) -> list[int]:
        """The places of the messages that a person typed."""
        return [
            place
            for place, (role, kind) in enumerate(zip(self.roles, self.kinds, strict=True))
            if role == "user"
            and kind is None
            and any(self.part_types[part] == "text" for part in self.parts_of(place))
        ]


def read_skeleton(database: SqliteDatabase, session_id: str) -> Skeleton:
    """The skeleton of a session; an empty one where nothing was recorded."""
    words: dict[str | None, str | None] = {}
    # The same few words a hundred thousand times: one object each. Rows go by one by one: together they would
    # take five times what the skeleton does.
    one = words.setdefault
    parts = _parts(database, session_id)
    keys, times = array("q"), array("q")
    names: list[str] = []
    roles: list[str] = []
    models: list[str | None] = []
    kinds: list[str | None] = []
    for key, name, role, time_ms, model, kind in run_sql(database, _MESSAGES, (session_id,)):
        keys.append(key)
        names.append(name)
        roles.append(one(role, role) or "")
        times.append(time_ms)
        models.append(one(model, model))
        kinds.append(one(kind, kind))
    order: Sequence[int] = range(len(keys))
    if lost := parts.groups.keys() - set(names):
        for name in sorted(lost, key=parts.first_of):
            keys.append(0)
            names.append(name)
            roles.append("assistant")
            times.append(parts.began[parts.groups[name]])
            models.append(None)
            kinds.append(None)
        order = sorted(range(len(keys)), key=times.__getitem__)
    starts, part_keys, part_types = parts.in_order(names[place] for place in order)
    if lost:
        keys, times = array("q", [keys[place] for place in order]), array("q", sorted(times))
        names, roles = [names[place] for place in order], [roles[place] for place in order]
        models, kinds = [models[place] for place in order], [kinds[place] for place in order]
    return Skeleton(session_id, keys, names, roles, times, models, kinds, starts, part_keys, part_types)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Row ids and types of all parts, message by message.

    ``groups`` are the places of the messages, whose parts begin at ``starts`` (one more than there are
    messages) and whose first part has the time ``began``.
    """

    keys: "array[int]"
    types: list[str]
    groups: dict[str, int]
    starts: "array[int]"
    began: "array[int]"

    def first_of(self, name: str) -> tuple[int, int]:
        """Time and row id of a message's first part."""
        place = self.groups[name]
        return self.began[place], self.keys[self.starts[place]]

    def in_order(self, names: Iterable[str]) -> tuple["array[int]", "array[int]", list[str]]:
        """Where each message's parts start, and the parts' row ids and types, message by message."""
        starts, keys = array("q", [0]), array("q")
        types: list[str] = []
        for name in names:
            place = self.groups.get(name)
            if place is not None:
                first, last = self.starts[place], self.starts[place + 1]
                keys += self.keys[first:last]
                types += self.types[first:last]
            starts.append(len(keys))
        return starts, keys, types


def _parts(database: SqliteDatabase, session_id: str) -> _Parts:
    parts = _Parts(array("q"), [], {}, array("q"), array("q"))
    words: dict[str, str] = {}
    before: str | None = None
    for name, key, part_type, time_ms in run_sql(database, _PARTS, (session_id,)):
        if name != before:
            before = name
            parts.groups[name] = len(parts.starts)
            parts.starts.append(len(parts.keys))
            parts.began.append(time_ms)
        parts.keys.append(key)
        parts.types.append(words.setdefault(part_type, part_type))
    parts.starts.append(len(parts.keys))
    return parts
