"""The prompts of a conversation, one line each: where one is in it, and a way to go elsewhere."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from byline_tui.widgets.blocks import Thread
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.prose import fit


class Outline(LineView):
    """Prompts by number and first words."""

    DEFAULT_CSS = """
    Outline { background: $surface; }
    Outline > .outline--number { color: $muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"outline--number"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._prompts: list[str] = []

    def show_thread(self, thread: Thread) -> None:
        """Show a conversation's prompts."""
        self._prompts = [_first_line(thread.blocks[index].text) for index in thread.prompts]
        self.lines_changed()

    @property
    def line_count(self) -> int:
        """One line per prompt."""
        return len(self._prompts)

    def render_content(self, y: int, width: int) -> Strip:
        """Number and first words of a prompt."""
        number = f"{y + 1:>3} "
        current = Style(bold=y == self.cursor)
        return Strip(
            [
                Segment(number, self.component_style("outline--number")),
                Segment(fit(self._prompts[y], max(width - len(number) - 1, 1)), current),
            ]
        )

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - as in LineView
        """One click is enough to go there."""
        self.post_message(self.LineSelected(self, y))


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
