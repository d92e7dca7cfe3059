"""A review as coloured text: a gutter with who wrote each line, and a legend."""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from byline.cli.output import open_console
from byline.review.authors import Marks, Who, count_lines, model_name, ranked, sessions_of, who_of
from byline.review.model import DiffLine, Review, ReviewedFile
from byline.review.summary import Summary, summarise
from byline.store.store import Store
from byline.text import safe_line, safe_text, shorten

_SIGNS = {"added": "+", "removed": "-", "context": " "}
_STYLES = {"added": "green", "removed": "red", "context": ""}
_MATCHES = {"exact": " ", "edited": "~", "reformatted": "↻", "moved": "⇄", None: " "}
_GUTTER = 18


def print_reviews(args: argparse.Namespace, store: Store, reviews: Iterable[Review]) -> None:
    """Print each review: what the commit is, who wrote it, and its diff with a gutter."""
    with open_console(args) as console:
        for review in reviews:
            _print_review(console, store, review)


def _print_review(console: Console, store: Store, review: Review) -> None:
    marks = Marks(sessions_of(count_lines(review.files)))
    for line in _heading(review):
        console.print(line, soft_wrap=True)
    for line in _legend(store, review, marks):
        console.print(line, soft_wrap=True)
    for file in review.files:
        _print_file(console, file, marks)
    for problem in review.problems:
        console.print(Text(f"! {safe_line(problem)}", "yellow"), soft_wrap=True)
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


def _legend(store: Store, review: Review, marks: Marks) -> Iterable[Text]:
    entries = ranked(count_lines(review.files))
    sessions = {who.session_id for who, _ in entries if who.session_id}
    titles = {row.id: row.title for row in store.sessions.rows(sorted(sessions))}
    for who, count in entries:
        line = Text()
        line.append(f"{'▌' if who.session_id else ' '}{marks.key(who)} ", _style(marks, who))
        if who.session_id is None:
            line.append(f"{who.kind}  {count}")
        else:
            line.append(f"{safe_line(who.session_id)}  {safe_line(who.model_id or 'model unknown')}  {count}")
            title = titles.get(who.session_id)
            if title:
                line.append(f"  “{shorten(safe_text(title), 60)}”", "dim")
        yield line


def _print_file(console: Console, file: ReviewedFile, marks: Marks) -> None:
    name = safe_line(file.path)
    if file.old_path and file.old_path != file.path:
        name = f"{safe_line(file.old_path)} → {name}"
    notes = f" ({', '.join(file.notes)})" if file.notes else ""
    console.print()
    console.print(Text(f"{file.status} {name}{notes}", "bold"), soft_wrap=True)
    digits = len(str(max((hunk.new_start + hunk.new_count for hunk in file.hunks), default=0)))
    digits = max(digits, len(str(max((hunk.old_start + hunk.old_count for hunk in file.hunks), default=0))))
    for hunk in file.hunks:
        counts = f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@"
        console.print(Text(f"{'':{_GUTTER}} {counts} {safe_line(hunk.heading)}", "cyan"), soft_wrap=True)
        for line in hunk.lines:
            console.print(_diff_line(line, marks, digits), soft_wrap=True)


def _diff_line(line: DiffLine, marks: Marks, digits: int) -> Text:
    text = Text()
    _gutter(text, line, marks)
    old = str(line.old_number) if line.old_number is not None else ""
    new = str(line.new_number) if line.new_number is not None else ""
    text.append(f" {old:>{digits}} {new:>{digits}} ", "dim")
    text.append(f"{_SIGNS[line.kind]} {safe_line(line.content)}", _STYLES[line.kind])
    return text


def _gutter(text: Text, line: DiffLine, marks: Marks) -> None:
    """Key, model and match mark in a column of fixed width; nothing for context."""
    if line.credit is None:
        text.append(" " * _GUTTER)
        return
    who = who_of(line.credit)
    known = who.session_id is not None
    model = safe_line(model_name(who))[: _GUTTER - 6] if known else ""
    text.append("▌" if known else " ", _style(marks, who))
    text.append(f"{marks.key(who)} {model:<{_GUTTER - 6}} ", _style(marks, who))
    text.append(_MATCHES[line.credit.match], "yellow")


def _style(marks: Marks, who: Who) -> str:
    return marks.colour(who, dark=True, neutral="bright_black")
