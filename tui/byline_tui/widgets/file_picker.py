"""Choose a file by a few letters of its path."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import BylineError
from byline.git.listing import present_files
from byline.git.repository import Repository
from byline.text import safe_line
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.widgets.diff_drawing import fitted
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.search_input import SearchInput

_LOOK_UP = 2_000
"""Paths looked at between two looks at whether somebody typed on."""


class FileList(LineView):
    """Paths, one per line, with the folder in a lesser colour."""

    DEFAULT_CSS = """
    FileList > .file-list--muted { color: $muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"file-list--muted"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self.paths: Sequence[str] = ()

    def show(self, paths: Sequence[str]) -> None:
        """Show these paths, the cursor on the first."""
        self.paths = paths
        self.lines_changed()
        self.cursor = 0
        self.scroll_to(y=0, animate=False)

    @property
    def line_count(self) -> int:
        """The paths."""
        return len(self.paths)

    def render_content(self, y: int, width: int) -> Strip:
        """Folder and name."""
        path = self.paths[y]
        folder = path[: path.rfind("/") + 1]
        shown = safe_line(folder)
        room = max(width - len(shown) - 2, 8)
        name = fitted(safe_line(path[len(folder) :]), room)
        return Strip(
            [Segment(f" {shown}", self.component_style("file-list--muted")), Segment(name, Style(bold=True))]
        )


class FilePicker(ModalScreen[str | None]):
    """An input over a list; the path chosen is its result, None when one leaves without."""

    DEFAULT_CSS = """
    FilePicker { align: center middle; background: $background 60%; }
    FilePicker > Vertical {
        width: 90; max-width: 94%; height: 80%; background: $surface;
        border: round $faint; border-title-color: $accent; padding: 0 1;
    }
    FilePicker FileList { height: 1fr; background: $surface; }
    FilePicker #picker-says { height: 1; color: $muted; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="picker.leave", tooltip="Leave without choosing"),
        Binding("enter", "choose", "Choose", id="picker.choose", tooltip="Open the file", priority=True),
        Binding("down,ctrl+n", "move(1)", "Down", show=False, id="picker.down", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Up", show=False, id="picker.up", priority=True),
        Binding("pagedown", "page(1)", "Page down", show=False, id="picker.page_down", priority=True),
        Binding("pageup", "page(-1)", "Page up", show=False, id="picker.page_up", priority=True),
    ]

    listed = query_one(FileList)
    words = query_one(SearchInput)

    @dataclass
    class Listed(Message):
        """The worker has read the paths."""

        paths: list[str]

    @dataclass
    class Found(Message):
        """The worker has looked for what was typed."""

        sought: str
        paths: list[str]

    @dataclass
    class Failed(Message):
        """There is no list, and why."""

        words: str

    def __init__(self, repository: Repository) -> None:
        super().__init__()
        self._repository = repository
        self._paths: list[str] | None = None

    def compose(self) -> ComposeResult:
        """Input, list, and a line that says how many."""
        with Vertical() as box:
            box.border_title = "Blame which file?"
            yield SearchInput("A few letters of its path", id="picker-words")
            yield FileList(id="picker-list")
            yield Static("reading …", id="picker-says", markup=False)

    def on_mount(self) -> None:
        """Read the list."""
        self.words.focus()
        self._list()

    @work(thread=True, exclusive=True, group="list", exit_on_error=False)
    def _list(self) -> None:
        try:
            self.post_message(self.Listed(present_files(self._repository)))
        except BylineError as error:
            self.post_message(self.Failed(words_for(error)))

    @on(Listed)
    def show_listed(self, message: Listed) -> None:
        """Show all of them, or those that what was typed meanwhile leaves."""
        self._paths = message.paths
        self.look()

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why there is no list."""
        self.query_one("#picker-says", Static).update(message.words)

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.show_failure(self.Failed(words_for(event.worker.error)))

    @on(Input.Changed)
    def look(self) -> None:
        """Look for what is typed now."""
        if self._paths is not None:
            self._look(self._paths, self.words.value.strip())

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self, paths: Sequence[str], sought: str) -> None:
        worker = get_current_worker()
        found: list[tuple[Likeness, str]] = []
        for start in range(0, len(paths), _LOOK_UP):
            if worker.is_cancelled:
                return
            for path in paths[start : start + _LOOK_UP]:
                rank = likeness(path, sought)
                if rank is not None:
                    found.append((rank, path))
        found.sort()
        self.post_message(self.Found(sought, [path for _, path in found]))

    @on(Found)
    def show_found(self, message: Found) -> None:
        """Show what was found, unless somebody typed on."""
        if message.sought != self.words.value.strip() or self._paths is None:
            return
        self.listed.show(message.paths)
        says = counted(len(message.paths), "file")
        if message.sought:
            says += f" of {len(self._paths):,}"
        self.query_one("#picker-says", Static).update(says)

    @on(LineView.LineSelected)
    def action_choose(self) -> None:
        """Leave with the path under the cursor."""
        if self.listed.paths:
            self.dismiss(self.listed.paths[self.listed.cursor])

    @on(SearchInput.Cancelled)
    def action_leave(self) -> None:
        """Leave with nothing."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Move in the list while the input keeps the focus."""
        self.listed.action_cursor_by(by)

    def action_page(self, by: int) -> None:
        """Move by pages."""
        self.listed.action_page(by)


Likeness = tuple[int, int, int]


def likeness(path: str, sought: str) -> Likeness | None:
    """How well a path has what is sought, less is better; None where it has not.

    In the name first, then in the path as it stands, then letter by letter in order. Case does not matter,
    and of equals the shorter path comes first. Words apart by spaces are all in it.
    """
    text = path.lower()
    worst = (0, 0)
    for word in sought.lower().split():
        at = text.rfind(word)
        if at >= 0:
            rank = (0 if at > text.rfind("/") else 1, 0)
        else:
            gaps = _scattered(text, word)
            if gaps is None:
                return None
            rank = (2, gaps)
        worst = max(worst, rank)
    return (*worst, len(path) if sought else 0)


def _scattered(text: str, word: str) -> int | None:
    """How many letters lie between a word's letters in a text, the last ones taken; None if not in order."""
    at = end = len(text)
    for letter in reversed(word):
        at = text.rfind(letter, 0, at)
        if at < 0:
            return None
    return end - at - len(word)
