"""A conversation's skeleton: everything but what was said, in arrays, so that the longest one opens at once.

A viewer that draws what is on screen needs the order of messages and parts, and their kinds; what they say is
read by page (:meth:`Conversations.page`). 100,000 messages with 120,000 parts are a skeleton of some 15 MB.
"""

from array import array
from bisect import bisect_right
from dataclasses import dataclass

from peewee import SqliteDatabase

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
    one = words.setdefault
    keys, types, groups = _parts(database, session_id)
    rows = run_sql(database, _MESSAGES, (session_id,)).fetchall()
    known = {row[1] for row in rows}
    lost = [(group[2], keys[group[0]], name) for name, group in groups.items() if name not in known]
    orphans = [(0, name, "assistant", began, None, None) for began, _, name in sorted(lost)]
    if orphans:
        rows = sorted([*rows, *orphans], key=lambda row: row[3])
    starts, part_keys = array("q", [0]), array("q")
    part_types: list[str] = []
    for row in rows:
        if group := groups.get(row[1]):
            part_keys += keys[group[0] : group[1]]
            part_types += types[group[0] : group[1]]
        starts.append(len(part_keys))
    # The same few words a hundred thousand times: one object each.
    return Skeleton(
        session_id,
        array("q", [row[0] for row in rows]),
        [row[1] for row in rows],
        [one(row[2], row[2]) or "" for row in rows],
        array("q", [row[3] for row in rows]),
        [one(row[4], row[4]) for row in rows],
        [one(row[5], row[5]) for row in rows],
        starts,
        part_keys,
        part_types,
    )


def _parts(
    database: SqliteDatabase, session_id: str
) -> tuple["array[int]", list[str], dict[str, tuple[int, int, int]]]:
    """Row ids and types of all parts; per message the first, the one after the last, the first's time."""
    rows = run_sql(database, _PARTS, (session_id,)).fetchall()
    groups: dict[str, tuple[int, int, int]] = {}
    start = 0
    for place, row in enumerate(rows):
        if place and row[0] != rows[place - 1][0]:
            groups[rows[start][0]] = (start, place, rows[start][3])
            start = place
    if rows:
        groups[rows[start][0]] = (start, len(rows), rows[start][3])
    words: dict[str, str] = {}
    return array("q", [row[1] for row in rows]), [words.setdefault(row[2], row[2]) for row in rows], groups
