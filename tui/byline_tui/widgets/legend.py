"""Who wrote it: the contributors of a review, to read and to choose from."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from byline.review.authors import Counts, Marks, Who, model_name, ranked
from byline.text import safe_line
from byline_tui.widgets.diff_drawing import fitted
from byline_tui.widgets.grouping import is_group
from byline_tui.widgets.line_view import LineView

SESSION_LETTERS = 11
"""As many letters of a session id as ``cc_3f2a9c1e``."""


class Legend(LineView):
    """One line per session and model (or per model, or agent), then human and unknown.

    Choosing a line lights up its lines in the diff, choosing it again undoes that; so does, for as long as
    it is there, the mouse over it.
    """

    DEFAULT_CSS = """
    Legend > .legend--muted { color: $muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"legend--muted"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "Light up", id="legend.choose",
                tooltip="Light up these lines; again: light up all"),
    ]  # fmt: skip

    @dataclass
    class Chosen(Message):
        """A contributor was chosen; None: all. ``passing``: the mouse is over it, and nothing was chosen;
        not ``is_new``: as before, for another form of the review.
        """

        who: Who | None
        passing: bool = False
        is_new: bool = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._rows: list[tuple[Who, int]] = []
        self._marks = Marks(())
        self._chosen: Who | None = None
        self._under_mouse: Who | None = None

    def show(self, counts: Counts, marks: Marks) -> None:
        """Show the contributors of another review."""
        self._rows, self._marks, self._chosen = ranked(counts), marks, None
        self._under_mouse = None
        self.lines_changed()

    @property
    def chosen(self) -> Who | None:
        """Who was chosen."""
        return self._chosen

    def choose_again(self, who: Who) -> None:
        """Choose whom the review showed before in another form, if it still has lines."""
        if any(who == other for other, _ in self._rows):
            self._choose(who, is_new=False)

    @property
    def line_count(self) -> int:
        """The contributors."""
        return len(self._rows)

    def render_content(self, y: int, width: int) -> Strip:
        """Key, session, model, lines."""
        who, count = self._rows[y]
        muted = self.component_style("legend--muted")
        neutral = self.app.theme_variables["muted"]
        colour = Style(color=self._marks.colour(who, dark=self.app.current_theme.dark, neutral=neutral))
        number = f"{count:,}"
        room = max(width - 6 - len(number), 1)
        if who.session_id is not None and not is_group(who):
            model = safe_line(model_name(who))
            session = safe_line(who.session_id)[:SESSION_LETTERS]
            words = (
                f"{session} {model}" if len(session) + 1 + len(model) <= room else f"{session[:6]}… {model}"
            )
        else:
            words = safe_line(model_name(who))
        picked = who == self._chosen
        return Strip(
            [
                Segment("▶" if picked else " "),
                Segment("▌" if who.kind == "session" else " ", colour),
                Segment(f"{self._marks.key(who)} ", colour + Style(bold=True)),
                Segment(fitted(words, room), Style(bold=picked) if picked or not self._chosen else muted),
                Segment(f" {number}", muted),
            ]
        )

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - one click is enough
        """Choose with one click."""
        self._choose(self._rows[y][0])

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Light up the lines of whoever is under the mouse, unless somebody was chosen."""
        y = event.y + self.scroll_offset.y
        self._pass(self._rows[y][0] if 0 <= y < len(self._rows) else None)

    def on_leave(self) -> None:
        """The mouse has gone."""
        self._pass(None)

    def _pass(self, who: Who | None) -> None:
        if who != self._under_mouse:
            self._under_mouse = who
            if self._chosen is None:
                self.post_message(self.Chosen(who, passing=True))

    def action_select(self) -> None:
        """Choose the contributor under the cursor, or undo it."""
        if self._rows:
            self._choose(self._rows[self.cursor][0])

    def light_all(self) -> None:
        """Undo the choice."""
        self._choose(None)

    def _choose(self, who: Who | None, *, is_new: bool = True) -> None:
        self._chosen = None if who == self._chosen else who
        self.lines_changed()
        self.post_message(self.Chosen(self._chosen, is_new=is_new))
