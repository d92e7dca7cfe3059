"""Sessions as a table for people. The title comes last: only it is cut, and only on a terminal."""

import argparse
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from byline.cli.output import open_console
from byline.cli.times import show_time
from byline.store.sessions import SessionRow
from byline.text import safe_line
from byline.wording import counted, short_model, short_repository

_SHORT_ID = 11
"""The agent's prefix and eight more."""
_WIDEST = 28
_HEADINGS = ("session", "last said", "models", "where", "msgs", "edits", "added", "removed", "title")
_RIGHT = frozenset({"msgs", "edits", "added", "removed"})
_STYLES = {"session": "cyan", "where": "dim", "added": "green", "removed": "red"}


def print_sessions(args: argparse.Namespace, rows: Sequence[SessionRow], hidden: int) -> None:
    """Print the table, through the pager when it is long; a hint when there is nothing in it.

    ``hidden`` sessions were left out, which is said.
    """
    with open_console(args) as console:
        if not rows:
            empty = (
                "no session says that"
                if args.query or args.agent or hidden
                else "no sessions yet: `byline import` brings them in"
            )
            console.print(empty)
        headings = [name for name in _HEADINGS if name != "where" or console.width >= 120]
        for line in _lines(rows, headings) if rows else ():
            if console.is_terminal:
                line.truncate(console.width, overflow="ellipsis")
            console.print(line, soft_wrap=True)
        if hidden:
            console.print(f"{counted(hidden, 'hidden session')} left out; is:hidden shows them", style="dim")


def _lines(rows: Sequence[SessionRow], headings: Sequence[str]) -> Iterator[Text]:
    table = [_cells(row) for row in rows]
    widths = {
        name: min(max(cell_len(name), *(cell_len(cells[name]) for cells in table)), _WIDEST)
        for name in headings
    }
    yield _line({name: name for name in headings}, widths, header=True)
    for cells in table:
        yield _line(cells, widths)


def _line(cells: dict[str, str], widths: dict[str, int], *, header: bool = False) -> Text:
    line = Text()
    for name, width in widths.items():
        cell = Text(cells[name], "bold" if header else _STYLES.get(name, ""))
        if name != "title":
            cell.truncate(width, overflow="ellipsis")
            gap = width - cell.cell_len
            cell.pad_left(gap) if name in _RIGHT else cell.pad_right(gap)
            cell.append("  ")
        line.append_text(cell)
    return line


def _cells(row: SessionRow) -> dict[str, str]:
    place = short_repository(row.repository or row.cwd, row.cwd)
    return {
        "session": safe_line(row.id[:_SHORT_ID]),
        "last said": show_time(row.updated_ms),
        "models": ", ".join(safe_line(short_model(model)) for model in row.models),
        "where": safe_line(f"{place}:{row.branch}" if row.branch else place),
        "msgs": str(row.messages),
        "edits": str(row.edits),
        "added": f"+{row.added}" if row.edits else "",
        "removed": f"−{row.removed}" if row.edits else "",
        "title": ("★ " if row.starred else "")
        + ("↳ " if row.parent else "")
        + safe_line(row.title or "(no title)"),
    }
