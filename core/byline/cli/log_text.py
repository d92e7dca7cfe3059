"""A log as coloured text: two lines per commit, the second with a bar of who wrote it."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.text import Text

from byline.cli.gutter import author_style
from byline.cli.output import open_console
from byline.review.authors import (
    Marks,
    Who,
    model_name,
    parts_of_bar,
    percent,
    ranked,
    sessions_of,
    shares_by_model,
)
from byline.review.log import CommitShare
from byline.text import safe_line

_OID, _BAR = 8, 20
_SESSION = 11
"""Enough of a session's id to find it again: ``byline transcript`` takes the beginning of one."""

_BETWEEN = " · "
_NAMED = 4
"""Sessions that are named beside a bar; of the others their number."""


def print_log(args: argparse.Namespace, found: Iterable[CommitShare]) -> None:
    """Print the commits as they come."""
    with open_console(args) as console:
        for share in found:
            for line in _lines(share, console.width):
                console.print(line, soft_wrap=True)


def _lines(share: CommitShare, width: int) -> Iterator[Text]:
    commit = share.commit
    line = Text()
    line.append(commit.oid[:_OID], "yellow")
    line.append(f" {datetime.fromtimestamp(commit.author_time, UTC):%Y-%m-%d} ", "dim")
    line.append(safe_line(commit.subject), "bold")
    yield line
    counts = share.counts()
    line = Text(" " * (_OID + 1))
    total = counts.total()
    if not total:
        line.append("no lines" if len(commit.parents) < 2 else "no lines against the first parent", "dim")
        yield line
        return
    marks = Marks(sessions_of(counts))
    for who, cells in parts_of_bar(counts, _BAR):
        line.append(marks.fill(who) * cells, author_style(marks, who))
    summary = share.summary()
    line.append(f" +{summary.added.total} −{summary.removed.total} ", "dim")
    yield _with_names(line, marks, counts, width)


def _with_names(line: Text, marks: Marks, counts: Counter[Who], width: int) -> Text:
    """The line with those who wrote most by name, as many as there is room for, and how many others.

    What is nobody's, or a person's, is always said.
    """
    total = counts.total()
    named = [
        (who, f"{_session(who)}{safe_line(model_name(who))} {percent(count, total)}")
        for who, count in ranked(counts)
    ]
    sessions = [entry for entry in named if entry[0].session_id is not None]
    others = named[len(sessions) :]
    room = width - line.cell_len - _widths(others)
    shown = 0
    for _, words in sessions[:_NAMED]:
        left = len(sessions) - shown - 1
        room -= len(_BETWEEN) + cell_len(words)
        if room < (len(_BETWEEN) + len(f"{left} more") if left else 0):
            break
        shown += 1
    entries: list[tuple[str, str]] = [(words, author_style(marks, who)) for who, words in sessions[:shown]]
    if sessions and not shown:
        entries = [
            (words, "") for words in _models(counts, total, room=width - line.cell_len - _widths(others))
        ]
    elif shown < len(sessions):
        entries.append((f"{len(sessions) - shown} more", "dim"))
    entries += [(words, author_style(marks, who)) for who, words in others]
    for place, (words, style) in enumerate(entries):
        line.append(_BETWEEN if place else " ", "dim")
        line.append(words, style)
    return line


def _models(counts: Counter[Who], total: int, room: int) -> Iterator[str]:
    """The models that wrote most, as many as there is room for: where not even one session has any."""
    written: Counter[Who] = Counter(
        {who: count for who, count in counts.items() if who.session_id is not None}
    )
    shares = shares_by_model(written)
    for place, (name, count) in enumerate(shares):
        words = f"{safe_line(name)} {percent(count, total)}"
        room -= len(_BETWEEN) + cell_len(words)
        if room < 0:
            yield f"{len(shares) - place} more"
            return
        yield words


def _widths(entries: Sequence[tuple[Who, str]]) -> int:
    return sum(len(_BETWEEN) + cell_len(words) for _, words in entries)


def _session(who: Who) -> str:
    return f"{safe_line(who.session_id)[:_SESSION]} " if who.session_id else ""
