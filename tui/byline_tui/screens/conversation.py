"""One conversation, read from top to bottom or entered at the call that wrote a line."""

from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.binding import Binding, BindingType

from byline_tui.messages import OpenConversation
from byline_tui.screens.conversation_taking import ConversationTaking
from byline_tui.widgets.find_bar import FindBar
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.transcript import Transcript


@runtime_checkable
class HasNeighbours(Protocol):
    """A screen with a list of sessions from which conversations are opened."""

    def session_beside(self, session_id: str, by: int) -> str | None:
        """The session ``by`` places below another in the list as it is now; None at its ends."""


class ConversationScreen(ConversationTaking):
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

    # Going about ---------------------------------------------------------------------------------

    @on(LineView.LineSelected, "#outline")
    def _go_to_prompt(self, event: LineView.LineSelected) -> None:
        transcript = self.transcript
        if transcript.thread is not None:
            transcript.show_block(transcript.thread.prompts[event.line])
            transcript.focus()

    @on(LineView.LineSelected, "#transcript")
    def _follow_link(self) -> None:
        block = self.transcript.block
        if block is not None and block.link is not None:
            self.post_message(OpenConversation(block.link.id))

    @on(Transcript.ReadingChanged)
    def _tell_reading(self, event: Transcript.ReadingChanged) -> None:
        self._reading = event.reading
        self.notify(event.words, timeout=2)

    async def action_back(self) -> None:
        """Leave finding; else go back."""
        if not self.find_bar.stop():
            await self.run_action("app.back")

    def action_parent(self) -> None:
        """Open the session that started this one."""
        if self._session is not None and self._session.parent is not None:
            self.post_message(OpenConversation(self._session.parent))
        else:
            self.notify("No other session started this one.")

    def action_outline(self) -> None:
        """Show or hide the outline."""
        outline = self.outline
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

    # Finding -------------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Ask what to find."""
        self.find_bar.ask()

    def action_find_again(self, by: int) -> None:
        """Go to the next or previous line that says what was sought; round the end if need be."""
        self.find_bar.step(by)

    @on(FindBar.Left)
    def _left_finding(self) -> None:
        self.set_focus(self.transcript)
