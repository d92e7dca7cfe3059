"""The prompts of a conversation, one line each: where one is in it, and a way to go elsewhere."""

from bisect import bisect_right
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from byline.reading.pages import Pages
from byline.reading.prose import fit
from byline_tui.widgets.line_view import LineView


class Outline(LineView):
    """Prompts by number and first words, which are read when they come in sight."""

    DEFAULT_CSS = """
    Outline { background: $surface; }
    Outline > .outline--number { color: $muted; }
    Outline > .outline--current { color: $prompt; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"outline--number", "outline--current"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._pages: Pages | None = None

    def show_thread(self, pages: Pages) -> None:
        """Show a conversation's prompts."""
        self._pages = pages
        self.lines_changed()

    def follow(self, block: int) -> None:
        """Put the cursor on the prompt that a block belongs to, without telling anybody."""
        if self._pages is None or not self.line_count or self.has_focus:
            return
        # A heading stands one block above its prompt and belongs to it.
        line = max(bisect_right(self._pages.thread.prompts, block + 1) - 1, 0)
        if line != self.cursor:
            before = self.cursor
            with self.prevent(LineView.CursorMoved):
                self.cursor = line
            self.invalidate(before)
            self.invalidate(line)

    @property
    def line_count(self) -> int:
        """One line per prompt."""
        return len(self._pages.thread.prompts) if self._pages is not None else 0

    def render_content(self, y: int, width: int) -> Strip:
        """Number and first words of a prompt."""
        assert self._pages is not None  # noqa: S101 - there are lines
        number = f"{y + 1:>{max(len(str(self.line_count)), 2)}} "
        words = self._pages.block(self._pages.thread.prompts[y]).text.strip().partition("\n")[0]
        current = self.component_style("outline--current") if y == self.cursor else Style()
        return Strip(
            [
                Segment(number, self.component_style("outline--number")),
                Segment(fit(words, max(width - len(number) - 1, 1)), current),
            ]
        )

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - as in LineView
        """One click is enough to go there."""
        self.post_message(self.LineSelected(self, y))
