"""A whole file read with its authors, at any revision: its keys, and the ways on and back in time."""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from byline.errors import GitError
from byline.git.repository import Repository
from byline.review.blame import BlamedLine
from byline.review.previous_line import EarlierPlace, is_staged, previous_line
from byline.review.why import explain_line
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation, OpenReview
from byline_tui.reviewing import STAGED, WORKTREE
from byline_tui.screens.blame_reading import BlameReading
from byline_tui.screens.editing import edit_in_work_tree
from byline_tui.screens.why import WhyScreen
from byline_tui.widgets.blame_reading import Place
from byline_tui.widgets.blame_view import BlameView


class BlameScreen(BlameReading):
    """Legend at the left, the file, and below it what is known about the line under the cursor."""

    DEFAULT_CSS = """
    BlameScreen #blame-head, BlameScreen #blame-commit { text-wrap: nowrap; text-overflow: ellipsis; }
    BlameScreen #blame-head { height: 2; background: $surface; }
    BlameScreen #blame-side { width: 36; border-right: solid $faint; }
    BlameScreen #blame-story {
        height: 2; padding: 0 1; background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
    }
    BlameScreen #blame-commit { height: 1; padding: 0 1; background: $surface; }
    BlameScreen #blame-spinner { display: none; height: 1; color: $accent; }
    BlameScreen.-reading #blame-spinner { display: block; }
    BlameScreen.-empty #blame-view { display: none; }
    BlameScreen #blame-find, BlameScreen #blame-revision { display: none; }
    BlameScreen.-finding #blame-find, BlameScreen.-asking #blame-revision { display: block; }
    BlameScreen.-narrow #blame-side, BlameScreen.-empty #blame-side { display: none; }
    BlameScreen.-narrow.-side #blame-side { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "choose", "File", id="blame.choose", tooltip="Choose another file"),
        Binding("v", "ask_revision", "Revision", id="blame.revision",
                tooltip="The file at another revision: a branch, a tag, HEAD~3; none: the work tree"),
        Binding("less_than_sign", "earlier", "Before", key_display="<", id="blame.earlier",
                tooltip="The line before the commit that introduced it, and then the one before that"),
        Binding("greater_than_sign", "later", "After", key_display=">", show=False, id="blame.later",
                tooltip="Back to the version one came from"),
        Binding("c", "commit", "Commit", id="blame.commit",
                tooltip="The review of the commit that introduced the line, at the line"),
        Binding("o", "edit", "Editor", show=False, id="blame.edit",
                tooltip="The file of the work tree at this line in your editor"),
        Binding("w", "why", "Why", id="blame.why",
                tooltip="All the evidence for the line: prompt, call, recorded hunk, the edits that lost"),
        Binding("slash", "find", "Find", key_display="/", id="blame.find", tooltip="Find in this file"),
        Binding("n", "next(1)", "Next author", show=False, id="blame.next",
                tooltip="Next match of what is sought; without a search: next change of contributor"),
        Binding("p,N", "next(-1)", "Previous author", show=False, id="blame.previous",
                tooltip="The match before, or the change of contributor before"),
        Binding("l", "focus_legend", "Legend", show=False, id="blame.legend",
                tooltip="Choose whose lines light up"),
        Binding("escape", "leave", "Back", show=False, id="blame.leave",
                tooltip="To the file; then end the search; then light up all lines; then back"),
    ]  # fmt: skip

    @dataclass
    class Stepped(Message):
        """The worker has looked for the line before; None: there is none."""

        start: BlamedLine
        found: EarlierPlace | None

    @dataclass
    class Located(Message):
        """The worker has found out where a line that is not committed is to be reviewed."""

        rev: str
        path: str
        line_number: int

    @dataclass
    class Refused(Message):
        """A step cannot be made, and why; the file stays."""

        words: str

    # Ways ----------------------------------------------------------------------------------------

    @on(BlameView.LineSelected, "#blame-view")
    def open_conversation(self) -> None:
        """Open the conversation at the call that wrote the line."""
        blamed = self._current()
        if blamed is None:
            return
        origin = blamed.line.credit.origin
        if origin is None:
            self.notify("There is no recorded conversation behind this line.", markup=False)
            return
        self.post_message(OpenConversation(origin.session_id, origin.message_id, origin.tool_call_id))

    def action_commit(self) -> None:
        """Review the commit that introduced the line, at the line."""
        blamed = self._current()
        if blamed is None or self.repository is None:
            return
        line = blamed.line
        if line.commit is not None:
            self.post_message(OpenReview(line.commit, line.original_path, line.original_line))
        else:
            self._locate(self.repository, line)

    @work(thread=True, exclusive=True, group="step", exit_on_error=False)
    def _locate(self, repository: Repository, line: BlamedLine) -> None:
        try:
            rev = STAGED if is_staged(repository, line) else WORKTREE
        except GitError as error:
            self.post_message(self.Refused(words_for(error)))
            return
        self.post_message(self.Located(rev, line.original_path, line.original_line))

    @on(Located)
    def open_uncommitted(self, message: Located) -> None:
        """Review the work tree or the index."""
        self.post_message(OpenReview(message.rev, message.path, message.line_number))

    def action_edit(self) -> None:
        """Open the file of the work tree at this line in the editor."""
        if self.place is not None and self.repository is not None and self.reading is not None:
            edit_in_work_tree(self, self.repository, self.place.path, self.view.cursor + 1)

    def action_why(self) -> None:
        """Show all the evidence for the line under the cursor."""
        blamed, place = self._current(), self.place
        if blamed is not None and place is not None and self.repository is not None:
            number = self.view.cursor + 1
            ask = partial(explain_line, self.store, self.repository, place.path, number, place.rev)
            self.app.push_screen(WhyScreen(self.store, blamed.line.credit.origin, ask))

    def action_earlier(self) -> None:
        """Step to the line that this one replaced."""
        blamed = self._current()
        if blamed is not None and self.repository is not None:
            self._step(self.repository, blamed.line)

    @work(thread=True, exclusive=True, group="step", exit_on_error=False)
    def _step(self, repository: Repository, line: BlamedLine) -> None:
        try:
            found = previous_line(repository, line)
        except GitError as error:
            self.post_message(self.Refused(words_for(error)))
            return
        self.post_message(self.Stepped(line, found))

    @on(Stepped)
    def show_earlier(self, message: Stepped) -> None:
        """Show the file as it was before, at the line; or say that there was none."""
        blamed = self._current()
        if blamed is None or blamed.line != message.start or self.place is None:
            return
        if message.found is None:
            where = message.start.commit[:7] if message.start.commit else "the work tree"
            self.notify(f"The line was new in {where}: nothing stood there before.", markup=False)
            return
        self._later.append(replace(self.place, line_number=self.view.cursor + 1))
        found = message.found
        self.open(Place(found.path, found.rev, found.line_number))

    @on(Refused)
    def show_refusal(self, message: Refused) -> None:
        """Say why a step cannot be made."""
        self.notify(message.words, severity="error", markup=False)

    def action_later(self) -> None:
        """Go back to the version that the last step left."""
        if self._later:
            self.open(self._later.pop())
        else:
            self.notify("This is the version you started from.", markup=False)

    # Asking --------------------------------------------------------------------------------------

    def action_ask_revision(self) -> None:
        """Ask for a revision."""
        if self.place is not None:
            self.revision.value = self.place.rev or ""
            self.add_class("-asking")
            self.revision.focus()

    @on(Input.Submitted, "#blame-revision")
    def open_revision(self) -> None:
        """Show the file at the revision typed."""
        self.end_asking()
        if self.place is not None:
            self._later.append(replace(self.place, line_number=self.view.cursor + 1))
            rev = self.revision.value.strip() or None
            self.open(Place(self.place.path, rev, self.view.cursor + 1))

    def action_focus_legend(self) -> None:
        """Go to the legend; in a narrow terminal it comes out first."""
        if self.legend.line_count:
            self.add_class("-side")
            self.legend.focus()

    def action_leave(self) -> None:
        """From the legend to the file, else end the search, else light up all lines, else back."""
        if self.focused is not self.view and not self.has_class("-empty"):
            self.remove_class("-side")
            self.view.focus()
        elif self.has_class("-finding"):
            self.end_asking()
        elif self._lit:
            self.legend.light_all()
        else:
            self.app.call_later(self.app.run_action, "back")
