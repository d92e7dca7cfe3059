"""The room beside the list of sessions; the conversation in it is loaded when there is one to show."""

from typing import TYPE_CHECKING

from textual.containers import Container

if TYPE_CHECKING:
    from byline_tui.widgets.preview import Preview, Previewed


class PreviewPane(Container):
    """Holds a :class:`~byline_tui.widgets.preview.Preview` once something was shown.

    What draws conversations takes longer to load than everything else on the first screen.
    """

    DEFAULT_CSS = "PreviewPane > Preview { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._view: Preview | None = None
        self.shown: Previewed | None = None
        """What is shown."""

    @property
    def view(self) -> "Preview | None":
        """The conversation's view, if there was one to show."""
        return self._view

    @property
    def is_seen(self) -> bool:
        """Whether there is room for it on the screen."""
        return self.display and self.size.width > 0

    def show(self, previewed: "Previewed | None") -> None:
        """Show a conversation; None shows none."""
        self.shown = previewed
        if self._view is not None:
            if self._view.is_laid_out:
                self._view.show(previewed)
            else:
                self.call_after_refresh(self._show_now)
        elif previewed is not None:
            from byline_tui.widgets.preview import Preview  # noqa: PLC0415 - see the class

            self._view = Preview()
            self.mount(self._view)
            self.call_after_refresh(self._show_now)

    def _show_now(self) -> None:
        if self._view is not None and self._view.is_mounted:
            self._view.show(self.shown)

    @property
    def message_under_cursor(self) -> str | None:
        """The id of the message that the cursor is in."""
        block = self._view.block if self._view is not None else None
        return block.message_id if block is not None else None
