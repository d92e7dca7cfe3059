"""A review as coloured text: a gutter with who wrote each line, and a legend."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from byline.cli.gutter import WIDTH, Gutter, legend
from byline.cli.output import open_console
from byline.cli.styled_lines import Piece, StyledLines
from byline.review.authors import Marks, count_lines, sessions_of
from byline.review.model import DiffLine, Review, ReviewedFile
from byline.review.summary import Summary, summarise
from byline.store.store import Store
from byline.text import safe_line, safe_text

_SIGNS = {"added": "+", "removed": "-", "context": " "}
_NOBODY: tuple[Piece] = ((" " * WIDTH, ""),)
_PROBLEMS = 20
_STYLES = {"added": "green", "removed": "red", "context": ""}


def print_reviews(args: argparse.Namespace, store: Store, reviews: Iterable[Review]) -> None:
    """Print each review: what the commit is, who wrote it, and its diff with a gutter."""
    with open_console(args) as console:
        for review in reviews:
            _print_review(console, store, review)


def _print_review(console: Console, store: Store, review: Review) -> None:
    counts = count_lines(review.files)
    marks = Marks(sessions_of(counts))
    for line in _heading(review):
        console.print(line, soft_wrap=True)
    for line in legend(store, counts, marks, console.width):
        console.print(line, soft_wrap=True)
    for line in told(review.problems):
        console.print(line, soft_wrap=True)
    lines, gutter = StyledLines(console), Gutter(marks)
    for file in review.files:
        _print_file(lines, file, gutter)
    console.print()


def _heading(review: Review) -> Iterable[Text]:
    commit = review.commit
    if commit is None:
        yield Text("index" if review.target == "staged" else "work tree", "bold yellow")
    else:
        yield Text(f"commit {commit.oid}", "yellow")
        yield Text(f"Author: {safe_line(commit.author)} <{safe_line(commit.email)}>")
        yield Text(f"Date:   {datetime.fromtimestamp(commit.author_time, UTC):%Y-%m-%d %H:%M} UTC")
        yield Text("")
        for line in safe_text(f"{commit.subject}\n\n{commit.body}".rstrip()).split("\n"):
            yield Text(f"    {line}")
    yield Text("")
    yield Text(_counts(summarise(review.files), len(review.files)), "bold")


def _counts(summary: Summary, files: int) -> str:
    added, removed = summary.added, summary.removed
    words = [f"{files} file{'' if files == 1 else 's'}", f"+{added.total} −{removed.total}"]
    for name in ("ai", "mixed", "human", "unknown"):
        count = getattr(added, name) + getattr(removed, name)
        if count:
            words.append(f"{count} {name}")
    if summary.unknown_reasons:
        reasons = ", ".join(f"{reason} {count}" for reason, count in summary.unknown_reasons.items())
        words[-1] += f" ({reasons})"
    return " · ".join(words)


def told(problems: Sequence[str]) -> Iterator[Text]:
    """The records that could not be used: how many, and the first of them by name."""
    if not problems:
        return
    which = "1 record" if len(problems) == 1 else f"{len(problems):,} records"
    yield Text(f"! {which} could not be used:", "yellow")
    for problem in problems[:_PROBLEMS]:
        yield Text(f"!   {safe_line(problem)}", "yellow")
    if len(problems) > _PROBLEMS:
        yield Text(f"!   … and {len(problems) - _PROBLEMS:,} more: see --json", "yellow")


def _print_file(lines: StyledLines, file: ReviewedFile, gutter: Gutter) -> None:
    name = safe_line(file.path)
    if file.old_path and file.old_path != file.path:
        name = f"{safe_line(file.old_path)} → {name}"
    notes = f" ({', '.join(map(safe_line, file.notes))})" if file.notes else ""
    lines.write([])
    lines.write([(f"{file.status} {name}{notes}", "bold")])
    digits = len(str(max((hunk.new_start + hunk.new_count for hunk in file.hunks), default=0)))
    digits = max(digits, len(str(max((hunk.old_start + hunk.old_count for hunk in file.hunks), default=0))))
    for hunk in file.hunks:
        counts = f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@"
        lines.write([(f"{'':{WIDTH}} {counts} {safe_line(hunk.heading)}", "cyan")])
        for line in hunk.lines:
            lines.write(_diff_line(line, gutter, digits))


def _diff_line(line: DiffLine, gutter: Gutter, digits: int) -> list[Piece]:
    old = line.old_number if line.old_number is not None else ""
    new = line.new_number if line.new_number is not None else ""
    return [
        *(gutter.pieces(line.credit) if line.credit is not None else _NOBODY),
        (f" {old:>{digits}} {new:>{digits}} ", "dim"),
        (f"{_SIGNS[line.kind]} {safe_line(line.content)}", _STYLES[line.kind]),
    ]
