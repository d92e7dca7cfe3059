"""What a person takes along from a conversation: a block, all of it, its command, a place in the editor."""

from pathlib import Path

from textual import work

from byline.agents.resume_command import resume_command
from byline.cli.export import Form, export_conversation
from byline.errors import BylineError
from byline.store.sessions import SessionRow
from byline.text import safe_line
from byline_tui.copying import block_markdown, block_text
from byline_tui.opening import place_of
from byline_tui.screens.choice import ChoiceScreen
from byline_tui.screens.conversation_reading import ConversationReading
from byline_tui.screens.editing import edit_beside

_FORMS: tuple[tuple[Form, str, str], ...] = (
    ("md", "Markdown", "reads well as it is"),
    ("html", "HTML", "one file for a browser"),
    ("json", "JSON", "everything that was recorded"),
)


class ConversationTaking(ConversationReading):
    """A conversation that can be copied, exported, starred, resumed in its agent and opened in the editor."""

    def action_copy(self, as_markdown: bool) -> None:
        """Copy the block under the cursor into the clipboard, through the terminal."""
        transcript = self.transcript
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
        transcript = self.transcript
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
