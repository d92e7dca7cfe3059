"""A review's diff with a gutter: who touched the line, with which model, and how that is known."""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.strip import Strip

from byline.review.authors import Marks, Who, model_name
from byline.review.model import DiffLine
from byline.text import safe_line
from byline_tui.widgets.diff_context import first_lines, hidden_above
from byline_tui.widgets.diff_drawing import coloured, fitted, heading_of, shown_text
from byline_tui.widgets.diff_layout import NONE, DiffLayout, Row, notes_of
from byline_tui.widgets.diff_moved import Elsewhere, Key
from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.gutter_view import GutterView
from byline_tui.widgets.intraline import Span, changed_parts

MATCH_MARKS = {"exact": " ", "edited": "~", "reformatted": "↻", "moved": "⇄", None: "·"}
"""How a credit is known, in one cell; a dot where there is none."""

SIGNS = {"added": "+", "removed": "-", "context": " "}
MOVED_SIGNS = {"added": "»", "removed": "«"}
"""In place of the sign on lines that only changed their place within this diff."""

MODEL_WIDEST, MODEL_NARROWEST = 14, 9
"""Cells for a model's name: a seventh of the view between these, and no more than the longest needs."""

SPLIT_NAMED = 150
"""Cells from which on a view side by side has room for the names of models."""

HUNKS_KEPT = 256
"""Hunks whose changes inside of lines are remembered."""

_EMPTY_LAYOUT = DiffLayout(())


class DiffView(GutterView):
    """The diff of a review, unified or side by side. Rows, authors and syntax are given to :meth:`show`."""

    DEFAULT_CSS = """
    DiffView { overflow-x: auto; scrollbar-size-horizontal: 0; }
    DiffView > .diff-view--added { background: $diff-added; }
    DiffView > .diff-view--removed { background: $diff-removed; }
    DiffView > .diff-view--added-sign { color: $added; text-style: bold; }
    DiffView > .diff-view--removed-sign { color: $removed; text-style: bold; }
    DiffView > .diff-view--added-strong { background: $diff-added-strong; }
    DiffView > .diff-view--removed-strong { background: $diff-removed-strong; }
    DiffView > .diff-view--muted { color: $muted; }
    DiffView > .diff-view--faint { color: $faint; }
    DiffView > .diff-view--file { background: $panel; text-style: bold; }
    DiffView > .diff-view--moved { color: $tool; text-style: bold; }
    DiffView > .diff-view--hunk { color: $tool; background: $surface; }
    DiffView > .diff-view--comment { color: $muted; text-style: italic; }
    DiffView > .diff-view--string { color: $added; }
    DiffView > .diff-view--number { color: $accent; }
    DiffView > .diff-view--keyword { color: $secondary; }
    DiffView > .diff-view--name { color: $primary; }
    DiffView > .diff-view--type { color: $warning; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"diff-view--{name}"
        for name in (
            "added", "removed", "added-sign", "removed-sign", "added-strong", "removed-strong",
            "muted", "faint", "file", "hunk", "moved",
            "comment", "string", "number", "keyword", "name", "type",
        )
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Conversation", id="diff.select",
                tooltip="The conversation at the call that touched the line"),
        Binding("n", "change(1)", "Next author", id="diff.next_change",
                tooltip="Next change of contributor; while something is sought, its next match"),
        Binding("p,N", "change(-1)", "Previous author", show=False, id="diff.previous_change",
                tooltip="Previous change of contributor"),
        Binding("right_square_bracket", "hunk(1)", "Next hunk", key_display="]", show=False,
                id="diff.next_hunk"),
        Binding("left_square_bracket", "hunk(-1)", "Previous hunk", key_display="[", show=False,
                id="diff.previous_hunk"),
        Binding("right_curly_bracket", "file(1)", "Next file", key_display="}", show=False,
                id="diff.next_file"),
        Binding("left_curly_bracket", "file(-1)", "Previous file", key_display="{", show=False,
                id="diff.previous_file"),
        Binding("x", "other_side", "Other side", show=False, id="diff.other_side",
                tooltip="Side by side: explain the line at the other side"),
        Binding("l", "screen.focus_legend", "Legend", id="diff.legend",
                tooltip="Choose whose lines light up"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self.layout_of_rows = _EMPTY_LAYOUT
        self.at_left = False
        """Side by side: whether the line at the left is the one that is meant."""
        self._marks = Marks(())
        self._moved: Mapping[Key, Elsewhere] = {}
        self.lit: Who | None = None
        """Whose lines are lit up; None: all."""
        self._changed: LRUCache[tuple[int, int], dict[int, list[Span]]] = LRUCache(HUNKS_KEPT)
        self._sought = ""
        self._shift = 0
        self._model_width = self._author_width = self._side_gutter = self._indent = 0
        self._number_width = 1

    def show(
        self,
        layout: DiffLayout,
        syntax: DiffSyntax,
        marks: Marks,
        moved: Mapping[Key, Elsewhere] | None = None,
    ) -> None:
        """Show another review, or the same in another form; nothing is lit."""
        self.layout_of_rows, self._syntax, self._marks = layout, syntax, marks
        self._moved = moved or {}
        self.lit = None
        self._shift = 0
        self._changed.clear()
        self._styles.clear()
        self._number_width = max(len(str(layout.largest_number)), 2)
        self._measure(self.line_width)
        self.lines_changed()

    def light(self, who: Who | None) -> None:
        """Dim every touched line but those of ``who``; None lights all."""
        if who != self.lit:
            self.lit = who
            self.lines_changed()

    @property
    def current(self) -> DiffLine | None:
        """The line under the cursor; side by side the one that is meant."""
        return self.layout_of_rows.line(self.cursor, left=self.at_left)

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Where the line under the cursor was moved from or to."""
        line = self.current
        at = self.layout_of_rows.file_at(self.cursor)
        return self._elsewhere(at, line) if line is not None else None

    # LineView ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """The rows of the diff."""
        return len(self.layout_of_rows)

    @property
    def content_width(self) -> int:
        """The gutter and the longest line; side by side each half scrolls in itself."""
        if not self.line_count or self.layout_of_rows.split:
            return 0
        return self.frozen_columns + self.layout_of_rows.longest + 1

    def width_changed(self, width: int) -> None:
        """The model's name gets less room in a narrow view."""
        self._measure(width)

    def render_content(self, y: int, width: int) -> Strip:
        """One row: heading, note, hunk header or line with its gutter."""
        row = self.layout_of_rows.row(y)
        if row.kind == "line":
            return Strip(self._both(y, row, width) if self.layout_of_rows.split else self._line(y, row))
        if row.kind == "file":
            return self._filled(self._file(row.file), "file", width)
        if row.kind == "hunk":
            return self._filled(self._hunk(row), "hunk", width)
        if row.kind == "note":
            words = safe_line(notes_of(self.layout_of_rows.files[row.file])[row.index])
            return Strip([Segment(" " * self._indent), Segment(words, self._style("muted"))])
        return Strip([])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Side by side the halves scroll too; there alone is another side."""
        if action == "other_side":
            return self.layout_of_rows.split
        if action == "scroll_by" and self.layout_of_rows.split:
            return True
        return super().check_action(action, parameters)

    def action_scroll_by(self, cells: int) -> None:
        """Scroll sideways; side by side both halves."""
        if not self.layout_of_rows.split:
            super().action_scroll_by(cells)
            return
        room = self._half(self.line_width) - self._side_gutter
        self._shift = max(min(self._shift + cells, self.layout_of_rows.longest + 1 - room), 0)
        self.lines_changed()

    # Rows ----------------------------------------------------------------------------------------

    def _measure(self, width: int) -> None:
        """Lay out the columns: author, model and match, two numbers (side by side one), the sign."""
        layout = self.layout_of_rows
        longest = max((cell_len(safe_line(model_name(who))) for who in layout.counts), default=0)
        self._model_width = min(longest, max(min(width // 7, MODEL_WIDEST), MODEL_NARROWEST))
        if layout.split and width < SPLIT_NAMED:
            self._model_width = 0
        named = 7 + self._model_width if self._model_width else 6
        self._author_width = 0 if layout.grouping == "off" else named
        self._side_gutter = self._author_width + self._number_width + 3
        unified = self._author_width + 2 * (self._number_width + 1) + 2
        self._indent = self._side_gutter if layout.split else unified
        self.frozen_columns = 0 if layout.split else unified

    def _half(self, width: int) -> int:
        return max((width - 1) // 2, self._side_gutter + 1)

    def _filled(self, segments: Iterator[Segment], name: str, width: int) -> Strip:
        style = self._style(name)
        strip = Strip(segments).apply_style(style)
        # As wide as the diff, so that scrolling sideways keeps the bar.
        return strip.extend_cell_length(max(width, self.content_width), style)

    def _file(self, at: int) -> Iterator[Segment]:
        file = self.layout_of_rows.files[at]
        yield Segment(f" {safe_line(heading_of(file))}")
        yield Segment(f"  {file.status}", self._style("muted"))
        added, removed = self.layout_of_rows.sizes[at]
        if added or removed:
            yield Segment(f"  +{added}", self._style("added-sign"))
            yield Segment(f" −{removed}", self._style("removed-sign"))

    def _hunk(self, row: Row) -> Iterator[Segment]:
        file = self.layout_of_rows.files[row.file]
        hunk = file.hunks[row.hunk]
        yield Segment(" " * self._indent)
        yield Segment(
            f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@ "
            f"{safe_line(hunk.heading)}"
        )
        hidden = hidden_above(file, row.hunk)
        if hidden and first_lines(hunk)[0]:
            yield Segment(f"  ↕ {hidden:,} folded", self._style("faint"))

    def _line(self, y: int, row: Row) -> Iterator[Segment]:
        left = row.right == NONE
        line = self._lines(row)[row.left if left else row.right]
        dimmed = self._is_dimmed(y, left=left)
        yield from self._author(y, line, left=left, dimmed=dimmed)
        muted = self._style("faint" if dimmed else "muted")
        for number in (line.old_number, line.new_number):
            yield Segment(f"{'' if number is None else number:>{self._number_width}} ", muted)
        body = self._ground(line, dimmed=dimmed)
        yield self._sign(row.file, line, body, dimmed=dimmed)
        # The background runs to the right edge, and on where the view scrolls sideways.
        room = max(self.content_width, self.line_width) - self.frozen_columns
        yield from self._body(line, row, row.left if left else row.right, body, room, plain=dimmed)

    def _both(self, y: int, row: Row, width: int) -> Iterator[Segment]:
        """Old and new side of a row."""
        half = self._half(width)
        for left, index in ((True, row.left), (False, row.right)):
            if not left:
                yield Segment("│", self._style("faint"))
            if index == NONE:
                yield Segment(" " * half)
            else:
                strip = Strip(self._side(y, row, index, left=left))
                gutter = strip.crop(0, self._side_gutter)
                body = strip.crop_extend(self._side_gutter + self._shift, half + self._shift, None)
                yield from (*gutter, *body)

    def _side(self, y: int, row: Row, index: int, *, left: bool) -> Iterator[Segment]:
        line = self._lines(row)[index]
        dimmed = self._is_dimmed(y, left=left)
        yield from self._author(y, line, left=left, dimmed=dimmed)
        number = line.old_number if left else line.new_number
        muted = self._style("faint" if dimmed else "muted")
        yield Segment(f"{'' if number is None else number:>{self._number_width}} ", muted)
        body = self._ground(line, dimmed=dimmed)
        yield self._sign(row.file, line, body, dimmed=dimmed)
        room = self._half(self.line_width) - self._side_gutter + self._shift
        yield from self._body(line, row, index, body, room, plain=dimmed)

    def _lines(self, row: Row) -> tuple[DiffLine, ...]:
        return self.layout_of_rows.files[row.file].hunks[row.hunk].lines

    def _is_dimmed(self, y: int, *, left: bool) -> bool:
        return self.lit is not None and self.layout_of_rows.who_at(y)[0 if left else 1] != self.lit

    def _ground(self, line: DiffLine, *, dimmed: bool) -> Style:
        body = self._style("faint" if dimmed else "plain")
        return body if line.kind == "context" or dimmed else body + self._style(line.kind)

    def _sign(self, file: int, line: DiffLine, body: Style, *, dimmed: bool) -> Segment:
        if line.kind == "context" or dimmed:
            return Segment(f"{SIGNS[line.kind]} ", body)
        if self._elsewhere(file, line) is not None:
            return Segment(f"{MOVED_SIGNS[line.kind]} ", body + self._style("moved"))
        return Segment(f"{SIGNS[line.kind]} ", body + self._style(f"{line.kind}-sign"))

    def _elsewhere(self, file: int, line: DiffLine) -> Elsewhere | None:
        if line.kind == "context":
            return None
        number = line.new_number if line.kind == "added" else line.old_number
        return self._moved.get((file, line.kind, number or 0))

    def _author(self, y: int, line: DiffLine, *, left: bool, dimmed: bool) -> Iterator[Segment]:
        """Key and model once a run and at the top of the page; the match in every row."""
        who = self.layout_of_rows.who_at(y)[0 if left else 1]
        if not self._author_width:
            return
        if who is None or line.credit is None:
            yield Segment(" " * self._author_width)
            return
        muted = self._style("faint" if dimmed else "muted")
        own = muted if dimmed else self._author_style(who)
        is_session = who.kind == "session"
        named = y == self._top or self.layout_of_rows.begins(y, left=left)
        yield Segment("▌" if is_session else " ", own)
        key = self._marks.key(who) if named else "  "
        yield Segment(f"{key} ", own + Style(bold=is_session and not dimmed))
        if self._model_width:
            model = safe_line(model_name(who)) if named else ""
            yield Segment(f"{fitted(model, self._model_width)} ", muted)
        yield Segment(f"{MATCH_MARKS[line.credit.match]} ", own)

    def _body(
        self, line: DiffLine, row: Row, index: int, style: Style, room: int, *, plain: bool
    ) -> Iterator[Segment]:
        text = shown_text(line.content)
        if plain:
            yield Segment(text, style)
        else:
            strong = self._style(f"{line.kind}-strong" if line.kind != "context" else "plain")
            tones = self._syntax.spans(row.file, row.hunk, index)
            yield from coloured(text, style, tones, self._intraline(row).get(index, ()), strong, self._style)
        yield Segment(" " * max(room - cell_len(text), 0), style)

    def _intraline(self, row: Row) -> dict[int, list[Span]]:
        key = (row.file, row.hunk)
        spans = self._changed.get(key)
        if spans is None:
            spans = self._changed[key] = changed_parts(self._lines(row))
        return spans

    def _author_style(self, who: Who) -> Style:
        name = f"author {self._marks.colour(who, dark=True, neutral='')}"
        if name not in self._styles:
            muted = self._style("muted").color
            neutral = muted.name if muted is not None else "default"
            colour = self._marks.colour(who, dark=self.app.current_theme.dark, neutral=neutral)
            self._styles[name] = Style(color=colour)
        return self._styles[name]

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            plain = name == "plain"
            self._styles[name] = Style() if plain else self.component_style(f"diff-view--{name}")
        return self._styles[name]

    # Ways ----------------------------------------------------------------------------------------

    def mark_matches(self, text: str) -> None:
        """Highlight what is sought; while there is something, the ways lead from one match to the next."""
        self._sought = text
        super().mark_matches(text)

    def action_change(self, by: Literal[1, -1]) -> None:
        """Go to the next or previous match; without a search, run of one contributor's lines."""
        if self._sought:
            self.find(self._sought, by, further=True)
        else:
            self._go(self._search(self.layout_of_rows.next_change, by))

    def action_hunk(self, by: Literal[1, -1]) -> None:
        """Go to the next or previous hunk."""
        self._go(self.layout_of_rows.next_of(self.layout_of_rows.hunk_starts, self.cursor, by))

    def action_file(self, by: Literal[1, -1]) -> None:
        """Go to the next or previous file."""
        self._go(self.layout_of_rows.next_of(self.layout_of_rows.file_starts, self.cursor, by), top=True)

    def action_other_side(self) -> None:
        """Mean the line at the other side."""
        self.at_left = not self.at_left
        self.post_message(self.CursorMoved(self, self.cursor))

    def line_clicked(self, y: int, x: int, chain: int) -> None:
        """Side by side the half that was clicked is the one that is meant."""
        left = self.layout_of_rows.split and x <= self._half(self.line_width)
        if left != self.at_left:
            self.action_other_side()
        super().line_clicked(y, x, chain)

    def find(self, text: str, by: Literal[1, -1], *, further: bool) -> bool:
        """Go to the next row that has ``text``, or stay on this one if it has and not ``further``."""
        found = self.layout_of_rows.next_with(text, self.cursor + by if further else self.cursor, by)
        if found is not None:
            self.cursor = found
        return found is not None

    def go_to_file(self, file: int) -> None:
        """Put the cursor on a file's heading, at the top."""
        if file < len(self.layout_of_rows.file_starts):
            self._go(self.layout_of_rows.file_starts[file], top=True)

    def _go(self, y: int, *, top: bool = False) -> None:
        self.cursor = y
        if top:
            self.scroll_to(y=y, animate=False)

    def _search(self, step: Callable[[int, Literal[1, -1]], int], by: Literal[1, -1]) -> int:
        at = self.cursor
        while (found := step(at, by)) != at:
            if self.lit is None or self.lit in self.layout_of_rows.who_at(found):
                return found
            at = found
        return self.cursor
