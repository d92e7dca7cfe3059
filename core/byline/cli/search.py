"""``byline search``: find what was said, in any conversation."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypedDict

from byline.cli.help_text import examples
from byline.cli.query_words import add_query, query_of
from byline.errors import UsageError

if TYPE_CHECKING:
    from byline.query import Matcher
    from byline.store.listing import Listing
    from byline.store.store import Store


class HitJson(TypedDict):
    """A place where a session says what was asked for, or a session found by its title or id alone."""

    session_id: Annotated[str, "the session"]
    message_id: Annotated[str | None, "the message; null for a title"]
    part_id: Annotated[str | None, "the part of the message; null for a title"]
    type: Annotated[str, "the kind of part: `text`, `reasoning`, `tool` …; or `title`"]
    snippet: Annotated[str, "some words around the place, on one line"]
    time_ms: Annotated[int | None, "when it was said; of a title the session's last message"]
    spans: Annotated[list[list[int]], "start and end, in characters of `snippet`, of each word found"]


_SESSIONS = 50
_PAGE = 500


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "search",
        help="find what was said in any session",
        description="The sessions that say all of the words in one message or call, newest first, "
        "with what they say.",
        epilog=examples(
            "search retry upload", "search '\"make uploads survive\" -flaky agent:claude since:7d'"
        ),
    )
    add_query(parser)
    parser.add_argument("--best", action="store_true", help="the best match first, not the newest")
    parser.add_argument(
        "-n",
        "--limit",
        type=int,
        metavar="N",
        help=f"at most N sessions (default: {_SESSIONS}; with --json all)",
    )
    parser.add_argument("--json", action="store_true", help="a JSON array of all hits")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what was found. Raises: BylineError."""
    from byline.paths import database_path  # noqa: PLC0415 - help need not load the command
    from byline.query import Matcher  # noqa: PLC0415
    from byline.store.listing import View  # noqa: PLC0415
    from byline.store.search import Searching  # noqa: PLC0415
    from byline.store.store import Store  # noqa: PLC0415

    if args.limit is not None and args.limit < 0:
        raise UsageError(f"-n {args.limit}: give a number of sessions")
    query = query_of(args)
    if not query.tokens:
        raise UsageError("say what to look for: byline search QUERY")
    path = database_path(args.db)
    with Store(path) as store, Searching(path) as searching:
        view = View("best" if args.best else "time")
        if args.json:
            from byline.cli.output import print_json  # noqa: PLC0415 - one of two forms

            found = searching.find(query, View(view.order, hits_named=_EVERY))
            print_json(list(_hits_json(store, found, Matcher(query), args.limit)))
        else:
            from byline.cli.search_text import print_found  # noqa: PLC0415 - Rich is not needed for JSON

            found = searching.find(query, view)
            print_found(args, store, found, _SESSIONS if args.limit is None else args.limit)
    return 0


_EVERY = 1_000_000_000
"""Hits of one session that are named: all of them."""


def _hits_json(store: "Store", found: "Listing", matcher: "Matcher", limit: int | None) -> Iterator[HitJson]:
    """The hits session by session in the order of the listing, each session's as they were said."""
    ids = found.ids if limit is None else found.ids[:limit]
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        keys = [
            key for session_id in page if session_id in found.hits for key in found.hits[session_id].newest
        ]
        hits = store.hits.of_parts(matcher, keys)
        rows = {row.id: row for row in store.sessions.rows(page)}
        for session_id in page:
            said = found.hits.get(session_id)
            for key in said.newest if said else ():
                if (hit := hits.get(key)) is not None:
                    yield {
                        "session_id": hit.session_id, "message_id": hit.message_id, "part_id": hit.part_id,
                        "type": hit.type, "snippet": hit.snippet.text, "time_ms": hit.time_ms,
                        "spans": [list(span) for span in hit.snippet.spans],
                    }  # fmt: skip
            if said is None and (row := rows.get(session_id)) is not None:
                snippet = matcher.snippet(row.title or "", len(row.title or ""))
                yield {
                    "session_id": row.id, "message_id": None, "part_id": None, "type": "title",
                    "snippet": snippet.text, "time_ms": row.updated_ms,
                    "spans": [list(span) for span in snippet.spans],
                }  # fmt: skip
