"""A commit, several as one, the index or the work tree, read with its authors: its keys, and the ways on."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from byline.errors import GitError
from byline.git.repository import Repository
from byline.text import safe_line
from byline_tui.messages import OpenBlame, OpenConversation
from byline_tui.screens.editing import edit_in_work_tree
from byline_tui.screens.review_reading import ReviewReading
from byline_tui.screens.why import WhyScreen, WordsScreen, answer, problems_text
from byline_tui.widgets.diff_view import DiffView
from byline_tui.widgets.file_tree import FileTree
from byline_tui.widgets.legend import Legend
from byline_tui.widgets.search_input import SearchInput


class ReviewScreen(ReviewReading):
    """Files and legend at the left, the diff, and below it what is known about the line under the cursor."""

    DEFAULT_CSS = """
    ReviewScreen #review-head { height: 2; background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
    ReviewScreen #review-path { text-wrap: nowrap; text-overflow: ellipsis; }
    ReviewScreen #review-side { width: 40; border-right: solid $faint; }
    ReviewScreen #review-files { height: 1fr; }
    ReviewScreen #review-legend { height: 3; }
    ReviewScreen #review-story { height: 2; padding: 0 1; background: $surface; }
    ReviewScreen #review-spinner { display: none; height: 1; color: $accent; }
    ReviewScreen.-reading #review-spinner { display: block; }
    ReviewScreen.-empty #review-diff, ReviewScreen.-empty #review-path { display: none; }
    ReviewScreen #review-find, ReviewScreen #review-filter { display: none; }
    ReviewScreen.-finding #review-find, ReviewScreen.-filtering #review-filter { display: block; }
    ReviewScreen.-narrow #review-side, ReviewScreen.-empty #review-side { display: none; }
    ReviewScreen.-narrow.-side #review-side { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "Why", id="review.why",
                tooltip="All the evidence for the line: prompt, call, recorded hunk, the edits that lost"),
        Binding("f", "focus_files", "Files", id="review.files", tooltip="Go to the list of files"),
        Binding("l", "focus_legend", "Legend", show=False, id="review.legend",
                tooltip="Choose whose lines light up"),
        Binding("slash", "find", "Find", key_display="/", id="review.find", tooltip="Find in this diff"),
        Binding("s", "split", "Side by side", id="review.split", tooltip="Side by side, or unified"),
        Binding("a", "grouping", "Authors", id="review.grouping",
                tooltip="The gutter by session, by model, by agent, or off"),
        Binding("W", "space", "White space", show=False, id="review.space",
                tooltip="Without the changes in white space only, or with them"),
        Binding("plus,equals_sign", "unfold(1, 1)", "More context", key_display="+", show=False,
                id="review.more", tooltip="Unfold ten lines above and below this hunk"),
        Binding("minus", "unfold(-1, -1)", "Less context", key_display="-", show=False, id="review.less",
                tooltip="Fold them again"),
        Binding("left_parenthesis", "unfold(1, 0)", "More above", key_display="(", show=False,
                id="review.above", tooltip="Unfold ten lines above this hunk"),
        Binding("right_parenthesis", "unfold(0, 1)", "More below", key_display=")", show=False,
                id="review.below", tooltip="Unfold ten lines below this hunk"),
        Binding("asterisk", "unfold_all", "Whole file", key_display="*", show=False, id="review.whole",
                tooltip="Unfold the whole file, or fold it again"),
        Binding("b", "blame", "Blame", show=False, id="review.blame",
                tooltip="The whole file at this revision, every line with its author"),
        Binding("o", "edit", "Editor", show=False, id="review.edit",
                tooltip="The file of the work tree at this line in your editor"),
        Binding("y", "copy", "Copy", show=False, id="review.copy", tooltip="Copy the line"),
        Binding("J", "older", "Older", show=False, id="review.older", tooltip="The commit before this one"),
        Binding("K", "newer", "Newer", show=False, id="review.newer", tooltip="The commit after this one"),
        Binding("exclamation_mark", "problems", "Problems", key_display="!", show=False,
                id="review.problems", tooltip="The records that could not be used"),
        Binding("escape", "leave", "Back", show=False, id="review.leave",
                tooltip="To the diff; then end the search; then light up all lines; then back"),
    ]  # fmt: skip

    @dataclass
    class Newer(Message):
        """The worker has looked for the commit after this one."""

        oid: str | None

    @on(FileTree.FileChosen)
    def show_file(self, message: FileTree.FileChosen) -> None:
        """Go to the file chosen in the tree."""
        self.diff.go_to_file(message.file)
        self._focus_diff()

    @on(Legend.Chosen)
    def light_lines(self, message: Legend.Chosen) -> None:
        """Light up the lines of whoever was chosen in the legend, or is under the mouse there."""
        self._lit = message.who is not None and not message.passing
        self.diff.light(message.who)
        if (
            message.is_new
            and self._lit
            and message.who not in self.diff.layout_of_rows.who_at(self.diff.cursor)
        ):
            self.diff.action_change(1)

    # Ways on ---------------------------------------------------------------------------------------

    @on(DiffView.LineSelected, "#review-diff")
    def open_conversation(self) -> None:
        """Open the conversation at the call that touched the line."""
        line = self.diff.current if self.reading is not None else None
        credit = line.credit if line is not None else None
        if credit is None:
            return
        if credit.origin is None:
            self.notify("There is no recorded conversation behind this line.", markup=False)
            return
        origin = credit.origin
        self.post_message(OpenConversation(origin.session_id, origin.message_id, origin.tool_call_id))

    def action_why(self) -> None:
        """Show all the evidence for the line under the cursor."""
        reading, line = self.reading, self.diff.current
        if reading is None or self.repository is None:
            return
        if line is None or line.credit is None:
            self.notify("This line is not touched here: press b for who wrote it.", markup=False)
            return
        file = reading.review.files[reading.layout.file_at(self.diff.cursor)]
        ask = partial(answer, self.store, self.repository, reading.review, file, line)
        self.app.push_screen(WhyScreen(self.store, line.credit.origin, ask))

    def action_problems(self) -> None:
        """Name the records that could not be used."""
        problems = self.reading.review.problems if self.reading is not None else ()
        if problems:
            self.app.push_screen(WordsScreen("Records that could not be used", problems_text(problems)))
        else:
            self.notify("Every record could be used.", markup=False)

    def action_blame(self) -> None:
        """Show the file under the cursor as a whole, at the line; a removed line in the version before."""
        reading, layout = self.reading, self.diff.layout_of_rows
        if reading is None or not len(layout):
            return
        review, file = reading.review, reading.review.files[layout.file_at(self.diff.cursor)]
        line = self.diff.current
        rev = review.commit.oid if review.commit is not None else None
        if file.status != "deleted" and (line is None or line.new_number is not None):
            self.post_message(OpenBlame(file.path, rev, line.new_number if line is not None else None))
            return
        before = review.parent if review.commit is not None else "HEAD"
        if before is not None:
            self.post_message(OpenBlame(file.old_path, before, line.old_number if line is not None else None))

    def action_edit(self) -> None:
        """Open the file of the work tree at this line in the editor."""
        reading, repository = self.reading, self.repository
        if reading is None or repository is None or not len(reading.layout):
            return
        file = reading.layout.files[reading.layout.file_at(self.diff.cursor)]
        line = self.diff.current
        number = (line.new_number or line.old_number) if line is not None else None
        edit_in_work_tree(self, repository, file.path, number or 1)

    def action_copy(self) -> None:
        """Copy the line under the cursor, or the path on a file's heading."""
        reading, line = self.reading, self.diff.current
        if reading is None or not len(reading.layout):
            return
        text = (
            line.content
            if line is not None
            else reading.layout.files[reading.layout.file_at(self.diff.cursor)].path
        )
        # What is pasted may be run: controls are made visible, only tabs stay.
        self.app.copy_to_clipboard("\t".join(safe_line(piece) for piece in text.split("\t")))
        self.notify("Copied the line." if line is not None else "Copied the path.", timeout=2)

    def action_older(self) -> None:
        """Review the commit before this one."""
        parent = self.reading.review.parent if self.reading is not None else None
        if parent is not None:
            self.open(parent)
        elif self.reading is not None:
            self.notify("There is no commit before this one.", markup=False)

    def action_newer(self) -> None:
        """Review the commit after this one, on the way to HEAD."""
        commit = self.reading.review.commit if self.reading is not None else None
        if commit is not None and self.repository is not None:
            self._find_newer(self.repository, commit.oid)

    @work(thread=True, exclusive=True, group="newer", exit_on_error=False)
    def _find_newer(self, repository: Repository, oid: str) -> None:
        try:
            newer = repository.range(f"{oid}..HEAD")
        except GitError as error:
            self.post_message(self.Failed(str(error), stays=True))
            return
        self.post_message(self.Newer(newer[0] if newer else None))

    @on(Newer)
    def open_newer(self, message: Newer) -> None:
        """Go to the commit that the worker found."""
        if message.oid is None:
            self.notify("This is the newest commit of the branch.", markup=False)
        else:
            self.open(message.oid)

    # Panes, finding and filtering --------------------------------------------------------------------

    def action_focus_files(self) -> None:
        """Go to the files; in a narrow terminal they come out first."""
        self.add_class("-side")
        self.files.focus()

    def action_focus_legend(self) -> None:
        """Go to the legend; in a narrow terminal it comes out first."""
        self.add_class("-side")
        self.legend.focus()

    def action_find(self) -> None:
        """Ask what to find in the diff."""
        if not self.has_class("-empty"):
            self.add_class("-finding")
            self.sought.focus()

    def action_filter_files(self) -> None:
        """Ask for words of the paths to be listed."""
        self.add_class("-filtering")
        self.filter.focus()

    @on(Input.Changed, "#review-find")
    def find_typed(self) -> None:
        """Go to the next match as it is typed."""
        self.diff.mark_matches(self.sought.value)
        if self.sought.value:
            self.diff.find(self.sought.value, 1, further=False)

    @on(Input.Submitted, "#review-find")
    def find_submitted(self) -> None:
        """Keep the search and go back to the diff."""
        if not self.sought.value:
            self.remove_class("-finding")
        elif not self.diff.find(self.sought.value, 1, further=False):
            self.notify("Nowhere in this diff.", markup=False)
        self._focus_diff()

    @on(Input.Changed, "#review-filter")
    def filter_typed(self) -> None:
        """List only the files whose path has the words."""
        self.files.filter(self.filter.value.lower().split())
        self._draw_files_title()

    @on(Input.Submitted, "#review-filter")
    def filter_submitted(self) -> None:
        """Keep the filter and go to the files."""
        self.set_class(bool(self.filter.value), "-filtering")
        self.files.focus()

    @on(SearchInput.Left)
    def leave_input(self) -> None:
        """Keep what was typed."""
        if self.focused is self.filter:
            self.filter_submitted()
        else:
            self.find_submitted()

    @on(SearchInput.Cancelled)
    def end_typing(self) -> None:
        """End the search, or the filter."""
        if self.focused is self.filter:
            self.filter.value = ""
            self.remove_class("-filtering")
            self.files.focus()
        else:
            self._end_finding()
            self._focus_diff()

    def _end_finding(self) -> None:
        self.sought.value = ""
        self.diff.mark_matches("")
        self.remove_class("-finding")

    def action_leave(self) -> None:
        """From a side pane to the diff, else end the search, else light up all lines, else back."""
        if self.focused is not self.diff and not self.has_class("-empty"):
            self._focus_diff()
        elif self.has_class("-finding"):
            self._end_finding()
        elif self._lit:
            self.legend.light_all()
        else:
            self.app.call_later(self.app.run_action, "back")

    def _focus_diff(self) -> None:
        self.remove_class("-side")
        self.diff.focus()
