"""``byline why``: the evidence for one line."""

import argparse
import re
from pathlib import Path

from byline.cli.help_text import examples
from byline.cli.output import print_json
from byline.cli.repository_path import path_in_repository
from byline.errors import UsageError
from byline.git.repository import Repository
from byline.paths import database_path
from byline.review.why import explain_line
from byline.review.why_json import why_json
from byline.store.store import Store

# Compilers and grep write a column behind the line.
_PLACE = re.compile(r"(.+?):(\d{1,9})(?::\d*)?:?", re.DOTALL)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "why",
        help="print the evidence for one line: prompt, message and tool call",
        description="The prompt, the message and the tool call that wrote a line, and who else might have.",
        epilog=examples("why src/app.py:42", "why src/app.py:42 HEAD~3"),
    )
    parser.add_argument("place", metavar="FILE:LINE", help="a line of a file, as compilers name it")
    parser.add_argument("rev", nargs="?", metavar="REV", help="at this revision (default: the work tree)")
    parser.add_argument("--json", action="store_true", help="a JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the evidence. Raises: BylineError."""
    place = _PLACE.fullmatch(args.place)
    if place is None:
        raise UsageError(f"{args.place!r} names no line: write FILE:LINE, as in src/app.py:42")
    repository = Repository.open(Path.cwd())
    path = path_in_repository(place[1], repository)
    with Store(database_path(args.db)) as store:
        why = explain_line(store, repository, path, int(place[2]), args.rev)
        if args.json:
            print_json(why_json(why))
        else:
            from byline.cli.why_text import print_why  # noqa: PLC0415 - Rich is not needed for JSON

            print_why(args, why)
    return 0
