"""Lines over time as stacked columns of block characters, with a scale, dates and a legend."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from byline.review.authors import DARK_COLOURS, LIGHT_COLOURS
from byline.statistics.periods import Chart, Period
from byline.statistics.svg import colour_of, letter_of
from byline.statistics.tables import Group, period_name, shown_name
from byline.text import safe_line, shorten
from byline.wording import compact

SCALE = 7
"""Cells at the left for the numbers of the scale."""

COLUMN_WIDEST = 9
LEAST_COLUMN = 3
"""A column with room for a letter and a gap: so many are shown when the unit may be chosen freely."""

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_NAME_WIDEST = 24

Cell = tuple[str, int, int]
"""What stands in a cell of a column: a character, and the series of its ink and of its ground (-1: none)."""


class TimeChart(Widget):
    """A chart drawn to the size it is given: columns, below them dates, below these the legend."""

    DEFAULT_CSS = """
    TimeChart { width: 1fr; background: $background; color: $foreground; }
    TimeChart > .time-chart--muted { color: $muted; }
    TimeChart > .time-chart--faint { color: $faint; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"time-chart--muted", "time-chart--faint"}

    chart: reactive[Chart] = reactive(Chart("model", "week", (), ()))
    """What is drawn."""

    @property
    def room(self) -> int:
        """The columns there is room for: of one cell each at the least."""
        return max(self.size.width - SCALE - 1, 1)

    def render_line(self, y: int) -> Strip:
        """A row of the columns, then the dates, then the legend."""
        width, height = self.size.width, self.size.height
        tall = height - 2
        if not self.chart.periods or tall < 1:
            return Strip.blank(width, self.rich_style)
        if y < tall:
            strip = self._row(tall - 1 - y, tall)
        else:
            strip = self._dates() if y == tall else self._legend(width)
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    # Rows ----------------------------------------------------------------------------------------

    def _step(self) -> int:
        """The cells from one column to the next."""
        return max(min(self.room // len(self.chart.periods), COLUMN_WIDEST), 1)

    def _row(self, level: int, tall: int) -> Strip:
        """The cells at a level, counted from the bottom."""
        most = max(period.total for period in self.chart.periods) or 1
        step = self._step()
        muted = self.get_component_rich_style("time-chart--muted", partial=True)
        label = compact(round(most * (level + 1) / tall)) if level in {tall - 1, tall // 2 - 1} else ""
        segments = [Segment(f"{label:>{SCALE - 1}} ", muted)]
        ink = step - 1 if step >= LEAST_COLUMN else step
        styles = [self._colour(place) for place in range(len(self.chart.groups))]
        for period in self.chart.periods:
            column = cells_of(period, self.chart.groups, most, tall)
            char, front, back = column[level]
            style = Style.from_color(
                styles[front] if front >= 0 else None, styles[back] if back >= 0 else None
            )
            if char.isalpha() or char in "·+":
                before = (ink - 1) // 2
                full = Style.from_color(styles[back], None)
                ground = self.rich_style.bgcolor
                letter = Style(color=ground, bgcolor=styles[back], bold=True)
                segments += [
                    Segment("█" * before, full),
                    Segment(char, letter),
                    Segment("█" * (ink - before - 1), full),
                ]
            else:
                segments.append(Segment(char * ink, style))
            segments.append(Segment(" " * (step - ink)))
        return Strip(segments)

    def _dates(self) -> Strip:
        faint = self.get_component_rich_style("time-chart--muted", partial=True)
        text, step = " " * SCALE, self._step()
        for at, period in enumerate(self.chart.periods):
            name = period_name(period.start, self.chart.unit)
            place = SCALE + at * step
            if place >= len(text) + (at > 0) and place + len(name) <= self.size.width:
                text += " " * (place - len(text)) + name
        return Strip([Segment(text, faint)])

    def _legend(self, width: int) -> Strip:
        segments, used = [Segment(" " * SCALE)], SCALE
        muted = self.get_component_rich_style("time-chart--muted", partial=True)
        for place, group in enumerate(self.chart.groups):
            name = shorten(safe_line(shown_name(group, self.chart.by)), _NAME_WIDEST)
            letter = letter_of(group, place)
            needed = cell_len(name) + 5
            if used + needed > width - 2:
                segments.append(Segment("…", muted))
                break
            mark = Style(color=self.rich_style.bgcolor, bgcolor=self._colour(place), bold=True)
            segments += [Segment(f" {letter} ", mark), Segment(f" {name} ", muted)]
            used += needed
        return Strip(segments)

    def _colour(self, place: int) -> Color:
        group, dark = self.chart.groups[place], self.app.current_theme.dark
        return Color.parse(series_colour(group, place, self.app.theme_variables, dark=dark))


def series_colour(group: Group, place: int, variables: dict[str, str], *, dark: bool) -> str:
    """The colour of a series in a theme; greys for nobody in particular."""
    greys = {"human": variables["muted"], "unknown": variables["faint"], "others": variables["tool"]}
    return colour_of(group, place, DARK_COLOURS if dark else LIGHT_COLOURS, greys)


def cells_of(period: Period, groups: Sequence[Group], most: int, tall: int) -> list[Cell]:
    """A column from the bottom up: ``tall`` cells where ``most`` lines reach to the top.

    Boundaries are drawn to an eighth of a cell. A series that fills whole cells has its letter in the
    middle one, so that nobody needs colours to tell it.
    """
    if not period.total:
        return [(" ", -1, -1)] * tall
    edges: list[int] = []
    total = 0
    for count in period.counts:
        total += count
        edges.append(max(round(total * tall * 8 / most), 1) if total else 0)
    cells = [_cell(edges, level * 8) for level in range(tall)]
    for place, group in enumerate(groups):
        whole = [level for level, cell in enumerate(cells) if cell == ("█", place, -1)]
        if whole:
            cells[whole[len(whole) // 2]] = (letter_of(group, place), -1, place)
    return cells


def _cell(edges: Sequence[int], bottom: int) -> Cell:
    """The cell from ``bottom`` eighths on: the series at its bottom, and the next one that begins in it."""
    top = bottom + 8
    places = [
        place
        for place, edge in enumerate(edges)
        if edge > bottom
        and (edges[place - 1] if place else 0) < top
        and edge > (edges[place - 1] if place else 0)
    ]
    if not places:
        return " ", -1, -1
    first = places[0]
    end = edges[first]
    if end >= top:
        return "█", first, -1
    if len(places) == 1:
        return _EIGHTHS[end - bottom], first, -1
    # Two of several in one cell: the one at the bottom, and the one that has most of the rest.
    rest = max(places[1:], key=lambda place: min(edges[place], top) - max(edges[place - 1], bottom))
    return _EIGHTHS[end - bottom], first, rest
