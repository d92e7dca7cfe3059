"""``byline blame``: every line of a file with its commit, session and model."""

import argparse
from pathlib import Path

from byline.cli.help_text import examples
from byline.cli.output import print_json
from byline.cli.repository_path import path_in_repository
from byline.git.repository import Repository
from byline.paths import database_path
from byline.review.blame import blame_file, line_json
from byline.store.store import Store


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "blame",
        help="print every line of a file with its commit, session and model",
        description="Every line of the file: the commit that introduced it, and who wrote it there.",
        epilog=examples("blame src/app.py", "blame src/app.py v1.2"),
    )
    parser.add_argument("file", metavar="FILE", help="a file of the repository")
    parser.add_argument("rev", nargs="?", metavar="REV", help="at this revision (default: the work tree)")
    parser.add_argument("--json", action="store_true", help="a JSON array of the file's lines")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the file. Raises: BylineError."""
    from byline.cli.progress import counting  # noqa: PLC0415 - help need not load it

    repository = Repository.open(Path.cwd())
    path = path_in_repository(args.file, repository)
    with Store(database_path(args.db)) as store:
        with counting("commits read") as progress:
            blame = blame_file(store, repository, path, args.rev, progress=progress)
        if args.json:
            print_json([line_json(line) for line in blame.lines])
        else:
            from byline.cli.blame_text import print_blame  # noqa: PLC0415 - Rich is not needed for JSON

            print_blame(args, store, blame)
    return 0
