"""``byline stats``: who wrote how much, by model, agent, folder, author and time, and what is left of it."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from byline.cli.help_text import examples
from byline.cli.log import targets
from byline.cli.output import print_json
from byline.cli.progress import counting
from byline.cli.repository_path import path_in_repository
from byline.cli.times import parse_since
from byline.errors import BylineError
from byline.git.model import Commit
from byline.git.repository import Repository
from byline.paths import database_path
from byline.review.blame import literal
from byline.store.store import Store

if TYPE_CHECKING:
    from byline.statistics.facts import Statistics
    from byline.statistics.survival import Survival

GROUPINGS = (
    "model",
    "agent",
    "session",
    "author",
    "directory",
    "contributor",
    "day",
    "week",
    "month",
    "year",
)
_JSON_PERIODS = 5_000


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "stats",
        help="count lines by model, agent, folder, author and time",
        description="Added lines of the commits of a history or range, and who wrote them. Merges are left "
        "out: what they bring is counted where it was made.",
        epilog=examples(
            "stats --by model --survival", "stats --by week --since 90d", "stats main..topic --svg topic.svg"
        ),
    )
    parser.add_argument(
        "range",
        nargs="?",
        metavar="REV|A..B",
        help="a revision and what led to it, or a range (default: HEAD)",
    )
    parser.add_argument("paths", nargs="*", metavar="[--] PATH", help="only these files or folders")
    parser.add_argument(
        "--by",
        choices=GROUPINGS,
        default="model",
        metavar="WHAT",
        help=f"count by {', '.join(GROUPINGS)} (default: model)",
    )
    parser.add_argument("--since", metavar="TIME", help="only commits since a date (2026-01-31) or age (7d)")
    parser.add_argument(
        "--survival", action="store_true", help="also how many lines of sessions are still there"
    )
    parser.add_argument("--json", action="store_true", help="a JSON object")
    parser.add_argument("--svg", metavar="FILE", help="write a picture to FILE (- for standard output)")
    parser.set_defaults(run=run, takes_paths=True, after_dashes=[])


def run(args: argparse.Namespace) -> int:
    """Count, and print it the way it was asked for. Raises: BylineError."""
    repository = Repository.open(Path.cwd())
    since_ms = parse_since(args.since) if args.since else None
    rev, words = targets(args, repository)
    paths = literal(path_in_repository(word, repository) for word in words)
    with Store(database_path(args.db)) as store:
        counted = _count(store, repository, _commits(repository, rev, paths, since_ms), paths)
        survival = _measure(store, repository, counted) if args.survival else None
        _show(args, store, counted, survival, f"{repository.root.name} {rev}")
    return 0


def _commits(
    repository: Repository, rev: str, paths: Sequence[str], since_ms: int | None
) -> Iterator[Commit]:
    for commit in repository.log(rev, paths=paths):
        # No early end: the log is in no strict order of time.
        if since_ms is None or commit.author_time * 1000 >= since_ms:
            yield commit


def _count(
    store: Store, repository: Repository, commits: Iterator[Commit], paths: Sequence[str]
) -> "Statistics":
    from byline.statistics.facts import Tally  # noqa: PLC0415 - help need not load it
    from byline.statistics.reading import read_shares  # noqa: PLC0415

    counts = Tally()
    with counting("commits read") as progress:
        for share in read_shares(store, repository, commits, paths):
            counts.add(share)
            progress(counts.seen, 0)
    return counts.result()


def _measure(store: Store, repository: Repository, counted: "Statistics") -> "Survival | None":
    from byline.statistics.survival import measure_survival  # noqa: PLC0415 - only --survival needs it

    survival = None
    with counting("files and commits looked through for what is left") as progress:
        for step in measure_survival(store, repository, counted):
            progress(step.done, step.total)
            survival = step.survival
    return survival


def _show(
    args: argparse.Namespace, store: Store, counted: "Statistics", survival: "Survival | None", name: str
) -> None:
    from byline.statistics.json_form import statistics_json  # noqa: PLC0415 - help need not load it
    from byline.statistics.periods import over_time  # noqa: PLC0415
    from byline.statistics.svg import statistics_svg  # noqa: PLC0415
    from byline.statistics.tables import UNITS, agents_of, rows  # noqa: PLC0415

    agents = agents_of(store, counted)
    found = rows(counted, args.by, agents, survival)
    unit = args.by if args.by in UNITS else None
    if args.svg:
        chart = over_time(counted, args.by, agents, 120, unit)
        _write(args.svg, statistics_svg(f"{name}: added lines by {args.by}", args.by, chart, found))
    if args.json:
        chart = over_time(counted, args.by, agents, _JSON_PERIODS, unit or "week")
        print_json(statistics_json(counted, args.by, found, chart, survival))
    elif not args.svg:
        from byline.cli.stats_text import print_statistics  # noqa: PLC0415 - Rich is not needed for JSON

        print_statistics(args, store, counted, found, survival)


def _write(name: str, text: str) -> None:
    if name == "-":
        from byline.cli.output import write_text  # noqa: PLC0415 - a picture goes to a file as a rule

        write_text(text)
        return
    try:
        Path(name).write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise BylineError(f"cannot write {name}: {error.strerror}") from error
    print(f"wrote {name}", file=sys.stderr)
