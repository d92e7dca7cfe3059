"""The line along the top of every screen: the tabs, and where one is."""

from typing import Literal

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from byline.text import safe_line

Tab = Literal["sessions", "conversation", "commits", "blame", "stats"]
TABS: tuple[tuple[str, Tab, str], ...] = (
    ("1", "sessions", "Sessions"),
    ("2", "conversation", "Conversation"),
    ("3", "commits", "Commits"),
    ("4", "blame", "Blame"),
    ("5", "stats", "Stats"),
)
"""Key, name and label of each tab."""


class TabBar(Horizontal):
    """Tabs at the left; at the right what goes on meanwhile, and ``repository · branch · place``."""

    DEFAULT_CSS = """
    TabBar {
        height: 1;
        dock: top;
        background: $surface;
        color: $muted;
    }
    TabBar > Static { width: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    TabBar > #tab-bar-name { color: $accent; text-style: bold; padding: 0 2 0 1; }
    TabBar > .tab-bar--tab:hover { color: $foreground; background: $panel; }
    TabBar > .tab-bar--active { color: $foreground; background: $panel; text-style: bold; }
    TabBar > #tab-bar-status { color: $accent; }
    TabBar > #tab-bar-place { width: 1fr; text-align: right; }
    .-narrow TabBar > #tab-bar-name, .-narrow TabBar.-telling > #tab-bar-place { display: none; }
    .-narrow TabBar.-telling > #tab-bar-status { width: 1fr; text-align: right; }
    """

    class TabChosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: Tab) -> None:
            self.tab = tab
            super().__init__()

    def __init__(self, active: Tab, place: str = "") -> None:
        """``place`` is foreign text: it is made safe here."""
        super().__init__()
        self._active = active
        self._place = place

    def compose(self) -> ComposeResult:
        """One label per tab."""
        yield Static("byline", id="tab-bar-name", markup=False)
        for key, name, label in TABS:
            classes = "tab-bar--tab tab-bar--active" if name == self._active else "tab-bar--tab"
            yield Static(f"{key} {label}", id=f"tab-{name}", classes=classes, markup=False)
        yield Static("", id="tab-bar-status", markup=False)
        yield Static(safe_line(self._place), id="tab-bar-place", markup=False)

    def set_place(self, place: str) -> None:
        """Say where one is now; foreign text."""
        self._place = place
        if self.is_mounted:
            self.query_one("#tab-bar-place", Static).update(safe_line(place))

    def set_status(self, words: str) -> None:
        """Say what goes on meanwhile, in a few safe words; nothing when they are empty."""
        if self.is_mounted:
            self.set_class(bool(words), "-telling")
            self.query_one("#tab-bar-status", Static).update(words)

    def on_click(self, event: object) -> None:
        """Go to the tab clicked."""
        widget = getattr(event, "widget", None)
        for _, name, _ in TABS:
            if widget is not None and widget.id == f"tab-{name}":
                self.post_message(self.TabChosen(name))
