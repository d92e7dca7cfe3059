"""A review's diff with a gutter: who touched the line, with which model, and how that is known."""

from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.strip import Strip

from byline.review.authors import Marks, Who, model_name
from byline.review.model import DiffLine, ReviewedFile
from byline.text import safe_line, shorten
from byline_tui.widgets.diff_layout import MAX_LINE, DiffLayout, Row, notes_of
from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.intraline import changed_parts
from byline_tui.widgets.line_view import LineView

MATCH_MARKS = {"exact": " ", "edited": "~", "reformatted": "↻", "moved": "⇄", None: "·"}
"""How a credit is known, in one cell; a dot where there is none."""

SIGNS = {"added": "+", "removed": "-", "context": " "}
MODEL_WIDEST, MODEL_NARROWEST = 14, 9
"""Cells for a model's name: a seventh of the view between these, and no more than the longest needs."""

HUNKS_KEPT = 256
"""Hunks whose changes inside of lines are remembered."""

_EMPTY_LAYOUT = DiffLayout(())


class DiffView(LineView):
    """The unified diff of a review. Rows, authors and syntax are prepared by :meth:`show`."""

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
            "muted", "faint", "file", "hunk",
            "comment", "string", "number", "keyword", "name", "type",
        )
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Conversation", id="diff.select",
                tooltip="The conversation at the call that touched the line"),
        Binding("n", "change(1)", "Next author", id="diff.next_change",
                tooltip="Next change of contributor"),
        Binding("p", "change(-1)", "Previous author", show=False, id="diff.previous_change",
                tooltip="Previous change of contributor"),
        Binding("right_square_bracket", "hunk(1)", "Next hunk", key_display="]", show=False,
                id="diff.next_hunk"),
        Binding("left_square_bracket", "hunk(-1)", "Previous hunk", key_display="[", show=False,
                id="diff.previous_hunk"),
        Binding("right_curly_bracket", "file(1)", "Next file", key_display="}", show=False,
                id="diff.next_file"),
        Binding("left_curly_bracket", "file(-1)", "Previous file", key_display="{", show=False,
                id="diff.previous_file"),
        Binding("l", "screen.focus_legend", "Legend", id="diff.legend",
                tooltip="Choose whose lines light up"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self.layout_of_rows = _EMPTY_LAYOUT
        self._syntax = DiffSyntax(())
        self._marks = Marks(())
        self._lit: Who | None = None
        self._changed: LRUCache[tuple[int, int], dict[int, tuple[int, int]]] = LRUCache(HUNKS_KEPT)
        self._styles: dict[str, Style] = {}
        self._top = 0
        self._model_width = 0
        self._number_width = 1

    def show(self, layout: DiffLayout, syntax: DiffSyntax, marks: Marks) -> None:
        """Show another review; nothing is lit."""
        self.layout_of_rows, self._syntax, self._marks = layout, syntax, marks
        self._lit = None
        self._changed.clear()
        self._number_width = max(len(str(layout.largest_number)), 2)
        self._measure(self.line_width)
        self.lines_changed()

    def light(self, who: Who | None) -> None:
        """Dim every touched line but those of ``who``; None lights all."""
        self._lit = who
        self.lines_changed()

    # LineView ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """The rows of the diff."""
        return len(self.layout_of_rows)

    @property
    def content_width(self) -> int:
        """The gutter and the longest line."""
        return self.frozen_columns + self.layout_of_rows.longest + 1 if self.line_count else 0

    def width_changed(self, width: int) -> None:
        """The model's name gets less room in a narrow view."""
        self._measure(width)

    def notify_style_update(self) -> None:
        """Another theme: resolve styles anew."""
        self._styles.clear()
        super().notify_style_update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The row at the top names its model even inside a run; so it is drawn anew."""
        super().watch_scroll_y(old_value, new_value)
        self.invalidate(self._top)
        self._top = round(new_value)
        self.invalidate(self._top)

    def render_content(self, y: int, width: int) -> Strip:
        """One row: heading, note, hunk header or line with its gutter."""
        row = self.layout_of_rows.row(y)
        if row.kind == "line":
            return Strip(self._line(y, row))
        if row.kind == "file":
            return self._filled(self._file(row.file), "file", width)
        if row.kind == "hunk":
            return self._filled(self._hunk(row), "hunk", width)
        if row.kind == "note":
            words = safe_line(notes_of(self.layout_of_rows.files[row.file])[row.index])
            return Strip([Segment(" " * self.frozen_columns), Segment(words, self._style("muted"))])
        return Strip([])

    # Rows ----------------------------------------------------------------------------------------

    def _measure(self, width: int) -> None:
        """Lay out the columns: author, model and match, two numbers, the sign."""
        longest = max((cell_len(safe_line(model_name(who))) for who in self.layout_of_rows.counts), default=0)
        self._model_width = min(longest, max(min(width // 7, MODEL_WIDEST), MODEL_NARROWEST))
        self.frozen_columns = 1 + 2 + 1 + self._model_width + 3 + 2 * (self._number_width + 1) + 2

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
        hunk = self.layout_of_rows.files[row.file].hunks[row.hunk]
        yield Segment(" " * self.frozen_columns)
        yield Segment(
            f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@ "
            f"{safe_line(hunk.heading)}"
        )

    def _line(self, y: int, row: Row) -> Iterator[Segment]:
        line = self.layout_of_rows.files[row.file].hunks[row.hunk].lines[row.index]
        who = self.layout_of_rows.who(y)
        dimmed = self._lit is not None and not covers(self._lit, who)
        yield from self._gutter(y, line, who, dimmed=dimmed)
        body = self._style("faint" if dimmed else "plain")
        if line.kind != "context" and not dimmed:
            body += self._style(line.kind)
        sign = self._style(f"{line.kind}-sign") if line.kind != "context" and not dimmed else body
        yield Segment(f"{SIGNS[line.kind]} ", body + sign)
        yield from self._body(line, row, body, plain=dimmed)

    def _gutter(self, y: int, line: DiffLine, who: Who | None, *, dimmed: bool) -> Iterator[Segment]:
        muted = self._style("faint" if dimmed else "muted")
        if who is None or line.credit is None:
            yield Segment(" " * (self._model_width + 7))
        else:
            own = muted if dimmed else self._author_style(who)
            named = y == self._top or self.layout_of_rows.begins_run(y)
            model = fitted(safe_line(model_name(who)) if named else "", self._model_width)
            yield Segment("▌" if who.kind == "session" else " ", own)
            yield Segment(f"{self._marks.key(who)} ", own + Style(bold=who.kind == "session" and not dimmed))
            yield Segment(f"{model} ", muted)
            yield Segment(f"{MATCH_MARKS[line.credit.match]} ", own)
        for number in (line.old_number, line.new_number):
            yield Segment(f"{'' if number is None else number:>{self._number_width}} ", muted)

    def _body(self, line: DiffLine, row: Row, style: Style, *, plain: bool) -> Iterator[Segment]:
        text = safe_line(
            line.content if len(line.content) <= MAX_LINE else line.content[: MAX_LINE - 1] + "…"
        )
        # The background runs to the right edge, and on where the view scrolls sideways.
        room = max(self.content_width, self.line_width) - self.frozen_columns - cell_len(text)
        fill = Segment(" " * max(room, 0), style)
        if plain:
            yield from (Segment(text, style), fill)
            return
        changed = self._intraline(row)
        at = 0
        for start, end, tone in [
            *self._syntax.spans(row.file, row.hunk, row.index),
            (len(text), len(text), "plain"),
        ]:
            for first, last, own in ((at, start, style), (start, end, style + self._style(tone))):
                yield from self._marked(text, first, last, own, line.kind, changed)
            at = end
        yield fill

    def _marked(
        self, text: str, start: int, end: int, style: Style, kind: str, changed: tuple[int, int] | None
    ) -> Iterator[Segment]:
        """A stretch of a line, with the part that really changed on a stronger ground."""
        first, last = (min(max(cut, start), end) for cut in changed or (end, end))
        if start < first:
            yield Segment(text[start:first], style)
        if first < last:
            yield Segment(text[first:last], style + self._style(f"{kind}-strong"))
        if last < end:
            yield Segment(text[last:end], style)

    def _intraline(self, row: Row) -> tuple[int, int] | None:
        key = (row.file, row.hunk)
        spans = self._changed.get(key)
        if spans is None:
            spans = changed_parts(self.layout_of_rows.files[row.file].hunks[row.hunk].lines)
            self._changed[key] = spans
        return spans.get(row.index)

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

    def action_change(self, by: Literal[1, -1]) -> None:
        """Go to the next or previous run of lines by one contributor (only the lit one's, if one is)."""
        self._go(self._search(self.layout_of_rows.next_change, by))

    def action_hunk(self, by: Literal[1, -1]) -> None:
        """Go to the next or previous hunk."""
        self._go(self.layout_of_rows.next_of(self.layout_of_rows.hunk_starts, self.cursor, by))

    def action_file(self, by: Literal[1, -1]) -> None:
        """Go to the next or previous file."""
        self._go(self.layout_of_rows.next_of(self.layout_of_rows.file_starts, self.cursor, by), top=True)

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
            if self._lit is None or covers(self._lit, self.layout_of_rows.who(found)):
                return found
            at = found
        return self.cursor


def covers(lit: Who, who: Who | None) -> bool:
    """Whether a line of ``who`` is one of those that the legend's choice lights up."""
    return who == lit


def heading_of(file: ReviewedFile) -> str:
    """A file's path, with the old one in front where it had another; foreign text still."""
    if file.old_path and file.old_path != file.path:
        return f"{file.old_path} → {file.path}"
    return file.path


def fitted(text: str, width: int) -> str:
    """Safe text in exactly ``width`` cells, cut with an ellipsis or filled with spaces."""
    if cell_len(text) > width:
        text = shorten(text, width)
        while cell_len(text) > width:
            text = shorten(text, len(text) - 1)
    return text + " " * (width - cell_len(text))
