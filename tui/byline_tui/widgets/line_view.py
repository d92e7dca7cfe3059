"""A scrolling view over any number of lines that are drawn one by one, when they are seen.

Conversations, lists and diffs are drawn with it. One widget per line (or per message) costs seconds and
hundreds of megabytes on long ones; this costs one widget and a cache of the lines last seen.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from byline_tui.widgets.strips import cells, matches, restyle, with_background

STRIPS_KEPT = 4096
SCROLL_MARGIN = 2
"""Lines kept in sight above and below the cursor when it moves."""


class LineView(ScrollView, can_focus=True):
    """Virtual lines with a cursor.

    A subclass gives :attr:`line_count` and :meth:`render_content`, and calls :meth:`lines_changed` when
    either gives something else than before. Lines are numbered from 0 at the top.

    What a subclass may also give:

    - :attr:`content_width`: the width of the widest line; more than the view's lets it scroll sideways.
    - :attr:`frozen_columns`: so many cells at the left stay when it scrolls sideways.
    - :meth:`cursor_extent`: the lines that the cursor on a line covers; :meth:`step`: where it stops.
    - :meth:`width_changed`: called with the new width before anything is drawn at it.

    Strips from ``render_content`` may have no background of their own: the view's shows through. All text
    in them must have gone through :mod:`byline.text` before.
    """

    ALLOW_SELECT = True

    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        background: $background;
        color: $foreground;
    }
    LineView > .line-view--cursor { background: $primary 22%; }
    LineView > .line-view--cursor-blurred { background: $foreground 7%; }
    LineView > .line-view--match { background: $warning 40%; color: $foreground; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-view--cursor",
        "line-view--cursor-blurred",
        "line-view--match",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_by(1)", "Line down", show=False, id="line.down", tooltip="One line down"),
        Binding("up,k", "cursor_by(-1)", "Line up", show=False, id="line.up", tooltip="One line up"),
        Binding(
            "pagedown,ctrl+d",
            "page(1)",
            "Page down",
            show=False,
            id="line.page_down",
            tooltip="One page down",
        ),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, id="line.page_up", tooltip="One page up"),
        Binding("home,g", "first", "First line", show=False, id="line.first", tooltip="To the top"),
        Binding("end,G", "last", "Last line", show=False, id="line.last", tooltip="To the end"),
        Binding(
            "left,h",
            "scroll_by(-8)",
            "Scroll left",
            show=False,
            id="line.scroll_left",
            tooltip="Scroll to the left",
        ),
        Binding(
            "right,l",
            "scroll_by(8)",
            "Scroll right",
            show=False,
            id="line.scroll_right",
            tooltip="Scroll to the right",
        ),
        Binding(
            "enter", "select", "Open", show=False, id="line.select", tooltip="Open what the cursor is on"
        ),
    ]

    cursor: var[int] = var(0, init=False)
    """The line the cursor is on, 0 in an empty view."""

    frozen_columns: int = 0

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another line now."""

        view: "LineView"
        line: int

        @property
        def control(self) -> "LineView":
            """The view, for ``@on`` selectors."""
            return self.view

    @dataclass
    class LineSelected(Message):
        """Enter was pressed on a line, or it was clicked twice."""

        view: "LineView"
        line: int

        @property
        def control(self) -> "LineView":
            """The view, for ``@on`` selectors."""
            return self.view

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id, classes=classes)
        self._strips: LRUCache[int, Strip] = LRUCache(STRIPS_KEPT)
        self._strips_at = (-1, -1)
        self._laid_out_width = -1
        self._find: re.Pattern[str] | None = None
        self._wanted: tuple[int, bool] | None = None

    # What a subclass gives ---------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return 0

    @property
    def content_width(self) -> int:
        """The cells of the widest line, where it may be wider than the view; else 0."""
        return 0

    def render_content(self, y: int, width: int) -> Strip:
        """The line ``y`` for a view ``width`` cells wide; the base crops or fills it up."""
        raise NotImplementedError

    def cursor_extent(self, y: int) -> tuple[int, int]:
        """First line and number of lines of what the cursor marks when it is on line ``y``."""
        return y, 1

    def step(self, y: int, by: int) -> int:
        """The line where a cursor on ``y`` comes to stand when it moves ``by`` lines; kept in range later."""
        return y + by

    def width_changed(self, width: int) -> None:
        """The width for lines is another one: what depends on it can be laid out anew."""

    # What a subclass and its screen call ---------------------------------------------------------

    @property
    def line_width(self) -> int:
        """The cells a line can show: the content without the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def page_lines(self) -> int:
        """The lines in sight at once; at least 1."""
        return max(self.scrollable_content_region.height, 1)

    @property
    def is_laid_out(self) -> bool:
        """Whether the view has been given a size yet."""
        return self.line_width > 0

    def lines_changed(self) -> None:
        """The lines are others now: forget strips, follow the new count, keep the cursor in range."""
        self._strips.clear()
        self.virtual_size = Size(self.content_width, self.line_count)
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def invalidate(self, y: int, count: int = 1) -> None:
        """Draw these lines anew; their number stays."""
        for line in range(y, y + count):
            self._strips.discard(line)
        self.refresh_lines(y, count)

    def scroll_to_line(self, y: int, *, top: bool = False) -> None:
        """Bring line ``y`` in sight: at the top, or by scrolling as little as needed. Never animated.

        Before the view is laid out this is remembered and done then.
        """
        if not self.is_laid_out:
            self._wanted = (y, top)
            return
        first, count = self.cursor_extent(y)
        margin = min(SCROLL_MARGIN, max((self.page_lines - count) // 2, 0))
        above, below = first - margin, first + count + margin - self.page_lines
        current = self.scroll_offset.y
        if top or count > self.page_lines:
            self.scroll_to(y=above if top else first, animate=False, force=True)
        elif above < current:
            self.scroll_to(y=above, animate=False, force=True)
        elif below > current:
            self.scroll_to(y=below, animate=False, force=True)

    def show_line(self, y: int) -> None:
        """Put the cursor on line ``y`` with the line near the top of the view."""
        self.set_reactive(LineView.cursor, self.validate_cursor(y))
        self.scroll_to_line(self.cursor, top=True)
        self.refresh()
        self.post_message(self.CursorMoved(self, self.cursor))

    def mark_matches(self, text: str) -> None:
        """Highlight every occurrence of ``text`` in the lines shown, whatever its case; none when empty."""
        self._find = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self._strips.clear()
        self.refresh()

    def component_style(self, name: str) -> Style:
        """A component class's style without the view's background under it."""
        return self.get_component_rich_style(name, partial=True)

    # Drawing -------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Line ``y`` of the view, counted from its top."""
        scroll_x, scroll_y = self.scroll_offset
        line, width = y + scroll_y, self.line_width
        if not 0 <= line < self.line_count:
            return Strip.blank(width, self.rich_style)
        strip = self._strip(line, scroll_x, width)
        first, count = self.cursor_extent(self.cursor)
        if first <= line < first + count:
            name = "line-view--cursor" if self.has_focus else "line-view--cursor-blurred"
            strip = with_background(strip, self.get_component_rich_style(name))
            if self._find is not None:
                match = self.get_component_rich_style("line-view--match")
                strip = restyle(strip, matches(strip, self._find), match)
        if (selection := self.text_selection) is not None:
            strip = self._with_selection(strip, selection, line, scroll_x)
        return strip.apply_offsets(scroll_x, line)

    def _strip(self, line: int, scroll_x: int, width: int) -> Strip:
        if self._strips_at != (scroll_x, width):
            self._strips.clear()
            self._strips_at = (scroll_x, width)
        cached = self._strips.get(line)
        if cached is None:
            content = self.render_content(line, width)
            if self._find is not None:
                style = self.get_component_rich_style("line-view--match")
                content = restyle(content, matches(content, self._find), style)
            base = self.rich_style
            frozen = min(self.frozen_columns, width)
            if scroll_x and frozen:
                body = content.crop_extend(frozen + scroll_x, scroll_x + width, None)
                content = Strip.join([content.crop_extend(0, frozen, None), body])
            elif scroll_x or content.cell_length != width:
                content = content.crop_extend(scroll_x, scroll_x + width, None)
            cached = content.apply_style(base)
            self._strips[line] = cached
        return cached

    def _with_selection(self, strip: Strip, selection: Selection, line: int, scroll_x: int) -> Strip:
        span = selection.get_span(line)
        if span is None:
            return strip
        text = strip.text
        start, end = (max(position - scroll_x, 0) for position in span)
        covered = [(cells(text[:start]), strip.cell_length if span[1] == -1 else cells(text[:end]))]
        return restyle(strip, covered, self.screen.get_component_rich_style("screen--selection"))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text; only the lines that it covers are drawn for it."""
        first = selection.start.y if selection.start is not None else 0
        last = selection.end.y if selection.end is not None else self.line_count - 1
        taken: list[str] = []
        for line in range(max(first, 0), min(last, self.line_count - 1) + 1):
            span = selection.get_span(line)
            text = self.render_content(line, self.line_width).text
            if span is not None:
                taken.append((text[span[0] :] if span[1] == -1 else text[span[0] : span[1]]).rstrip())
        return ("\n".join(taken), "\n") if taken else None

    # What Textual calls --------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Styles or the theme changed: nothing drawn before holds."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        """Lay out at the new width, and do what was asked for before there was one."""
        if self._laid_out_width != self.line_width:
            self._laid_out_width = self.line_width
            self.width_changed(self.line_width)
            self.lines_changed()
        if self._wanted is not None and self.is_laid_out:
            (line, top), self._wanted = self._wanted, None
            self.scroll_to_line(line, top=top)

    def on_focus(self) -> None:
        """The cursor is drawn brighter."""
        self._refresh_cursor(self.cursor)

    def on_blur(self) -> None:
        """The cursor is drawn fainter."""
        self._refresh_cursor(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the line clicked; a second click selects it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        line = offset.y + self.scroll_offset.y
        if 0 <= line < self.line_count:
            self.cursor = line
            self.line_clicked(self.cursor, offset.x + self.scroll_offset.x, event.chain)

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - x is for subclasses
        """A line was clicked, ``chain`` times in a row, at cell ``x`` of its content."""
        if chain == 2:
            self.post_message(self.LineSelected(self, y))

    def validate_cursor(self, y: int) -> int:
        """The nearest line that exists and where the cursor may stand."""
        return max(min(y, self.line_count - 1), 0)

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw both lines anew, keep the cursor in sight, tell others."""
        if old != new:
            self._refresh_cursor(old)
            self._refresh_cursor(new)
            self.scroll_to_line(new)
            self.post_message(self.CursorMoved(self, new))

    def _refresh_cursor(self, y: int) -> None:
        if 0 <= y < self.line_count:
            self.refresh_lines(*self.cursor_extent(y))

    # Actions -------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Scrolling sideways is an action only where lines can be wider than the view."""
        return action != "scroll_by" or self.content_width > 0

    def action_cursor_by(self, by: int) -> None:
        """Move the cursor by lines (or stops)."""
        self.cursor = self.step(self.cursor, by)

    def action_page(self, by: int) -> None:
        """Move the cursor and the view by whole pages."""
        lines = by * max(self.page_lines - SCROLL_MARGIN, 1)
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)
        self.cursor = self.cursor + lines

    def action_first(self) -> None:
        """Move the cursor to the first line."""
        self.cursor = 0
        self.scroll_to(y=0, animate=False, force=True)

    def action_last(self) -> None:
        """Move the cursor to the last line."""
        self.cursor = self.line_count - 1

    def action_scroll_by(self, cells: int) -> None:
        """Scroll sideways by cells, where lines are wider than the view."""
        self.scroll_to(x=max(self.scroll_offset.x + cells, 0), animate=False, force=True)

    def action_select(self) -> None:
        """Select the cursor's line."""
        if self.line_count:
            self.post_message(self.LineSelected(self, self.cursor))
