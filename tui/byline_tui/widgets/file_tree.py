"""The files of a review, under their folders, each with its share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from byline.review.authors import Counts, Marks
from byline.review.model import ReviewedFile
from byline.text import safe_line
from byline.wording import compact
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.share_bar import bar

BAR = 5
LETTERS = {
    "added": "A",
    "modified": "M",
    "deleted": "D",
    "renamed": "R",
    "copied": "C",
    "type-changed": "T",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A folder's heading (``file`` is -1) or a file."""

    name: str
    file: int


class FileTree(LineView):
    """Files in the order of the diff, all or those of a filter. Choosing one tells the screen."""

    DEFAULT_CSS = """
    FileTree > .file-tree--muted { color: $muted; }
    FileTree > .file-tree--added { color: $added; }
    FileTree > .file-tree--removed { color: $removed; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "file-tree--muted",
        "file-tree--added",
        "file-tree--removed",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "screen.focus_legend", "Legend", show=False, id="files.legend"),
        Binding("slash", "screen.filter_files", "Filter", key_display="/", id="files.filter",
                tooltip="Only the files whose path has these words"),
    ]  # fmt: skip

    @dataclass
    class FileChosen(Message):
        """A file (by its index in the review) was chosen."""

        file: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._entries: list[_Entry] = []
        self.files: Sequence[ReviewedFile] = ()
        self._counts: Sequence[Counts] = ()
        self._sizes: Sequence[tuple[int, int]] = ()
        self._words: tuple[str, ...] = ()
        self._rows: dict[int, int] = {}
        self._marks = Marks(())

    def show(
        self,
        files: Sequence[ReviewedFile],
        counts: Sequence[Counts],
        sizes: Sequence[tuple[int, int]],
        marks: Marks,
    ) -> None:
        """Show the files of another review, or others of their counts.

        ``counts`` has their touched lines per contributor, ``sizes`` those added and those removed.
        """
        at = self._entries[self.cursor].file if self.cursor < len(self._entries) else -1
        path = self.files[at].path if at >= 0 else None
        self.files, self._counts, self._sizes, self._marks = files, counts, sizes, marks
        self._list(next((n for n, file in enumerate(files) if file.path == path), -1))

    def filter(self, words: Sequence[str]) -> None:
        """Show only files whose path has all the words (in small letters)."""
        self._words = tuple(words)
        kept = self._entries[self.cursor].file if self.cursor < len(self._entries) else -1
        self._list(kept)

    @property
    def is_filtered(self) -> bool:
        """Whether words are asked for."""
        return bool(self._words)

    @property
    def shown_files(self) -> int:
        """The files that are shown."""
        return len(self._rows)

    def _list(self, kept: int) -> None:
        self._entries = list(_entries(self.files, self._words))
        self._rows = {entry.file: y for y, entry in enumerate(self._entries) if entry.file >= 0}
        self.cursor = self._rows.get(kept, 0)
        self.lines_changed()

    def point_at(self, file: int) -> None:
        """Put the cursor on a file without telling anybody: the diff has moved there."""
        self.cursor = self._rows.get(file, self.cursor)

    @property
    def line_count(self) -> int:
        """Folders and files."""
        return len(self._entries)

    def render_content(self, y: int, width: int) -> Strip:
        """A folder's name; or status letter, name and bar of a file."""
        entry = self._entries[y]
        muted = self.component_style("file-tree--muted")
        if entry.file < 0:
            return Strip([Segment(f" {_cut(safe_line(entry.name), width - 2)}", muted)])
        file = self.files[entry.file]
        letter = LETTERS.get(file.status, "?")
        style = {"A": "added", "D": "removed"}.get(letter)
        added, removed = self._sizes[entry.file]
        counted = f"+{compact(added)} −{compact(removed)} " if added or removed else ""
        room = max(width - BAR - 5 - len(counted), 4)
        name = _cut(safe_line(entry.name), room)
        dark, neutral = self.app.current_theme.dark, self.app.theme_variables["muted"]
        return Strip(
            [
                Segment(f" {letter} ", self.component_style(f"file-tree--{style}") if style else muted),
                Segment(name + " " * (room - cell_len(name) + 1), Style(bold=y == self.cursor)),
                Segment(counted, muted),
                *bar(self._counts[entry.file], BAR, self._marks, dark=dark, neutral=neutral),
            ]
        )

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - one click is enough
        """Choose a file with one click."""
        self._choose(y)

    def action_select(self) -> None:
        """Choose the file under the cursor."""
        self._choose(self.cursor)

    def watch_cursor(self, old: int, new: int) -> None:
        """The file under the cursor is bold."""
        super().watch_cursor(old, new)
        self.invalidate(old)
        self.invalidate(new)

    def _choose(self, y: int) -> None:
        if 0 <= y < len(self._entries):
            entry = self._entries[y]
            self.post_message(self.FileChosen(entry.file if entry.file >= 0 else self._entries[y + 1].file))


def _entries(files: Sequence[ReviewedFile], words: Sequence[str]) -> Iterator[_Entry]:
    folder = ""
    for at, file in enumerate(files):
        path = f"{file.old_path} {file.path}".lower()
        if not all(word in path for word in words):
            continue
        own, _, name = file.path.rpartition("/")
        if own != folder and own:
            yield _Entry(f"{own}/", -1)
        folder = own
        yield _Entry(f" {name}" if own else name, at)


def _cut(text: str, width: int) -> str:
    """The end of a name matters most: the beginning is left out."""
    while cell_len(text) > width:
        text = "…" + text[2:] if len(text) > 2 else text[:1]
        if len(text) == 1:
            break
    return text
