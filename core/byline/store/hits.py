"""What the parts that a query found say: for the rows on screen, and for going from hit to hit."""

from collections.abc import Mapping, Sequence

from peewee import SqliteDatabase

from byline.frozen import dataclass
from byline.query import Matcher, Query, Snippet
from byline.store.query_sql import JOIN_MESSAGE, match_expression, part_conditions
from byline.store.raw_sql import run_sql

_WIDTH = 160
_CHUNK = 500

_HIT = """
SELECT p.id, p.session_id, p.message_id, p.part_id, p.type, p.tool, m.role, p.generated_at_unix_ms,
  p.text, p.input
FROM parts p LEFT JOIN messages m ON m.session_id = p.session_id AND m.message_id = p.message_id
WHERE p.id IN (SELECT value FROM json_each(?))
"""
_READING_ORDER = (
    " ORDER BY COALESCE(m.generated_at_unix_ms, p.generated_at_unix_ms), m.id, p.generated_at_unix_ms, p.id"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A part that a query found. ``key`` is its row id, ``role`` None where its message was not recorded."""

    key: int
    session_id: str
    message_id: str
    part_id: str
    type: str
    tool: str | None
    role: str | None
    time_ms: int
    snippet: Snippet


class Hits:
    """Reads of parts that a query found."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def of_parts(self, matcher: Matcher, keys: Sequence[int], width: int = _WIDTH) -> dict[int, Hit]:
        """The hits with these row ids (see ``Listing.hits``), with about ``width`` characters around the
        words.

        For a page of a list: some 0.1 ms a hit. A key whose part is gone is left out.
        """
        found: dict[int, Hit] = {}
        for start in range(0, len(keys), _CHUNK):
            for row in run_sql(self._database, _HIT, (_json(keys[start : start + _CHUNK]),)):
                text, tool_input = row[-2:]
                in_text = not tool_input or matcher.spans(text, 1)
                snippet = matcher.snippet(text if in_text else tool_input, width)
                found[row[0]] = Hit(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], snippet)
        return found

    def in_session(self, query: Query, session_id: str) -> list[int]:
        """The row ids of a session's parts that the query finds, in reading order: what ``n`` and ``N`` step
        through.

        Parts that say all of the words; where there are none (some are in the title) those that say any.
        Without words, the parts that the filters on parts let through.
        """
        terms = [term for term in query.wanted if term.has_token]
        expressions = [match_expression(terms)]
        if len(terms) > 1:
            expressions.append(" OR ".join(match_expression([term]) for term in terms))
        for expression in expressions:
            if keys := self._parts(query, session_id, expression):
                return keys
        return []

    def places(self, keys: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        """Part row id to its message's and its own id, by which a conversation knows it."""
        query = "SELECT id, message_id, part_id FROM parts WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0]: (row[1], row[2]) for row in run_sql(self._database, query, (_json(keys),))}

    def _parts(self, query: Query, session_id: str, expression: str) -> list[int]:
        conditions = part_conditions(query)
        if not expression and not conditions.clauses:
            return []
        tables = f"parts p{JOIN_MESSAGE}"
        if expression:
            bounds = "SELECT min(id), max(id) FROM parts WHERE session_id = ?"
            first, last = run_sql(self._database, bounds, (session_id,)).fetchone()
            if first is None:
                return []
            tables = conditions.say(expression, tables)
            # Only where the session's parts are: the index need not be read to its end.
            conditions.add("f.rowid BETWEEN ? AND ?", first, last)
        conditions.add("p.session_id = ?", session_id)
        sql = f"SELECT p.id FROM {tables}{conditions.where()}{_READING_ORDER}"
        return [row[0] for row in run_sql(self._database, sql, conditions.values)]


def _json(numbers: Sequence[int]) -> str:
    """A JSON array: ``json_each`` takes any number of them, question marks only so many."""
    return "[" + ",".join(map(str, map(int, numbers))) + "]"
