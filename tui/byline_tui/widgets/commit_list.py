"""The log as a list: index and work tree first, then commits, each with a bar of who wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip

from byline.git.model import Commit
from byline.review.authors import Counts, Marks, percent, sessions_of, shares_by_model
from byline.text import safe_line
from byline.wording import ago
from byline_tui.widgets.diff_view import fitted
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.share_bar import bar

OID_LETTERS = 7
AGE = 10
AUTHOR = 16
"""Cells of the columns at the right; the author only in a wide view."""
WIDE = 100
BAR_WIDE, BAR_NARROW = 16, 8
SHARE = 18


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A row. ``rev`` opens it; ``oid`` is None for the index and the work tree. ``time`` is in seconds."""

    rev: str
    oid: str | None
    subject: str
    author: str = ""
    time: int | None = None
    commit: Commit | None = None

    def says(self, words: Sequence[str]) -> bool:
        """Whether all the words (in small letters) are in subject, author or the beginning of the id."""
        text = f"{self.subject}\n{self.author}".lower()
        return all(word in text or (self.oid or "").startswith(word) for word in words)


class CommitList(LineView):
    """One line per entry. Bars are filled in as they become known."""

    DEFAULT_CSS = """
    CommitList > .commit-list--muted { color: $muted; }
    CommitList > .commit-list--oid { color: $accent; }
    CommitList > .commit-list--uncommitted { color: $primary; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Review", id="commits.select", tooltip="Read the commit with its authors"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "commit-list--muted",
        "commit-list--oid",
        "commit-list--uncommitted",
    }

    def __init__(self, now_ms: int, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        """``now_ms`` is what ages are counted from."""
        super().__init__(id=id)
        self._now_ms = now_ms
        self._entries: Sequence[LogEntry] = ()
        self._counts: dict[str, Counts] = {}
        self._places: dict[str, int] = {}

    @property
    def current(self) -> LogEntry | None:
        """The entry under the cursor."""
        return self._entries[self.cursor] if self._entries else None

    def set_entries(self, entries: Sequence[LogEntry]) -> None:
        """Show these entries; the cursor stays on its entry if that is still there."""
        kept = self.current
        self._entries = entries
        self._places = {entry.rev: place for place, entry in enumerate(entries)}
        self.lines_changed()
        if kept is not None:
            self.cursor = self._places.get(kept.rev, 0)

    def set_counts(self, rev: str, counts: Counts) -> None:
        """Fill in the bar of an entry."""
        self._counts[rev] = counts
        place = self._places.get(rev)
        if place is not None:
            self.invalidate(place)

    def forget_counts(self, revs: Sequence[str]) -> None:
        """These entries changed: their bars are to be found out again."""
        for rev in revs:
            self._counts.pop(rev, None)

    def without_counts(self) -> list[LogEntry]:
        """Entries whose bars are not known: in sight, then a page around; nearest to the cursor first."""
        first = max(self.scroll_offset.y - self.page_lines, 0)
        near = range(first, min(self.scroll_offset.y + 2 * self.page_lines, len(self._entries)))
        lines = sorted(near, key=lambda y: (not self._in_sight(y), abs(y - self.cursor)))
        return [entry for entry in (self._entries[y] for y in lines) if entry.rev not in self._counts]

    def _in_sight(self, y: int) -> bool:
        return 0 <= y - self.scroll_offset.y < self.page_lines

    @property
    def line_count(self) -> int:
        """The entries."""
        return len(self._entries)

    def render_content(self, y: int, width: int) -> Strip:
        """Id, subject, bar, its largest share in words, author, age."""
        entry = self._entries[y]
        muted = self.component_style("commit-list--muted")
        wide = width >= WIDE
        cells = BAR_WIDE if wide else BAR_NARROW
        room = width - OID_LETTERS - cells - SHARE - 7 - (AUTHOR + AGE + 1 if wide else 5)
        subject = Style(bold=True) if entry.oid is None else Style()
        segments = [
            Segment(" "),
            self._oid(entry),
            Segment(f" {fitted(safe_line(entry.subject), max(room, 8))}  ", subject),
            *self._share(entry.rev, cells, muted),
        ]
        age = ago(entry.time * 1000, self._now_ms) if entry.time is not None else ""
        if wide:
            segments.append(Segment(f" {fitted(safe_line(entry.author), AUTHOR)}", muted))
            segments.append(Segment(f"{age:>{AGE}} ", muted))
        else:
            short = age if len(age) <= 4 else age[2:7]
            segments.append(Segment(f"{short:>5}", muted))
        return Strip(segments)

    def _oid(self, entry: LogEntry) -> Segment:
        if entry.oid is None:
            return Segment("●".ljust(OID_LETTERS), self.component_style("commit-list--uncommitted"))
        return Segment(entry.oid[:OID_LETTERS], self.component_style("commit-list--oid"))

    def _share(self, rev: str, cells: int, muted: Style) -> list[Segment]:
        counts = self._counts.get(rev)
        if counts is None:
            return [Segment("·" * cells, muted), Segment(" " * (SHARE + 1))]
        total = sum(counts.values())
        words = ""
        if total:
            name, count = shares_by_model(counts)[0]
            words = f"{percent(count, total):>4} {safe_line(name)}"
        marks = Marks(sessions_of(counts))
        drawn = bar(
            counts,
            cells,
            marks,
            dark=self.app.current_theme.dark,
            neutral=self.app.theme_variables["muted"],
        )
        return [*drawn, Segment(f" {fitted(words, SHARE)}", muted if cell_len(words) else Style())]
