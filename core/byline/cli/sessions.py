"""``byline sessions``: the list of recorded conversations."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byline.store.sessions import SessionRow

SESSION_KEYS = (
    "id", "agent", "native_id", "title", "repository", "cwd", "branch", "parent", "models", "started_ms",
    "updated_ms", "messages", "parts", "edits", "added", "removed", "source", "source_missing",
)  # fmt: skip
"""The keys of ``--json``, each a field of :class:`byline.store.sessions.SessionRow`."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "sessions",
        help="list the recorded conversations, newest first",
        description="The recorded sessions, newest first; with QUERY those that say all of its words.",
    )
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words of the title or the conversation")
    parser.add_argument("-n", "--limit", type=int, metavar="N", help="at most N sessions")
    parser.add_argument("--json", action="store_true", help="a JSON array")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list. Raises: BylineError."""
    from byline.paths import database_path  # noqa: PLC0415 - help need not load the command
    from byline.store.store import Store  # noqa: PLC0415

    with Store(database_path(args.db)) as store:
        ids = store.sessions.ids(" ".join(args.query))
        rows = store.sessions.rows(ids if args.limit is None else ids[: max(args.limit, 0)])
    if args.json:
        from byline.cli.output import print_json  # noqa: PLC0415 - one of two forms

        print_json([session_json(row) for row in rows])
    else:
        from byline.cli.sessions_table import print_sessions  # noqa: PLC0415 - Rich is not needed for JSON

        print_sessions(args, rows)
    return 0


def session_json(row: "SessionRow") -> dict[str, Any]:
    """A session as in ``design.md`` "The other listings"."""
    return {key: getattr(row, key) for key in SESSION_KEYS}
