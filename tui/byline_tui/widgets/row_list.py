"""A list of any length that holds the order of its rows, and reads the rows themselves when seen."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.cache import LRUCache
from textual.strip import Strip

from byline_tui.widgets.line_view import LineView

Row = TypeVar("Row")

PAGES_KEPT = 64


class RowList(LineView, Generic[Row]):
    """Rows of a fixed height in the order of their keys, with headings between them if wanted.

    A subclass gives :meth:`render_row` (and :meth:`render_heading`). ``fetch`` is called with the keys of
    about a screenful and gives the rows it finds by key; it runs on the UI's thread, so it must be quick.
    """

    row_height = 2
    """Lines of every row."""
    page_rows: ClassVar[int] = 128
    """Rows read at once."""

    def __init__(
        self,
        fetch: Callable[[Sequence[str]], Mapping[str, Row]],
        *,
        id: str | None = None,  # noqa: A002 - as in Textual
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._fetch = fetch
        self._keys: Sequence[str] = ()
        self._headings: list[str] = []
        self._heading_rows: list[int] = []
        self._heading_lines: list[int] = []
        self._pages: LRUCache[int, Mapping[str, Row]] = LRUCache(PAGES_KEPT)

    # What a subclass gives ---------------------------------------------------------------------

    def render_row(self, key: str, row: Row | None, width: int) -> Sequence[Strip]:
        """The row's lines, :attr:`row_height` of them; ``row`` is None when it is gone from the store."""
        raise NotImplementedError

    def render_heading(self, text: str, width: int) -> Strip:
        """A heading's line."""
        raise NotImplementedError

    # What a screen calls -------------------------------------------------------------------------

    @property
    def keys(self) -> Sequence[str]:
        """The keys in display order."""
        return self._keys

    @property
    def current_key(self) -> str | None:
        """The key of the row under the cursor; None in an empty list."""
        index = self.row_at(self.cursor)
        return self._keys[index] if index is not None else None

    def set_order(
        self,
        keys: Sequence[str],
        headings: Mapping[int, str] | None = None,
        *,
        row_height: int | None = None,
        from_top: bool = False,
    ) -> None:
        """Show these rows; ``headings`` stand above the rows with these indexes.

        The cursor stays with its row, at its place in the view; a view that shows the top goes on to, so that
        what is new there is seen. If the row is gone the cursor goes to the next one that is left; if there
        was none, or with ``from_top``, to the first.
        """
        kept = None if from_top else self._row_kept(keys)
        top = self.scroll_offset.y
        offset = self.cursor - top
        self._keys = keys
        self.row_height = row_height or self.row_height
        ordered = sorted((headings or {}).items())
        self._headings = [text for _, text in ordered]
        self._heading_rows = [index for index, _ in ordered]
        self._heading_lines = [index * self.row_height + above for above, (index, _) in enumerate(ordered)]
        self._pages.clear()
        self.lines_changed()
        self.cursor = self.line_of(kept or 0)
        shows_top = top == 0 and self.cursor + self.row_height <= self.page_lines
        if kept is None or shows_top:
            self.scroll_to(y=0, animate=False, force=True)
        else:
            self.scroll_to(y=max(self.cursor - offset, 0), animate=False, force=True)
        self.post_message(self.CursorMoved(self, self.cursor))

    def _row_kept(self, keys: Sequence[str]) -> int | None:
        """The index in ``keys`` for the row under the cursor, else for the nearest that is left."""
        index = self.row_at(self.cursor)
        if index is None or not keys:
            return None
        places = {key: place for place, key in enumerate(keys)}
        nearest = (*range(index, len(self._keys)), *range(index - 1, -1, -1))
        return next((places[self._keys[near]] for near in nearest if self._keys[near] in places), None)

    def go_to(self, key: str) -> bool:
        """Put the cursor on the row with this key; whether there is one."""
        if key not in self._keys:
            return False
        self.cursor = self.line_of(self._keys.index(key))
        return True

    def forget_rows(self) -> None:
        """Read the rows again; their order stays."""
        self._pages.clear()
        self.lines_changed()

    def line_of(self, index: int) -> int:
        """The first line of the row with this index."""
        return index * self.row_height + bisect_right(self._heading_rows, index)

    def row_at(self, y: int) -> int | None:
        """The index of the row that line ``y`` belongs to, a heading's line to the row below it."""
        if not self._keys:
            return None
        above = bisect_right(self._heading_lines, y)
        if above and self._heading_lines[above - 1] == y:
            y += 1
        return max(min((y - above) // self.row_height, len(self._keys) - 1), 0)

    def row(self, index: int) -> Row | None:
        """The row with this index, read with the page it is on."""
        page = index // self.page_rows
        rows = self._pages.get(page)
        if rows is None:
            rows = self._fetch(self._keys[page * self.page_rows : (page + 1) * self.page_rows])
            self._pages[page] = rows
        return rows.get(self._keys[index])

    # LineView ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Lines of all rows and headings."""
        return len(self._keys) * self.row_height + len(self._heading_lines)

    def cursor_extent(self, y: int) -> tuple[int, int]:
        """The whole row."""
        index = self.row_at(y)
        return (y, 1) if index is None else (self.line_of(index), self.row_height)

    def step(self, y: int, by: int) -> int:
        """The row so many rows on."""
        index = self.row_at(y)
        return y if index is None else self.line_of(max(min(index + by, len(self._keys) - 1), 0))

    def validate_cursor(self, y: int) -> int:
        """Always the first line of a row."""
        index = self.row_at(super().validate_cursor(y))
        return 0 if index is None else self.line_of(index)

    def render_content(self, y: int, width: int) -> Strip:
        """A heading, or the line of a row."""
        above = bisect_right(self._heading_lines, y)
        if above and self._heading_lines[above - 1] == y:
            return self.render_heading(self._headings[above - 1], width)
        index, line = divmod(y - above, self.row_height)
        strips = self.render_row(self._keys[index], self.row(index), width)
        return strips[line] if line < len(strips) else Strip.blank(width)
