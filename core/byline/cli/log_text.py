"""A log as coloured text: two lines per commit, the second with a bar of who wrote it."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.text import Text

from byline.cli.gutter import author_style
from byline.cli.output import open_console
from byline.review.authors import Marks, model_name, parts_of_bar, percent, ranked, sessions_of
from byline.review.log import CommitShare
from byline.text import safe_line

_OID, _BAR = 8, 20
_SESSION = 11
"""Enough of a session's id to find it again: ``byline transcript`` takes the beginning of one."""

_NAMED = 4
"""Contributors that are named beside a bar; of the others their number."""


def print_log(args: argparse.Namespace, found: Iterable[CommitShare]) -> None:
    """Print the commits as they come."""
    with open_console(args) as console:
        for share in found:
            for line in _lines(share):
                console.print(line, soft_wrap=True)


def _lines(share: CommitShare) -> Iterator[Text]:
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
    entries = ranked(counts)
    for place, (who, count) in enumerate(entries[:_NAMED]):
        line.append(" · " if place else " ", "dim")
        session = f"{safe_line(who.session_id)[:_SESSION]} " if who.session_id else ""
        words = f"{session}{safe_line(model_name(who))} {percent(count, total)}"
        line.append(words, author_style(marks, who))
    if len(entries) > _NAMED:
        line.append(f" · {len(entries) - _NAMED} more", "dim")
    yield line
