"""``byline sessions``: the list of recorded conversations."""

import argparse
from typing import TYPE_CHECKING, Any

from byline.cli.query_words import add_query, query_of

if TYPE_CHECKING:
    from byline.store.sessions import SessionRow

SESSION_KEYS = (
    "id", "agent", "native_id", "title", "repository", "cwd", "branch", "parent", "models", "started_ms",
    "updated_ms", "messages", "parts", "edits", "added", "removed", "source", "source_missing",
)  # fmt: skip
"""The keys of ``--json``, each a field of :class:`byline.store.sessions.SessionRow`."""


ORDERS = ("time", "best", "title", "messages", "edits", "added", "survived", "agent", "repository")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "sessions",
        help="list the recorded conversations, newest first",
        description="The recorded sessions, newest first; with QUERY those that it finds.",
    )
    add_query(parser)
    parser.add_argument("--sort", choices=ORDERS, default="time", help="default: time, the newest first")
    parser.add_argument("-n", "--limit", type=int, metavar="N", help="at most N sessions")
    parser.add_argument("--json", action="store_true", help="a JSON array")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list. Raises: BylineError."""
    from byline.paths import database_path  # noqa: PLC0415 - help need not load the command
    from byline.store.listing import View  # noqa: PLC0415
    from byline.store.search import Searching  # noqa: PLC0415
    from byline.store.store import Store  # noqa: PLC0415

    query = query_of(args)
    path = database_path(args.db)
    with Store(path) as store, Searching(path) as searching:
        found = searching.find(query, View(args.sort))
        rows = store.sessions.rows(found.ids if args.limit is None else found.ids[: max(args.limit, 0)])
    if args.json:
        from byline.cli.output import print_json  # noqa: PLC0415 - one of two forms

        print_json([session_json(row) for row in rows])
    else:
        from byline.cli.sessions_table import print_sessions  # noqa: PLC0415 - Rich is not needed for JSON

        print_sessions(args, rows, found.left_out.get("hidden", 0))
    return 0


def session_json(row: "SessionRow") -> dict[str, Any]:
    """A session as in ``design.md`` "The other listings"."""
    return {key: getattr(row, key) for key in SESSION_KEYS}
