"""The log of the repository with who wrote each commit."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import BylineError, GitError
from byline.git.repository import Repository
from byline.review.authors import Counts, count_lines
from byline.review.log import shares
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.messages import OpenReview
from byline_tui.screens.review import NOT_IN_A_REPOSITORY, STAGED, WORKTREE, read_review
from byline_tui.widgets.commit_list import CommitList, LogEntry
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.tab_bar import TabBar

FIRST_CHUNK, CHUNK = 200, 5_000
"""Commits are shown as they come: a screenful at once, then in large steps."""

SETTLED_AFTER = 0.12
"""Seconds of rest after which bars are worked out for the commits in sight."""


class CommitsScreen(Screen[None]):
    """The list, a filter that opens with ``/``, and words where there is nothing to list."""

    DEFAULT_CSS = """
    CommitsScreen #commits-list { height: 1fr; }
    CommitsScreen.-empty #commits-list { display: none; }
    CommitsScreen #commits-filter { display: none; }
    CommitsScreen.-filtering #commits-filter { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="commits.filter",
                tooltip="Words of subject or author, the beginning of an id, or path:FOLDER"),
        Binding("r", "reload", "Reload", id="commits.reload", tooltip="Read the log again"),
        Binding("escape", "leave", "All", show=False, id="commits.leave", tooltip="Show all commits again"),
    ]  # fmt: skip

    commits = query_one("#commits-list", CommitList)
    words_filter = query_one("#commits-filter", SearchInput)
    notice = query_one("#commits-notice", Notice)
    tab_bar = query_one(TabBar)

    @dataclass
    class Loaded(Message):
        """The worker has read more entries; ``first`` ones replace what is shown."""

        generation: int
        entries: list[LogEntry]
        first: bool
        done: bool

    @dataclass
    class Failed(Message):
        """The log cannot be read, and why."""

        words: str

    @dataclass
    class Counted(Message):
        """The worker has worked out who wrote an entry."""

        generation: int
        rev: str
        counts: Counts

    @dataclass
    class NotCounted(Message):
        """Who wrote an entry cannot be worked out, and why."""

        words: str

    @dataclass
    class Placed(Message):
        """Where the repository is."""

        place: str

    def __init__(self, store: Store, repository: Repository | None) -> None:
        super().__init__()
        self.store = store
        self.repository = repository
        self._entries: list[LogEntry] = []
        self._generation = 0
        self._done = False
        self._paths: tuple[str, ...] = ()
        self._settling: Timer | None = None

    def compose(self) -> ComposeResult:
        """Everything, still empty."""
        yield TabBar("commits")
        yield Static("Commits", id="commits-title", classes="pane--title", markup=False)
        yield CommitList(int(time.time() * 1000), id="commits-list")
        yield Notice(id="commits-notice")
        yield SearchInput("words of subject or author, an id, path:FOLDER and Enter", id="commits-filter")
        yield Footer()

    def on_mount(self) -> None:
        """Begin to read."""
        self.commits.focus()
        self.action_reload()

    # Reading the log -----------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Read the log from its beginning."""
        if self.repository is None:
            self._say(*NOT_IN_A_REPOSITORY)
            return
        self._generation += 1
        self._done = False
        self.commits.forget_counts((STAGED, WORKTREE))
        self._read_log(self.repository, self._generation, self._paths)

    @work(thread=True, exclusive=True, group="log", exit_on_error=False)
    def _read_log(self, repository: Repository, generation: int, paths: Sequence[str]) -> None:
        worker = get_current_worker()
        try:
            branch = repository.head_branch() or "detached"
            self.post_message(self.Placed(f"{repository.root.name} · {branch}"))
            chunk, first = list(_uncommitted(repository, paths)), True
            if chunk and repository.root_commit() is None:
                self.post_message(self.Loaded(generation, chunk, first=True, done=True))
                return
            repository.resolve("HEAD")
            for commit in repository.log(paths=paths):
                chunk.append(
                    LogEntry(
                        commit.oid, commit.oid, commit.subject, commit.author, commit.author_time, commit
                    )
                )
                if len(chunk) >= (FIRST_CHUNK if first else CHUNK):
                    if worker.is_cancelled:
                        return
                    self.post_message(self.Loaded(generation, chunk, first, done=False))
                    chunk, first = [], False
            self.post_message(self.Loaded(generation, chunk, first, done=True))
        except BylineError as error:
            self.post_message(self.Failed(str(error)))

    @on(Placed)
    def show_place(self, message: Placed) -> None:
        """Say where one is."""
        self.tab_bar.set_place(message.place)

    @on(Loaded)
    def show_entries(self, message: Loaded) -> None:
        """Show what was read so far."""
        if message.generation != self._generation:
            return
        self._entries = message.entries if message.first else self._entries + message.entries
        self._done = message.done
        self._show_filtered()

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why there is no log."""
        self._say(message.words)

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._say(words_for(event.worker.error))

    def _say(self, what: str, *hints: str) -> None:
        self.add_class("-empty")
        self.notice.say(what, *hints)

    def _show_filtered(self) -> None:
        words = [word for word in self.words_filter.value.lower().split() if not word.startswith("path:")]
        shown = [entry for entry in self._entries if entry.says(words)] if words else self._entries
        self.remove_class("-empty")
        self.notice.clear()
        self.commits.set_entries(shown)
        if not shown and self._done:
            self._say(
                "No commit has these words." if words else "No commit touches this path.",
                "Escape shows all commits again.",
            )
        title = counted(sum(entry.oid is not None for entry in shown), "commit")
        if words:
            title += f" of {len(self._entries):,}"
        self.query_one("#commits-title", Static).update(title if self._done else f"{title} …")
        self._settle()

    # Who wrote them ------------------------------------------------------------------------------

    @on(CommitList.CursorMoved)
    def _settle(self) -> None:
        """Work out bars when the list has come to rest; what was being worked out is given up."""
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED_AFTER, self._count_in_sight)

    def _count_in_sight(self) -> None:
        wanted = self.commits.without_counts()
        if wanted and self.repository is not None:
            self._count(self.repository, self._generation, wanted)

    @work(thread=True, exclusive=True, group="counts", exit_on_error=False)
    def _count(self, repository: Repository, generation: int, entries: Sequence[LogEntry]) -> None:
        worker = get_current_worker()
        waiting = sorted(entries, key=lambda entry: entry.commit is not None)
        try:
            while waiting:
                try:
                    for counts in self._counts(repository, tuple(waiting)):
                        self.post_message(self.Counted(generation, waiting.pop(0).rev, counts))
                        if worker.is_cancelled:
                            return
                except GitError as error:
                    # One commit that git cannot read (a partial clone) costs its own bar only.
                    rev = waiting.pop(0).rev
                    self.post_message(self.NotCounted(f"{rev[:7].lstrip('-')}: {error}"))
                    self.post_message(self.Counted(generation, rev, Counter()))
        except BylineError as error:
            self.post_message(self.NotCounted(str(error)))
        finally:
            self.store.close()

    def _counts(self, repository: Repository, entries: Sequence[LogEntry]) -> Iterator[Counts]:
        """Who wrote each entry, index and work tree first; of commits what is kept, if nothing moved."""
        for entry in entries:
            if entry.commit is None:
                yield count_lines(read_review(self.store, repository, entry.rev).files)
        commits = [entry.commit for entry in entries if entry.commit is not None]
        for share in shares(self.store, repository, commits):
            yield share.counts()

    @on(Counted)
    def show_counts(self, message: Counted) -> None:
        """Fill in a bar."""
        if message.generation == self._generation or message.rev not in {STAGED, WORKTREE}:
            self.commits.set_counts(message.rev, message.counts)

    @on(NotCounted)
    def show_not_counted(self, message: NotCounted) -> None:
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
        self._show_filtered()

    @on(Input.Submitted, "#commits-filter")
    def filter_submitted(self) -> None:
        """Read the log of the paths that were asked for, if others than before; go to the list."""
        words = self.words_filter.value.split()
        paths = tuple(word.removeprefix("path:") for word in words if word.startswith("path:") and word[5:])
        if paths != self._paths:
            self._paths = paths
            self.action_reload()
        self.set_class(bool(words), "-filtering")
        self.commits.focus()

    @on(SearchInput.Left)
    def leave_filter(self) -> None:
        """Keep the filter and go to the list."""
        self.commits.focus()

    @on(SearchInput.Cancelled)
    def end_filter(self) -> None:
        """Show all commits again."""
        self.words_filter.value = ""
        self.filter_submitted()

    def action_leave(self) -> None:
        """End the filter; without one go back."""
        if self.has_class("-filtering"):
            self.end_filter()
        else:
            self.app.call_later(self.app.run_action, "back")

    @on(CommitList.LineSelected)
    def open_review(self) -> None:
        """Open the review of the entry under the cursor."""
        entry = self.commits.current
        if entry is not None:
            self.post_message(OpenReview(entry.rev))


def _uncommitted(repository: Repository, paths: Sequence[str]) -> list[LogEntry]:
    """Entries for the index and the work tree, where they have changes."""
    entries: list[LogEntry] = []
    if repository.bare:
        return entries
    try:
        worktree, staged = repository.uncommitted(paths)
    except GitError as error:
        # What git cannot say of the index must not hide the log.
        return [LogEntry(WORKTREE, None, f"Work tree: {safe_line(str(error))}")]
    if worktree:
        entries.append(LogEntry(WORKTREE, None, f"Work tree: {counted(worktree, 'file')} not staged"))
    if staged:
        entries.append(LogEntry(STAGED, None, f"Index: {counted(staged, 'file')} to commit"))
    return entries
