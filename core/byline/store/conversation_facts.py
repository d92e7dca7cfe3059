"""What a viewer must know of every part of a conversation before it reads any: whose call, how long, failed.

Columns beside a :class:`~byline.store.skeletons.Skeleton`; what was said is read by page.
"""

from array import array
from collections.abc import Mapping

from peewee import SqliteDatabase

from byline.frozen import dataclass
from byline.store.raw_sql import run_sql
from byline.store.skeletons import Skeleton

FAILED = frozenset({"error", "failed", "rejected"})
"""The words with which agents say that a tool call did not succeed."""

_FACTS = """
SELECT id, tool, status, tool_call_id, length(trim(text, char(9, 10, 13, 32))),
  COALESCE(length(input), 0)
FROM parts WHERE session_id = ?
"""
_TOUCHED = """
SELECT COALESCE(tool_call_id, ''), id, path, added, removed FROM diff_traces
WHERE session_id = ? ORDER BY time_ms, seq, id
"""
_TOTALS = """
SELECT sum(json_extract(tokens, '$.input')), sum(json_extract(tokens, '$.cache_read')),
  sum(json_extract(tokens, '$.cache_write')), sum(json_extract(tokens, '$.output')), sum(cost)
FROM messages WHERE session_id = ? AND (tokens IS NOT NULL OR cost IS NOT NULL)
"""
# With LIKE SQLite looks through all of it without waking Python up, but it knows the case of ASCII only.
_SAYING = """
SELECT id FROM parts
WHERE session_id = ? AND (text LIKE ? ESCAPE '\\' OR input LIKE ? ESCAPE '\\')
"""
_COMMITS = """
SELECT r.identity, c.oid, c.subject, c.author_time, json_extract(j.value, '$.added'),
  json_extract(j.value, '$.removed'), (
    SELECT COALESCE(sum(json_extract(row.value, '$[6]')), 0)
    FROM json_each(k.counts, '$.files') file, json_each(file.value, '$[2]') row
    WHERE json_extract(row.value, '$[0]') = 'added' AND json_extract(row.value, '$[2]')
      AND json_extract(row.value, '$[4]') = j.key
  )
FROM post_commit_patch_intersections k
JOIN commits c ON c.repository_id = k.repository_id AND c.oid = k.commit_id
JOIN repositories r ON r.id = k.repository_id
JOIN json_each(k.counts, '$.sessions') j ON j.key = ?
WHERE instr(k.counts, ?) AND c.rewritten_to IS NULL AND COALESCE(instr(c.parents, ' '), 0) = 0
ORDER BY c.author_time, c.id
"""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """Columns parallel to a skeleton's ``part_keys``; ``sizes`` are characters of text and input together.

    ``failed`` is 1 where the call did not succeed.
    """

    tools: list[str | None]
    calls: list[str | None]
    failed: bytearray
    sizes: "array[int]"


@dataclass(frozen=True, slots=True)
class Touched:
    """An edit without its patch: its row id, the path as recorded, and how many lines it touched."""

    edit_id: int
    path: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Tokens of a whole session as its messages count them; what was read from a cache is in ``tokens_in``.

    ``cost`` is in US dollars, None where no message knows it.
    """

    tokens_in: int
    tokens_out: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class ContainingCommit:
    """A commit that contains lines of a session, with how many; ``author_time`` is in seconds.

    ``carried`` of the ``added`` lines stood in an earlier commit and were moved or reformatted only.
    """

    repository: str
    oid: str
    subject: str
    author_time: int
    added: int
    removed: int
    carried: int


def read_part_facts(database: SqliteDatabase, skeleton: Skeleton) -> PartFacts:
    """The facts of a skeleton's parts; a part that is gone by now has none. Raises: StoreError."""
    count = len(skeleton.part_keys)
    facts = PartFacts([None] * count, [None] * count, bytearray(count), array("q", bytes(8 * count)))
    places = {key: place for place, key in enumerate(skeleton.part_keys)}
    words: dict[str | None, str | None] = {}
    rows = run_sql(database, _FACTS, (skeleton.session_id,))
    for key, tool, status, call, text, given in rows:
        place = places.get(key)
        if place is None:
            continue
        facts.tools[place] = words.setdefault(tool, tool)
        facts.calls[place] = call
        facts.failed[place] = status in FAILED
        facts.sizes[place] = text + given
    return facts


def read_touched(database: SqliteDatabase, session_id: str) -> Mapping[str, tuple[Touched, ...]]:
    """Tool call to its edits, oldest first; under ``""`` those of no known call. Raises: StoreError."""
    found: dict[str, list[Touched]] = {}
    for call, *values in run_sql(database, _TOUCHED, (session_id,)):
        found.setdefault(call, []).append(Touched(*values))
    return {call: tuple(edits) for call, edits in found.items()}


def read_totals(database: SqliteDatabase, session_id: str) -> Totals:
    """The session's tokens and cost. Raises: StoreError."""
    given, read, written, out, cost = run_sql(database, _TOTALS, (session_id,)).fetchone()
    return Totals((given or 0) + (read or 0) + (written or 0), out or 0, cost)


def parts_saying(database: SqliteDatabase, session_id: str, words: str) -> set[int]:
    """Row ids of the parts that say ``words`` in text or input, whatever the case. Raises: StoreError."""
    if not words.isascii():
        wanted = words.casefold()
        rows = run_sql(database, "SELECT id, text, input FROM parts WHERE session_id = ?", (session_id,))
        return {
            key
            for key, text, given in rows
            if wanted in text.casefold() or (given and wanted in given.casefold())
        }
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    wanted = f"%{escaped}%"
    return {row[0] for row in run_sql(database, _SAYING, (session_id, wanted, wanted))}


def containing_commits(database: SqliteDatabase, session_id: str) -> list[ContainingCommit]:
    """The commits whose kept attribution credits lines to a session, oldest first. Raises: StoreError.

    Merges and commits that were rewritten are left out, as in the counts of lines that survived.
    """
    rows = run_sql(database, _COMMITS, (session_id, f'"{session_id}"'))
    return [ContainingCommit(*row) for row in rows]
