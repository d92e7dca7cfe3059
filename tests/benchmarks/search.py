"""How fast things are found: ``python tests/benchmarks/search.py [FOLDER]``.

Over a store of 50,000 sessions and 1,000,000 parts that :mod:`search_store` makes in FOLDER the first time
(1 GB; the folder for temporary files unless given). The commonest word is in seven of ten parts. Times are
in ms, in one process as the browser has it, the best of the rounds: by the clock, and of the processor's
time, which says the same on a busy machine. ``first`` is until there is a first page to show (or it
is known that there is none), ``once`` the same when the query is new and nothing is remembered of it, ``all``
until every session found is known, ``SQLite`` what counting the parts that say it takes SQLite alone.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from search_store import LONG_SESSION, make_store

from byline.query import Matcher, complete, parse_query
from byline.store.listing import Order, View
from byline.store.query_sql import match_expression
from byline.store.search import Searching
from byline.store.store import Store

ROUNDS = 4
_AFTER_ALL = "2026-09-22"
"""A day after the newest session (``search_store.NOW_MS``)."""

TYPED = (
    ("a rare word", "fn_30000_3"),
    ("a usual word", "cedsoslean"),
    ("two usual words", "cedsoslean tea"),
    ("two beginnings", "th wid"),
    ("a common and a rare word", "widget fn_30000_3"),
    ("a word that nobody says", "project the"),
    ("two letters", "se"),
    ("a common word", "widget"),
    ("two common words", "widget self"),
    ("three common words", "the a self"),
    ("the commonest word", "the"),
    ("a phrase", '"the a"'),
    ("agent and word", "agent:codex widget"),
    ("few sessions' file and word", "file:file_7.py the"),
    ("a repository and word", "repo:project-7 the"),
    ("most sessions and word", "has:edits the"),
    ("no session's time and word", f"since:{_AFTER_ALL} the"),
    ("no session and word", "is:subagent the"),
    ("no session, from parts", "has:errors the"),
    ("left out", "widget -self"),
    ("a tool's calls", "widget tool:Bash"),
    ("who said it", "widget role:user"),
    ("no words", ""),
    ("an agent", "agent:codex"),
    ("a repository", "repo:project-7"),
    ("a file", "file:file_7.py"),
    ("a pasted id", LONG_SESSION),
)


Times = list[tuple[float, float]]
"""By the clock and of the processor, in ms."""


class Watch:
    """Begins with its making."""

    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """How long it has been."""
        return (time.perf_counter() - self._clock) * 1000, (time.process_time() - self._processor) * 1000


def timed(run: Callable[[], object], rounds: int = ROUNDS) -> Times:
    """How long something takes, several times."""
    taken: Times = []
    for _ in range(rounds):
        watch = Watch()
        run()
        taken.append(watch.read())
    return taken


def show(name: str, *columns: Times, note: str = "") -> None:
    """One line of the table: the best of each column."""
    figures = "".join(f"{min(t[0] for t in c):>9.1f}{min(t[1] for t in c):>8.1f}" for c in columns)
    print(f"{name:>34}{figures}  {note}")


def head(title: str, *columns: str) -> None:
    """The line above."""
    print(f"\n{title:>34}" + "".join(f"{column:>9}{'cpu':>8}" for column in columns))


def megabytes() -> float:
    """The most memory this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def count(searching: Searching, text: str) -> None:
    """Have SQLite count the parts that say it."""
    sql = "SELECT count(*) FROM parts_fts WHERE parts_fts MATCH ?"
    expression = match_expression(parse_query(text).wanted)
    with searching.connected() as (connection, _):
        if expression:
            connection.execute(sql, (expression,)).fetchone()


def typing(searching: Searching) -> None:
    """From a keystroke to results."""
    head("newest first", "first", "once", "all", "SQLite")
    for name, text in TYPED:
        first: Times = []
        whole: Times = []
        found = None
        for _ in range(ROUNDS):
            pages: Times = []
            watch = Watch()
            found = searching.search(parse_query(text)).run(lambda _, p=pages, w=watch: p.append(w.read()))  # type: ignore[misc] # mypy cannot infer a lambda with defaults
            whole.append(watch.read())
            first.append(pages[0] if pages else whole[-1])
        assert found is not None
        alone = timed(partial(count, searching, text))
        note = f"{len(found.places):,} sessions, {found.hit_count:,} hits: {text}"
        show(name, first, first[:1], whole, alone, note=note)
    head("best match", "all")
    for name, text in TYPED[:11]:
        show(name, timed(partial(searching.find, parse_query(text), View("best")), 3))


def lists(store: Store, searching: Searching) -> None:
    """The sessions' list in other orders, its pages, snippets and completion."""
    head("lists", "all")
    orders: tuple[Order, ...] = ("title", "edits", "survived", "repository")
    for order in orders:
        show(f"all by {order}", timed(partial(searching.find, parse_query(""), View(order))))
    found = searching.find(parse_query("widget"))
    matcher = Matcher(found.query)
    page = found.ids[20_000:20_050]
    keys = [found.hits[key].newest[-1] for key in page if key in found.hits]
    show("50 rows", timed(partial(store.sessions.rows, page)))
    show("50 snippets", timed(partial(store.hits.of_parts, matcher, keys)))
    known = searching.known_values()
    show("values to complete with", timed(searching.known_values))
    show("completion", timed(partial(complete, "file:file_7", 11, known)))


def conversation(store: Store) -> None:
    """Opening the conversation of 100,000 messages."""
    conversations = store.conversations
    head("100,000 messages, 120,000 parts", "all")
    show("beginning, 60 messages", timed(partial(conversations.beginning, LONG_SESSION, 60)))
    before = megabytes()
    skeleton = conversations.skeleton(LONG_SESSION)
    note = f"{megabytes() - before:.0f} MB while it is read"
    show("skeleton", timed(partial(conversations.skeleton, LONG_SESSION)), note=note)
    places = range(500, 99_000, 9_973)
    show(
        "a page of 60, the slowest",
        max(timed(partial(conversations.page, skeleton, at, at + 60), 3) for at in places),
    )
    for text in ("fn_40_70000", "widget"):
        show(f"its hits of {text}", timed(partial(store.hits.in_session, parse_query(text), LONG_SESSION)))
    before = megabytes()
    show("all of it (exports)", timed(partial(conversations.read, LONG_SESSION), 2))
    print(f"{'':>34}{megabytes() - before:>9.0f} MB more")


def main() -> None:
    """Print the tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir())
    path = folder / "byline-search.db"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        print(f"making {path} …")
        for left in folder.glob(f"{unfinished.name}*"):
            left.unlink()
        make_store(unfinished)
        unfinished.rename(path)
    with Store(path) as store, Searching(path) as searching:
        before = megabytes()
        head("fresh process", "all")
        show("first page of all", timed(partial(first_page, searching), 1))
        show("warming up", timed(searching.warm, 1), note=f"{megabytes() - before:.0f} MB")
        show("again, nothing changed", timed(searching.warm))
        typing(searching)
        lists(store, searching)
        conversation(store)
    print(f"\n{'most memory':>34}{megabytes():>9.0f} MB")


def first_page(searching: Searching) -> None:
    """Until there is a first page; then the search is cancelled."""
    search = searching.search(parse_query(""))
    search.run(lambda _: search.cancel())


if __name__ == "__main__":
    main()
