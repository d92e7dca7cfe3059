"""One of a few things to choose from, over the screen that asks."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from byline.reading.prose import fit
from byline.text import safe_line
from byline_tui.widgets.line_view import LineView

Row = tuple[str, str]
"""What can be chosen, and beside it, fainter, what there is to say about it."""


class ChoiceList(LineView):
    """The rows. One click chooses."""

    DEFAULT_CSS = """
    ChoiceList { background: $panel; }
    ChoiceList > .choice--beside { color: $muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--beside"}

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__()
        self._rows = rows

    @property
    def line_count(self) -> int:
        """One line per row."""
        return len(self._rows)

    def render_content(self, y: int, width: int) -> Strip:
        """What can be chosen at the left, the rest at the right."""
        words, beside = self._rows[y]
        right = fit(beside, width // 2)
        left = Segment(fit(words, max(width - Segment(right).cell_length - 3, 4)))
        gap = width - left.cell_length - Segment(right).cell_length - 2
        beside_style = self.component_style("choice--beside")
        return Strip([Segment(" "), left, Segment(" " * max(gap, 1)), Segment(right, beside_style)])

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - as in LineView
        """One click is enough."""
        self.post_message(self.LineSelected(self, y))


class ChoiceScreen(ModalScreen[int | None]):
    """Gives the number of the row chosen, or None."""

    DEFAULT_CSS = """
    ChoiceScreen { align: center middle; background: $background 60%; }
    ChoiceScreen > Vertical {
        width: 90%; max-width: 110; height: auto; max-height: 80%; background: $panel; padding: 1 2;
    }
    ChoiceScreen .choice--title { height: 1; margin-bottom: 1; text-style: bold; }
    ChoiceScreen ChoiceList { height: auto; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace", "cancel", "Back", id="choice.cancel", tooltip="Choose nothing"),
    ]

    def __init__(self, title: str, rows: Sequence[Row], keys: str = "") -> None:
        """``keys`` are letters that choose the rows in their order; foreign text is made safe here."""
        super().__init__()
        self._title = title
        self._rows = rows
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Title and rows."""
        with Vertical():
            yield Static(safe_line(self._title), classes="choice--title", markup=False)
            lettered = [
                (f"{key}  {words}", beside)
                for key, (words, beside) in zip(self._keys, self._rows, strict=False)
            ]
            rows = ChoiceList(lettered or self._rows)
            rows.styles.height = min(len(self._rows), 20)
            yield rows

    def on_mount(self) -> None:
        """The keys go to the rows."""
        self.query_one(ChoiceList).focus()
        for number, key in enumerate(self._keys):
            self._bindings.bind(key, f"choose({number})", show=False, priority=True)

    @on(LineView.LineSelected)
    def _chosen(self, event: LineView.LineSelected) -> None:
        event.stop()
        self.dismiss(event.line)

    def action_choose(self, number: int) -> None:
        """Choose a row by its letter."""
        self.dismiss(number)

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
