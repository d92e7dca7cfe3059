"""Blocks of lines as one view: each is drawn when it comes in sight, and its height is guessed until then."""

import re
from collections.abc import Iterable, Sequence

from textual.cache import LRUCache
from textual.geometry import Region
from textual.strip import Strip

from byline_tui.widgets.heights import Heights
from byline_tui.widgets.line_view import LineView

BLOCKS_KEPT = 256

_SEEN = re.compile(rb"[^\0]")
_REACH = 64
"""Blocks that are looked through first for the last one that is shown."""


class BlockView(LineView):
    """Any number of blocks. A subclass gives :meth:`_draw`, and calls :meth:`_set_blocks`.

    What is in sight, and a page above it, is always drawn and measured first; the line at the top keeps its
    place when a guess above it is put right. ``_states`` is 0 for a block that is not shown; ``_gaps`` are
    the empty lines above each block.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id, classes=classes)
        self._heights = Heights(())
        self._states = bytearray()
        self._gaps = bytearray()
        self._exact = bytearray()
        self._painted: LRUCache[int, list[Strip]] = LRUCache(BLOCKS_KEPT)

    def _draw(self, index: int, width: int) -> list[Strip]:
        """The lines of a block, those above it included."""
        raise NotImplementedError

    def _set_blocks(self, heights: Sequence[int], states: bytearray, gaps: bytearray) -> None:
        """Show these blocks from now on; what was drawn is forgotten."""
        self._painted.clear()
        self._heights, self._states, self._gaps = Heights(heights), states, gaps
        self._exact = bytearray(len(states))

    @property
    def current_block(self) -> int | None:
        """The index of the block under the cursor; None when there are none."""
        return self._heights.find(self.cursor)[0] if self.line_count else None

    # LineView ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Lines of all blocks, as far as they are known."""
        return self._heights.total

    def render_content(self, y: int, width: int) -> Strip:
        """The line of the block that ``y`` is in."""
        index, line = self._heights.find(y)
        strips = self._paint(index, width)
        return strips[line] if line < len(strips) else Strip([])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Measure what is in sight before it is drawn."""
        self._settle()
        return super().render_lines(crop)

    def notify_style_update(self) -> None:
        """Colours changed: nothing painted holds."""
        super().notify_style_update()
        self._painted.clear()

    def action_last(self) -> None:
        """Measure the last page before going to its end."""
        count = len(self._states)
        self._measure(range(max(count - self.page_lines, 0), count))
        super().action_last()

    # Heights -------------------------------------------------------------------------------------

    def _visible(self, index: int, by: int) -> int | None:
        """The next block that is shown, up or down."""
        if by > 0:
            found = _SEEN.search(self._states, index + 1)
            return found.start() if found else None
        reach = _REACH
        while index > 0:
            start = max(index - reach, 0)
            if seen := self._states[start:index].rstrip(b"\0"):
                return start + len(seen) - 1
            index, reach = start, reach * 8
        return None

    def _settle(self) -> None:
        """Measure the blocks in sight and a page above; keep the line at the top where it is."""
        if not self.line_count or not self.is_laid_out:
            return
        top = min(self.scroll_offset.y, max(self.line_count - 1, 0))
        first, _ = self._heights.find(top)
        self._measure_around(first, self.scroll_offset.y - self._heights.start(first))

    def _measure_around(self, first: int, hidden: int = 0) -> None:
        """Measure a page of lines above block ``first`` and one from its line ``hidden`` on."""
        lines = self.page_lines
        above, index = 0, self._visible(first, -1)
        while index is not None and above <= lines:
            self._measure([index])
            above += self._heights[index]
            index = self._visible(index, -1)
        below = -hidden
        at: int | None = first
        while at is not None and below <= lines:
            self._measure([at])
            below += self._heights[at]
            at = self._visible(at, 1)

    def _measure(self, indexes: Iterable[int]) -> None:
        """Draw blocks not yet drawn and put their heights right; cursor and top stay with their blocks."""
        grown = False
        for index in indexes:
            if self._exact[index] or not self.is_laid_out:
                continue
            self._exact[index] = 1
            start = self._heights.start(index)
            old = self._heights[index]
            height = len(self._paint(index, self.line_width)) if self._states[index] else 0
            more = self._heights.set(index, height)
            if not more:
                continue
            grown = True
            if start + old <= self.cursor:
                self.set_reactive(LineView.cursor, self.cursor + more)
            if start + old <= self.scroll_offset.y:
                self._shift(more)
        if grown:
            self._strips.clear()
            self.virtual_size = self.virtual_size.with_height(self.line_count)
            self.set_reactive(LineView.cursor, self.validate_cursor(self.cursor))

    def _shift(self, lines: int) -> None:
        """Scroll with lines that came or went above the view."""
        self.virtual_size = self.virtual_size.with_height(self.line_count)
        self.scroll_y = self.scroll_target_y = self.scroll_y + lines

    def _first_line(self, index: int) -> int:
        return self._heights.start(index) + self._gaps[index]

    def _anchor(self) -> tuple[int, int, int] | None:
        """The cursor's block, its place in it, and its place in the view."""
        if not self.line_count:
            return None
        index, line = self._heights.find(min(self.cursor, self.line_count - 1))
        return index, line, self.cursor - self.scroll_offset.y

    def _restore(self, anchor: tuple[int, int, int] | None) -> None:
        if anchor is None:
            return
        index, line, place = anchor
        self._measure([index])
        line = max(min(line, self._heights[index] - 1), 0)
        self.set_reactive(LineView.cursor, self._heights.start(index) + line)
        self.lines_changed()
        place = max(min(place, self.page_lines - 1), 0)
        self.scroll_to(y=self.cursor - place, animate=False, force=True)

    def _remeasure(self, indexes: Iterable[int]) -> None:
        indexes = list(indexes)
        for index in indexes:
            self._painted.discard(index)
            self._exact[index] = 0
        self._measure(indexes)

    def _paint(self, index: int, width: int) -> list[Strip]:
        painted = self._painted.get(index)
        if painted is None:
            painted = self._painted[index] = self._draw(index, width)
        return painted
