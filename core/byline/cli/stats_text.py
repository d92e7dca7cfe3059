"""Statistics as coloured text: a line of totals, then a bar with numbers per row."""

import argparse
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.text import Text

from byline.attribution import Contributor
from byline.cli.output import open_console
from byline.review.authors import DARK_COLOURS, percent
from byline.statistics.bars import BAR_FILLS, bar_parts, by_contributor
from byline.statistics.facts import Statistics
from byline.statistics.survival import Survival
from byline.statistics.tables import By, Row, shown_name, totals
from byline.store.store import Store
from byline.text import safe_line, shorten
from byline.wording import counted as words_for

_COLOURS: dict[Contributor, str] = {
    "ai": DARK_COLOURS[0],
    "mixed": DARK_COLOURS[1],
    "human": DARK_COLOURS[2],
    "unknown": "bright_black",
}
_LEFT = "lines of sessions still there"
_NAME_WIDEST, _BAR_WIDEST, _BAR_NARROWEST = 40, 40, 6


def print_statistics(
    args: argparse.Namespace,
    store: Store,
    counted: Statistics,
    found: Sequence[Row],
    survival: Survival | None,
) -> None:
    """Print what the commits add up to, then a line per row."""
    titles: Mapping[str, str | None] = {}
    if args.by == "session":
        titles = {row.id: row.title for row in store.sessions.rows([row.group.name for row in found])}
    names = [_name(row, args.by, titles) for row in found]
    with open_console(args) as console:
        for line in _head(counted, totals(counted, survival)):
            console.print(line, soft_wrap=True)
        if found:
            console.print()
            for line in _table(found, names, args.by, console.width):
                console.print(line, soft_wrap=True)


def _head(counted: Statistics, whole: Row) -> list[Text]:
    line = Text()
    line.append(words_for(len(counted.commits), "commit"), "bold")
    if counted.merges:
        line.append(f" ({words_for(counted.merges, 'merge')} left out)", "dim")
    line.append(f"  +{whole.added.total:,} −{whole.removed.total:,}  ", "dim")
    lines = [line]
    total = whole.added.total
    for name, count in by_contributor(whole.added):
        if count:
            line.append(f" {BAR_FILLS[name]} {name} {percent(count, total)}", _COLOURS[name])
    if whole.survived is not None:
        written = words_for(whole.written, "line")
        words = f"{whole.survived:,} of the {written} that sessions wrote are still there"
        share = f" ({percent(whole.survived, whole.written)})" if whole.written else ""
        lines.append(Text(f"{words}{share}"))
    return [*lines, *(Text(f"! {safe_line(problem)}", "yellow") for problem in counted.unread)]


def _table(found: Sequence[Row], names: Sequence[str], by: str, width: int) -> list[Text]:
    """A heading and the rows, in columns as wide as their widest cell; the bar takes what is left."""
    total = sum(row.added.total for row in found)
    most = max(row.added.total for row in found)
    cells = [_cells(row, total) for row in found]
    heads = ["added", "", "removed", "commits", *([_LEFT] if found[0].survived is not None else [])]
    sizes = [max(len(head), *(len(row[at]) for row in cells)) for at, head in enumerate(heads)]
    numbers = sum(sizes) + 2 * len(sizes)
    name_room = min(max(cell_len(name) for name in [*names, by]), _NAME_WIDEST)
    name_room = max(min(name_room, width - numbers - _BAR_NARROWEST - 2), 8)
    bar = max(min(width - numbers - name_room - 2, _BAR_WIDEST), 0)
    words = "".join(f"  {head:>{size}}" for head, size in zip(heads, sizes, strict=True))
    lines = [Text(f"{by:<{name_room + 2 + bar}}{words}", "dim")]
    for row, name, numbers_of in zip(found, names, cells, strict=True):
        known = row.group.kind == "known"
        line = Text()
        line.append(_fitted(name, name_room), "bold" if known else "")
        line.append("  ")
        left = bar
        for who, count in bar_parts(row.added, most, bar):
            line.append(BAR_FILLS[who] * count, _COLOURS[who])
            left -= count
        line.append(" " * left)
        for number, size in zip(numbers_of, sizes, strict=True):
            line.append(f"  {number:>{size}}")
        lines.append(line)
    return lines


def _cells(row: Row, total: int) -> list[str]:
    cells = [
        f"+{row.added.total:,}",
        percent(row.added.total, total),
        f"−{row.removed.total:,}",
        f"{row.commits:,}",
    ]
    if row.survived is not None:
        share = percent(row.survived, row.written) if row.written else "–"
        cells.append(f"{row.survived:,} of {row.written:,} {share:>4}" if row.written else "–")
    return cells


def _name(row: Row, by: By, titles: Mapping[str, str | None]) -> str:
    name = safe_line(shown_name(row.group, by))
    title = titles.get(row.group.name)
    return f"{name} {shorten(safe_line(title), _NAME_WIDEST - len(name) - 1)}" if title else name


def _fitted(text: str, room: int) -> str:
    while cell_len(text) > room:
        text = shorten(text, len(text) - 1)
    return text + " " * (room - cell_len(text))
