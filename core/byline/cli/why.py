"""``byline why``: the evidence for one line."""

import argparse
import re
from pathlib import Path

from byline.attribution import AttributedLine
from byline.cli.help_text import examples
from byline.cli.output import print_json
from byline.cli.progress import counting
from byline.cli.repository_path import path_in_repository
from byline.errors import GitError, UsageError
from byline.git.repository import Repository
from byline.paths import database_path
from byline.review.model import Review, ReviewedFile
from byline.review.review import Progress, review_commit, review_span, review_staged, review_worktree
from byline.review.why import Why, explain_line, explain_touched
from byline.review.why_json import why_json
from byline.store.store import Store

# Compilers and grep write a column behind the line.
_PLACE = re.compile(r"(.+?):(\d{1,9})(?::\d*)?:?", re.DOTALL)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "why",
        help="print the evidence for one line: prompt, message and tool call",
        description="The prompt, the message and the tool call that wrote a line, and who else might have. "
        "With --removed: that took a line out, and who wrote it.",
        epilog=examples(
            "why src/app.py:42",
            "why src/app.py:42 HEAD~3",
            "why src/app.py:40 HEAD --removed   # line 40 before HEAD took it out",
            "why src/app.py:42 --staged         # before you commit",
            "why src/app.py:42 main..topic      # several commits as one",
        ),
    )
    parser.add_argument("place", metavar="FILE:LINE", help="a line of a file, as compilers name it")
    parser.add_argument(
        "rev",
        nargs="?",
        metavar="REV|A..B",
        help="at this revision (default: the work tree, with --removed HEAD); of a range: a line it touches",
    )
    parser.add_argument(
        "--removed", action="store_true", help="a line that was removed: LINE is its number in the old file"
    )
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--staged", action="store_true", help="a line that the index would commit")
    target.add_argument("--worktree", action="store_true", help="a line that is changed and not staged")
    parser.add_argument("--json", action="store_true", help="a JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the evidence. Raises: BylineError."""
    place = _PLACE.fullmatch(args.place)
    if place is None:
        raise UsageError(f"{args.place!r} names no line: write FILE:LINE, as in src/app.py:42")
    if args.rev is not None and (args.staged or args.worktree):
        option = "--staged" if args.staged else "--worktree"
        raise UsageError(f"{option} is about what is not committed: leave {args.rev!r} or {option} away")
    repository = Repository.open(Path.cwd())
    path, number = path_in_repository(place[1], repository), int(place[2])
    with Store(database_path(args.db)) as store:
        if args.removed or args.staged or args.worktree or ".." in (args.rev or ""):
            why = _explain_touched(store, repository, args, path, number)
        else:
            why = explain_line(store, repository, path, number, args.rev)
        if args.json:
            print_json(why_json(why))
        else:
            from byline.cli.why_text import print_why  # noqa: PLC0415 - Rich is not needed for JSON

            print_why(args, why)
    return 0


def _explain_touched(
    store: Store, repository: Repository, args: argparse.Namespace, path: str, number: int
) -> Why:
    with counting("files read") as progress:
        review = _review(store, repository, args, progress)
    return explain_touched(store, repository, review, *_touched(args, review, path, number))


def _review(store: Store, repository: Repository, args: argparse.Namespace, progress: Progress) -> Review:
    """The change that the line is part of, whole: less would not show what moved between files."""
    if args.staged:
        return review_staged(store, repository, progress=progress)
    if args.worktree:
        return review_worktree(store, repository, progress=progress)
    rev = args.rev or "HEAD"
    if ".." not in rev:
        return review_commit(store, repository, rev, progress=progress)
    base, _, tip = rev.partition("..")
    if tip.startswith("."):
        raise UsageError(f"{rev!r} has three dots: name its beginning, as `git merge-base` finds it")
    return review_span(store, repository, base or "HEAD", tip or "HEAD", progress=progress)


def _touched(
    args: argparse.Namespace, review: Review, path: str, number: int
) -> tuple[ReviewedFile, AttributedLine]:
    """The touched line with this number. A line that was removed is found by the new name of its file too.

    Raises:
        GitError: the review does not touch that line.
    """
    kind = "removed" if args.removed else "added"
    old = [file for file in review.files if args.removed and file.old_path == path]
    for file in [*old, *(file for file in review.files if file.path == path)]:
        for line in file.touched():
            if (line.kind, line.line_number) == (kind, number):
                return file, line
    raise GitError(f"{path}:{number} is no line that {_told(args)}: {_cure(args)}")


def _told(args: argparse.Namespace) -> str:
    what = "the index" if args.staged else "the work tree" if args.worktree else args.rev or "HEAD"
    return f"{what} {'removes' if args.removed else 'adds'}"


def _cure(args: argparse.Namespace) -> str:
    rev = args.rev or "HEAD"
    if not args.removed:
        at = f" {rev.partition('..')[2] or 'HEAD'}" if ".." in rev else ""
        return f"`byline why {args.place}{at}` explains any line of the file"
    if ".." in rev:
        return f"`git diff {rev}` has the old files' numbers"
    shown = "--staged" if args.staged else "--worktree" if args.worktree else rev
    return f"`byline show {shown}` has the old files' numbers"
