"""A commit, the index or the work tree, read with its authors."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, LoadingIndicator, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import BylineError, GitError
from byline.git.repository import Repository
from byline.review.authors import Marks, sessions_of
from byline.review.model import Review
from byline.review.review import review_commit, review_staged, review_worktree
from byline.store.store import Store
from byline.text import safe_line
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation
from byline_tui.widgets.diff_layout import DiffLayout
from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.diff_view import DiffView, heading_of
from byline_tui.widgets.file_tree import FileTree
from byline_tui.widgets.legend import Legend
from byline_tui.widgets.line_story import LineStory
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.review_head import head_of
from byline_tui.widgets.tab_bar import TabBar

STAGED, WORKTREE = "--staged", "--worktree"
"""What stands for the index and the work tree where a revision is asked for; no revision begins so."""

SPINNER_AFTER = 0.15
LEGEND_ROWS = 10
WARMED_FILES = 40
NOT_IN_A_REPOSITORY = (
    "This folder is in no git repository.",
    "Start byline inside of one to read its commits, or press 1 for the sessions.",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A review with all that is needed to draw it."""

    review: Review
    layout: DiffLayout
    syntax: DiffSyntax
    marks: Marks
    place: str


def read_review(store: Store, repository: Repository, rev: str) -> Review:
    """The review of a revision, of the index (:data:`STAGED`) or of the work tree (:data:`WORKTREE`).

    Raises: as :func:`byline.review.review.review_commit`.
    """
    if rev == STAGED:
        return review_staged(store, repository)
    if rev == WORKTREE:
        return review_worktree(store, repository)
    return review_commit(store, repository, rev)


class ReviewScreen(Screen[None]):
    """Files and legend at the left, the diff, and below it what is known about the line under the cursor."""

    DEFAULT_CSS = """
    ReviewScreen #review-head { height: 2; background: $surface; }
    ReviewScreen #review-side { width: 36; border-right: solid $faint; }
    ReviewScreen #review-files { height: 1fr; }
    ReviewScreen #review-legend { height: 3; }
    ReviewScreen #review-story { height: 2; padding: 0 1; background: $surface; }
    ReviewScreen #review-spinner { display: none; height: 1; color: $accent; }
    ReviewScreen.-reading #review-spinner { display: block; }
    ReviewScreen.-empty #review-diff, ReviewScreen.-empty #review-path { display: none; }
    ReviewScreen.-narrow #review-side { display: none; }
    ReviewScreen.-narrow.-side #review-side { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "focus_files", "Files", id="review.files", tooltip="Go to the list of files"),
        Binding("l", "focus_legend", "Legend", show=False, id="review.legend",
                tooltip="Choose whose lines light up"),
        Binding("J", "older", "Older", show=False, id="review.older", tooltip="The commit before this one"),
        Binding("K", "newer", "Newer", show=False, id="review.newer", tooltip="The commit after this one"),
        Binding("escape", "leave", "Back", id="review.leave",
                tooltip="To the diff; then light up all lines; then back"),
    ]  # fmt: skip

    files = query_one("#review-files", FileTree)
    legend = query_one("#review-legend", Legend)
    diff = query_one("#review-diff", DiffView)
    story = query_one("#review-story", LineStory)
    notice = query_one("#review-notice", Notice)
    tab_bar = query_one(TabBar)

    @dataclass
    class Read(Message):
        """The worker has read a review."""

        rev: str
        reading: Reading

    @dataclass
    class Failed(Message):
        """The worker could not, and says why."""

        words: str

    @dataclass
    class Newer(Message):
        """The worker has looked for the commit after this one."""

        oid: str | None

    def __init__(self, store: Store, repository: Repository | None, rev: str) -> None:
        """``rev`` is a revision, :data:`STAGED` or :data:`WORKTREE`."""
        super().__init__()
        self.store = store
        self.repository = repository
        self.rev = rev
        self.reading: Reading | None = None
        self._lit = False
        self._wanted: tuple[str, int | None, Literal["added", "removed"]] | None = None

    def compose(self) -> ComposeResult:
        """Everything, still empty."""
        yield TabBar("commits")
        yield Static(id="review-head", markup=False)
        with Horizontal(id="review-body"):
            with Vertical(id="review-side"):
                yield Static("Files", classes="pane--title", markup=False)
                yield FileTree(id="review-files")
                yield Static("Who wrote it", classes="pane--title", markup=False)
                yield Legend(id="review-legend")
            with Vertical(id="review-main"):
                yield Static(id="review-path", classes="pane--title", markup=False)
                yield DiffView(id="review-diff")
                yield LoadingIndicator(id="review-spinner")
                yield Notice(id="review-notice")
        yield LineStory(self.store, id="review-story")
        yield Footer()

    def on_mount(self) -> None:
        """Begin to read."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw_words())
        self.diff.focus()
        self.open(self.rev)

    def open(self, rev: str) -> None:
        """Read another revision into this screen."""
        self.rev, self.reading = rev, None
        self.remove_class("-empty")
        self.notice.clear()
        if self.repository is None:
            self._say(*NOT_IN_A_REPOSITORY)
            return
        self.set_timer(SPINNER_AFTER, self._spin)
        self._read(self.repository, rev)

    def show_line(
        self, path: str, line_number: int | None = None, kind: Literal["added", "removed"] = "added"
    ) -> None:
        """Go to a touched line, now or when the review has been read."""
        self._wanted = (path, line_number, kind)
        if self.reading is not None:
            self._go_to_wanted(self.reading)

    # Reading -------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="review", exit_on_error=False)
    def _read(self, repository: Repository, rev: str) -> None:
        worker = get_current_worker()
        try:
            review = read_review(self.store, repository, rev)
            branch = repository.head_branch()
        except BylineError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(str(error)))
            return
        finally:
            self.store.close()
        short = review.commit.oid[:7] if review.commit else {STAGED: "index"}.get(rev, "work tree")
        place = " · ".join(word for word in (repository.root.name, branch or "detached", short) if word)
        syntax = DiffSyntax(review.files)
        layout = DiffLayout(review.files)
        reading = Reading(review, layout, syntax, Marks(sessions_of(layout.counts)), place)
        for file in range(min(len(review.files), WARMED_FILES)):
            if worker.is_cancelled:
                return
            syntax.warm(file)
        self.post_message(self.Read(rev, reading))

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._say(words_for(event.worker.error))

    def _spin(self) -> None:
        # Not Widget.loading: it hides the diff, which takes the focus from it.
        self.set_class(self.reading is None and not self.has_class("-empty"), "-reading")

    @on(Read)
    def show_reading(self, message: Read) -> None:
        """Show what the worker read, unless another revision was asked for since."""
        if message.rev != self.rev:
            return
        reading = self.reading = message.reading
        self.remove_class("-reading")
        self._lit = False
        self.tab_bar.set_place(reading.place)
        if not reading.review.files:
            self._say("No file is changed here.")
        self.files.show(reading.review.files, reading.layout.counts_of_file, reading.marks)
        self.legend.show(reading.layout.counts, reading.marks)
        self.legend.styles.height = max(min(self.legend.line_count, LEGEND_ROWS), 1)
        self.diff.show(reading.layout, reading.syntax, reading.marks)
        if self._wanted is not None:
            self._go_to_wanted(reading)
        else:
            self.diff.scroll_to(0, 0, animate=False)
            self.diff.cursor = reading.layout.next_change(-1, 1) if reading.layout.counts else 0
        self._draw_words()

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why there is nothing to show."""
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
            self.diff.show_line(row)

    # What is drawn besides the diff ----------------------------------------------------------------

    def on_resize(self) -> None:
        """The bar in the head and the prompt in the strip have another room now."""
        self._draw_words()

    def _draw_words(self) -> None:
        self._draw_head()
        self.explain_line()

    def _draw_head(self) -> None:
        if self.reading is not None:
            names = ("muted", "added", "removed", "accent")
            head = head_of(
                self.reading.review,
                self.reading.layout,
                self.reading.marks,
                self.size.width,
                dark=self.app.current_theme.dark,
                styles={name: self.app.theme_variables[name] for name in names},
            )
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
        self.story.explain(reading.layout.line(cursor), reading.marks)

    @on(FileTree.FileChosen)
    def show_file(self, message: FileTree.FileChosen) -> None:
        """Go to the file chosen in the tree."""
        self.diff.go_to_file(message.file)
        self._focus_diff()

    @on(Legend.Chosen)
    def light_lines(self, message: Legend.Chosen) -> None:
        """Light up the lines of whoever was chosen in the legend."""
        self._lit = message.who is not None
        self.diff.light(message.who)

    @on(DiffView.LineSelected, "#review-diff")
    def open_conversation(self) -> None:
        """Open the conversation at the call that touched the line."""
        line = self.reading.layout.line(self.diff.cursor) if self.reading is not None else None
        credit = line.credit if line is not None else None
        if credit is None:
            return
        if credit.origin is None:
            self.notify("There is no recorded conversation behind this line.", markup=False)
            return
        origin = credit.origin
        self.post_message(OpenConversation(origin.session_id, origin.message_id, origin.tool_call_id))

    # Actions -------------------------------------------------------------------------------------

    def action_focus_files(self) -> None:
        """Go to the files; in a narrow terminal they come out first."""
        self.add_class("-side")
        self.files.focus()

    def action_focus_legend(self) -> None:
        """Go to the legend; in a narrow terminal it comes out first."""
        self.add_class("-side")
        self.legend.focus()

    def action_leave(self) -> None:
        """From a side pane to the diff, else light up all lines, else back."""
        if self.focused is not self.diff and not self.has_class("-empty"):
            self._focus_diff()
        elif self._lit:
            self.legend.light_all()
        else:
            self.app.call_later(self.app.run_action, "back")

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
            self.post_message(self.Failed(str(error)))
            return
        self.post_message(self.Newer(newer[0] if newer else None))

    @on(Newer)
    def open_newer(self, message: Newer) -> None:
        """Go to the commit that the worker found."""
        if message.oid is None:
            self.notify("This is the newest commit of the branch.", markup=False)
        else:
            self.open(message.oid)

    def _focus_diff(self) -> None:
        self.remove_class("-side")
        self.diff.focus()
