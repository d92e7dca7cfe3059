"""The log of the repository with who wrote each commit, and beside it, where there is room, its diff."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, Static
from textual.worker import Worker, WorkerState

from byline.errors import GitError
from byline.git.listing import branches
from byline.git.repository import Repository
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.commit_log import CommitLog
from byline_tui.commit_query import HINT, CommitQuery, read_query
from byline_tui.diff_shape import Shape
from byline_tui.failures import words_for
from byline_tui.messages import OpenReview, StoreChanged
from byline_tui.reviewing import STAGED, WORKTREE
from byline_tui.screens.choice import ChoiceScreen
from byline_tui.screens.review_reading import NOT_IN_A_REPOSITORY
from byline_tui.widgets.commit_list import CommitList
from byline_tui.widgets.commit_preview import CommitPreview
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.tab_bar import TabBar

SETTLED_AFTER = 0.12
"""Seconds of rest after which bars and the preview are worked out."""

PREVIEW_FROM = 130
"""Cells from which on there is room for the diff beside the list."""


class CommitsScreen(Screen[None]):
    """The list, a filter that opens with ``/``, and words where there is nothing to list."""

    DEFAULT_CSS = """
    CommitsScreen #commits-list { height: 1fr; }
    CommitsScreen #commits-preview { display: none; width: 1fr; border-left: solid $faint; }
    CommitsScreen.-preview #commits-preview { display: block; }
    CommitsScreen.-preview #commits-main { width: 2fr; max-width: 99; }
    CommitsScreen.-preview #commits-preview { width: 3fr; }
    CommitsScreen.-empty #commits-list, CommitsScreen.-empty #commits-preview { display: none; }
    CommitsScreen #commits-filter { display: none; }
    CommitsScreen.-filtering #commits-filter { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="commits.filter", tooltip=HINT.capitalize()),
        Binding("B", "branch", "Branch", id="commits.branch", tooltip="The log of another branch"),
        Binding("m", "mark", "Mark", id="commits.mark",
                tooltip="Mark one end of a range; move to the other and press Enter to review it as one"),
        Binding("r", "reload", "Reload", id="commits.reload", tooltip="Read the log again"),
        Binding("escape", "leave", "All", show=False, id="commits.leave",
                tooltip="Unmark; show all commits again; back"),
    ]  # fmt: skip

    commits = query_one("#commits-list", CommitList)
    preview = query_one("#commits-preview", CommitPreview)
    words_filter = query_one("#commits-filter", SearchInput)
    notice = query_one("#commits-notice", Notice)
    tab_bar = query_one(TabBar)

    def __init__(self, store: Store, repository: Repository | None) -> None:
        super().__init__()
        self.store = store
        self.repository = repository
        self._log = CommitLog(self, store, repository) if repository is not None else None
        self._query = CommitQuery()
        self._is_done = False
        self._settling: Timer | None = None

    def compose(self) -> ComposeResult:
        """Everything, still empty."""
        yield TabBar("commits")
        with Horizontal(id="commits-body"):
            with Vertical(id="commits-main"):
                yield Static("Commits", id="commits-title", classes="pane--title", markup=False)
                yield CommitList(int(time.time() * 1000), id="commits-list")
                yield Notice(id="commits-notice")
            yield CommitPreview(self.store, self.repository, id="commits-preview")
        yield SearchInput(HINT, id="commits-filter")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self.commits.focus()
        self.action_reload()

    def on_resize(self) -> None:
        """The preview comes where there is room for it."""
        self.set_class(self.size.width >= PREVIEW_FROM, "-preview")
        self._settle()

    # Reading the log -----------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Read the log from its beginning."""
        if self._log is None:
            self._say(*NOT_IN_A_REPOSITORY)
            return
        self._is_done = False
        self.commits.forget_counts((STAGED, WORKTREE))
        self.preview.forget()
        self._log.read(self._query)

    @on(StoreChanged)
    def store_changed(self) -> None:
        """Something was recorded since: what is not committed yet may have other authors now."""
        self.commits.forget_counts((STAGED, WORKTREE))
        self.preview.forget()
        self._settle()

    @on(CommitLog.Placed)
    def show_place(self, message: CommitLog.Placed) -> None:
        """Say where one is."""
        self.tab_bar.set_place(message.place)

    @on(CommitLog.Loaded)
    def show_entries(self, message: CommitLog.Loaded) -> None:
        """Show what was read so far."""
        if message.query != self._query:
            return
        self._is_done = message.is_done
        if message.uncommitted is not None:
            self.remove_class("-empty")
            self.notice.clear()
            self.commits.begin(message.uncommitted, message.commits)
        else:
            self.commits.extend(message.oids, message.commits)
        if message.is_done and not self.commits.line_count:
            what = "No commit has these words." if self._query.words else "No commit is in this log."
            if self._query.paths:
                what = "No commit touches this path."
            self._say(what, "Escape shows all commits again.")
        self._title()
        self._settle()

    def _title(self) -> None:
        query, count = self._query, len(self.commits.pages)
        title = counted(count, "commit") + ("" if self._is_done else " …")
        if query.rev != "HEAD":
            title += f" of {safe_line(query.rev)}"
        if (ends := self.commits.range) is not None:
            title = f"{ends[0][:7]} to {ends[1][:7]} marked: Enter reviews them as one, Escape unmarks"
        self.query_one("#commits-title", Static).update(title)

    @on(CommitList.RowsWanted)
    def read_rows(self) -> None:
        """Read the commits of rows that have come in sight."""
        if self._log is not None and (missing := self.commits.missing()):
            self._log.read_rows(self._query, missing)

    @on(CommitLog.RowsRead)
    def show_rows(self, message: CommitLog.RowsRead) -> None:
        """Fill in rows."""
        if message.query == self._query:
            self.commits.fill(message.at, message.commits)
            self._settle()

    @on(CommitLog.Failed)
    def show_failure(self, message: CommitLog.Failed) -> None:
        """Say why there is no log."""
        if message.query == self._query:
            self._is_done = True
            hint = "Escape shows the log of what is checked out." if self._query.is_limited else ""
            self._say(message.words, hint)

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._say(words_for(event.worker.error))

    def _say(self, what: str, *hints: str) -> None:
        self.add_class("-empty")
        self.notice.say(what, *(hint for hint in hints if hint))

    # Who wrote them, and the preview ---------------------------------------------------------------

    @on(CommitList.CursorMoved, "#commits-list")
    def _moved(self) -> None:
        if self.commits.range is not None:
            self._title()
        self._preview(at_rest=False)
        self._settle()

    def _settle(self) -> None:
        """Work on when the list has come to rest; what was being worked out is given up."""
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED_AFTER, self._settled)

    def _settled(self) -> None:
        wanted = self.commits.without_counts()
        if wanted and self._log is not None:
            self._log.count(wanted)
        self._preview(at_rest=True)

    def _preview(self, *, at_rest: bool) -> None:
        """Show the diff under the cursor: at once if it is known, else when the list has come to rest."""
        if self.has_class("-preview") and self.commits.line_count and not self.has_class("-empty"):
            cursor, last = self.commits.cursor, self.commits.line_count - 1
            near = [self.commits.entry(y).rev for y in (cursor + 1, cursor - 1) if 0 <= y <= last]
            self.preview.show(self.commits.entry(cursor).rev, near if at_rest else None, self._shape())

    def _shape(self) -> Shape:
        shape = getattr(self.app, "diff_shape", None)
        return Shape(shape.grouping) if isinstance(shape, Shape) else Shape()

    @on(CommitLog.Counted)
    def show_counts(self, message: CommitLog.Counted) -> None:
        """Fill in a bar."""
        self.commits.set_counts(message.rev, message.counts)

    @on(CommitLog.NotCounted)
    def show_not_counted(self, message: CommitLog.NotCounted) -> None:
        """Say why bars are missing; the list stays usable."""
        self.notify(safe_line(message.words), severity="error", markup=False)

    # Filter and ways -----------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the filter."""
        self.add_class("-filtering")
        self.words_filter.focus()

    @on(Input.Changed, "#commits-filter")
    def filter_changed(self) -> None:
        """Filter by words as they are typed."""
        typed = read_query(self.words_filter.value)
        query = CommitQuery(typed.words, self._query.rev, self._query.paths, self._query.sessions)
        if query != self._query:
            self._query = query
            self.action_reload()

    @on(Input.Submitted, "#commits-filter")
    def filter_submitted(self) -> None:
        """Read the log of the paths, branch and sessions that were asked for, if others than before."""
        query = read_query(self.words_filter.value)
        if query != self._query or (self.has_class("-empty") and not self.words_filter.value):
            self._query = query
            self.action_reload()
        self.set_class(bool(self.words_filter.value), "-filtering")
        self.commits.focus()

    @on(SearchInput.Left)
    def leave_filter(self) -> None:
        """Keep the filter and go to the list."""
        self.filter_submitted()

    @on(SearchInput.Cancelled)
    def end_filter(self) -> None:
        """Show all commits again."""
        self.words_filter.value = ""
        self.filter_submitted()

    def action_branch(self) -> None:
        """Ask for a branch."""
        if self.repository is None:
            return
        try:
            names = branches(self.repository)
        except GitError as error:
            self.notify(safe_line(str(error)), severity="error", markup=False)
            return
        rows = [(name, "") for name in names]
        if rows:
            self.app.push_screen(ChoiceScreen("The log of", rows), lambda at: self._chosen_branch(names, at))
        else:
            self.notify("There is no branch yet.", markup=False)

    def _chosen_branch(self, names: Sequence[str], at: int | None) -> None:
        if at is None:
            return
        kept = [word for word in self.words_filter.value.split() if not word.startswith("branch:")]
        self.words_filter.value = " ".join([*kept, f"branch:{names[at]}"])
        self.filter_submitted()

    def action_mark(self) -> None:
        """Mark one end of a range, or undo that."""
        self.commits.mark()
        self._title()

    def action_leave(self) -> None:
        """Undo the mark, else end the filter; without one go back."""
        if self.commits.range is not None:
            self.action_mark()
        elif self.has_class("-filtering"):
            self.end_filter()
        else:
            self.app.call_later(self.app.run_action, "back")

    @on(CommitList.LineSelected, "#commits-list")
    def open_review(self) -> None:
        """Open the review of the entry under the cursor, or of the marked range."""
        entry, ends = self.commits.current, self.commits.range
        if ends is not None and ends[0] != ends[1] and self._log is not None:
            self._log.find_base(*ends)
        elif entry is not None:
            self.post_message(OpenReview(entry.rev, reading=self.preview.known(entry.rev)))

    @on(CommitLog.BaseFound)
    def open_range(self, message: CommitLog.BaseFound) -> None:
        """Open the review of a range, now that its beginning is known."""
        self.post_message(OpenReview(f"{message.base or ''}..{message.tip}"))
