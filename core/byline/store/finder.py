"""Which sessions say what a query wants: the steps of a :class:`~byline.store.search.Search`."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from byline.query import Query, Term
from byline.record import PREFIXES
from byline.store import query_sql
from byline.store.listing import KINDS, Kind, Order, Place, View
from byline.store.part_runs import Said
from byline.store.search_memory import SearchMemory

SaidBySession = dict[str, Said]

_FEW = 5_000
"""Sessions that are read one by one and sorted; more are read in the order of an index."""

_CHUNK = 20_000
"""Row ids fetched at once; between chunks a cancelled search ends."""

_BEST_PARTS = 2_000
"""Parts ranked for the best match; the sessions of others follow by time."""

_MIXED_TERMS = 3
"""Words of a query of which some may be in the title and the others in a part."""

_SHORTEST_ID = 8
"""Letters from which on a word may be the beginning of an id."""

_ORDERS: dict[Order, str] = {
    "time": "s.updated_ms DESC, s.id",
    "title": "s.title IS NULL, s.title COLLATE NOCASE, s.updated_ms DESC, s.id",
    "messages": "s.messages DESC, s.updated_ms DESC, s.id",
    "edits": "s.edits DESC, s.updated_ms DESC, s.id",
    "added": "s.added DESC, s.updated_ms DESC, s.id",
    "agent": "s.agent, s.updated_ms DESC, s.id",
    "repository": "r.identity IS NULL, r.identity COLLATE NOCASE, s.updated_ms DESC, s.id",
}
_REVERSED: dict[Order, str] = {
    "time": "s.updated_ms ASC NULLS LAST, s.id",
    "title": "s.title IS NULL, s.title COLLATE NOCASE DESC, s.updated_ms DESC, s.id",
    "messages": "s.messages, s.updated_ms DESC, s.id",
    "edits": "s.edits, s.updated_ms DESC, s.id",
    "added": "s.added, s.updated_ms DESC, s.id",
    "agent": "s.agent DESC, s.updated_ms DESC, s.id",
    "repository": "r.identity IS NULL, r.identity COLLATE NOCASE DESC, s.updated_ms DESC, s.id",
}
_PLACES = f"""
SELECT s.id, s.updated_ms, s.parent_id, s.agent, s.repository_id, CASE
  WHEN {query_sql.IS_HIDDEN} THEN 0 WHEN {query_sql.IS_AUTOMATED} THEN 1 WHEN {query_sql.IS_ONE_SHOT} THEN 2
  END
FROM sessions s LEFT JOIN repositories r ON r.id = s.repository_id
"""
_RANKED = "SELECT rowid FROM parts_fts WHERE parts_fts MATCH ? ORDER BY rank LIMIT ?"


@dataclass(slots=True)
class Finder:
    """Finds in one index: ``parts_fts``, or ``newest`` with the parts of the newest sessions only, or ``few``
    with those of the sessions in whose titles some of the words are."""

    connection: sqlite3.Connection
    memory: SearchMemory
    query: Query
    view: View
    check: Callable[[], None]
    index: str = "parts_fts"

    @property
    def is_by_session_only(self) -> bool:
        """Whether nothing has to be looked for in parts or titles."""
        return not self.query.terms and not query_sql.part_conditions(self.query).clauses

    @property
    def can_begin_with_newest(self) -> bool:
        """Whether the newest sessions are the beginning of the listing, and are indexed apart."""
        by_time = self.view.order == "time" and not self.view.reverse
        return by_time and bool(self.memory.newest) and any(term.has_token for term in self.query.wanted)

    @property
    def may_be_mixed(self) -> bool:
        """Whether some of the words may be in the title and the others in a part."""
        several = 1 < len(self.query.wanted) <= _MIXED_TERMS
        return several and not query_sql.part_conditions(self.query).clauses

    def find(
        self, *, mixed: bool = True, said: SaidBySession | None = None
    ) -> tuple[set[str], SaidBySession]:
        """The sessions that say what is wanted and nothing unwanted, and the hits of those found by that.

        Without ``mixed``, those only that say it all in one part or in the title, which takes less time.
        ``said`` are the hits of that, if they are known.
        """
        wanted = self.query.wanted
        of_any_part = not query_sql.part_conditions(self.query).clauses
        hits: SaidBySession = {}
        ids: set[str] = set()
        if any(term.has_token for term in wanted) or not (wanted or of_any_part):
            hits = self.said(wanted) if said is None else said
            ids |= hits.keys()
        if not wanted and of_any_part:
            ids |= set(self.memory.titles.ids)
        elif of_any_part:
            titled = [self.memory.titles.containing(term) for term in wanted]
            ids |= set.intersection(*titled)
            if mixed and self.may_be_mixed:
                hits = self.mixed(titled, hits) | hits
                ids |= hits.keys()
            if len(wanted) == 1:
                ids |= _identified(self.connection, wanted[0].text)
        for term in self.query.unwanted:
            ids -= self.said([term], of_any_part=True).keys() | self.memory.titles.containing(term)
        return ids, hits

    def said(self, terms: Sequence[Term], *, of_any_part: bool = False) -> SaidBySession:
        """The sessions with parts that say all the terms; parts are those the filters let through, or any."""
        found: SaidBySession = {}
        cursor = self.connection.execute(*self._parts_sql(terms, of_any_part=of_any_part))
        while rows := cursor.fetchmany(_CHUNK):
            self.check()
            self.memory.runs.count_in([row[0] for row in rows], found, max(self.view.hits_named, 1))
        return found

    def mixed(self, titled: Sequence[set[str]], known: SaidBySession) -> SaidBySession:
        """The sessions with some of the words in the title and all the others in a part, and those parts.

        ``titled`` are the sessions in whose titles each wanted word is; those ``known`` are passed over.
        """
        found: SaidBySession = {}
        wanted = self.query.wanted
        for size in range(len(wanted) - 1, 0, -1):
            for inside in combinations(range(len(wanted)), size):
                some = set.intersection(*(titled[place] for place in inside)) - known.keys()
                rest = [term for place, term in enumerate(wanted) if place not in inside]
                if some and any(term.has_token for term in rest):
                    hits = self._said_in(some, rest)
                    found |= {key: hits[key] for key in some & hits.keys()}
        return found

    def _said_in(self, sessions: set[str], terms: Sequence[Term]) -> SaidBySession:
        """As :meth:`said`, where only these sessions matter; others may be among those found."""
        if self.index == "parts_fts" and self.memory.index_few(self.connection, sessions):
            self.check()
            return replace(self, index="few").said(terms)
        return self.said(terms)

    def places(self, wanted: set[str] | None) -> Iterator[tuple[Place, Kind | None]]:
        """The sessions that the filters but ``agent:`` let through, of those wanted (None: of all)."""
        conditions = query_sql.session_conditions(self.connection, self.query, without="agent")
        if self.view.repository_id is not None:
            conditions.add("s.repository_id = ?", self.view.repository_id)
        if wanted is not None and len(wanted) <= _FEW:
            conditions.add(f"s.id IN ({', '.join('?' * len(wanted))})", *wanted)
        order = (_REVERSED if self.view.reverse else _ORDERS).get(self.view.order, _ORDERS["time"])
        sql = f"{_PLACES}{conditions.where()} ORDER BY {order}"
        for row in self.connection.execute(sql, conditions.values):
            if wanted is None or row[0] in wanted:
                yield Place(*row[:5]), None if row[5] is None else KINDS[row[5]]

    def in_order(self, places: list[Place]) -> list[Place]:
        """Places that come by time, in the view's order if that is no column's."""
        if self.view.order == "survived":
            survived = self.memory.survived(self.connection)
            return sorted(places, key=lambda place: -survived.get(place.id, 0), reverse=self.view.reverse)
        if self.view.order == "best":
            ranks = self._ranks()
            last = len(ranks)
            return sorted(places, key=lambda place: ranks.get(place.id, last), reverse=self.view.reverse)
        return places

    def _ranks(self) -> dict[str, int]:
        """Sessions by their match: 0 for those with all the words in the title, then by their best part."""
        ranks: dict[str, int] = {}
        expression = query_sql.match_expression(self.query.wanted)
        if expression:
            rows = self.connection.execute(_RANKED, (expression, _BEST_PARTS)).fetchall()
            self.check()
            for rank, (part,) in enumerate(rows, 1):
                found: SaidBySession = {}
                self.memory.runs.count_in([part], found, 1)
                ranks |= {key: rank for key in found if key not in ranks}
        if titled := [self.memory.titles.containing(term) for term in self.query.wanted]:
            ranks |= dict.fromkeys(set.intersection(*titled), 0)
        return ranks

    def _parts_sql(self, terms: Sequence[Term], *, of_any_part: bool) -> tuple[str, Sequence[object]]:
        """The statement for the ascending row ids of parts."""
        expression = query_sql.match_expression(terms)
        conditions = query_sql.part_conditions(self.query)
        if of_any_part or not conditions.clauses:
            return f"SELECT rowid FROM {self.index} WHERE {self.index} MATCH ? ORDER BY rowid", [expression]
        tables = "parts p"
        if self.query.named("role"):
            tables += query_sql.JOIN_MESSAGE
        if expression:
            tables = conditions.say(expression, tables, self.index)
        return f"SELECT p.id FROM {tables}{conditions.where()} ORDER BY p.id", conditions.values


def _identified(connection: sqlite3.Connection, name: str) -> set[str]:
    """The sessions whose id, with its producer's prefix or without, is ``name`` or begins with it."""
    name = query_sql.bindable(name)
    names = [prefix + name for prefix in ("", *PREFIXES.values())]
    sql = f"SELECT id FROM sessions WHERE id IN ({', '.join('?' * len(names))})"
    rows = connection.execute(sql, names).fetchall()
    if not rows and len(name) >= _SHORTEST_ID:
        sql = f"SELECT id FROM sessions WHERE {' OR '.join(['id BETWEEN ? AND ?'] * len(names))}"
        bounds = [bound for each in names for bound in (each, each + "\U0010ffff")]
        rows = connection.execute(sql, bounds).fetchall()
    return {row[0] for row in rows}
