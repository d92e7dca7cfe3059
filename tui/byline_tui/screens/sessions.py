"""The sessions that were recorded: a list to the left, the conversation under the cursor to the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.git.repository import Repository
from byline.history.imports import import_histories
from byline.review.repositories import repository_row
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation
from byline_tui.screens.conversation import read_thread
from byline_tui.widgets.blocks import Thread
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.session_list import Arrangement, SessionList, arrange
from byline_tui.widgets.tab_bar import TabBar
from byline_tui.widgets.transcript import Transcript

SPINNER_AFTER_S = 0.15
PREVIEW_AFTER_S = 0.12
TYPING_PAUSE_S = 0.06
PREVIEW_MESSAGES = 60
SHORTEST_QUERY = 2


@dataclass(frozen=True, slots=True)
class Listing:
    """An answer of the store: what to show, for which question."""

    query: str
    here_only: bool
    arrangement: Arrangement
    total: int
    """Sessions in the whole store."""


class SessionsScreen(Screen[None]):
    """All sessions or this repository's, filtered as one types."""

    DEFAULT_CSS = """
    SessionsScreen #filter-line { height: 1; background: $surface; }
    SessionsScreen #filter { width: 1fr; }
    SessionsScreen #filter-status { width: auto; padding: 0 1; color: $muted; }
    SessionsScreen #sessions-body { height: 1fr; }
    SessionsScreen #sessions-left { width: 1fr; }
    SessionsScreen SessionList { height: 1fr; }
    /* It keeps the focus: were it hidden, keys would go to the filter. */
    SessionsScreen SessionList.-empty { height: 0; }
    SessionsScreen #preview { width: 1fr; border-left: solid $panel; }
    SessionsScreen.-narrow #preview { display: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="sessions.filter",
                tooltip="Filter by words that were said or are in the title"),
        Binding("r", "toggle_repository", "This repository/all", id="sessions.repository",
                tooltip="Only sessions of this repository, or all"),
        Binding("i", "import", "Import", show=False, id="sessions.import",
                tooltip="Import what the agents on this machine recorded"),
        Binding("escape", "clear_filter", "Clear filter", show=False, id="sessions.clear",
                tooltip="Show all sessions again"),
        Binding("ctrl+r", "reload", "Reload", show=False, id="sessions.reload",
                tooltip="Read the list again"),
    ]  # fmt: skip

    @dataclass
    class ImportWent(Message):
        """An import came as far as this."""

        done: int
        total: int

    def __init__(self, store: Store, repository: Repository | None) -> None:
        super().__init__()
        self._store = store
        self._repository = repository
        self._here_only = repository is not None
        self._query = ""
        self._listing: Listing | None = None
        self._typing: Timer | None = None
        self._resting: Timer | None = None
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        """Filter, list and preview."""
        yield TabBar("sessions", self._place())
        with Horizontal(id="filter-line"):
            yield SearchInput("/ to filter: words said in a session, or in its title", id="filter")
            yield Static("", id="filter-status", markup=False)
        with Horizontal(id="sessions-body"):
            with Vertical(id="sessions-left"):
                yield SessionList(self._fetch, id="sessions")
                yield Notice(id="sessions-notice")
            yield Transcript(id="preview")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read the list."""
        self.query_one(SessionList).focus()
        self._load()

    def on_screen_resume(self) -> None:
        """What was shown may have changed while another screen was on top."""
        if self._listing is not None and not self._listing.total:
            self._load()

    @property
    def session_under_cursor(self) -> str | None:
        """The id of the session the cursor is on."""
        return self.query_one(SessionList).current_key

    def _place(self) -> str:
        if self._repository is None:
            return ""
        branch = self._repository.head_branch()
        return " · ".join(name for name in (self._repository.root.name, branch or "") if name)

    def _fetch(self, keys: Sequence[str]) -> Mapping[str, SessionRow]:
        return {row.id: row for row in self._store.sessions.rows(keys)}

    # The list ------------------------------------------------------------------------------------

    def _load(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(SPINNER_AFTER_S, lambda: self._status("reading …"))
        self._read(self._query, self._here_only)

    @work(thread=True, exclusive=True, group="sessions", exit_on_error=False)
    def _read(self, query: str, here_only: bool) -> Listing:
        store = self._store
        try:
            row = None
            if here_only and self._repository is not None:
                row = repository_row(store, self._repository)
            places = store.sessions.places(query, row.id if row is not None else None)
            today = datetime.now().astimezone().date()
            return Listing(query, here_only, arrange(places, today), store.sessions.count())
        finally:
            store.close()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.state not in {WorkerState.SUCCESS, WorkerState.ERROR}:
            return
        worker: Worker[object] = event.worker
        if event.state is WorkerState.ERROR:
            self._failed(worker)
        elif isinstance(worker.result, Listing):
            self._show(worker.result)
        elif isinstance(worker.result, Thread):
            self._show_preview(worker.result)

    def _failed(self, worker: Worker[object]) -> None:
        words = words_for(worker.error)
        if worker.group == "sessions":
            self._stop_waiting("")
            self.query_one(SessionList).add_class("-empty")
            self.query_one(Notice).say("The sessions could not be read.", words, "ctrl+r tries again")
        else:
            self.notify(words, severity="error", markup=False)

    def _show(self, listing: Listing) -> None:
        if (listing.query, listing.here_only) != (self._query, self._here_only):
            return  # the answer to an older question
        self._listing = listing
        view = self.query_one(SessionList)
        view.show(listing.arrangement)
        shown = len(listing.arrangement.keys)
        self._stop_waiting(self._summary(shown, listing.total))
        view.set_class(not shown, "-empty")
        notice = self.query_one(Notice)
        if shown:
            notice.clear()
        else:
            notice.say(*self._why_empty(listing))
            self.query_one("#preview", Transcript).show_thread(None)

    def _stop_waiting(self, words: str) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._status(words)

    def _status(self, words: str) -> None:
        self.query_one("#filter-status", Static).update(safe_line(words))

    def _summary(self, shown: int, total: int) -> str:
        here = f" of {self._repository_name()}" if self._here_only else ""
        return f"{shown:,}{here}, {total:,} in all" if shown != total else counted(total, "session") + here

    def _repository_name(self) -> str:
        return self._repository.root.name if self._repository is not None else ""

    def _why_empty(self, listing: Listing) -> tuple[str, ...]:
        if not listing.total:
            return (
                "Nothing has been recorded yet.",
                "Agents on this machine keep histories: i imports them now,",
                "as does `byline import`.",
            )
        if listing.query:
            hints = ["esc clears the filter"]
            if listing.here_only:
                hints.append("r looks in all repositories")
            return (f"Nothing matches “{listing.query}”.", *hints)
        return (
            f"No session belongs to {self._repository_name()}.",
            f"r shows all {counted(listing.total, 'session')}",
            "`byline import` brings in newer histories",
        )

    # Filtering -----------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Go to the filter."""
        self.set_focus(self.query_one("#filter", SearchInput))

    def action_clear_filter(self) -> None:
        """Empty the filter and go back to the list."""
        self.query_one("#filter", SearchInput).value = ""
        self._focus_list()

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        words = event.value.strip()
        query = words if len(words) >= SHORTEST_QUERY else ""
        if query == self._query:
            return
        self._query = query
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE_S, self._load)

    @on(Input.Submitted, "#filter")
    @on(SearchInput.Cancelled)
    @on(SearchInput.Left)
    def _focus_list(self) -> None:
        self.set_focus(self.query_one(SessionList))

    def action_toggle_repository(self) -> None:
        """Show this repository's sessions only, or all."""
        self._here_only = not self._here_only
        self._load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Without a repository there is nothing to limit the list to."""
        return action != "toggle_repository" or self._repository is not None

    def action_reload(self) -> None:
        """Read the list again."""
        self._load()

    # The preview ---------------------------------------------------------------------------------

    @on(LineView.CursorMoved, "#sessions")
    def _rest_on(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(PREVIEW_AFTER_S, self._load_preview)

    def on_resize(self) -> None:
        """A wider terminal has room for the preview."""
        if not self.query_one("#preview", Transcript).thread:
            self._rest_on()

    def _load_preview(self) -> None:
        key = self.session_under_cursor
        preview = self.query_one("#preview", Transcript)
        if key is not None and preview.display and preview.is_laid_out:
            self._read_preview(key, whole=bool(self._query))

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _read_preview(self, session_id: str, *, whole: bool) -> Thread | None:
        """The beginning is enough to recognise a session by; a match may be anywhere in it."""
        try:
            return read_thread(self._store, session_id, None if whole else PREVIEW_MESSAGES)
        finally:
            self._store.close()

    def _show_preview(self, thread: Thread) -> None:
        if thread.session.id != self.session_under_cursor:
            return
        preview = self.query_one("#preview", Transcript)
        preview.show_thread(thread)
        word = self._query.split()[0] if self._query else ""
        if word:
            preview.find_next(word)
        else:
            preview.mark_matches("")

    # Opening and importing -----------------------------------------------------------------------

    @on(LineView.LineSelected)
    def _open(self, event: LineView.LineSelected) -> None:
        key = self.session_under_cursor
        if key is None:
            return
        message_id = None
        preview = self.query_one("#preview", Transcript)
        at_match = bool(self._query) and preview.thread is not None and preview.thread.session.id == key
        if (event.view is preview or at_match) and preview.thread and preview.current_block is not None:
            message_id = preview.thread.blocks[preview.current_block].message_id
            key = preview.thread.session.id
        self.post_message(OpenConversation(key, message_id))

    def action_import(self) -> None:
        """Import what the agents on this machine recorded."""
        self._status("importing …")
        self._import()

    @work(thread=True, exclusive=True, group="import", exit_on_error=False)
    def _import(self) -> None:
        worker = get_current_worker()

        def progress(done: int, total: int, _path: str) -> None:
            if worker.is_cancelled:
                raise _StoppedError
            self.post_message(self.ImportWent(done, total))

        try:
            import_histories(self._store, progress=progress)
        except _StoppedError:
            return
        finally:
            self._store.close()
        self.post_message(self.ImportWent(1, 1))

    @on(ImportWent)
    def _import_went(self, event: ImportWent) -> None:
        if event.done >= event.total:
            self._load()
        else:
            self._status(f"importing … {event.done * 100 // event.total} %")


class _StoppedError(Exception):
    """The browser was left in the middle of an import; what was read is kept."""
