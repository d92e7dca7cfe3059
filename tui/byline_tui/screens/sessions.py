"""The sessions that were recorded: a list to the left, the conversation under the cursor to the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static

from byline.git.repository import Repository
from byline.store.hits import Hit
from byline.store.search import Searching
from byline.store.store import Store
from byline_tui.messages import OpenConversation
from byline_tui.remembered import Remembered
from byline_tui.screens.sessions_query import SessionsQuery
from byline_tui.widgets.agent_pills import AgentPills
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.preview_pane import PreviewPane
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.session_list import SessionEntry, SessionList
from byline_tui.widgets.tab_bar import TabBar

GROW_OLDER_S = 30.0


class SessionsScreen(SessionsQuery):
    """All sessions or this repository's, found as one types."""

    DEFAULT_CSS = """
    SessionsScreen #query-line { height: 1; background: $surface; }
    SessionsScreen #query-sign { width: 3; padding: 0 0 0 1; background: $surface; color: $accent; }
    SessionsScreen #query { width: 1fr; padding: 0 1 0 0; }
    SessionsScreen #query-status { width: auto; padding: 0 1; color: $muted; background: $surface; }
    SessionsScreen #sessions-body { height: 1fr; }
    SessionsScreen #sessions-foot { height: 1; background: $footer-background; }
    SessionsScreen #sessions-left { width: 5fr; min-width: 54; }
    SessionsScreen SessionList { height: 1fr; }
    /* It keeps the focus: were it hidden, keys would go to the query. */
    SessionsScreen SessionList.-empty { height: 0; }
    SessionsScreen #preview { width: 6fr; border-left: solid $panel; }
    SessionsScreen.-narrow #preview, SessionsScreen #preview.-off { display: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "query", "Search", key_display="/", id="sessions.query",
                tooltip="Search everything that was said; agent:, repo:, file:, since: and others narrow it"),
        Binding("r", "toggle_repository", "Here/all", id="sessions.repository",
                tooltip="Only sessions of this repository, or all"),
        Binding("b", "next_grouping", "Group", id="sessions.group",
                tooltip="Group by day, repository, agent, or not at all"),
        Binding("o", "next_order", "Sort", id="sessions.sort",
                tooltip="The newest first, most edits first, most lines in commits first"),
        Binding("a", "next_agent", "Agent", show=False, id="sessions.agent",
                tooltip="Only the next agent's sessions, then all again"),
        Binding("full_stop", "toggle_automated", "Automated", key_display=".", show=False,
                id="sessions.automated",
                tooltip="Leave out sessions that nobody typed in or that were one question, or show them"),
        Binding("z", "fold_all", "Fold all", show=False, id="sessions.fold_all",
                tooltip="Show all sub-agents, or fold all away"),
        Binding("p", "toggle_preview", "Preview", show=False, id="sessions.preview",
                tooltip="Show or hide the conversation beside the list"),
        Binding("i", "app.read_histories", "Import", show=False, id="sessions.import",
                tooltip="Read again what the agents on this machine recorded"),
        Binding("escape", "clear", "Clear", show=False, id="sessions.clear",
                tooltip="Select nothing; then search for nothing: all sessions again"),
        Binding("ctrl+r", "reload", "Reload", show=False, id="sessions.reload",
                tooltip="Read the list again"),
    ]  # fmt: skip

    tab_bar = query_one(TabBar)

    @dataclass
    class Placed(Message):
        """The branch that is checked out is known."""

        place: str

    def __init__(
        self,
        store: Store,
        repository: Repository | None,
        searching: Searching | None = None,
        remembered: Remembered | None = None,
    ) -> None:
        """``searching`` is the app's; ``remembered`` is how the list was left."""
        kept = remembered or Remembered()
        super().__init__(store, repository, searching, kept)
        self.place = self._repository_name
        """Repository and branch that Byline was started in; foreign text."""
        self._first_query = kept.query

    def compose(self) -> ComposeResult:
        """Query, agents, list and preview."""
        yield TabBar("sessions", self.place)
        with Horizontal(id="query-line"):
            yield Static("/", id="query-sign", markup=False)
            yield QueryInput("search everything that was said …  agent: repo: file: since:", id="query")
            yield Static("", id="query-status", markup=False)
        yield AgentPills(id="agents")
        with Horizontal(id="sessions-body"):
            with Vertical(id="sessions-left"):
                yield SessionList(self._fetch, id="sessions")
                yield Notice(id="sessions-notice")
            preview = PreviewPane(id="preview")
            preview.set_class(not self._has_preview, "-off")
            yield preview
        yield Vertical(id="sessions-foot")

    def on_mount(self) -> None:
        """Read the list."""
        self.list_view.focus()
        self.set_interval(GROW_OLDER_S, self.list_view.grow_older)
        if self._first_query:
            with self.prevent(Input.Changed):
                self.query_line.value = self._first_query
            self._question = replace(self._question, query=self._typed_query())
        self._ask()
        if self._repository is not None:
            self._read_place(self._repository)

    def remember(self, kept: Remembered) -> Remembered:
        """How the list is now, to be given to the next one."""
        question = self._question
        return replace(
            kept,
            grouping=question.grouping,
            order=self._order,
            hides_automated=question.hides_automated,
            query=self.query_line.value if self.is_mounted else kept.query,
            here_only=question.here_only or self._repository is None,
            session=self.session_under_cursor or "",
            preview=self._has_preview,
            unfolded=tuple(sorted(self._unfolded)),
        )

    def session_beside(self, session_id: str, by: int) -> str | None:
        """The session ``by`` places below another; None beyond the ends. The list's cursor goes along."""
        view = self.list_view
        keys = view.keys
        index = keys.index(session_id) + by if session_id in keys else -1
        if not 0 <= index < len(keys):
            return None
        view.go_to(keys[index])
        return keys[index]

    @work(thread=True, exclusive=True, group="place", exit_on_error=False)
    def _read_place(self, repository: Repository) -> None:
        """Ask git for the branch, beside the first frame."""
        branch = repository.head_branch()
        if branch is not None:
            self.post_message(self.Placed(f"{repository.root.name} · {branch}"))

    @on(Placed)
    def _show_place(self, message: Placed) -> None:
        self.place = message.place
        self.tab_bar.set_place(message.place)

    def _fetch(self, keys: Sequence[str]) -> Mapping[str, SessionEntry]:
        """The rows of a page, each with what was found in it."""
        answer = self.answer
        hits: Mapping[int, Hit] = {}
        newest: dict[str, int] = {}
        if answer is not None and answer.matcher is not None:
            newest = {key: said.newest[-1] for key in keys if (said := answer.listing.hits.get(key))}
            width = max(self.list_view.line_width, 60)
            hits = self._store.hits.of_parts(answer.matcher, list(newest.values()), width)
        return {
            row.id: SessionEntry(row, hits.get(newest.get(row.id, 0)))
            for row in self._store.sessions.rows(keys)
        }

    # Opening -------------------------------------------------------------------------------------

    @on(LineView.LineSelected)
    def _selected_line(self, event: LineView.LineSelected) -> None:
        self.open_session(at_preview=event.view is self.preview.view)

    def open_session(self, *, at_preview: bool = False) -> None:
        """Open the conversation under the cursor: where a search found something, or the preview is."""
        key, preview = self.session_under_cursor, self.preview
        if key is None:
            return
        message_id = None
        shown = preview.shown
        if shown is not None and shown.session_id == key and (at_preview or shown.block is not None):
            message_id = preview.message_under_cursor
        text = self._question.query.text if self._question.searches else ""
        self.post_message(OpenConversation(key, message_id, query=text))
