"""``byline log``: commits with their share by session, model, human-or-unknown."""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from byline.cli.help_text import examples
from byline.cli.output import print_json_array
from byline.cli.progress import counting
from byline.cli.repository_path import path_in_repository
from byline.errors import GitError, UsageError
from byline.git.repository import Repository
from byline.paths import database_path
from byline.review.blame import literal
from byline.review.log import CommitShare, share_json, shares
from byline.store.store import Store


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "log",
        help="list commits with their share by session and model",
        description="The commits, newest first, each with who wrote how much of it.",
        epilog=examples("log -n 20", "log main..topic", "log HEAD -- src"),
    )
    parser.add_argument(
        "range",
        nargs="?",
        metavar="REV|A..B",
        help="a revision and what led to it, or a range (default: HEAD)",
    )
    parser.add_argument("paths", nargs="*", metavar="[--] PATH", help="only these files or folders")
    parser.add_argument("-n", "--limit", type=int, metavar="N", help="at most N commits")
    parser.add_argument("--json", action="store_true", help="a JSON array")
    parser.set_defaults(run=run, takes_paths=True, after_dashes=[])


def run(args: argparse.Namespace) -> int:
    """Print the log the way it was asked for. Raises: BylineError."""
    repository = Repository.open(Path.cwd())
    if args.limit is not None and args.limit < 0:
        raise UsageError(f"-n {args.limit}: give a number of commits")
    rev, words = targets(args, repository)
    paths = literal(path_in_repository(word, repository) for word in words)
    commits = repository.log(rev, limit=args.limit, paths=paths)
    with Store(database_path(args.db)) as store:
        found = shares(store, repository, commits, paths)
        if args.json or not sys.stdout.isatty():
            found = _counted(found)
        if args.json:
            print_json_array([json.dumps(share_json(share), ensure_ascii=False, indent=2)] for share in found)
        else:
            from byline.cli.log_text import print_log  # noqa: PLC0415 - Rich is not needed for JSON

            print_log(args, found)
    return 0


def _counted(found: Iterator[CommitShare]) -> Iterator[CommitShare]:
    """Tell on standard error how many are done, where nobody sees them come."""
    with counting("commits read") as progress:
        for done, share in enumerate(found, 1):
            progress(done, 0)
            yield share


def targets(args: argparse.Namespace, repository: Repository) -> tuple[str, Sequence[str]]:
    """The revision or range, and the paths. As with git, a first word that is a file is a path."""
    rev, paths = args.range, [*args.paths, *args.after_dashes]
    if rev is None:
        repository.resolve("HEAD")
        return "HEAD", paths
    try:
        for side in re.split(r"\.{2,3}", rev):
            repository.resolve(side or "HEAD")
    except GitError:
        if ".." in rev or not Path(rev).exists():
            raise
        repository.resolve("HEAD")
        return "HEAD", [rev, *paths]
    return rev, paths
