"""``byline sessions``: the list of recorded conversations."""

import argparse
from typing import TYPE_CHECKING, Annotated, TypedDict

from byline.cli.help_text import examples
from byline.cli.query_words import add_query, query_of

if TYPE_CHECKING:
    from byline.store.sessions import SessionRow


class SessionJson(TypedDict):
    """One conversation with an agent."""

    id: Annotated[str, "the session, with its agent's prefix"]
    agent: Annotated[str, "the coding agent"]
    native_id: Annotated[str, "the id by which the agent knows it"]
    title: Annotated[str | None, "the agent's title, else the first prompt; null if it has neither"]
    repository: Annotated[
        str | None, "its repository: the remote's URL, else the root commit; null if not known"
    ]
    cwd: Annotated[str | None, "the folder it was begun in; null if not recorded"]
    branch: Annotated[str | None, "the branch it was begun on; null if not recorded"]
    parent: Annotated[str | None, "the session that began it (sub-agents, forks); null if none did"]
    models: Annotated[list[str], "the models it used"]
    started_ms: Annotated[int | None, "its first message; null if it has none"]
    updated_ms: Annotated[int | None, "its last message; null if it has none"]
    messages: Annotated[int, "how many messages it has"]
    parts: Annotated[int, "how many parts its messages have"]
    edits: Annotated[int, "how many edits of files it made"]
    added: Annotated[int, "lines its edits added"]
    removed: Annotated[int, "lines its edits removed"]
    source: Annotated[str | None, "the file it was read from; null if it came by hooks"]
    source_missing: Annotated[bool, "whether that file is gone since"]


ORDERS = ("time", "best", "title", "messages", "edits", "added", "survived", "agent", "repository")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "sessions",
        help="list the recorded sessions, newest first",
        description="The recorded sessions, newest first; with QUERY those that it finds.",
        epilog=examples(
            "sessions -n 20", "sessions agent:claude since:7d has:edits", "sessions --sort edits"
        ),
    )
    add_query(parser)
    parser.add_argument(
        "--sort",
        choices=ORDERS,
        default="time",
        metavar="ORDER",
        help=f"{', '.join(ORDERS)} (default: time, the newest first)",
    )
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


def session_json(row: "SessionRow") -> SessionJson:
    """A session as in ``design.md`` "The other listings"."""
    return {
        "id": row.id,
        "agent": row.agent,
        "native_id": row.native_id,
        "title": row.title,
        "repository": row.repository,
        "cwd": row.cwd,
        "branch": row.branch,
        "parent": row.parent,
        "models": list(row.models),
        "started_ms": row.started_ms,
        "updated_ms": row.updated_ms,
        "messages": row.messages,
        "parts": row.parts,
        "edits": row.edits,
        "added": row.added,
        "removed": row.removed,
        "source": row.source,
        "source_missing": row.source_missing,
    }
