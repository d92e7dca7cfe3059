"""One line to type what to look for, and the way out of it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from byline.text import safe_line


class SearchInput(Input):
    """An input of one line without a frame. Escape and Down leave it."""

    DEFAULT_CSS = """
    SearchInput, SearchInput:focus, SearchInput.-textual-compact {
        height: 1; border: none; padding: 0 1; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Clear", id="search.cancel", tooltip="Clear what was typed and leave"),
        Binding("down", "leave", "To the list", show=False, id="search.leave", tooltip="Keep it and leave"),
    ]

    class Cancelled(Message):
        """Escape was pressed: the search is over."""

    class Left(Message):
        """Down was pressed: the search stays, the focus goes on."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(placeholder=placeholder, id=id, compact=True)

    def validate_value(self, value: str) -> str:
        """What is pasted is foreign, and Textual's input draws it as it is."""
        return safe_line(value)

    def action_cancel(self) -> None:
        """Clear and leave."""
        self.value = ""
        self.post_message(self.Cancelled())

    def action_leave(self) -> None:
        """Leave."""
        self.post_message(self.Left())
