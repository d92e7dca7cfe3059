"""``byline show``: the attributed diff of a commit, a range, the index or the work tree."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from byline.cli.help_text import examples
from byline.cli.output import print_json, print_json_array, print_json_text
from byline.cli.repository_path import path_in_repository
from byline.errors import GitError
from byline.git.repository import Repository
from byline.paths import database_path
from byline.review.blame import literal
from byline.review.json_text import review_json_text
from byline.review.model import Review
from byline.review.review import review_commit, review_range, review_staged, review_worktree
from byline.store.store import Store


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "show",
        help="print the diff of a commit, a range, the index or the work tree with its authors",
        description="The diff, every touched line with the session and model that wrote (or removed) it.",
        epilog=examples(
            "show HEAD~2",
            "show --staged                    # before you commit",
            "show main..topic --json -- src   # see docs/json.md",
        ),
    )
    parser.add_argument(
        "rev", nargs="?", default=None, metavar="REV|A..B", help="a revision or a range (default: HEAD)"
    )
    parser.add_argument("paths", nargs="*", metavar="[--] PATH", help="only these files or folders")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--staged", action="store_true", help="what the index would commit")
    target.add_argument("--worktree", action="store_true", help="what is changed and not staged")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON object, an array for a range")
    form.add_argument("--trace", action="store_true", help="an Agent Trace record, an array for a range")
    parser.set_defaults(run=run, takes_paths=True, after_dashes=[])


def run(args: argparse.Namespace) -> int:
    """Print the review the way it was asked for. Raises: BylineError."""
    repository = Repository.open(Path.cwd())
    rev, paths = _targets(args, repository)
    with Store(database_path(args.db)) as store:
        reviews = _reviews(store, repository, args, rev, paths)
        if args.json:
            texts = (review_json_text(review) for review in reviews)
            if ".." in rev:
                print_json_array(texts)
            else:
                print_json_text(next(texts))
        elif args.trace:
            records = _traces(store, repository, reviews)
            if ".." in rev:
                print_json_array([json.dumps(record, ensure_ascii=False, indent=2)] for record in records)
            else:
                print_json(next(records))
        else:
            from byline.cli.diff_text import print_reviews  # noqa: PLC0415 - Rich is not needed for JSON

            print_reviews(args, store, reviews)
    return 0


def _targets(args: argparse.Namespace, repository: Repository) -> tuple[str, list[str]]:
    """The revision (or range) and the paths, relative to the top of the work tree.

    As with git, a first word that names no revision but a file is a path.
    """
    rev, paths = args.rev, [*args.paths, *args.after_dashes]
    if (args.staged or args.worktree) and rev is not None:
        rev, paths = None, [rev, *paths]
    elif rev is not None and ".." not in rev and not _is_revision(repository, rev):
        if not Path(rev).exists():
            repository.resolve(rev)
        rev, paths = None, [rev, *paths]
    return rev or "HEAD", literal(path_in_repository(path, repository) for path in paths)


def _is_revision(repository: Repository, rev: str) -> bool:
    try:
        repository.resolve(rev)
    except GitError:
        return rev == "HEAD"
    return True


def _reviews(
    store: Store, repository: Repository, args: argparse.Namespace, rev: str, paths: list[str]
) -> Iterator[Review]:
    if args.staged:
        yield review_staged(store, repository, paths)
    elif args.worktree:
        yield review_worktree(store, repository, paths)
    elif ".." in rev:
        yield from review_range(store, repository, rev, paths)
    else:
        yield review_commit(store, repository, rev, paths)


def _traces(store: Store, repository: Repository, reviews: Iterator[Review]) -> Iterator[dict[str, object]]:
    from byline.review.keep import trace_of  # noqa: PLC0415 - only --trace needs it
    from byline.review.repositories import repository_row  # noqa: PLC0415

    identity = repository_row(store, repository).identity
    for review in reviews:
        yield trace_of(review, identity)
