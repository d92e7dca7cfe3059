"""One conversation, read from top to bottom or entered at the call that wrote a line."""

from bisect import bisect_right
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Input, Static
from textual.worker import Worker, WorkerState

from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import clock, compact, counted, local_day, short_model, short_repository
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation
from byline_tui.widgets.blocks import Thread, build_thread
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.outline import Outline
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.tab_bar import TabBar
from byline_tui.widgets.transcript import Transcript

SPINNER_AFTER_S = 0.15


class ConversationScreen(Screen[None]):
    """A session's conversation with its header and the outline of its prompts."""

    DEFAULT_CSS = """
    ConversationScreen #conversation-head {
        height: 2; padding: 0 1; background: $background; text-wrap: nowrap; text-overflow: ellipsis;
    }
    ConversationScreen #conversation-body { height: 1fr; }
    ConversationScreen Transcript { width: 1fr; }
    ConversationScreen Outline { width: 34; }
    ConversationScreen.-narrow Outline, ConversationScreen Outline.-hidden { display: none; }
    ConversationScreen #find { display: none; }
    ConversationScreen #find.-open { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", key_display="/", id="conversation.find",
                tooltip="Find words in this conversation"),
        Binding("n", "find_again(1)", "Next match", show=False, id="conversation.find_next",
                tooltip="The next match"),
        Binding("N", "find_again(-1)", "Previous match", show=False, id="conversation.find_previous",
                tooltip="The match before"),
        Binding("o", "outline", "Outline", show=False, id="conversation.outline",
                tooltip="Show or hide the outline of the prompts"),
        Binding("u", "parent", "Parent session", show=False, id="conversation.parent",
                tooltip="The session that started this one"),
        Binding("escape,backspace", "app.back", "Back", key_display="esc", id="conversation.back",
                tooltip="Back to where this was opened from"),
    ]  # fmt: skip

    def __init__(
        self, store: Store, session_id: str, message_id: str | None = None, tool_call_id: str | None = None
    ) -> None:
        """Open a session: at a tool call, which is marked and unfolded, else at a message."""
        super().__init__()
        self._store = store
        self._session_id = session_id
        self._message_id = message_id
        self._tool_call_id = tool_call_id
        self._spinner: Timer | None = None
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Header, transcript and outline."""
        yield TabBar("conversation")
        yield Static("", id="conversation-head", markup=False)
        with Horizontal(id="conversation-body"):
            yield Transcript(id="transcript")
            yield Notice(id="conversation-notice")
            yield Outline(id="outline")
        yield SearchInput("Find in this conversation", id="find")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read in the background, with a spinner if it takes long enough to wonder."""
        transcript = self.query_one(Transcript)
        transcript.focus()
        self._spinner = self.set_timer(SPINNER_AFTER_S, lambda: transcript.set_loading(True))
        self._read()

    def where(self) -> OpenConversation:
        """A message that leads back to this place."""
        transcript = self.query_one(Transcript)
        index = transcript.current_block
        thread = transcript.thread
        if thread is None or index is None:
            return OpenConversation(self._session_id, self._message_id, self._tool_call_id)
        return OpenConversation(self._session_id, thread.blocks[index].message_id)

    # Reading -------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="conversation", exit_on_error=False)
    def _read(self) -> Thread | None:
        try:
            return read_thread(self._store, self._session_id)
        finally:
            self._store.close()

    @on(Worker.StateChanged)
    def _reading_changed(self, event: Worker.StateChanged) -> None:
        if event.state not in {WorkerState.SUCCESS, WorkerState.ERROR}:
            return
        if self._spinner is not None:
            self._spinner.stop()
        self.query_one(Transcript).set_loading(False)
        if event.state is WorkerState.ERROR:
            self._say("This conversation could not be read.", words_for(event.worker.error))
        elif event.worker.result is None:
            self._say(f"There is no session {self._session_id} in the store.", "Back with Escape.")
        else:
            self._show(event.worker.result)

    def _say(self, what: str, hint: str) -> None:
        self.query_one(Transcript).display = False
        self.query_one(Outline).display = False
        self.query_one(Notice).say(what, hint)

    def _show(self, thread: Thread) -> None:
        self.query_one("#conversation-head", Static).update(head(thread))
        self.query_one(TabBar).set_place(place(thread.session))
        transcript = self.query_one(Transcript)
        transcript.show_thread(thread)
        self.query_one(Outline).show_thread(thread)
        self.query_one(Outline).set_class(len(thread.prompts) < 2, "-hidden")
        if not thread.blocks:
            self._say("Nothing was said in this session.", "Back with Escape.")
            return
        # The outline may have given or taken room: go to the place when the view has its width.
        self.call_after_refresh(self._go_to_place, thread)

    def _go_to_place(self, thread: Thread) -> None:
        index = thread.block_of(self._message_id, self._tool_call_id)
        transcript = self.query_one(Transcript)
        if index is not None and thread.blocks[index].kind in {"tool", "patch"} and self._tool_call_id:
            transcript.mark_block(index)
        elif index is not None:
            transcript.show_block(index)
        if index is None and (self._tool_call_id or self._message_id):
            self.notify("The call that wrote this line is not in the recorded conversation.")

    # Going about ---------------------------------------------------------------------------------

    @on(LineView.CursorMoved, "#transcript")
    def _follow_in_outline(self) -> None:
        transcript = self.query_one(Transcript)
        index = transcript.current_block
        if transcript.thread is not None and index is not None and transcript.thread.prompts:
            outline = self.query_one(Outline)
            # A heading stands one block above its prompt and belongs to it.
            line = max(bisect_right(transcript.thread.prompts, index + 1) - 1, 0)
            if outline.cursor != line and not outline.has_focus:
                with outline.prevent(LineView.CursorMoved):
                    outline.cursor = line

    @on(LineView.LineSelected, "#outline")
    def _go_to_prompt(self, event: LineView.LineSelected) -> None:
        transcript = self.query_one(Transcript)
        if transcript.thread is not None:
            transcript.show_block(transcript.thread.prompts[event.line])
            transcript.focus()

    @on(LineView.LineSelected, "#transcript")
    def _follow_link(self) -> None:
        transcript = self.query_one(Transcript)
        index = transcript.current_block
        if transcript.thread is None or index is None:
            return
        session = transcript.thread.blocks[index].session
        if session is not None:
            self.post_message(OpenConversation(session.id))

    def action_parent(self) -> None:
        """Open the session that started this one."""
        thread = self.query_one(Transcript).thread
        if thread is not None and thread.session.parent is not None:
            self.post_message(OpenConversation(thread.session.parent))
        else:
            self.notify("No other session started this one.")

    def action_outline(self) -> None:
        """Show or hide the outline."""
        self.query_one(Outline).toggle_class("-hidden")

    # Finding -------------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Ask what to find."""
        find = self.query_one("#find", SearchInput)
        find.add_class("-open")
        self.set_focus(find)

    @on(Input.Submitted, "#find")
    @on(SearchInput.Left)
    def _found(self) -> None:
        find = self.query_one("#find", SearchInput)
        self._sought = find.value.strip()
        find.remove_class("-open")
        self.set_focus(self.query_one(Transcript))
        self.action_find_again(1)

    @on(SearchInput.Cancelled)
    def _find_cancelled(self) -> None:
        self._sought = ""
        self.query_one("#find").remove_class("-open")
        transcript = self.query_one(Transcript)
        transcript.mark_matches("")
        self.set_focus(transcript)

    def action_find_again(self, by: int) -> None:
        """Go to the next or previous match of what was sought."""
        found = self.query_one(Transcript).find_next(self._sought, forward=by > 0)
        if not found and self._sought:
            self.notify("Nowhere in this conversation.", markup=False)


def read_thread(store: Store, session_id: str, first: int | None = None) -> Thread | None:
    """A session's conversation with its edits and sub-agents; None when there is no such session.

    ``first`` limits it to the first so many messages, and leaves out the sub-agents.
    """
    session = store.sessions.get(session_id)
    if session is None:
        return None
    if first is not None:
        messages = store.conversations.beginning(session_id, first)
        return build_thread(session, messages, store.edits.of_session(session_id))
    messages = store.conversations.read(session_id)
    edits = store.edits.of_session(session_id)
    return build_thread(session, messages, edits, store.sessions.children(session_id))


def place(session: SessionRow) -> str:
    """Repository and branch of a session, as foreign text."""
    return " · ".join(
        name for name in (short_repository(session.repository, session.cwd), session.branch or "") if name
    )


def head(thread: Thread) -> Text:
    """A session in two lines: its title, and what there is to know about it."""
    session = thread.session
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(safe_line(session.title or "Untitled session"), "bold")
    if session.started_ms is not None:
        text.append(f"  {local_day(session.started_ms).isoformat()} {clock(session.started_ms)}", "dim")
    facts = [session.agent, ", ".join(short_model(model) for model in session.models), place(session)]
    facts += [counted(len(thread.prompts), "prompt"), counted(thread.calls, "call")]
    facts.append(f"+{session.added:,} −{session.removed:,}")
    if thread.tokens_out:
        facts.append(f"{compact(thread.tokens_in)} tokens in, {compact(thread.tokens_out)} out")
    text.append("\n" + safe_line(" · ".join(fact for fact in facts if fact)), "dim")
    return text
