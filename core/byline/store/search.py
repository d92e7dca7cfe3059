"""Which sessions a query finds, as one types it.

``byline.query`` is the language; this is the answer, a :class:`~byline.store.listing.Listing`: the places of
all sessions found, in order (a list reads its rows by page, with ``Sessions.rows``), counts for the agents,
and how many hits each session has. What the hits say is read for what is on screen, with
:class:`~byline.store.hits.Hits`.

What is found: a session in one part of which all the words are said, or in whose title they are, or some
there and the others in one part (up to three words); or whose id, or the beginning of it from eight letters
on, is the query. ``-word`` leaves out sessions that say it anywhere. A word also matches the beginning of
one, see :mod:`byline.query.parse`, and anything inside a title."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from byline.query import Query
from byline.store.connection import connect, store_error
from byline.store.finder import Finder, SaidBySession
from byline.store.listing import Kind, Listing, Order, Place, View
from byline.store.search_memory import SearchMemory

FIRST_PAGE = 200
"""Sessions of a listing that is shown while the rest is still being read."""

_KNOWN_VALUES = {
    "agent": "SELECT agent FROM sessions GROUP BY agent ORDER BY count(*) DESC",
    "model": "SELECT value FROM sessions, json_each(models) GROUP BY value ORDER BY count(*) DESC",
    "repo": "SELECT identity FROM repositories r JOIN sessions s ON s.repository_id = r.id"
    " GROUP BY r.id ORDER BY count(*) DESC",
    "branch": "SELECT branch FROM sessions GROUP BY branch ORDER BY count(*) DESC LIMIT 500",
    "label": "SELECT value FROM sessions, json_each(labels) GROUP BY value ORDER BY count(*) DESC",
    "file": "SELECT basename FROM diff_traces GROUP BY basename ORDER BY count(*) DESC LIMIT 2000",
}
_SORTED_LAST: frozenset[Order] = frozenset({"best", "survived"})
"""Orders of which nothing is known until everything is found."""

_ASKED_FOR: dict[str, Kind] = {"hidden": "hidden", "automated": "automated", "oneshot": "one_shot"}


class _CancelledError(Exception):
    """The search is not wanted any more."""


class Searching:
    """Finds sessions in one store. Safe to use from several threads; one thing runs at a time.

    Make one per process, call :meth:`warm` in the background, and again when nobody types; close it at the
    end. It has a connection of its own, so that what runs on it can be interrupted."""

    def __init__(self, path: Path) -> None:
        """Of the store at ``path``, which is opened when first used."""
        self.path = path
        self._lock = threading.Lock()
        self._waiting = 0
        self._connection: sqlite3.Connection | None = None
        self._memory = SearchMemory()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(self, query: Query, view: View | None = None) -> "Search":
        """A search, to run in one thread and cancel in another."""
        return Search(self, query, view or View())

    def find(self, query: Query, view: View | None = None) -> Listing:
        """All of what a query finds. Raises: StoreError."""
        found = self.search(query, view).run()
        assert found is not None  # noqa: S101 - nobody else has the search to cancel it
        return found

    def warm(self) -> None:
        """Read what every search by words needs, and index the newest sessions apart, so that even a common
        word has a first page within milliseconds. Quick when nothing changed; gives way to a search.

        Raises:
            StoreError: the store cannot be read.
        """
        with self.connected() as (connection, memory):
            memory.refresh(connection)
            memory.index_newest(connection, lambda: self._waiting > 0)

    def known_values(self) -> dict[str, list[str]]:
        """For :func:`byline.query.complete`: per filter the values in the store, most used first.

        Raises:
            StoreError: the store cannot be read.
        """
        with self.connected() as (connection, _):
            return {
                name: [row[0] for row in connection.execute(sql) if row[0]]
                for name, sql in _KNOWN_VALUES.items()
            }

    def survived(self) -> Mapping[str, int]:
        """Session to its lines that survived into commits: the added lines credited to it in the commits that
        were attributed and kept.

        Not counted: lines that a commit only carried on (moved or reformatted), merges, whose lines are those
        of the commits they merge, and commits that were amended or rebased into others. A session that is not
        in it has none, or its commits were never looked at (``byline log`` looks at all). Read anew when the
        store changed, at most every five seconds.

        Raises:
            StoreError: the store cannot be read.
        """
        with self.connected() as (connection, memory):
            return memory.survived(connection)

    def close(self) -> None:
        """Close the connection; what runs on it ends first. The next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._memory = SearchMemory()

    @contextmanager
    def connected(self) -> Iterator[tuple[sqlite3.Connection, SearchMemory]]:
        """The connection and what is remembered, for one user at a time.

        Raises:
            StoreError: what SQLite says.
        """
        self._waiting += 1
        self._lock.acquire()
        self._waiting -= 1
        try:
            if self._connection is None:
                self._connection = connect(self.path)
                self._connection.execute("PRAGMA cache_size = -64000")
                self._connection.execute("PRAGMA temp_store = MEMORY")
            yield self._connection, self._memory
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error
        finally:
            self._lock.release()


class Search:
    """One search. It can be cancelled from another thread at any time, also before it runs."""

    def __init__(self, searching: Searching, query: Query, view: View) -> None:
        self.query = query
        self.view = view
        self._searching = searching
        self._guard = threading.Lock()
        self._is_cancelled = False
        self._running: sqlite3.Connection | None = None
        self._began = 0.0

    def cancel(self) -> None:
        """End it as soon as may be: :meth:`run` returns None."""
        with self._guard:
            self._is_cancelled = True
            if self._running is not None:
                self._running.interrupt()

    def run(self, show: Callable[[Listing], None] | None = None) -> Listing | None:
        """The whole listing, or None when it was cancelled.

        ``show`` is called before that, in this thread, with a first page if one is known sooner: for words
        once :meth:`Searching.warm` was called, or with filters on sessions. What is shown is of
        the whole, in its order.

        Raises:
            StoreError: the store cannot be read.
        """
        self._began = time.perf_counter()
        with self._searching.connected() as (connection, memory):
            try:
                with self._guard:
                    self._running = connection
                return self._run(Finder(connection, memory, self.query, self.view, self._check), show)
            except _CancelledError:
                return None
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                    return None
                raise
            finally:
                with self._guard:
                    self._running = None

    def _run(self, finder: Finder, show: Callable[[Listing], None] | None) -> Listing:
        self._check()
        if finder.is_by_session_only:
            return self._listing(finder, None, {}, show)
        newest = finder.memory.newest
        is_shown = False
        if show is not None and newest is not None and finder.can_begin_with_newest:
            beginning = replace(finder, apart=newest)
            ids, hits = beginning.find()
            is_shown = self._show(show, beginning, ids & newest.sessions, hits)
        finder.memory.refresh(finder.connection)
        if finder.has_session_filters:
            passing = finder.passing()
            is_shown = is_shown or self.view.order in _SORTED_LAST
            first = finder.in_first_of(passing, all_of_them=show is None or is_shown)
            self._check()
            if first is not None:
                ids, hits = first.find()
                if len(first.sessions) == len(passing):
                    return self._listing(first, ids, hits)
                if show is not None:
                    is_shown = self._show(show, first, ids, hits)
        said = None
        if show is not None and not is_shown and finder.may_be_mixed and self.view.order == "time":
            ids, said = finder.find(mixed=False)
            self._show(show, finder, ids, said)
        ids, hits = finder.find(said=said)
        return self._listing(finder, ids, hits)

    def _show(
        self, show: Callable[[Listing], None], finder: Finder, ids: set[str], hits: SaidBySession
    ) -> bool:
        """Show what is known already, if it is anything."""
        first = self._listing(finder, ids, hits, complete=False)
        self._check()
        if first.places:
            show(first)
        return bool(first.places)

    def _check(self) -> None:
        if self._is_cancelled:
            raise _CancelledError

    def _listing(
        self,
        finder: Finder,
        wanted: set[str] | None,
        hits: SaidBySession,
        show: Callable[[Listing], None] | None = None,
        *,
        complete: bool = True,
    ) -> Listing:
        """The sessions that the filters let through, of those wanted (None: of all), in the view's order."""
        places: list[Place] = []
        agents: Counter[str] = Counter()
        left_out: Counter[Kind] = Counter()
        is_agent = _agent_test(self.query)
        leave_out = self.view.leave_out - _asked_for(self.query)

        def listing(*, complete: bool) -> Listing:
            took_ms = (time.perf_counter() - self._began) * 1000
            counted = dict(agents.most_common()), dict(left_out)
            return Listing(self.query, self.view, complete, took_ms, places.copy(), *counted, hits)

        to_show = None if self.view.order in _SORTED_LAST else show
        for place, kind in finder.places(wanted):
            if kind is not None and kind in leave_out:
                left_out[kind] += is_agent(place.agent)
                continue
            agents[place.agent] += 1
            if not is_agent(place.agent):
                continue
            places.append(place)
            if to_show is not None and len(places) == FIRST_PAGE:
                to_show(listing(complete=False))
                self._check()
        if complete:
            places = finder.in_order(places)
        return listing(complete=complete)


def _agent_test(query: Query) -> Callable[[str], bool]:
    """Whether the query's ``agent:`` filters let an agent through."""
    given = query.named("agent")
    wanted = tuple(value.lower() for each in given if not each.negated for value in each.values)
    unwanted = tuple(value.lower() for each in given if each.negated for value in each.values)
    return lambda agent: (not wanted or agent.startswith(wanted)) and not agent.startswith(unwanted)


def _asked_for(query: Query) -> set[Kind]:
    """The kinds that the query names, which are not left out then."""
    values = {value for each in query.named("is") if not each.negated for value in each.values}
    return {kind for value, kind in _ASKED_FOR.items() if value in values}
