"""The list of sessions is asked for in a thread, shown when the answer is there, and kept up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from textual import on, work
from textual.getters import query_one
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import StoreError
from byline.git.repository import Repository
from byline.query import parse_query
from byline.store.search import Search, Searching
from byline.store.store import Store
from byline_tui.failures import words_for
from byline_tui.listing import ORDERS, Answer, Asking, Question, order_named
from byline_tui.messages import StoreChanged
from byline_tui.remembered import Remembered
from byline_tui.screens.sessions_preview import SessionsPreview
from byline_tui.screens.sessions_words import list_words, took_words, why_empty
from byline_tui.widgets.agent_pills import AgentPills
from byline_tui.widgets.arrangement import grouping_named
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.session_list import SessionList

SPINNER_AFTER_S = 0.15
IDLE_S = 1.5
"""So long after the last question the searching is warmed up again."""


class SessionsAsking(SessionsPreview):
    """One question at a time; what changes it is the subclass's."""

    pills = query_one("#agents", AgentPills)
    query_line = query_one("#query", QueryInput)
    notice = query_one("#sessions-notice", Notice)

    class NothingRecorded(Message):
        """The store is empty."""

    @dataclass
    class Answered(Message):
        """The beginning of an answer."""

        answer: Answer

    @dataclass
    class ValuesKnown(Message):
        """What filters can be completed with."""

        values: Mapping[str, Sequence[str]]

    def __init__(
        self, store: Store, repository: Repository | None, searching: Searching | None, kept: Remembered
    ) -> None:
        """``searching`` is the app's; ``kept`` is how the list was left."""
        super().__init__(store, has_preview=kept.preview)
        self._repository = repository
        self._searching = searching or Searching(store.path)
        self._asking = Asking(store, self._searching, repository)
        self._wanted_key = kept.session
        self._unfolded = set(kept.unfolded)
        order = order_named(kept.order)
        self._question = Question(
            parse_query(""),
            order if order in ORDERS else "time",
            grouping_named(kept.grouping),
            here_only=repository is not None and kept.here_only,
            hides_automated=kept.hides_automated,
            unfolded=frozenset(self._unfolded),
        )
        self._from_top = False
        self._was_empty = False
        self._has_footer = False
        self._waiting: Timer | None = None
        self._idle: Timer | None = None

    def on_unmount(self) -> None:
        """Nobody waits for an answer any more."""
        self._asking.cancel()

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

    def _failed(self, worker: Worker[object]) -> None:
        words = words_for(worker.error)
        if worker.group == "sessions":
            self._stop_waiting("")
            self.list_view.add_class("-empty")
            self.notice.say("The sessions could not be read.", words, "ctrl+r tries again")
        else:
            self.notify(words, severity="error", markup=False)

    def _show(self, answer: Answer) -> None:
        if answer.question is not self._question or not self.is_mounted:
            return  # the answer to an older question
        self.answer = answer
        view = self.list_view
        shown = len(answer.listing.places)
        view.set_class(not shown, "-empty")
        # While a first import fills the list its top is what one looks at, until one goes elsewhere.
        from_top = self._from_top or (self._was_empty and not view.is_touched)
        view.show(answer.arrangement, answer.survived, answer.matcher, from_top=from_top)
        if answer.listing.complete:
            self._from_top = False
            self._go_to_wanted()
            self._when_idle()
        self._stop_waiting(took_words(answer))
        self.pills.show(answer.listing.agents, answer.question.query, self._words(answer))
        if shown:
            self.notice.clear()
        elif answer.listing.complete:
            self.notice.say(*why_empty(answer, self._repository_name))
            self._empty_preview()
            if not answer.total:
                self._was_empty = True
                self.post_message(self.NothingRecorded())

    def _go_to_wanted(self) -> None:
        """The session that the cursor was on when Byline was last left."""
        if self._wanted_key:
            self.list_view.go_to(self._wanted_key)
            self._wanted_key = ""

    def _stop_waiting(self, words: str) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._status(words)
        if not self._has_footer:
            self._has_footer = True
            self.call_after_refresh(self._add_footer)

    async def _add_footer(self) -> None:
        """It takes as long as a third of all before it: what one came for is on the screen first."""
        if self.is_mounted:
            await self.query_one("#sessions-foot").mount(Footer(show_command_palette=False))
            # A footer shows keys when it is told that they changed, and they did so before it was there.
            self.refresh_bindings()

    def _status(self, words: str) -> None:
        self.query_one("#query-status", Static).update(words)

    def _words(self, answer: Answer) -> str:
        return list_words(answer, len(self.list_view.selected), self._repository_name)

    @property
    def _repository_name(self) -> str:
        return self._repository.root.name if self._repository is not None else ""

    @on(SessionList.SelectionChanged)
    def _selected(self) -> None:
        if self.answer is not None:
            listing = self.answer.listing
            self.pills.show(listing.agents, listing.query, self._words(self.answer))

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
        self.query_line.known_values = event.values

    def action_reload(self) -> None:
        """Read the list again."""
        self._previewed = None
        self._ask()
