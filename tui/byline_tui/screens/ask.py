"""One line to type, over the screen that asks for it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from byline.text import safe_line
from byline_tui.widgets.search_input import SearchInput


class AskScreen(ModalScreen[str | None]):
    """Gives what was typed, or None when it was left with Escape."""

    DEFAULT_CSS = """
    AskScreen { align: center middle; background: $background 60%; }
    AskScreen > Vertical {
        width: 76; max-width: 94%; height: auto; background: $panel; padding: 1 2;
    }
    AskScreen .ask--title { height: 1; text-style: bold; }
    AskScreen .ask--hint { height: auto; color: $muted; margin-top: 1; }
    AskScreen SearchInput { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back", id="ask.cancel", tooltip="Leave everything as it is"),
    ]

    def __init__(self, title: str, value: str = "", hint: str = "") -> None:
        """``value`` stands there to begin with. Foreign text in any of them is made safe here."""
        super().__init__()
        self._title = title
        self._value = value
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Title, line and hint."""
        with Vertical():
            yield Static(safe_line(self._title), classes="ask--title", markup=False)
            yield SearchInput("", id="ask")
            yield Static(safe_line(self._hint), classes="ask--hint", markup=False)

    def on_mount(self) -> None:
        """What stands there can be gone on with."""
        line = self.query_one("#ask", SearchInput)
        line.value = self._value
        line.cursor_position = len(line.value)
        line.focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)

    @on(SearchInput.Cancelled)
    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)
