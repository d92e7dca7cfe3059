"""The keys that work on a screen, read from its bindings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

ActiveBindings = Mapping[str, "tuple[object, Binding, bool, str]"]


class HelpScreen(ModalScreen[None]):
    """A table of keys over the screen it was asked from."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll {
        width: 104; max-width: 96%; height: auto; max-height: 90%;
        background: $surface; border: round $faint; padding: 0 2; border-title-color: $accent;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Close", id="help.close", show=False),
        Binding("j", "scroll_keys(1)", "Down", show=False, id="help.down"),
        Binding("k", "scroll_keys(-1)", "Up", show=False, id="help.up"),
    ]

    def __init__(self, bindings: ActiveBindings) -> None:
        super().__init__()
        self._keys = bindings

    def compose(self) -> ComposeResult:
        """The table, in a box that scrolls."""
        with VerticalScroll() as box:
            box.border_title = "Keys"
            yield Static(self._table())

    def action_scroll_keys(self, lines: int) -> None:
        """Scroll the table."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _table(self) -> Table:
        groups: dict[str, dict[str, tuple[list[str], str]]] = {}
        for node, binding, enabled, _ in self._keys.values():
            if not enabled or binding.system or not binding.description or not binding.id:
                continue
            name = "Everywhere" if isinstance(node, App) else "Here" if isinstance(node, Screen) else "Moving"
            rows = groups.setdefault(name, {})
            keys, _words = rows.setdefault(binding.id, ([], binding.tooltip or binding.description))
            # A footer may show two keys for one ("J/K"): here each stands for itself.
            keys.append(self.app.get_key_display(replace(binding, key_display=None)))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, min_width=14)
        table.add_column()
        for name in ("Here", "Moving", "Everywhere"):
            if name in groups:
                table.add_row()
                table.add_row(Text(name, "bold"))
                for keys, words in groups[name].values():
                    table.add_row(Text("  " + "  ".join(keys), "bold"), Text(words))
        return table
