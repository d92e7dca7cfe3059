"""``byline transcript``: one conversation as it reads in the browser, or as Markdown, JSON or HTML."""

import argparse
import sys
from typing import TYPE_CHECKING

from byline.cli.help_text import examples
from byline.errors import BylineError

if TYPE_CHECKING:
    from byline.cli.conversation import RecordedConversation
    from byline.store.sessions import SessionRow
    from byline.store.store import Store

_LISTED = 5


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "transcript",
        help="print one session: text, Markdown, HTML or JSON",
        description="A session's messages, tool calls and edits, readable.",
        epilog=examples("transcript cc_3f2a9c1e", "transcript cc_3f2a9c1e --format html >session.html"),
    )
    parser.add_argument("session", metavar="SESSION", help="its id, or the beginning of it")
    parser.add_argument(
        "--format",
        choices=("text", "md", "json", "html"),
        help="text: as in the browser, folded (default on a terminal); md: everything, as Markdown (default"
        " otherwise); json; html",
    )
    parser.add_argument(
        "--json", action="store_const", const="json", dest="format", help="the same as --format json"
    )
    parser.add_argument(
        "--no-mask", action="store_true", help="print keys and passwords as they are (default: covered)"
    )
    parser.add_argument(
        "--calls",
        choices=("off", "counted", "line", "cut", "full"),
        default="counted",
        help="how much of tool calls a text shows; counted: many in a row as their count (default)",
    )
    parser.add_argument(
        "--reasoning", action="store_true", help="show reasoning in a text, not its first line"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the conversation. Raises: BylineError."""
    from byline.cli.conversation import load_conversation  # noqa: PLC0415 - help need not load the command
    from byline.paths import database_path  # noqa: PLC0415
    from byline.store.store import Store  # noqa: PLC0415

    with Store(database_path(args.db)) as store:
        conversation = load_conversation(store, find_session(store, args.session))
    if not args.no_mask:
        from byline.cli.masking import masked  # noqa: PLC0415 - one of two ways

        conversation = masked(conversation)
    _print(args, conversation)
    return 0


def find_session(store: "Store", name: str) -> "SessionRow":
    """The one session whose id, or the agent's own id, is or begins with ``name``.

    Raises:
        BylineError: there is none, or there are several; the message names the first of them.
    """
    rows = store.sessions.find(name)
    if not rows:
        raise BylineError(f"there is no session {name!r}: `byline sessions` lists them")
    if len(rows) > 1:
        some = ", ".join(sorted(row.id for row in rows)[:_LISTED]) + (", …" if len(rows) > _LISTED else "")
        raise BylineError(f"{name!r} is the beginning of several sessions: {some}")
    return rows[0]


def _print(args: argparse.Namespace, conversation: "RecordedConversation") -> None:
    from byline.cli import output  # noqa: PLC0415 - see run

    if args.format == "json":
        from byline.cli.conversation import conversation_json  # noqa: PLC0415

        output.print_json(conversation_json(conversation))
    elif args.format == "html":
        from byline.cli.transcript_html import conversation_html  # noqa: PLC0415

        output.write_text(conversation_html(conversation))
    elif args.format == "text" or (args.format is None and sys.stdout.isatty()):
        from byline.cli.transcript_text import print_text  # noqa: PLC0415
        from byline.reading.layout import Reading  # noqa: PLC0415

        print_text(args, conversation, Reading(calls=args.calls, reasoning=args.reasoning))
    else:
        from byline.cli.transcript_markdown import print_markdown  # noqa: PLC0415

        print_markdown(args, conversation)
