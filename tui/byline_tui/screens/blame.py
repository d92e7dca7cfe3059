"""A whole file read with its authors, at any revision, and the way back through a line's earlier versions."""

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Footer, Input, LoadingIndicator, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import BylineError, GitError
from byline.git.repository import Repository
from byline.review.authors import Marks
from byline.review.blame import BlamedLine
from byline.review.previous_line import EarlierPlace, is_staged, previous_line
from byline.review.why import explain_line
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation, OpenReview
from byline_tui.reviewing import STAGED, WORKTREE, MovedOn
from byline_tui.screens.blame_asking import BlameAsking
from byline_tui.screens.editing import edit_beside
from byline_tui.screens.review_reading import LEGEND_ROWS, NOT_IN_A_REPOSITORY, SPINNER_AFTER
from byline_tui.screens.why import WhyScreen
from byline_tui.widgets.blame_head import commit_words, head_of
from byline_tui.widgets.blame_layout import Blamed
from byline_tui.widgets.blame_reading import Place, Reading, read_file
from byline_tui.widgets.blame_view import BlameView
from byline_tui.widgets.file_picker import FilePicker
from byline_tui.widgets.legend import Legend
from byline_tui.widgets.line_story import LineStory
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.tab_bar import TabBar

TOLD_EVERY = 0.1
"""Seconds between two words on how far the reading is."""


class BlameScreen(BlameAsking):
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
        Binding("o", "choose", "File", id="blame.choose", tooltip="Choose another file"),
        Binding("v", "ask_revision", "Revision", id="blame.revision",
                tooltip="The file at another revision: a branch, a tag, HEAD~3; none: the work tree"),
        Binding("less_than_sign", "earlier", "Before", key_display="<", id="blame.earlier",
                tooltip="The line before the commit that introduced it, and then the one before that"),
        Binding("greater_than_sign", "later", "After", key_display=">", show=False, id="blame.later",
                tooltip="Back to the version one came from"),
        Binding("c", "commit", "Commit", id="blame.commit",
                tooltip="The review of the commit that introduced the line, at the line"),
        Binding("e", "edit", "Editor", show=False, id="blame.edit",
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

    legend = query_one("#blame-legend", Legend)
    story = query_one("#blame-story", LineStory)
    notice = query_one("#blame-notice", Notice)
    tab_bar = query_one(TabBar)

    @dataclass
    class Read(Message):
        """The worker has read the text, or the text with its authors."""

        reading: Reading

    @dataclass
    class Progress(Message):
        """How many of a file's commits have been read."""

        place: Place
        done: int
        total: int

    @dataclass
    class Failed(Message):
        """The file cannot be shown, and why."""

        place: Place
        words: str

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

    def __init__(self, store: Store, repository: Repository | None, place: Place | None = None) -> None:
        """Without a place the screen asks for a file."""
        super().__init__()
        self.store = store
        self.repository = repository
        self.place = place
        self.reading: Reading | None = None
        self._told = ""
        self._lit = False
        self._later: list[Place] = []

    def compose(self) -> ComposeResult:
        """Everything, still empty."""
        yield TabBar("blame")
        yield Static(id="blame-head", markup=False)
        with Horizontal(id="blame-body"):
            with Vertical(id="blame-side"):
                yield Static("Who wrote it", classes="pane--title", markup=False)
                yield Legend(id="blame-legend")
            with Vertical(id="blame-main"):
                yield BlameView(id="blame-view")
                yield LoadingIndicator(id="blame-spinner")
                yield Notice(id="blame-notice")
        yield SearchInput("Find in this file", id="blame-find")
        yield SearchInput(
            "Revision: a branch, a tag, an id, HEAD~3 … empty: the work tree", id="blame-revision"
        )
        yield LineStory(self.store, id="blame-story")
        yield Static(id="blame-commit", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to read, or ask what."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw_words())
        self.view.focus()
        if self.repository is None:
            self._say(*NOT_IN_A_REPOSITORY)
        elif self.place is not None:
            self.open(self.place)
        else:
            self._say("No file is open.", "Press o to choose one.")
            self.call_after_refresh(self.action_choose)

    def open(self, place: Place) -> None:
        """Read a file into this screen."""
        if self.repository is None:
            return
        self.place, self.reading, self._told = place, None, ""
        self._lit = False
        self.remove_class("-empty")
        self.notice.clear()
        self.set_timer(SPINNER_AFTER, self._spin)
        self._draw_words()
        self._read(self.repository, place)

    # Reading -------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="blame", exit_on_error=False)
    def _read(self, repository: Repository, place: Place) -> None:
        worker = get_current_worker()
        last = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal last
            if worker.is_cancelled:
                raise MovedOn
            now = time.monotonic()
            if now - last > TOLD_EVERY:
                last = now
                self.post_message(self.Progress(place, done, total))

        try:
            for reading in read_file(self.store, repository, place, progress):
                if not worker.is_cancelled:
                    self.post_message(self.Read(reading))
        except MovedOn:
            return
        except BylineError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(place, words_for(error)))
        finally:
            self.store.close()

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._say(words_for(event.worker.error))

    def _spin(self) -> None:
        # Not Widget.loading: it hides the file, which takes the focus from it.
        self.set_class(self.reading is None and not self.has_class("-empty"), "-reading")

    @on(Progress)
    def show_progress(self, message: Progress) -> None:
        """Say how far the reading is."""
        if message.place == self.place:
            self._told = f"{message.done} of {counted(message.total, 'commit')} read …"
            self._draw_head()

    @on(Read)
    def show_reading(self, message: Read) -> None:
        """Show what the worker read, unless another file was asked for since."""
        reading = message.reading
        if reading.place != self.place:
            return
        first, self.reading = self.reading is None, reading
        self.remove_class("-reading")
        self.tab_bar.set_place(reading.where)
        self.view.show(reading.layout, reading.syntax, reading.marks)
        if reading.layout.blame is not None:
            self._told = ""
            self.legend.show(reading.layout.counts, reading.marks)
            if not len(reading.layout):
                self._say(f"{safe_line(reading.place.path)} is empty.", "Press o for another file.")
        else:
            self._told = "asking git who introduced each line …"
            self.legend.show({}, reading.marks)
        self.legend.styles.height = max(min(self.legend.line_count, LEGEND_ROWS), 1)
        if first and len(reading.layout):
            self._go_to(reading.place.line_number - 1)
        self._draw_words()

    def _go_to(self, y: int) -> None:
        """The line in the middle of the view, where it is not in sight already."""
        self.view.cursor = y
        self.view.scroll_to_line(max(self.view.cursor - self.view.page_lines // 3, 0), top=True)

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why there is nothing to show."""
        if message.place == self.place:
            self.reading = None
            hints = ["Press o for another file, v for another revision."]
            self._say(message.words, *hints, "> leads back to the version before." if self._later else "")

    def _say(self, what: str, *hints: str) -> None:
        self.remove_class("-reading")
        self.add_class("-empty")
        self.notice.say(what, *(hint for hint in hints if hint))
        self._draw_words()

    # What is drawn besides the file --------------------------------------------------------------

    def on_resize(self) -> None:
        """The bar in the head and the prompt in the strip have another room now."""
        self._draw_words()

    def _draw_words(self) -> None:
        self._draw_head()
        self.explain_line()

    def _draw_head(self) -> None:
        names = ("muted", "accent", "removed")
        styles = {name: self.app.theme_variables[name] for name in names}
        dark = self.app.current_theme.dark
        head = head_of(self.place, self.reading, self._told, self.size.width, dark=dark, styles=styles)
        self.query_one("#blame-head", Static).update(head)

    @on(BlameView.CursorMoved, "#blame-view")
    def explain_line(self) -> None:
        """Say what is known about the line under the cursor."""
        blamed = self._current()
        line = self.reading.layout.line(self.view.cursor) if self.reading is not None else None
        self.story.explain(
            line if blamed is not None else None, self.reading.marks if self.reading else Marks(())
        )
        muted = self.app.theme_variables["muted"]
        words = commit_words(blamed, self.place, muted) if blamed is not None and self.place else Text("")
        self.query_one("#blame-commit", Static).update(words)

    def _current(self) -> Blamed | None:
        return self.reading.layout.blamed(self.view.cursor) if self.reading is not None else None

    @on(Legend.Chosen)
    def light_lines(self, message: Legend.Chosen) -> None:
        """Light up the lines of whoever was chosen in the legend."""
        self._lit = message.who is not None
        self.view.light(message.who)
        if message.who is not None and self.view.layout_of_lines.who(self.view.cursor) != message.who:
            self.view.next_change(1)

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
        if self.place is None or self.repository is None or self.reading is None:
            return
        path = self.repository.root / self.place.path
        if self.repository.bare or not path.is_file():
            words = f"{safe_line(self.place.path)} is not in the work tree."
            self.notify(words, severity="warning", markup=False)
        else:
            edit_beside(self, path, self.view.cursor + 1)

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

    def action_choose(self) -> None:
        """Ask for a file."""
        if self.repository is not None:
            self.app.push_screen(FilePicker(self.repository), self._open_chosen)

    def _open_chosen(self, path: str | None) -> None:
        if path is not None:
            self._later.clear()
            self.open(Place(path))

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
