"""What stands where there is nothing to show: what is the case, and what to do."""

from rich.text import Text
from textual.widgets import Static

from byline.text import safe_line


class Notice(Static):
    """A few centred lines; hidden until something is said."""

    DEFAULT_CSS = """
    Notice {
        display: none; width: 1fr; height: 1fr; content-align: center middle; text-align: center;
        padding: 1 4; color: $foreground;
    }
    Notice.-said { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__("", id=id, markup=False)

    def say(self, what: str, *hints: str) -> None:
        """Show a sentence and, below it, what can be done. Foreign text in them is made safe here."""
        text = Text(safe_line(what), "bold", justify="center")
        for hint in hints:
            text.append("\n\n" if hint == hints[0] else "\n")
            text.append(safe_line(hint), "not bold")
        self.update(text)
        self.add_class("-said")

    def clear(self) -> None:
        """Make room for what there is."""
        self.remove_class("-said")
