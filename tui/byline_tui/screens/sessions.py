"""The sessions that were recorded: a list to the left, the conversation under the cursor to the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Input, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import StoreError
from byline.git.repository import Repository
from byline.query import Query, parse_query
from byline.store.hits import Hit
from byline.store.search import Search, Searching
from byline.store.store import Store
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.listing import ORDER_WORDS, ORDERS, Answer, Asking, Question, order_named
from byline_tui.messages import OpenConversation, StoreChanged
from byline_tui.remembered import Remembered
from byline_tui.screens.marking import MarkingScreen
from byline_tui.widgets.agent_pills import AgentPills, with_agent
from byline_tui.widgets.arrangement import GROUPINGS, grouping_named
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.preview_pane import PreviewPane
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.session_list import SessionEntry, SessionList
from byline_tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from byline_tui.widgets.preview import Previewed

SPINNER_AFTER_S = 0.15
PREVIEW_AFTER_S = 0.05
IDLE_S = 1.5
"""So long after the last question the searching is warmed up again."""
GROW_OLDER_S = 30.0
SHORTEST_QUERY = 2


class SessionsScreen(MarkingScreen):
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

    class NothingRecorded(Message):
        """The store is empty."""

    @dataclass
    class Answered(Message):
        """The beginning of an answer."""

        answer: Answer

    @dataclass
    class Placed(Message):
        """The branch that is checked out is known."""

        place: str

    @dataclass
    class ValuesKnown(Message):
        """What filters can be completed with."""

        values: Mapping[str, Sequence[str]]

    def __init__(
        self,
        store: Store,
        repository: Repository | None,
        searching: Searching | None = None,
        remembered: Remembered | None = None,
    ) -> None:
        """``searching`` is the app's; ``remembered`` is how the list was left."""
        super().__init__(store)
        self._repository = repository
        self.place = repository.root.name if repository is not None else ""
        """Repository and branch that Byline was started in; foreign text."""
        self._searching = searching or Searching(store.path)
        self._asking = Asking(store, self._searching, repository)
        kept = remembered or Remembered()
        self._first_query = kept.query
        self._wanted_key = kept.session
        self._unfolded = set(kept.unfolded)
        self._has_preview = kept.preview
        grouping = grouping_named(kept.grouping)
        order = order_named(kept.order)
        self._question = Question(
            parse_query(""),
            order if order in ORDERS else "time",
            grouping,
            here_only=repository is not None and kept.here_only,
            hides_automated=kept.hides_automated,
            unfolded=frozenset(self._unfolded),
        )
        self._order = self._question.order
        self.answer: Answer | None = None
        """What is shown."""
        self._from_top = False
        self._was_empty = False
        self._has_footer = False
        self._previewed: tuple[str, int | None, str] | None = None
        self._resting: Timer | None = None
        self._waiting: Timer | None = None
        self._idle: Timer | None = None

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
        self.query_one(SessionList).focus()
        self.set_interval(GROW_OLDER_S, self.query_one(SessionList).grow_older)
        if self._first_query:
            with self.prevent(Input.Changed):
                self.query_one(QueryInput).value = self._first_query
            self._question = replace(self._question, query=self._typed_query())
        self._ask()
        if self._repository is not None:
            self._read_place(self._repository)

    def on_unmount(self) -> None:
        """Nobody waits for an answer any more."""
        self._asking.cancel()

    def remember(self, kept: Remembered) -> Remembered:
        """How the list is now, to be given to the next one."""
        question = self._question
        return replace(
            kept,
            grouping=question.grouping,
            order=self._order,
            hides_automated=question.hides_automated,
            query=self.query_one(QueryInput).value if self.is_mounted else kept.query,
            here_only=question.here_only or self._repository is None,
            session=self.session_under_cursor or "",
            preview=self._has_preview,
            unfolded=tuple(sorted(self._unfolded)),
        )

    @property
    def session_under_cursor(self) -> str | None:
        """The id of the session the cursor is on."""
        return self.query_one(SessionList).current_key

    def session_beside(self, session_id: str, by: int) -> str | None:
        """The session ``by`` places below another; None beyond the ends. The list's cursor goes along."""
        view = self.query_one(SessionList)
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
        self.query_one(TabBar).set_place(message.place)

    def _fetch(self, keys: Sequence[str]) -> Mapping[str, SessionEntry]:
        """The rows of a page, each with what was found in it."""
        answer = self.answer
        hits: Mapping[int, Hit] = {}
        newest: dict[str, int] = {}
        if answer is not None and answer.matcher is not None:
            newest = {key: said.newest[-1] for key in keys if (said := answer.listing.hits.get(key))}
            width = max(self.query_one(SessionList).line_width, 60)
            hits = self._store.hits.of_parts(answer.matcher, list(newest.values()), width)
        return {
            row.id: SessionEntry(row, hits.get(newest.get(row.id, 0)))
            for row in self._store.sessions.rows(keys)
        }

    # Asking --------------------------------------------------------------------------------------

    def _ask(self, **changes: object) -> None:
        """Ask again, with changes to the question; what is shown stays until the answer is there."""
        self._question = replace(self._question, unfolded=frozenset(self._unfolded), **changes)  # type: ignore[arg-type] # fields
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(SPINNER_AFTER_S, lambda: self._status("reading …"))
        self._read(self._question, self._asking.begin(self._question))

    @work(thread=True, exclusive=True, group="sessions", exit_on_error=False)
    def _read(self, question: Question, search: Search) -> Answer | None:
        def show(first: Answer) -> None:
            self.post_message(self.Answered(first))

        return self._asking.answer(question, search, show)

    @on(Answered)
    def _begun(self, event: Answered) -> None:
        self._show(event.answer)

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        worker: Worker[object] = event.worker
        if event.state is WorkerState.ERROR:
            self._failed(worker)
        elif event.state is WorkerState.SUCCESS and isinstance(worker.result, Answer):
            self._show(worker.result)
        elif event.state is WorkerState.SUCCESS and worker.group == "preview":
            self._show_preview(cast("Previewed | None", worker.result))

    def _failed(self, worker: Worker[object]) -> None:
        words = words_for(worker.error)
        if worker.group == "sessions":
            self._stop_waiting("")
            self.query_one(SessionList).add_class("-empty")
            self.query_one(Notice).say("The sessions could not be read.", words, "ctrl+r tries again")
        else:
            self.notify(words, severity="error", markup=False)

    def _show(self, answer: Answer) -> None:
        if answer.question is not self._question or not self.is_mounted:
            return  # the answer to an older question
        self.answer = answer
        view = self.query_one(SessionList)
        shown = len(answer.listing.places)
        view.set_class(not shown, "-empty")
        # While a first import fills the list its top is what one looks at, until one goes elsewhere.
        from_top = self._from_top or (self._was_empty and not view.is_touched)
        view.show(answer.arrangement, answer.survived, answer.matcher, from_top=from_top)
        if answer.listing.complete:
            self._from_top = False
            self._go_to_wanted()
            self._when_idle()
        self._stop_waiting(self._took(answer))
        pills = self.query_one(AgentPills)
        pills.show(answer.listing.agents, answer.question.query, self._words(answer))
        notice = self.query_one(Notice)
        if shown:
            notice.clear()
        elif answer.listing.complete:
            notice.say(*self._why_empty(answer))
            self.query_one(PreviewPane).show(None)
            self._previewed = None
            if not answer.total:
                self._was_empty = True
                self.post_message(self.NothingRecorded())

    def _go_to_wanted(self) -> None:
        """The session that the cursor was on when Byline was last left."""
        if self._wanted_key:
            self.query_one(SessionList).go_to(self._wanted_key)
            self._wanted_key = ""

    def _stop_waiting(self, words: str) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._status(words)
        if not self._has_footer:
            self._has_footer = True
            self.call_after_refresh(self._add_footer)

    def _add_footer(self) -> None:
        """It takes as long as a third of all before it: what one came for is on the screen first."""
        if self.is_mounted:
            self.query_one("#sessions-foot").mount(Footer(show_command_palette=False))

    def _status(self, words: str) -> None:
        self.query_one("#query-status", Static).update(words)

    def _took(self, answer: Answer) -> str:
        took = f"{answer.listing.took_ms:.0f} ms"
        return took if answer.listing.complete else f"{took} …"

    def _words(self, answer: Answer) -> str:
        """What the line about the whole list says."""
        shown, total, view = len(answer.listing.places), answer.total, self.query_one(SessionList)
        here = f" of {self._repository_name()}" if answer.question.here_only else ""
        more = "" if answer.listing.complete else "+"
        words = [counted(total, "session") + here]
        if shown != total:
            in_all = counted(total, "session")
            words = [f"{shown:,}{more}{here}, {in_all} in all" if here else f"{shown:,}{more} of {in_all}"]
        if answer.question.order in ORDER_WORDS:
            words.append(ORDER_WORDS[answer.question.order])
        left_out = answer.listing.left_out
        if automated := left_out.get("automated", 0) + left_out.get("one_shot", 0):
            words.append(f"{automated:,} automated left out")
        if hidden := left_out.get("hidden", 0):
            words.append(f"{hidden:,} hidden")
        if view.selected:
            words.insert(0, f"{len(view.selected):,} selected")
        return " · ".join(words)

    def _repository_name(self) -> str:
        return self._repository.root.name if self._repository is not None else ""

    def _why_empty(self, answer: Answer) -> tuple[str, ...]:
        if not answer.total:
            return (
                "Nothing has been recorded yet.",
                "Agents on this machine keep histories: i imports them now,",
                "as does `byline import`.",
            )
        if answer.question.query.text:
            hints = ["esc clears the search"]
            if answer.question.here_only:
                hints.append("r looks in all repositories")
            return (f"Nothing matches “{answer.question.query.text}”.", *hints)
        if answer.question.here_only:
            return (
                f"No session belongs to {self._repository_name()}.",
                f"r shows all {counted(answer.total, 'session')}",
                "i reads the agents' histories again",
            )
        return ("All sessions are left out.", ". shows those that were automated", "is:hidden those hidden")

    # Keeping up ----------------------------------------------------------------------------------

    @on(StoreChanged)
    def _store_changed(self) -> None:
        """Somebody wrote: an agent at work, an import, or a person who starred something."""
        self._previewed = None
        self._ask()

    def _when_idle(self) -> None:
        if self._idle is not None:
            self._idle.stop()
        self._idle = self.set_timer(IDLE_S if self._idle is not None else 0.01, self._warm)

    @work(thread=True, exclusive=True, group="warm", exit_on_error=False)
    def _warm(self) -> None:
        """Have what the next search needs read before it is asked for."""
        worker = get_current_worker()
        try:
            self._searching.warm()
            if not worker.is_cancelled:
                self.post_message(self.ValuesKnown(self._searching.known_values()))
        except StoreError:
            # The list, which reads the same store, says so where it is seen.
            return

    @on(ValuesKnown)
    def _values_known(self, event: ValuesKnown) -> None:
        self.query_one(QueryInput).known_values = event.values

    # The query -----------------------------------------------------------------------------------

    def action_query(self) -> None:
        """Go to the query."""
        self.set_focus(self.query_one(QueryInput))

    def action_clear(self) -> None:
        """Select nothing; if nothing is selected, search for nothing."""
        view = self.query_one(SessionList)
        if view.selected:
            view.select_none()
        else:
            self.query_one(QueryInput).value = ""
        self._focus_list()

    def _typed_query(self) -> Query:
        line = self.query_one(QueryInput)
        query = line.parse(line.value)
        return query if len(line.value.strip()) >= SHORTEST_QUERY else parse_query("")

    @on(Input.Changed, "#query")
    def _typed(self) -> None:
        query = self._typed_query()
        if query != self._question.query:
            self._from_top = bool(query.tokens)
            self._ask(query=query, order=self._order)

    @on(Input.Submitted, "#query")
    def _submitted(self) -> None:
        """The best match first; the list has the keys."""
        if self._question.query.wanted:
            self._from_top = True
            self._ask(order="best")
        self._focus_list()

    @on(SearchInput.Cancelled)
    @on(SearchInput.Left)
    def _focus_list(self) -> None:
        self.set_focus(self.query_one(SessionList))
        self.query_one(AgentPills).hint((), -1, None)

    @on(QueryInput.Hinted)
    def _hinted(self, event: QueryInput.Hinted) -> None:
        is_typing = self.query_one(QueryInput).has_focus
        self.query_one(AgentPills).hint(event.suggestions if is_typing else (), event.chosen, event.problem)

    @on(AgentPills.Pressed)
    def _pressed(self, event: AgentPills.Pressed) -> None:
        line = self.query_one(QueryInput)
        line.value = with_agent(line.value, event.agent)

    def action_next_agent(self) -> None:
        """Ask for the next agent's sessions only."""
        line = self.query_one(QueryInput)
        line.value = with_agent(line.value, self.query_one(AgentPills).next_agent())

    def action_toggle_repository(self) -> None:
        """Show this repository's sessions only, or all."""
        self._ask(here_only=not self._question.here_only)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Without a repository there is nothing to limit the list to."""
        return action != "toggle_repository" or self._repository is not None

    def action_next_grouping(self) -> None:
        """Group by the next thing."""
        grouping = GROUPINGS[(GROUPINGS.index(self._question.grouping) + 1) % len(GROUPINGS)]
        self.notify("Not grouped" if grouping == "none" else f"Grouped by {grouping}", timeout=1.5)
        self._ask(grouping=grouping)

    def action_next_order(self) -> None:
        """Sort by the next thing."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self._from_top = True
        self._ask(order=self._order)

    def action_toggle_automated(self) -> None:
        """Leave out what nobody typed in, or show it."""
        self._ask(hides_automated=not self._question.hides_automated)

    @on(SessionList.FoldWanted)
    def _fold(self, event: SessionList.FoldWanted) -> None:
        (self._unfolded.add if event.unfold else self._unfolded.discard)(event.key)
        self._ask()

    def action_fold_all(self) -> None:
        """Show all sub-agents; when all are shown, fold them away."""
        shown = self.query_one(SessionList).arrangement
        if shown.folded:
            self._unfolded |= shown.folded
        else:
            self._unfolded.clear()
        self._ask()

    @on(SessionList.SelectionChanged)
    def _selected(self) -> None:
        if self.answer is not None:
            listing = self.answer.listing
            self.query_one(AgentPills).show(listing.agents, listing.query, self._words(self.answer))

    def action_reload(self) -> None:
        """Read the list again."""
        self._previewed = None
        self._ask()

    # The preview ---------------------------------------------------------------------------------

    def action_toggle_preview(self) -> None:
        """Show or hide the conversation beside the list."""
        self._has_preview = not self._has_preview
        self.query_one(PreviewPane).set_class(not self._has_preview, "-off")
        self.call_after_refresh(self._load_preview)

    @on(LineView.CursorMoved, "#sessions")
    def _rest_on(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(PREVIEW_AFTER_S, self._load_preview)

    def on_resize(self) -> None:
        """A wider terminal has room for the preview."""
        if self.query_one(PreviewPane).shown is None:
            self._rest_on()

    def _load_preview(self) -> None:
        key, answer = self.session_under_cursor, self.answer
        preview = self.query_one(PreviewPane)
        if key is None or answer is None or not preview.is_seen:
            return
        said = answer.listing.hits.get(key) if answer.matcher is not None else None
        part = said.newest[-1] if said is not None and said.newest else None
        wanted = (key, part, answer.question.query.text)
        if wanted != self._previewed:
            self._previewed = wanted
            self._read_preview(answer.question, key, part)

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _read_preview(self, question: Question, session_id: str, part: int | None) -> "Previewed | None":
        from byline_tui.widgets.preview import read_preview  # noqa: PLC0415 - loaded in this thread

        try:
            return read_preview(self._store, session_id, question.query, part)
        finally:
            self._store.close()

    def _show_preview(self, previewed: "Previewed | None") -> None:
        if previewed is not None and previewed.session_id == self.session_under_cursor:
            self.query_one(PreviewPane).show(previewed)

    # Opening -------------------------------------------------------------------------------------

    @on(LineView.LineSelected)
    def _selected_line(self, event: LineView.LineSelected) -> None:
        self.open_session(at_preview=event.view is self.query_one(PreviewPane).view)

    def open_session(self, *, at_preview: bool = False) -> None:
        """Open the conversation under the cursor: where a search found something, or the preview is."""
        key, preview = self.session_under_cursor, self.query_one(PreviewPane)
        if key is None:
            return
        message_id = None
        shown = preview.shown
        if shown is not None and shown.session_id == key and (at_preview or shown.block is not None):
            message_id = preview.message_under_cursor
        text = self._question.query.text if self._question.searches else ""
        self.post_message(OpenConversation(key, message_id, query=text))
