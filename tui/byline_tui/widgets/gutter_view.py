"""What the views have in common that tell at the left of every line who wrote it."""

from rich.style import Style

from byline_tui.widgets.line_view import LineView


class GutterView(LineView):
    """Lines whose author is named once per run and at the top of the page."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._styles: dict[str, Style] = {}
        self._top = 0
        """The row at the top of the page."""

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
