"""The log as a list: index and work tree first, then commits, each with a bar of who wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from byline.git.model import Commit
from byline.review.authors import Counts, Marks, percent, sessions_of, shares_by_model
from byline.text import safe_line
from byline.wording import DAY_MS, ago
from byline_tui.commit_pages import CommitPages
from byline_tui.widgets.diff_drawing import fitted
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.share_bar import bar

OID_LETTERS = 7
AGE = 10
AUTHOR = 16
"""Cells of the columns at the right; the author only in a wide view."""
WIDE = 100
BAR_WIDE, BAR_NARROW = 16, 8
SHARE = 18
_MONTH_DAYS, _YEAR_DAYS = 30, 365


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A row. ``rev`` opens it; ``oid`` is None for the index and the work tree.

    ``commit`` is None for those, and for a commit whose page has not been read yet.
    """

    rev: str
    oid: str | None
    subject: str
    commit: Commit | None = None


class CommitList(LineView):
    """One line per entry. Rows and bars are filled in as they become known."""

    DEFAULT_CSS = """
    CommitList > .commit-list--muted { color: $muted; }
    CommitList > .commit-list--oid { color: $accent; }
    CommitList > .commit-list--uncommitted { color: $primary; text-style: bold; }
    CommitList > .commit-list--marked { color: $accent; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Review", id="commits.select",
                tooltip="Read the commit, or all that are marked as one, with their authors"),
    ]  # fmt: skip
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"commit-list--{name}" for name in ("muted", "oid", "uncommitted", "marked")
    }

    @dataclass
    class RowsWanted(Message):
        """Rows are in sight whose commits have not been read."""

        view: "CommitList"

        @property
        def control(self) -> "CommitList":
            """The list, for ``@on`` selectors."""
            return self.view

    def __init__(self, now_ms: int, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        """``now_ms`` is what ages are counted from."""
        super().__init__(id=id)
        self._now_ms = now_ms
        self._uncommitted: Sequence[LogEntry] = ()
        self.pages = CommitPages()
        self._counts: dict[str, Counts] = {}
        self._marked: int | None = None

    @property
    def current(self) -> LogEntry | None:
        """The entry under the cursor."""
        return self.entry(self.cursor) if self.line_count else None

    def entry(self, y: int) -> LogEntry:
        """The entry of a row, which must exist."""
        if y < len(self._uncommitted):
            return self._uncommitted[y]
        at = y - len(self._uncommitted)
        oid = self.pages[at]
        commit = self.pages.commit(at)
        return LogEntry(oid, oid, commit.subject if commit is not None else "…", commit)

    def begin(self, uncommitted: Sequence[LogEntry], commits: Sequence[Commit]) -> None:
        """Show another list; the cursor stays on its entry if that is still there."""
        kept = self.current
        self._uncommitted, self._marked = uncommitted, None
        self.pages = CommitPages()
        self.pages.extend(commit.oid for commit in commits)
        self.pages.fill(0, commits)
        self.lines_changed()
        if kept is not None:
            self.cursor = self._place(kept) or 0

    def extend(self, oids: Sequence[str], commits: Sequence[Commit] = ()) -> None:
        """Append commits, of which no more than their ids may be known."""
        first = len(self.pages)
        self.pages.extend(oids)
        self.pages.fill(first, commits)
        self.lines_changed()

    def fill(self, at: int, commits: Sequence[Commit]) -> None:
        """Fill in rows of commits, the first of which is at place ``at`` among the commits."""
        self.pages.fill(at, commits)
        self.invalidate(at + len(self._uncommitted), len(commits))

    def missing(self) -> list[tuple[int, list[str]]]:
        """The pages in sight, and a page around, that have not been read."""
        top = self.scroll_offset.y - len(self._uncommitted)
        return list(self.pages.missing(range(top - self.page_lines, top + 2 * self.page_lines)))

    def _place(self, entry: LogEntry) -> int | None:
        for y, uncommitted in enumerate(self._uncommitted):
            if uncommitted.rev == entry.rev:
                return y
        at = self.pages.place(entry.oid) if entry.oid is not None else None
        return at + len(self._uncommitted) if at is not None else None

    # A range ---------------------------------------------------------------------------------------

    def mark(self) -> bool:
        """Mark the row under the cursor as one end of a range, or undo that; whether one is marked."""
        y = self.cursor
        is_commit = self.line_count > 0 and y >= len(self._uncommitted)
        self._marked = y if is_commit and self._marked is None else None
        self._strips.clear()
        self.refresh()
        return self._marked is not None

    @property
    def range(self) -> tuple[str, str] | None:
        """The ids of the oldest and the newest commit of the marked range; None without a mark."""
        if self._marked is None or self.cursor < len(self._uncommitted):
            return None
        newest, oldest = sorted((self._marked, self.cursor))
        first = len(self._uncommitted)
        return self.pages[oldest - first], self.pages[newest - first]

    def watch_cursor(self, old: int, new: int) -> None:
        """The range reaches from the mark to the cursor."""
        super().watch_cursor(old, new)
        if self._marked is not None:
            self._strips.clear()
            self.refresh()

    def _in_range(self, y: int) -> bool:
        if self._marked is None:
            return False
        first, last = sorted((self._marked, self.cursor))
        return max(first, len(self._uncommitted)) <= y <= last

    # Bars --------------------------------------------------------------------------------------------

    def set_counts(self, rev: str, counts: Counts) -> None:
        """Fill in the bar of an entry."""
        self._counts[rev] = counts
        place = self._place(LogEntry(rev, None if rev.startswith("-") else rev, ""))
        if place is not None:
            self.invalidate(place)

    def forget_counts(self, revs: Sequence[str]) -> None:
        """These entries changed: their bars are to be found out again."""
        for rev in revs:
            self._counts.pop(rev, None)

    def without_counts(self) -> list[LogEntry]:
        """Entries whose bars are not known: in sight, then a page around; nearest to the cursor first."""
        first = max(self.scroll_offset.y - self.page_lines, 0)
        near = range(first, min(self.scroll_offset.y + 2 * self.page_lines, self.line_count))
        lines = sorted(near, key=lambda y: (not self._in_sight(y), abs(y - self.cursor)))
        return [
            entry
            for entry in map(self.entry, lines)
            if entry.rev not in self._counts and (entry.oid is None or entry.commit is not None)
        ]

    def _in_sight(self, y: int) -> bool:
        return 0 <= y - self.scroll_offset.y < self.page_lines

    @property
    def line_count(self) -> int:
        """The entries."""
        return len(self._uncommitted) + len(self.pages)

    def render_content(self, y: int, width: int) -> Strip:
        """Id, subject, bar, its largest share in words, author, age."""
        entry = self.entry(y)
        commit = entry.commit
        if commit is None and entry.oid is not None:
            self.post_message(self.RowsWanted(self))
        muted = self.component_style("commit-list--muted")
        wide = width >= WIDE
        cells = BAR_WIDE if wide else BAR_NARROW
        room = width - OID_LETTERS - cells - SHARE - 7 - (AUTHOR + AGE + 1 if wide else 5)
        subject = Style(bold=True) if entry.oid is None else Style()
        segments = [
            self._edge(y),
            self._oid(entry),
            Segment(f" {fitted(safe_line(entry.subject), max(room, 8))}  ", subject),
            *self._share(entry.rev, cells, muted),
        ]
        age = ago(commit.author_time * 1000, self._now_ms) if commit is not None else ""
        if wide:
            author = safe_line(commit.author) if commit is not None else ""
            segments.append(Segment(f" {fitted(author, AUTHOR)}", muted))
            segments.append(Segment(f"{age:>{AGE}} ", muted))
        else:
            short = _short_age(commit.author_time * 1000, self._now_ms) if commit is not None else ""
            segments.append(Segment(f"{short:>5}", muted))
        return Strip(segments)

    def _edge(self, y: int) -> Segment:
        if not self._in_range(y):
            return Segment(" ")
        return Segment("┃" if y != self._marked else "◆", self.component_style("commit-list--marked"))

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


def _short_age(time_ms: int, now_ms: int) -> str:
    """How long ago a time was, in four cells: months (``5mo``) and years (``3y``) instead of a date."""
    days = (now_ms - time_ms) // DAY_MS
    if days < _MONTH_DAYS:
        return ago(time_ms, now_ms)
    return f"{days // _MONTH_DAYS}mo" if days < _YEAR_DAYS else f"{days // _YEAR_DAYS}y"
