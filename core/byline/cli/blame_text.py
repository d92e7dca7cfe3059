"""A blamed file as coloured text: who, which commit, which line."""

import argparse
from collections import Counter

from rich.text import Text

from byline.cli.diff_text import told
from byline.cli.gutter import Gutter, legend
from byline.cli.output import open_console
from byline.cli.styled_lines import StyledLines
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
        for entry in [*legend(store, counts, marks, console.width), *told(blame.problems)]:
            console.print(entry, soft_wrap=True)
        if blame.lines:
            console.print()
        lines, gutter = StyledLines(console), Gutter(marks)
        for line in blame.lines:
            commit = line.commit[:_OID] if line.commit else NOT_COMMITTED
            lines.write([
                *gutter.pieces(line.credit),
                (f" {commit} ", "yellow" if line.commit else "dim"),
                (f"{line.line_number:>{digits}}  ", "dim"),
                (safe_line(line.content), ""),
            ])  # fmt: skip
