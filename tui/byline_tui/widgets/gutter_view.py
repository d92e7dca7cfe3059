"""What the views have in common that tell at the left of every line who wrote it."""

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.line_view import LineView

LEXED_PER_FRAME, LEXED_BESIDE = 0.004, 0.008
"""Seconds in which a frame's syntax colours are worked out; the rest comes in steps of so long between."""

CATCH_UP_AFTER = 0.01


class GutterView(LineView):
    """Lines whose author is named once per run and at the top of the page, in the colours of their syntax."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._styles: dict[str, Style] = {}
        self._top = 0
        """The row at the top of the page."""
        self._syntax = DiffSyntax(())
        self._catching_up: Timer | None = None

    def notify_style_update(self) -> None:
        """Another theme: resolve styles anew."""
        self._styles.clear()
        super().notify_style_update()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The row at the top names its author even inside a run; so it is drawn anew."""
        super().watch_scroll_y(old_value, new_value)
        self.invalidate(self._top)
        self._top = round(new_value)
        self.invalidate(self._top)

    def render_lines(self, crop: Region) -> list[Strip]:
        """A frame; where its colours would hold it up they come later."""
        self._syntax.allow(LEXED_PER_FRAME)
        strips = super().render_lines(crop)
        if self._syntax.is_behind and self._catching_up is None:
            self._catching_up = self.set_timer(CATCH_UP_AFTER, self._catch_up)
        return strips

    def _catch_up(self) -> None:
        """Work out more colours, and draw what is in sight with them."""
        self._catching_up = None
        if self._syntax.catch_up(LEXED_BESIDE):
            self._strips.clear()
            self.refresh()
        if self._syntax.is_behind:
            self._catching_up = self.set_timer(CATCH_UP_AFTER, self._catch_up)
