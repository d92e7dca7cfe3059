"""A blamed file as coloured text: who, which commit, which line."""

import argparse
from collections import Counter

from rich.text import Text

from byline.cli.gutter import append_gutter, legend
from byline.cli.output import open_console
from byline.review.authors import Marks, sessions_of, who_of
from byline.review.blame import Blame
from byline.store.store import Store
from byline.text import safe_line

_OID = 8
NOT_COMMITTED = "·" * _OID


def print_blame(args: argparse.Namespace, store: Store, blame: Blame) -> None:
    """Print a legend, then every line: the letters and model of its author, commit, number, content."""
    counts = Counter(who_of(line.credit) for line in blame.lines)
    marks = Marks(sessions_of(counts))
    digits = len(str(len(blame.lines)))
    with open_console(args) as console:
        if not blame.lines:
            console.print(Text(f"{safe_line(blame.path)} is empty"), soft_wrap=True)
        for entry in legend(store, counts, marks):
            console.print(entry, soft_wrap=True)
        for problem in blame.problems:
            console.print(Text(f"! {safe_line(problem)}", "yellow"), soft_wrap=True)
        if blame.lines:
            console.print()
        for line in blame.lines:
            text = Text()
            append_gutter(text, line.credit, marks)
            commit = line.commit[:_OID] if line.commit else NOT_COMMITTED
            text.append(f" {commit} ", "yellow" if line.commit else "dim")
            text.append(f"{line.line_number:>{digits}}  ", "dim")
            text.append(safe_line(line.content))
            console.print(text, soft_wrap=True)
