"""A conversation on its screen: read in the background, and kept up with while it goes on."""

import gc
from dataclasses import replace
from typing import cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Footer
from textual.worker import Worker, WorkerState, get_current_worker

from byline.git.repository import Repository
from byline.reading.layout import Reading
from byline.reading.pages import Pages, open_beginning, open_conversation
from byline.store.conversation_facts import ContainingCommit
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation, StoreChanged
from byline_tui.screens.conversation_commits import ConversationCommits
from byline_tui.widgets.conversation_head import ConversationHead, place
from byline_tui.widgets.find_bar import FindBar
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.outline import Outline
from byline_tui.widgets.session_commits import find_commits
from byline_tui.widgets.tab_bar import TabBar
from byline_tui.widgets.transcript import Transcript

SPINNER_AFTER_S = 0.15
LOOK = 60
"""Messages of a long conversation that are shown while the whole of it is read."""

_LONG = 2_000


class ConversationReading(ConversationCommits):
    """What a conversation's screen shows and how it comes to be; the ways from it are its subclass's."""

    outline = query_one("#outline", Outline)
    notice = query_one("#conversation-notice", Notice)
    find_bar = query_one("#find-bar", FindBar)
    tab_bar = query_one(TabBar)

    def __init__(
        self,
        store: Store,
        session_id: str,
        message_id: str | None = None,
        tool_call_id: str | None = None,
        *,
        query: str = "",
        repository: Repository | None = None,
        reading: Reading | None = None,
    ) -> None:
        """Open a session: at a tool call, which is marked and unfolded, else at a message.

        ``query`` is what was searched for where it was opened from: its hits are stepped through. Commits are
        looked for in ``repository``. ``reading`` is how conversations were read last.
        """
        super().__init__(store, session_id, repository)
        self._message_id = message_id
        self._tool_call_id = tool_call_id
        self._query = query
        # What is filtered out is not missed in another conversation, so this begins anew.
        self._reading = replace(reading, only="all") if reading is not None else None
        self._spinner: Timer | None = None
        self._again: Worker[None] | None = None
        self._is_stale = False

    def compose(self) -> ComposeResult:
        """Header, transcript and outline."""
        yield TabBar("conversation")
        yield ConversationHead(id="conversation-head")
        with Horizontal(id="conversation-body"):
            yield Transcript(id="transcript")
            yield Notice(id="conversation-notice")
            yield Outline(id="outline")
        yield FindBar(self._store, lambda: self.transcript, id="find-bar")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read in the background."""
        self.transcript.focus()
        self._begin()

    def where(self) -> OpenConversation:
        """A message that leads back to this place."""
        block = self.transcript.block
        if block is None:
            return OpenConversation(self._session_id, self._message_id, self._tool_call_id)
        return OpenConversation(self._session_id, block.message_id)

    # Reading -------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Read, with a spinner if it takes long enough to wonder."""
        self._spinner = self.set_timer(SPINNER_AFTER_S, self._spin)
        self._read()

    def _spin(self) -> None:
        # The timer may have gone off already when it was stopped.
        if self._spinner is not None:
            self.transcript.set_loading(True)

    @work(thread=True, exclusive=True, group="conversation", exit_on_error=False)
    def _read(self) -> Pages | None:
        worker = get_current_worker()
        try:
            session = self._store.sessions.get(self._session_id)
            goes_somewhere = self._message_id or self._tool_call_id
            if session is not None and session.messages > _LONG and not goes_somewhere:
                look = open_beginning(self._store, session.id, LOOK)
                if look is not None and not worker.is_cancelled:
                    self.app.call_from_thread(self._show, look)
            return open_conversation(self._store, self._session_id)
        finally:
            self._store.close()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        worker = event.worker
        if event.state is WorkerState.ERROR and worker.group != "conversation":
            self.notify(words_for(worker.error), severity="error", markup=False)
        if worker is self._again and worker.is_finished and self._is_stale:
            self.refresh_from_store()
        if worker.group == "conversation" and event.state in {WorkerState.SUCCESS, WorkerState.ERROR}:
            self._stop_spinner()
            if event.state is WorkerState.ERROR:
                self._say("This conversation could not be read.", words_for(worker.error))
            elif worker.result is None:
                self._say(f"There is no session {self._session_id} in the store.", "Back with Escape.")
            else:
                self._show_whole(cast(Pages, worker.result))

    def _stop_spinner(self) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None
        self.transcript.set_loading(False)

    def _say(self, what: str, hint: str) -> None:
        self.transcript.display = False
        self.outline.display = False
        self.notice.say(what, hint)

    def _show(self, pages: Pages) -> None:
        """Show a conversation, or the beginning of one, from the top."""
        self._stop_spinner()
        self._session = pages.thread.session
        self.head.show(pages, self._commits)
        self.tab_bar.set_place(place(pages.thread.session))
        self.transcript.show_thread(pages, self._reading)
        self._show_outline(pages)

    def _show_outline(self, pages: Pages) -> None:
        outline = self.outline
        outline.show_thread(pages)
        outline.set_class(len(pages.thread.prompts) < 2, "-hidden")

    def _show_whole(self, pages: Pages) -> None:
        transcript = self.transcript
        shown = transcript.pages
        if not len(pages.thread):
            self._say("Nothing was said in this session.", "Back with Escape.")
            return
        if shown is not None and shown.thread.session.id == pages.thread.session.id:
            self._follow(pages.thread.session, self._commits, pages)
        else:
            self._show(pages)
        if len(pages.thread) > _LONG:
            # A hundred thousand new objects would stop frames each time the collector looks at all of them.
            gc.freeze()
        self._find_commits(pages)
        # The outline may have given or taken room: go to the place when the view has its width.
        self.call_after_refresh(self._begin_reading, pages)

    def _begin_reading(self, pages: Pages) -> None:
        """Go to what was asked for; from there to the nearest of what was searched for."""
        self._go_to_place(pages)
        if self._query:
            self.find_bar.seek(self._query, as_query=True, near=self._message_id)

    def _go_to_place(self, pages: Pages) -> None:
        if not (self._message_id or self._tool_call_id):
            return
        index = pages.thread.block_of(self._message_id, self._tool_call_id)
        transcript = self.transcript
        if index is None:
            self.notify("The call that wrote this line is not in the recorded conversation.")
        elif self._tool_call_id and pages.thread.kind(index) in {"tool", "patch"}:
            transcript.mark_block(index)
        else:
            transcript.show_block(index)

    def _change_to(self, session_id: str) -> None:
        self._session_id, self._message_id, self._tool_call_id = session_id, None, None
        self._session, self._commits, self._query = None, None, ""
        self.find_bar.stop()
        transcript = self.transcript
        transcript.show_thread(None)
        transcript.display = True
        self.outline.display = True
        self.notice.clear()
        self._begin()

    # While it goes on ------------------------------------------------------------------------------

    @on(StoreChanged)
    def refresh_from_store(self) -> None:
        """Show what has come since, without moving the reader; at the end, follow it."""
        if self.notice.has_class("-said"):
            self._change_to(self._session_id)
        elif self._again is not None and not self._again.is_finished:
            # An agent at work writes faster than a long conversation is read: once more when that is done.
            self._is_stale = True
        elif self.transcript.pages is not None:
            self._is_stale = False
            self._again = self._read_again()

    @work(thread=True, group="again", exit_on_error=False)
    def _read_again(self) -> None:
        worker, session = get_current_worker(), self._session
        try:
            found = self._store.sessions.get(self._session_id)
            if found is None or session is None:
                return
            commits = find_commits(self._store, found)
            pages = open_conversation(self._store, found.id) if found != session else None
            if not worker.is_cancelled:
                self.app.call_from_thread(self._follow, found, commits, pages)
        finally:
            self._store.close()

    def _follow(
        self, session: SessionRow, commits: list[ContainingCommit] | None, pages: Pages | None
    ) -> None:
        """Show what is new: more was said, or lines came into commits."""
        transcript = self.transcript
        if not self.is_mounted or session.id != self._session_id:
            return
        shown = pages or transcript.pages
        if shown is not None and (pages is not None or commits != self._commits):
            self._session, self._commits = session, commits
            self.head.show(shown, commits)
        if pages is not None:
            transcript.follow_thread(pages)
            self._show_outline(pages)
            self._follow_in_outline()

    @on(LineView.CursorMoved, "#transcript")
    def _follow_in_outline(self) -> None:
        index = self.transcript.current_block
        if index is not None:
            self.outline.follow(index)
