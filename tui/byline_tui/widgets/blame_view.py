"""A whole file with a gutter: who wrote each line, with which model, how that is known, and which commit."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip

from byline.review.authors import Marks, Who, model_name
from byline.text import safe_line
from byline.wording import local_day
from byline_tui.widgets.blame_layout import PIECE_LINES, BlameLayout
from byline_tui.widgets.diff_drawing import fitted
from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.diff_view import MATCH_MARKS, MODEL_NARROWEST, MODEL_WIDEST
from byline_tui.widgets.gutter_view import GutterView
from byline_tui.widgets.intraline import MAX_LINE

OID_LETTERS, DATE_LETTERS = 7, 10
WIDE = 90
"""From this width on the gutter has the commit's date; in a narrower view the strip alone tells it."""

_TONES = ("comment", "string", "number", "keyword", "name", "type")


class BlameView(GutterView):
    """The file. Lines, authors and syntax are prepared by :meth:`show`."""

    DEFAULT_CSS = """
    BlameView { overflow-x: auto; scrollbar-size-horizontal: 0; }
    BlameView > .blame-view--muted { color: $muted; }
    BlameView > .blame-view--faint { color: $faint; }
    BlameView > .blame-view--oid { color: $accent; }
    BlameView > .blame-view--comment { color: $muted; text-style: italic; }
    BlameView > .blame-view--string { color: $added; }
    BlameView > .blame-view--number { color: $accent; }
    BlameView > .blame-view--keyword { color: $secondary; }
    BlameView > .blame-view--name { color: $primary; }
    BlameView > .blame-view--type { color: $warning; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"blame-view--{name}" for name in ("muted", "faint", "oid", *_TONES)
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Conversation", id="blame.select",
                tooltip="The conversation at the call that wrote the line"),
        Binding("l", "screen.focus_legend", "Legend", show=False, id="blame.legend",
                tooltip="Choose whose lines light up"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self.layout_of_lines = BlameLayout("", ())
        self._marks = Marks(())
        self._lit: Who | None = None
        self._model_width = 0
        self._number_width = 1

    def show(self, layout: BlameLayout, syntax: DiffSyntax, marks: Marks) -> None:
        """Show another file, or the same with its authors; nothing is lit."""
        self.layout_of_lines, self._syntax, self._marks = layout, syntax, marks
        self._lit = None
        self._number_width = max(len(str(len(layout))), 3)
        self._measure(self.line_width)
        self.lines_changed()

    def light(self, who: Who | None) -> None:
        """Dim every line but those of ``who``; None lights all."""
        self._lit = who
        self.lines_changed()

    # LineView ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """The lines of the file."""
        return len(self.layout_of_lines)

    @property
    def content_width(self) -> int:
        """The gutter and the longest line."""
        return self.frozen_columns + self.layout_of_lines.longest + 1 if self.line_count else 0

    def width_changed(self, width: int) -> None:
        """Model and date get less room in a narrow view."""
        self._measure(width)

    def render_content(self, y: int, width: int) -> Strip:  # noqa: ARG002 - the base crops
        """Gutter, number and text of a line."""
        who = self.layout_of_lines.who(y)
        dimmed = self._lit is not None and who != self._lit
        return Strip([*self._gutter(y, who, dimmed=dimmed), *self._body(y, dimmed=dimmed)])

    # A line --------------------------------------------------------------------------------------

    def _measure(self, width: int) -> None:
        """Lay out the columns: author, model and match, commit, date, number."""
        counts = self.layout_of_lines.counts
        longest = max((cell_len(safe_line(model_name(who))) for who in counts), default=0)
        self._model_width = min(longest, max(min(width // 7, MODEL_WIDEST), MODEL_NARROWEST))
        self._dated = width >= WIDE
        origin = OID_LETTERS + 1 + (DATE_LETTERS + 1 if self._dated else 0)
        self.frozen_columns = 1 + 3 + self._model_width + 1 + 2 + origin + self._number_width + 2

    def _gutter(self, y: int, who: Who | None, *, dimmed: bool) -> Iterator[Segment]:
        muted = self._style("faint" if dimmed else "muted")
        blamed = self.layout_of_lines.blamed(y)
        if who is None or blamed is None:
            yield Segment(" " * (self.frozen_columns - self._number_width - 2))
        else:
            own = muted if dimmed else self._author_style(who)
            named = y == self._top or self.layout_of_lines.begins_run(y)
            known = who.kind == "session"
            key = self._marks.key(who) if named else ""
            match = MATCH_MARKS[blamed.line.credit.match] if known else " "
            model = safe_line(model_name(who)) if named else ""
            yield Segment("▌" if known else " ", own)
            yield Segment(f"{key:<2} ", own + Style(bold=known and not dimmed))
            yield Segment(f"{fitted(model, self._model_width)} ", muted)
            yield Segment(f"{match} ", own)
            yield from self._origin(y, dimmed=dimmed)
        yield Segment(f"{y + 1:>{self._number_width}}  ", self._style("faint"))

    def _origin(self, y: int, *, dimmed: bool) -> Iterator[Segment]:
        """The commit and its date, once per run of lines that it introduced."""
        muted = self._style("faint" if dimmed else "muted")
        width = OID_LETTERS + 1 + (DATE_LETTERS + 1 if self._dated else 0)
        blamed = self.layout_of_lines.blamed(y)
        if blamed is None or not (y == self._top or self.layout_of_lines.begins_commit(y)):
            yield Segment(" " * width)
            return
        if blamed.line.commit is None:
            yield Segment(f"{'not yet':<{width}}", muted)
            return
        yield Segment(f"{blamed.line.commit[:OID_LETTERS]} ", muted if dimmed else self._style("oid"))
        if self._dated:
            day = local_day(blamed.facts.author_time * 1000).isoformat() if blamed.facts else ""
            yield Segment(f"{day:<{DATE_LETTERS}} ", muted)

    def _body(self, y: int, *, dimmed: bool) -> Iterator[Segment]:
        content = self.layout_of_lines.contents[y]
        text = safe_line(content if len(content) <= MAX_LINE else content[: MAX_LINE - 1] + "…")
        if dimmed:
            yield Segment(text, self._style("faint"))
            return
        at = 0
        for start, end, tone in self._syntax.spans(0, y // PIECE_LINES, y % PIECE_LINES):
            if at < start:
                yield Segment(text[at:start])
            yield Segment(text[start:end], self._style(tone))
            at = end
        yield Segment(text[at:])

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
            self._styles[name] = self.component_style(f"blame-view--{name}")
        return self._styles[name]

    # Ways ----------------------------------------------------------------------------------------

    def next_change(self, by: Literal[1, -1]) -> None:
        """Go to the next or previous run of lines by one contributor: the lit one, around the end too."""
        layout, at = self.layout_of_lines, self.cursor
        while (found := layout.next_change(at, by)) != at:
            at = found
            if self._lit is None or layout.who(at) == self._lit:
                self.cursor = at
                return
        if self._lit is not None:
            self._first_lit()

    def _first_lit(self) -> None:
        found = (y for y in range(self.line_count) if self.layout_of_lines.who(y) == self._lit)
        self.cursor = next(found, self.cursor)

    def find(self, text: str, by: Literal[1, -1], *, further: bool) -> bool:
        """Go to the next line that has ``text``, or stay on this one if it has and not ``further``."""
        if not self.line_count:
            return False
        start = self.cursor + by if further else self.cursor
        found = self.layout_of_lines.find(text, start, by)
        if found is not None:
            self.cursor = found
        return found is not None
