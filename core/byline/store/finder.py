"""Which sessions say what a query wants: the steps of a :class:`~byline.store.search.Search`."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from byline.query import Query, Term
from byline.record import PREFIXES
from byline.store import query_sql
from byline.store.listing import KINDS, Kind, Order, Place, View
from byline.store.part_runs import Said
from byline.store.search_memory import FEW_PARTS, Apart, Row, SearchMemory, Titles

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

_RARE = 10
"""A word that fewer of the newest parts say is worth looking up alone: a millisecond or two."""

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
_SOME = "SELECT rowid FROM {0} WHERE {0} MATCH ? LIMIT ?"
_RANKED = "SELECT rowid FROM {0} WHERE {0} MATCH ? ORDER BY rank LIMIT ?"


@dataclass(slots=True)
class Finder:
    """Finds in one index: ``parts_fts``, or that of some sessions that are indexed ``apart``."""

    connection: sqlite3.Connection
    memory: SearchMemory
    query: Query
    view: View
    check: Callable[[], None]
    apart: Apart | None = None
    _conditions: query_sql.Conditions | None = None

    @property
    def titles(self) -> Titles:
        """The titles of the sessions that can be found."""
        return self.memory.titles if self.apart is None else self.apart.titles

    @property
    def _table(self) -> str:
        return "parts_fts" if self.apart is None else self.apart.table

    @property
    def sessions(self) -> frozenset[str]:
        """The sessions indexed apart."""
        return frozenset() if self.apart is None else self.apart.sessions

    @property
    def has_session_filters(self) -> bool:
        """Whether something but the words chooses among sessions; agents are counted as if none did."""
        return bool(self._session_conditions().clauses)

    @property
    def is_by_session_only(self) -> bool:
        """Whether nothing has to be looked for in parts or titles."""
        return not self.query.terms and not query_sql.part_conditions(self.query).clauses

    @property
    def can_begin_with_newest(self) -> bool:
        """Whether the newest sessions are the beginning of the listing, and are indexed apart."""
        by_time = self.view.order == "time" and not self.view.reverse
        has_words = any(term.has_token for term in self.query.wanted)
        return by_time and has_words and self.memory.newest is not None

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
            ids |= self.titles.ids
        elif of_any_part:
            titled = [self.titles.containing(term) for term in wanted]
            ids |= frozenset.intersection(*titled)
            if mixed and self.may_be_mixed:
                hits = self.mixed(titled, hits) | hits
                ids |= hits.keys()
            if len(wanted) == 1:
                ids |= _identified(self.connection, wanted[0].text)
        for term in self.query.unwanted:
            ids -= self.said([term], of_any_part=True).keys() | self.titles.containing(term)
        return ids, hits

    def said(self, terms: Sequence[Term], *, of_any_part: bool = False) -> SaidBySession:
        """The sessions with parts that say all the terms; parts are those the filters let through, or any."""
        if self.apart is None and (rare := self._rare(terms)) is not None:
            if not rare:
                return {}
            if (apart := self.memory.index_parts(self.connection, rare)) is not None:
                return replace(self, apart=apart).said(terms, of_any_part=of_any_part)
        found: SaidBySession = {}
        cursor = self.connection.execute(*self._parts_sql(terms, of_any_part=of_any_part))
        while rows := cursor.fetchmany(_CHUNK):
            self.check()
            self.memory.runs.count_in([row[0] for row in rows], found, max(self.view.hits_named, 1))
        return found

    def mixed(self, titled: Sequence[frozenset[str]], known: SaidBySession) -> SaidBySession:
        """The sessions with some of the words in the title and all the others in a part, and those parts.

        ``titled`` are the sessions in whose titles each wanted word is; those ``known`` are passed over.
        """
        found: SaidBySession = {}
        wanted = self.query.wanted
        for size in range(len(wanted) - 1, 0, -1):
            for inside in combinations(range(len(wanted)), size):
                some = frozenset.intersection(*(titled[place] for place in inside)) - known.keys()
                rest = [term for place, term in enumerate(wanted) if place not in inside]
                if some and any(term.has_token for term in rest):
                    hits = self._said_in(some, rest)
                    found |= {key: hits[key] for key in some & hits.keys()}
        return found

    def _said_in(self, sessions: frozenset[str], terms: Sequence[Term]) -> SaidBySession:
        """As :meth:`said`, where only these sessions matter; others may be among those found."""
        if self.apart is None and (apart := self.memory.index_few(self.connection, sessions)) is not None:
            self.check()
            return replace(self, apart=apart).said(terms)
        return self.said(terms)

    def _rare(self, terms: Sequence[Term]) -> list[int] | None:
        """All parts that say one of several terms, if there is one that few parts say.

        The beginning of a common word is looked up in tenths of a second, even beside a word that nobody
        says. Which words are worth looking up alone is known from the newest sessions.
        """
        newest = self.memory.newest
        findable = [term for term in terms if term.has_token]
        if newest is None or len(findable) < 2:
            return None
        for term in findable:
            expression = query_sql.match_expression([term])
            some = self.connection.execute(_SOME.format(newest.table), (expression, _RARE)).fetchall()
            if len(some) < _RARE:
                all_of_it = (expression, FEW_PARTS + 1)
                rows = self.connection.execute(_SOME.format("parts_fts"), all_of_it).fetchall()
                if len(rows) <= FEW_PARTS:
                    return [row[0] for row in rows]
        return None

    def passing(self) -> list[str]:
        """The sessions that the filters but ``agent:`` let through, in order."""
        conditions = self._session_conditions()
        sql = self._places_sql(conditions)
        return [row[0] for row in self.memory.passing(self.connection, sql, conditions.values)]

    def in_first_of(self, sessions: Sequence[str], *, all_of_them: bool) -> "Finder | None":
        """A finder in the first of some sessions only, as many as are quickly looked through, if any are.

        With ``all_of_them`` in all or none.
        """
        first = list(self.memory.first_of(sessions))
        if len(first) < len(sessions) and (all_of_them or not first):
            return None
        apart = self.memory.index_few(self.connection, first)
        return None if apart is None else replace(self, apart=apart)

    def places(self, wanted: set[str] | None) -> Iterator[tuple[Place, Kind | None]]:
        """The sessions that the filters but ``agent:`` let through, of those wanted (None: of all)."""
        for row in self._rows(wanted):
            if wanted is None or row[0] in wanted:
                yield Place(*row[:5]), None if row[5] is None else KINDS[row[5]]

    def _rows(self, wanted: set[str] | None) -> Iterable[Row]:
        conditions = self._session_conditions()
        if wanted is not None and conditions.clauses:
            all_passing = self._places_sql(conditions), conditions.values
            is_first = self.apart is not None and self.apart is self.memory.newest
            if not is_first or self.memory.knows_passing(self.connection, *all_passing):
                return self.memory.passing(self.connection, *all_passing)
        if wanted is not None and len(wanted) <= _FEW:
            conditions.add(f"s.id IN ({', '.join('?' * len(wanted))})", *wanted)
        return self.connection.execute(self._places_sql(conditions), conditions.values)

    def _session_conditions(self) -> query_sql.Conditions:
        if self._conditions is None:
            self._conditions = query_sql.session_conditions(self.connection, self.query, without="agent")
            if self.view.repository_id is not None:
                self._conditions.add("s.repository_id = ?", self.view.repository_id)
        return replace(
            self._conditions, clauses=[*self._conditions.clauses], values=[*self._conditions.values]
        )

    def _places_sql(self, conditions: query_sql.Conditions) -> str:
        order = (_REVERSED if self.view.reverse else _ORDERS).get(self.view.order, _ORDERS["time"])
        return f"{_PLACES}{conditions.where()} ORDER BY {order}"

    def in_order(self, places: list[Place]) -> list[Place]:
        """Places that come by time, in the view's order if that is no column's."""
        if len(places) < 2:  # ranking nothing would take as long as ranking everything
            return places
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
            rows = self.connection.execute(_RANKED.format(self._table), (expression, _BEST_PARTS)).fetchall()
            self.check()
            for rank, (part,) in enumerate(rows, 1):
                found: SaidBySession = {}
                self.memory.runs.count_in([part], found, 1)
                ranks |= {key: rank for key in found if key not in ranks}
        if titled := [self.titles.containing(term) for term in self.query.wanted]:
            ranks |= dict.fromkeys(frozenset.intersection(*titled), 0)
        return ranks

    def _parts_sql(self, terms: Sequence[Term], *, of_any_part: bool) -> tuple[str, Sequence[object]]:
        """The statement for the ascending row ids of parts."""
        index = self._table
        expression = query_sql.match_expression(terms)
        conditions = query_sql.part_conditions(self.query)
        if of_any_part or not conditions.clauses:
            return f"SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid", [expression]
        tables = "parts p"
        if self.query.named("role"):
            tables += query_sql.JOIN_MESSAGE
        if expression:
            tables = conditions.say(expression, tables, index)
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
