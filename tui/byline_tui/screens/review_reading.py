"""A review on its screen: read in the background, and brought into the form that is wanted."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, LoadingIndicator, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import BylineError
from byline.git.repository import Repository
from byline.patch import LineKind
from byline.review.model import DiffLine
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.diff_shape import GROUPINGS, Shape
from byline_tui.failures import words_for
from byline_tui.messages import DiffShaped, StoreChanged
from byline_tui.reviewing import MovedOn, Reading, as_before, read, reshaped, unfolded, unfolded_whole
from byline_tui.widgets.diff_context import STEP
from byline_tui.widgets.diff_drawing import heading_of
from byline_tui.widgets.diff_view import DiffView
from byline_tui.widgets.file_tree import FileTree
from byline_tui.widgets.legend import Legend
from byline_tui.widgets.line_story import LineStory
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.review_head import head_of
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.tab_bar import TabBar

Arrange = Callable[[Reading], Reading]

SPINNER_AFTER = 0.15
TOLD_EVERY = 0.1
"""Seconds between two words on how far the reading is."""

QUICK = 0.5
"""Seconds: a review that took longer is not read again by itself when the store changes."""

LEGEND_ROWS = 10
NOT_IN_A_REPOSITORY = (
    "This folder is in no git repository.",
    "Start byline inside of one to read its commits, or press 1 for the sessions.",
)
_GROUPING_WORDS = {
    "session": "by session",
    "model": "by model",
    "agent": "by agent",
    "off": "off: the legend and the strip still tell",
}


class ReviewReading(Screen[None]):
    """What a review's screen shows and how it comes to be; the ways from it are its subclass's."""

    files = query_one("#review-files", FileTree)
    legend = query_one("#review-legend", Legend)
    diff = query_one("#review-diff", DiffView)
    story = query_one("#review-story", LineStory)
    notice = query_one("#review-notice", Notice)
    tab_bar = query_one(TabBar)
    sought = query_one("#review-find", SearchInput)
    filter = query_one("#review-filter", SearchInput)

    @dataclass
    class Read(Message):
        """The worker has read a review. ``base`` is what was shown when it began, and is carried over."""

        rev: str
        reading: Reading
        base: Reading | None = None

    @dataclass
    class Reshaped(Message):
        """The worker has brought the review ``base`` into another form."""

        base: Reading
        reading: Reading

    @dataclass
    class Progress(Message):
        """How many of the changed files have been read."""

        rev: str
        done: int
        total: int

    @dataclass
    class Failed(Message):
        """The worker could not, and says why. ``stays``: what is shown can go on being shown."""

        words: str
        stays: bool = False

    def __init__(
        self,
        store: Store,
        repository: Repository | None,
        rev: str,
        shape: Shape | None = None,
        known: Reading | None = None,
    ) -> None:
        """``rev`` is as for :func:`byline_tui.reviewing.read_review`; ``known`` is what was read of it."""
        super().__init__()
        self.store = store
        self.repository = repository
        self.rev = rev
        self.shape = shape or Shape()
        self.reading: Reading | None = None
        self._lit = False
        self._wanted: tuple[str, int | None, LineKind] | None = None
        self._known = known
        self._waiting: list[Arrange] = []

    def compose(self) -> ComposeResult:
        """Everything, still empty."""
        yield TabBar("commits")
        yield Static(id="review-head", markup=False)
        with Horizontal(id="review-body"):
            with Vertical(id="review-side"):
                yield Static("Files", id="review-files-title", classes="pane--title", markup=False)
                yield FileTree(id="review-files")
                yield SearchInput("words of the path", id="review-filter")
                yield Static("Who wrote it", classes="pane--title", markup=False)
                yield Legend(id="review-legend")
            with Vertical(id="review-main"):
                yield Static(id="review-path", classes="pane--title", markup=False)
                yield DiffView(id="review-diff")
                yield LoadingIndicator(id="review-spinner")
                yield Notice(id="review-notice")
        yield SearchInput("Find in this diff", id="review-find")
        yield LineStory(self.store, id="review-story")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw_words())
        self.diff.focus()
        if self._known is not None:
            self.show_reading(self.Read(self.rev, self._known))
        else:
            self.open(self.rev)

    def open(self, rev: str) -> None:
        """Read another revision into this screen."""
        self.rev, self.reading = rev, None
        self._waiting.clear()
        self.remove_class("-empty")
        self.notice.clear()
        if self.repository is None:
            self._say(*NOT_IN_A_REPOSITORY)
            return
        self.set_timer(SPINNER_AFTER, self._spin)
        self._read(self.repository, rev, self.shape, None)

    def show_line(self, path: str, line_number: int | None = None, kind: LineKind = "added") -> None:
        """Go to a touched line, now or when the review has been read."""
        self._wanted = (path, line_number, kind)
        if self.reading is not None:
            self._go_to_wanted(self.reading)

    # Reading -------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="review", exit_on_error=False)
    def _read(self, repository: Repository, rev: str, shape: Shape, before: Reading | None) -> None:
        worker = get_current_worker()
        told = time.monotonic()

        def progress(done: int, total: int) -> None:
            nonlocal told
            if worker.is_cancelled:
                raise MovedOn
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                self.post_message(self.Progress(rev, done, total))

        try:
            reading = read(self.store, repository, rev, shape, progress)
            if before is not None:
                reading = as_before(reading, before)
        except MovedOn:
            return
        except BylineError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(str(error)))
            return
        finally:
            self.store.close()
        if not worker.is_cancelled:
            self.post_message(self.Read(rev, reading, before))

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._say(words_for(event.worker.error))

    def _spin(self) -> None:
        # Not Widget.loading: it hides the diff, which takes the focus from it.
        self.set_class(self.reading is None and not self.has_class("-empty"), "-reading")

    @on(Progress)
    def show_progress(self, message: Progress) -> None:
        """Say how far the reading is."""
        if message.rev == self.rev and self.reading is None:
            words = f" {message.done:,} of {counted(message.total, 'file')} read …"
            self.query_one("#review-head", Static).update(words)

    @on(Read)
    def show_reading(self, message: Read) -> None:
        """Show what the worker read, unless another revision was asked for since."""
        if message.rev != self.rev:
            return
        before = self.reading
        again = before is not None
        if before is not None and before.review == message.reading.review:
            return
        if before is not message.base and before is not None:
            # Its form was changed meanwhile.
            self._arrange(partial(as_before, before=before))
        self.remove_class("-reading")
        self.tab_bar.set_place(message.reading.place)
        if not message.reading.review.files:
            self._say("No file is changed here.")
        elif again:
            self.remove_class("-empty")
            self.notice.clear()
        self._show_again(message.reading) if again else self._show(message.reading, stays=False)
        if message.reading.shape != self.shape:
            self._arrange(partial(reshaped, shape=self.shape))

    @on(StoreChanged)
    def read_again(self) -> None:
        """Something was recorded since: read the review again, and leave everything where it is."""
        if self.repository is not None and self.reading is not None and self.reading.seconds < QUICK:
            self._read(self.repository, self.rev, self.shape, self.reading)

    def _show_again(self, reading: Reading) -> None:
        """Draw the same review, read again or in another form, with the same lines lit and the same place."""
        lit = self.legend.chosen
        self._show(reading, stays=True)
        if lit is not None:
            self.legend.choose_again(lit)

    def _show(self, reading: Reading, *, stays: bool) -> None:
        """Draw a reading; ``stays``: with the cursor on the line where it is."""
        diff = self.diff
        line, below = self._line_to_find()
        above = diff.cursor - diff.scroll_offset.y
        shown = diff.layout_of_rows
        before = shown.files[shown.file_at(diff.cursor)] if stays and len(shown) else None
        self.reading = reading
        layout = reading.layout
        self.files.show(layout.files, layout.counts_of_file, layout.sizes, reading.marks)
        self._draw_files_title()
        self.legend.show(layout.counts, reading.marks)
        self.legend.styles.height = max(min(self.legend.line_count, LEGEND_ROWS), 1)
        self._lit = False
        diff.show(layout, reading.syntax, reading.marks, reading.moved)
        if self._wanted is not None:
            self._go_to_wanted(reading)
        elif before is not None:
            found = layout.find(before.path, *place_of(line))
            diff.cursor = found - below if found is not None else diff.cursor
            diff.scroll_to(y=diff.cursor - above, animate=False, force=True)
        else:
            diff.scroll_to(0, 0, animate=False)
            diff.cursor = layout.next_change(-1, 1) if layout.counts else 0
        self._draw_words()

    def _line_to_find(self) -> tuple[DiffLine | None, int]:
        """The line that the cursor's place is found again by, and how many rows it is below the cursor."""
        diff = self.diff
        if not len(diff.layout_of_rows) or diff.layout_of_rows.row(diff.cursor).kind != "hunk":
            return diff.current, 0
        return diff.layout_of_rows.line(diff.cursor + 1), 1

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why there is nothing to show, or why something could not be done."""
        if message.stays:
            self._waiting.clear()
            self.notify(safe_line(message.words), severity="error", markup=False)
        else:
            self._say(message.words, "Escape leads back.")

    def _say(self, what: str, *hints: str) -> None:
        self.remove_class("-reading")
        self.add_class("-empty")
        self.notice.say(what, *hints)

    def _go_to_wanted(self, reading: Reading) -> None:
        if self._wanted is None:
            return
        path, number, kind = self._wanted
        self._wanted = None
        row = reading.layout.find(path, number, kind)
        if row is None:
            self.notify(f"{safe_line(path)} is not changed here.", markup=False)
        else:
            self.diff.at_left = reading.shape.split and kind == "removed"
            self.diff.show_line(row)

    # What is drawn besides the diff ----------------------------------------------------------------

    def on_resize(self) -> None:
        """The bar in the head and the prompt in the strip have another room now."""
        self._draw_words()

    def _draw_words(self) -> None:
        self._draw_head()
        self.explain_line()

    def _draw_files_title(self) -> None:
        total, shown = len(self.files.files), self.files.shown_files
        title = f"Files: {shown} of {total}" if self.files.is_filtered else "Files"
        self.query_one("#review-files-title", Static).update(title)

    def _draw_head(self) -> None:
        if self.reading is not None:
            variables = self.app.theme_variables
            styles = {name: variables[name] for name in ("muted", "added", "removed", "accent")}
            dark = self.app.current_theme.dark
            head = head_of(self.reading, self.size.width, dark=dark, styles=styles)
            self.query_one("#review-head", Static).update(head)

    @on(DiffView.CursorMoved, "#review-diff")
    def explain_line(self) -> None:
        """Say what is known about the line under the cursor, and which file it is in."""
        reading, cursor = self.reading, self.diff.cursor
        if reading is None or not len(reading.layout):
            return
        at = reading.layout.file_at(cursor)
        self.files.point_at(at)
        files = reading.review.files
        path = f"{at + 1}/{len(files)}  {safe_line(heading_of(files[at]))}"
        self.query_one("#review-path", Static).update(path)
        who = reading.layout.who(cursor, left=self.diff.at_left)
        self.story.explain(self.diff.current, reading.marks, who, self.diff.elsewhere)

    # The form of the diff --------------------------------------------------------------------------

    def action_grouping(self) -> None:
        """The gutter by session, by model, by agent, or off."""
        after = GROUPINGS[(GROUPINGS.index(self.shape.grouping) + 1) % len(GROUPINGS)]
        self._reshape(replace(self.shape, grouping=after))
        self.notify(f"Authors {_GROUPING_WORDS[after]}", timeout=2, markup=False)

    def action_split(self) -> None:
        """Side by side, or unified."""
        self._reshape(replace(self.shape, split=not self.shape.split))

    def action_space(self) -> None:
        """Without the changes in white space only, or with them."""
        self._reshape(replace(self.shape, ignores_space=not self.shape.ignores_space))
        words = "Changes in white space are left out" if self.shape.ignores_space else "White space counts"
        self.notify(words, timeout=2, markup=False)

    def _reshape(self, shape: Shape) -> None:
        self.shape = shape
        self.post_message(DiffShaped(shape))
        if self.reading is not None:
            self._arrange(partial(reshaped, shape=shape))

    def action_unfold(self, above: int, below: int) -> None:
        """Unfold context around the hunk under the cursor, or fold it again (negative)."""
        reading, repository = self.reading, self.repository
        if reading is not None and repository is not None and len(reading.layout):
            row = reading.layout.row(self.diff.cursor)
            # On a file's heading its first hunk is meant.
            hunk = 0 if row.kind == "file" and reading.layout.files[row.file].hunks else row.hunk
            if hunk >= 0:
                steps = above * STEP, below * STEP
                self._arrange(lambda base: unfolded(base, repository, row.file, hunk, *steps))

    def action_unfold_all(self) -> None:
        """Unfold the file under the cursor, or fold it again."""
        reading, repository = self.reading, self.repository
        if reading is not None and repository is not None and len(reading.layout):
            file = reading.layout.file_at(self.diff.cursor)
            self._arrange(lambda base: unfolded_whole(base, repository, file))

    def _arrange(self, arrange: Arrange) -> None:
        """Bring the review into another form, after what was asked for before."""
        self._waiting.append(arrange)
        if len(self._waiting) == 1:
            self._arrange_next()

    def _arrange_next(self) -> None:
        if self._waiting and self.reading is not None:
            self._run(self.reading, self._waiting[0])

    @work(thread=True, exclusive=True, group="shape", exit_on_error=False)
    def _run(self, reading: Reading, arrange: Arrange) -> None:
        try:
            arranged = arrange(reading)
        except BylineError as error:
            self.post_message(self.Failed(str(error), stays=True))
            return
        if not get_current_worker().is_cancelled:
            self.post_message(self.Reshaped(reading, arranged))

    @on(Reshaped)
    def show_reshaped(self, message: Reshaped) -> None:
        """Show the review in the form that the worker brought it into."""
        if message.base is self.reading and self._waiting:
            self._waiting.pop(0)
            self._show_again(message.reading)
        # If it was read again meanwhile, what was asked for is done to that.
        self._arrange_next()


def place_of(line: DiffLine | None) -> tuple[int | None, LineKind]:
    """Number and side that a line is found again by; of no line its file's heading."""
    if line is None:
        return None, "added"
    return (line.old_number, "removed") if line.kind == "removed" else (line.new_number, "added")
