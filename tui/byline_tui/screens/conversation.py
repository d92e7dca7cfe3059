"""One conversation, read from top to bottom or entered at the call that wrote a line."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol, cast, runtime_checkable

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer
from textual.worker import Worker, WorkerState, get_current_worker

from byline.agents.resume_command import resume_command
from byline.cli.export import Form, export_conversation
from byline.errors import BylineError
from byline.git.repository import Repository
from byline.reading.layout import Reading
from byline.reading.pages import Pages, open_beginning, open_conversation
from byline.store.conversation_facts import ContainingCommit
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import local_day
from byline_tui.copying import block_markdown, block_text
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation, StoreChanged
from byline_tui.opening import place_of
from byline_tui.screens.choice import ChoiceScreen
from byline_tui.screens.editing import edit_beside
from byline_tui.widgets.conversation_head import ConversationHead, place
from byline_tui.widgets.find_bar import FindBar
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.outline import Outline
from byline_tui.widgets.session_commits import attribute_commits, find_commits, is_of, review_of
from byline_tui.widgets.tab_bar import TabBar
from byline_tui.widgets.transcript import Transcript

SPINNER_AFTER_S = 0.15
LOOK = 60
"""Messages of a long conversation that are shown while the whole of it is read."""

_LONG = 2_000
_FORMS: tuple[tuple[Form, str, str], ...] = (
    ("md", "Markdown", "reads well as it is"),
    ("html", "HTML", "one file for a browser"),
    ("json", "JSON", "everything that was recorded"),
)


@runtime_checkable
class HasNeighbours(Protocol):
    """A screen with a list of sessions from which conversations are opened."""

    def session_beside(self, session_id: str, by: int) -> str | None:
        """The session ``by`` places below another in the list as it is now; None at its ends."""


class ConversationScreen(Screen[None]):
    """A session's conversation with its header and the outline of its prompts."""

    DEFAULT_CSS = """
    ConversationScreen #conversation-body { height: 1fr; }
    ConversationScreen Transcript { width: 1fr; }
    ConversationScreen Outline { width: 34; }
    ConversationScreen.-narrow Outline, ConversationScreen Outline.-hidden { display: none; }
    ConversationScreen.-narrow Outline.-asked { display: block; width: 30; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", key_display="/", id="conversation.find",
                tooltip="Find words in this conversation"),
        Binding("n", "find_again(1)", "Next match", show=False, id="conversation.find_next",
                tooltip="The next match"),
        Binding("N", "find_again(-1)", "Previous match", show=False, id="conversation.find_previous",
                tooltip="The match before"),
        Binding("y", "copy(False)", "Copy", key_display="y/Y", show=False, id="conversation.copy",
                tooltip="Copy the block under the cursor as text"),
        Binding("Y", "copy(True)", "Copy as Markdown", show=False, id="conversation.copy_markdown",
                tooltip="Copy the block under the cursor as Markdown"),
        Binding("o", "open_file", "Open", show=False, id="conversation.open_file",
                tooltip="Open the file that the block is about, at the line, in $EDITOR"),
        Binding("c", "commits", "Commits", show=False, id="conversation.commits",
                tooltip="The commits that contain lines from here"),
        Binding("R", "resume", "Resume", show=False, id="conversation.resume",
                tooltip="Copy the command that goes on with this session in its agent"),
        Binding("x", "export", "Export", show=False, id="conversation.export",
                tooltip="Write it into a file: Markdown, HTML or JSON, with keys and passwords covered"),
        Binding("s", "star", "Star", show=False, id="conversation.star",
                tooltip="Mark this session with a star, or take it off"),
        Binding("right_square_bracket", "session(1)", "Next session", key_display="]", show=False,
                id="conversation.next_session", tooltip="The next session of the list"),
        Binding("left_square_bracket", "session(-1)", "Previous session", key_display="[", show=False,
                id="conversation.previous_session", tooltip="The session before in the list"),
        Binding("O", "outline", "Outline", show=False, id="conversation.outline",
                tooltip="Show or hide the outline of the prompts"),
        Binding("u", "parent", "Parent session", show=False, id="conversation.parent",
                tooltip="The session that started this one"),
        Binding("escape,backspace", "back", "Back", key_display="esc", id="conversation.back",
                tooltip="Leave finding, then go back to where this was opened from"),
    ]  # fmt: skip

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
        super().__init__()
        self._store = store
        self._session_id = session_id
        self._message_id = message_id
        self._tool_call_id = tool_call_id
        self._query = query
        self._repository = repository
        # What is filtered out is not missed in another conversation, so this begins anew.
        self._reading = replace(reading, only="all") if reading is not None else None
        self._spinner: Timer | None = None
        self._session: SessionRow | None = None
        self._commits: list[ContainingCommit] | None = None
        self._checkout: Path | None = None
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
        yield FindBar(self._store, lambda: self.query_one(Transcript), id="find-bar")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read in the background."""
        self.query_one(Transcript).focus()
        self._begin()

    def where(self) -> OpenConversation:
        """A message that leads back to this place."""
        block = self.query_one(Transcript).block
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
            self.query_one(Transcript).set_loading(True)

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
        self.query_one(Transcript).set_loading(False)

    def _say(self, what: str, hint: str) -> None:
        self.query_one(Transcript).display = False
        self.query_one(Outline).display = False
        self.query_one(Notice).say(what, hint)

    def _show(self, pages: Pages) -> None:
        """Show a conversation, or the beginning of one, from the top."""
        self._stop_spinner()
        self._session = pages.thread.session
        self.query_one(ConversationHead).show(pages, self._commits)
        self.query_one(TabBar).set_place(place(pages.thread.session))
        self.query_one(Transcript).show_thread(pages, self._reading)
        self._show_outline(pages)

    def _show_outline(self, pages: Pages) -> None:
        outline = self.query_one(Outline)
        outline.show_thread(pages)
        outline.set_class(len(pages.thread.prompts) < 2, "-hidden")

    def _show_whole(self, pages: Pages) -> None:
        transcript = self.query_one(Transcript)
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
            self.query_one(FindBar).seek(self._query, as_query=True, near=self._message_id)

    def _go_to_place(self, pages: Pages) -> None:
        if not (self._message_id or self._tool_call_id):
            return
        index = pages.thread.block_of(self._message_id, self._tool_call_id)
        transcript = self.query_one(Transcript)
        if index is None:
            self.notify("The call that wrote this line is not in the recorded conversation.")
        elif self._tool_call_id and pages.thread.kind(index) in {"tool", "patch"}:
            transcript.mark_block(index)
        else:
            transcript.show_block(index)

    # While it goes on ------------------------------------------------------------------------------

    @on(StoreChanged)
    def refresh_from_store(self) -> None:
        """Show what has come since, without moving the reader; at the end, follow it."""
        if self.query_one(Notice).has_class("-said"):
            self._change_to(self._session_id)
        elif self._again is not None and not self._again.is_finished:
            # An agent at work writes faster than a long conversation is read: once more when that is done.
            self._is_stale = True
        elif self.query_one(Transcript).pages is not None:
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
        transcript = self.query_one(Transcript)
        if not self.is_mounted or session.id != self._session_id:
            return
        shown = pages or transcript.pages
        if shown is not None and (pages is not None or commits != self._commits):
            self._session, self._commits = session, commits
            self.query_one(ConversationHead).show(shown, commits)
        if pages is not None:
            transcript.follow_thread(pages)
            self._show_outline(pages)
            self._follow_in_outline()

    # Going about ---------------------------------------------------------------------------------

    @on(LineView.CursorMoved, "#transcript")
    def _follow_in_outline(self) -> None:
        index = self.query_one(Transcript).current_block
        if index is not None:
            self.query_one(Outline).follow(index)

    @on(LineView.LineSelected, "#outline")
    def _go_to_prompt(self, event: LineView.LineSelected) -> None:
        transcript = self.query_one(Transcript)
        if transcript.thread is not None:
            transcript.show_block(transcript.thread.prompts[event.line])
            transcript.focus()

    @on(LineView.LineSelected, "#transcript")
    def _follow_link(self) -> None:
        block = self.query_one(Transcript).block
        if block is not None and block.link is not None:
            self.post_message(OpenConversation(block.link.id))

    @on(Transcript.ReadingChanged)
    def _tell_reading(self, event: Transcript.ReadingChanged) -> None:
        self._reading = event.reading
        self.notify(event.words, timeout=2)

    async def action_back(self) -> None:
        """Leave finding; else go back."""
        if not self.query_one(FindBar).stop():
            await self.run_action("app.back")

    def action_parent(self) -> None:
        """Open the session that started this one."""
        if self._session is not None and self._session.parent is not None:
            self.post_message(OpenConversation(self._session.parent))
        else:
            self.notify("No other session started this one.")

    def action_outline(self) -> None:
        """Show or hide the outline."""
        outline = self.query_one(Outline)
        if self.has_class("-narrow"):
            outline.toggle_class("-asked")
        else:
            outline.toggle_class("-hidden")

    def action_session(self, by: int) -> None:
        """Show the next or previous session of the list that this one was opened from."""
        for screen in reversed(self.app.screen_stack):
            if isinstance(screen, HasNeighbours):
                beside = screen.session_beside(self._session_id, by)
                if beside is None:
                    self.notify(f"That was the {'last' if by > 0 else 'first'} session of the list.")
                else:
                    self._change_to(beside)
                return
        self.notify("This conversation was not opened from a list of sessions.")

    def _change_to(self, session_id: str) -> None:
        self._session_id, self._message_id, self._tool_call_id = session_id, None, None
        self._session, self._commits, self._query = None, None, ""
        self.query_one(FindBar).stop()
        transcript = self.query_one(Transcript)
        transcript.show_thread(None)
        transcript.display = True
        self.query_one(Outline).display = True
        self.query_one(Notice).clear()
        self._begin()

    # Finding -------------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Ask what to find."""
        self.query_one(FindBar).ask()

    def action_find_again(self, by: int) -> None:
        """Go to the next or previous line that says what was sought; round the end if need be."""
        self.query_one(FindBar).step(by)

    @on(FindBar.Left)
    def _left_finding(self) -> None:
        self.set_focus(self.query_one(Transcript))

    # Taking along ----------------------------------------------------------------------------------

    def action_copy(self, as_markdown: bool) -> None:
        """Copy the block under the cursor into the clipboard, through the terminal."""
        transcript = self.query_one(Transcript)
        block, pages = transcript.block, transcript.pages
        if block is None or pages is None:
            return
        text = block_markdown(block, pages) if as_markdown else block_text(block, pages)
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {len(text):,} characters{' of Markdown' if as_markdown else ''}.", timeout=2)

    def action_resume(self) -> None:
        """Copy the command that goes on with this session in its agent."""
        session = self._session
        if session is None:
            return
        command = resume_command(session.agent, session.native_id, session.cwd)
        if session.parent is not None and session.native_id.startswith("agent-"):
            self.notify("A sub-agent's session goes on with its parent: u, then R.")
        elif command is None:
            self.notify(f"{safe_line(session.agent)} has no command that resumes this session.", markup=False)
        else:
            self.app.copy_to_clipboard(command)
            self.notify(f"Copied: {command}", markup=False)

    def action_export(self) -> None:
        """Ask for a format, and write the conversation into the working folder."""
        rows = [(name, meaning) for _, name, meaning in _FORMS]
        title = "Export this conversation, keys and passwords covered"
        self.app.push_screen(ChoiceScreen(title, rows, "mhj"), self._export_as)

    def _export_as(self, number: int | None) -> None:
        if number is not None and self._session is not None:
            self._export(self._session, _FORMS[number][0])

    @work(thread=True, group="export", exit_on_error=False)
    def _export(self, session: SessionRow, form: Form) -> None:
        try:
            path = export_conversation(self._store, session, form, Path.cwd())
        finally:
            self._store.close()
        self.app.call_from_thread(self.notify, f"Written: {safe_line(str(path))}", markup=False)

    def action_star(self) -> None:
        """Mark this session with a star, or take it off."""
        if self._session is not None:
            self._star(self._session)

    @work(thread=True, group="star", exit_on_error=False)
    def _star(self, session: SessionRow) -> None:
        try:
            self._store.sessions.star([session.id], starred=not session.starred)
        finally:
            self._store.close()
        self.app.call_from_thread(self.refresh_from_store)

    def action_open_file(self) -> None:
        """Open the file that the block under the cursor is about in the user's editor."""
        transcript = self.query_one(Transcript)
        block, pages = transcript.block, transcript.pages
        if block is None or pages is None:
            return
        shown = transcript.render_content(transcript.cursor, transcript.line_width).text
        try:
            path, line = place_of(block, pages, shown, self._checkout)
        except BylineError as error:
            self.notify(safe_line(str(error)), severity="warning", markup=False)
        else:
            edit_beside(self, path, line)

    # Commits ---------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="commits", exit_on_error=False)
    def _find_commits(self, pages: Pages) -> None:
        """Those that are known at once; then those that have to be attributed first."""
        worker = get_current_worker()
        thread = pages.thread
        show: Callable[[Pages, list[ContainingCommit]], None] = self._show_commits
        try:
            self.app.call_from_thread(show, pages, find_commits(self._store, thread.session))
            repository = self._repository
            if repository is None or not is_of(self._store, repository, thread.session):
                return
            self._checkout = repository.root
            touched = [edit for edits in thread.touched.values() for edit in edits]

            def going() -> bool:
                return not worker.is_cancelled

            new = attribute_commits(self._store, repository, thread.session, touched, going)
            if new and going():
                self.app.call_from_thread(show, pages, find_commits(self._store, thread.session))
        finally:
            self._store.close()

    def _show_commits(self, pages: Pages, commits: list[ContainingCommit]) -> None:
        if self.is_mounted and pages.thread.session.id == self._session_id:
            self._commits = commits
            shown = self.query_one(Transcript).pages
            self.query_one(ConversationHead).show(shown or pages, commits)

    def action_commits(self) -> None:
        """Choose one of the commits that contain lines from here, and open its review there."""
        commits = self._commits
        if not commits:
            self.notify("No commit is known that contains lines of this session.")
            return
        newest = commits[::-1]
        rows = [
            (f"{commit.oid[:8]}  {commit.subject}",
             f"+{commit.added} −{commit.removed}  {local_day(commit.author_time * 1000).isoformat()}")
            for commit in newest
        ]  # fmt: skip

        def chosen(number: int | None) -> None:
            if number is not None and self._session is not None:
                self.post_message(review_of(self._store, self._session, newest[number]))

        self.app.push_screen(ChoiceScreen("Commits that contain lines from here", rows), chosen)
