"""The rows of a statistic: letter, name, bar and numbers."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip

from byline.review.authors import FILLS, UNKNOWN_FILL, percent
from byline.statistics.bars import BAR_FILLS, bar_parts
from byline.statistics.svg import letter_of
from byline.statistics.tables import By, Group, Row, shown_name
from byline.text import safe_line, shorten
from byline_tui.widgets.diff_drawing import fitted
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.time_chart import series_colour

_ADDED, _SHARE, _REMOVED, _COMMITS, _LEFT = 10, 5, 10, 9, 24
_NAME_WIDEST, _NAME_NARROWEST = 44, 14
_BAR_WIDEST = 40
_WIDE = 90


class StatsTable(LineView):
    """A heading, then a line per row. The heading stays where it is when one scrolls to the end."""

    DEFAULT_CSS = """
    StatsTable > .stats-table--muted { color: $muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"stats-table--muted"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Conversation", show=False, id="stats.select",
                tooltip="The conversation of the session under the cursor"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._by: By = "model"
        self._rows: Sequence[Row] = ()
        self._groups: Sequence[Group] = ()
        self._titles: Mapping[str, str] = {}

    def show(self, by: By, rows: Sequence[Row], groups: Sequence[Group], titles: Mapping[str, str]) -> None:
        """Show other rows, of the grouping ``by``; they share marks with the chart's ``groups``.

        ``titles`` are the sessions', by id: foreign text.
        """
        kept = self.current
        self._by, self._rows, self._groups, self._titles = by, rows, groups, titles
        self.lines_changed()
        places = {row.group: place for place, row in enumerate(rows)}
        self.cursor = places.get(kept.group, 0) if kept is not None else 0

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    @property
    def line_count(self) -> int:
        """The rows."""
        return len(self._rows)

    def heading(self, by: str, width: int) -> str:
        """The words over the columns, for a table ``width`` cells wide."""
        name, bar = self._columns(width)
        words = f"   {by:<{name}}  {'':<{bar}}{'added':>{_ADDED}}{'':>{_SHARE}}"
        if self._is_wide(width):
            words += f"{'removed':>{_REMOVED}}{'commits':>{_COMMITS}}"
        return words + (f"{'of sessions still there':>{_LEFT}}" if self._is_measured else "")

    def render_content(self, y: int, width: int) -> Strip:
        """One row."""
        row = self._rows[y]
        muted = self.component_style("stats-table--muted")
        name, bar = self._columns(width)
        colour = self._colour(row)
        place = self._groups.index(row.group) if row.group in self._groups else -1
        letter = letter_of(row.group, place) if place >= 0 else " "
        total = sum(each.added.total for each in self._rows)
        segments = [
            Segment(f" {letter} ", colour + Style(bold=True)),
            Segment(fitted(self._label(row), name), Style(bold=row.group.kind == "known")),
            Segment("  "),
            *self._bar(row, bar, colour, muted),
            Segment(f"{f'+{row.added.total:,}':>{_ADDED}}"),
            Segment(f"{percent(row.added.total, total):>{_SHARE}}", Style(bold=True)),
        ]
        if self._is_wide(width):
            segments.append(
                Segment(f"{f'−{row.removed.total:,}':>{_REMOVED}}{row.commits:>{_COMMITS},}", muted)
            )
        if self._is_measured:
            segments.append(Segment(f"{survived_words(row):>{_LEFT}}"))
        return Strip(segments)

    # Columns -------------------------------------------------------------------------------------

    @property
    def _is_measured(self) -> bool:
        return bool(self._rows) and self._rows[0].survived is not None

    def _columns(self, width: int) -> tuple[int, int]:
        """The cells of the name and of the bar."""
        numbers = _ADDED + _SHARE + (_LEFT if self._is_measured else 0)
        numbers += _REMOVED + _COMMITS if self._is_wide(width) else 0
        room = max(width - 3 - 2 - numbers, _NAME_NARROWEST)
        name = max(min(room * 3 // 5, _NAME_WIDEST), _NAME_NARROWEST)
        return name, max(min(room - name, _BAR_WIDEST), 0)

    def _is_wide(self, width: int) -> bool:
        """Whether there is room for all the columns."""
        return width >= _WIDE + (_LEFT if self._is_measured else 0)

    def _bar(self, row: Row, width: int, colour: Style, muted: Style) -> list[Segment]:
        if row.survived is not None:
            return self._survival_bar(row, width, muted)
        most = max(each.added.total for each in self._rows)
        parts = bar_parts(row.added, most, width)
        segments = [
            Segment(BAR_FILLS[who] * cells, colour if who in {"ai", "mixed"} else muted)
            for who, cells in parts
        ]
        return [*segments, Segment(" " * (width - sum(cells for _, cells in parts)))]

    def _survival_bar(self, row: Row, width: int, muted: Style) -> list[Segment]:
        """What was written, as far as it is still there in a colour."""
        most = max(each.written for each in self._rows)
        cells = max(round(row.written * width / max(most, 1)), 1) if row.written else 0
        kept = round(cells * (row.survived or 0) / max(row.written, 1))
        variables, dark = self.app.theme_variables, self.app.current_theme.dark
        colour = Style(color=series_colour(row.group, 0, variables, dark=dark))
        return [
            Segment(FILLS[0] * kept, colour),
            Segment(UNKNOWN_FILL * (cells - kept), muted),
            Segment(" " * (width - cells)),
        ]

    def _colour(self, row: Row) -> Style:
        place = self._groups.index(row.group) if row.group in self._groups else -1
        variables = self.app.theme_variables
        if place < 0:
            return Style(color=variables["muted"])
        dark = self.app.current_theme.dark
        return Style(color=series_colour(row.group, place, variables, dark=dark))

    def _label(self, row: Row) -> str:
        name = safe_line(shown_name(row.group, self._by))
        title = self._titles.get(row.group.name)
        return f"{name} {shorten(safe_line(title), _NAME_WIDEST)}" if title else name


def survived_words(row: Row) -> str:
    """How many of the lines that sessions wrote are still there: ``1,151 of 1,400  82%``."""
    if row.survived is None or not row.written:
        return "–"
    share = percent(row.survived, row.written)
    return f"{row.survived:,} of {row.written:,} {share:>4}"
