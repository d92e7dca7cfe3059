"""The diff of the commit under the cursor, beside the list: flicking through commits without waiting."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from byline.errors import BylineError
from byline.git.repository import Repository
from byline.review.bounded import Bounded
from byline.review.review import Progress
from byline.store.store import Store
from byline_tui.diff_shape import Shape
from byline_tui.reviewing import STAGED, WORKTREE, MovedOn, Reading, read, weight
from byline_tui.widgets.diff_view import DiffView
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.review_head import head_of

KEPT_BYTES = 48_000_000
"""What the reviews that are remembered may weigh together."""


class CommitPreview(Vertical):
    """Head and diff of a review. Nothing in it takes the focus."""

    DEFAULT_CSS = """
    CommitPreview > #preview-head {
        height: 2; background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
    }
    CommitPreview.-said > DiffView { display: none; }
    """

    diff = query_one("#preview-diff", DiffView)
    notice = query_one("#preview-notice", Notice)

    @dataclass
    class Read(Message):
        """The worker has read a review."""

        rev: str
        reading: Reading
        generation: int

    @dataclass
    class Failed(Message):
        """The worker could not, and says why."""

        rev: str
        words: str

    def __init__(self, store: Store, repository: Repository | None, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._store = store
        self._repository = repository
        self._known: Bounded[str, Reading] = Bounded(KEPT_BYTES, weight)
        self._generation = 0
        self._shape = Shape()
        self._rev = ""
        self._shown: Reading | None = None
        self._shown_rev = ""

    def compose(self) -> ComposeResult:
        """Head and diff."""
        yield Static(id="preview-head", markup=False)
        yield DiffView(id="preview-diff")
        yield Notice(id="preview-notice")

    def on_mount(self) -> None:
        """The list keeps the keys."""
        self.diff.can_focus = False

    def on_resize(self) -> None:
        """The bar in the head has another room now."""
        self._draw_head()

    @property
    def shown_rev(self) -> str | None:
        """The revision whose diff is shown; None while another one is waited for."""
        return self._rev if self._shown is not None and self._shown_rev == self._rev else None

    def known(self, rev: str) -> Reading | None:
        """The review of a revision, if it has been read and is still what it was."""
        return self._known[rev] if rev in self._known else None  # noqa: SIM401 - it is no dict

    def forget(self) -> None:
        """What was read may be another by now."""
        self._known.keep(lambda _: False)
        self._generation += 1
        self._rev = ""

    def show(self, rev: str, near: Sequence[str] | None, shape: Shape) -> None:
        """Show a review at once if it is known; else, unless ``near`` is None, read it and those near it."""
        if shape != self._shape:
            self._shape = shape
            self.forget()
        self._rev, before = rev, self._rev
        known = self.known(rev)
        if known is not None:
            if known is not self._shown:
                self._draw(known)
            if near is not None and self._repository is not None:
                self._read(self._repository, [each for each in near if each not in self._known], shape)
        elif near is not None and self._repository is not None:
            self._read(self._repository, [rev, *near], shape)
        elif before != rev:
            self.query_one("#preview-head", Static).update(" …")

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _read(self, repository: Repository, revs: Sequence[str], shape: Shape) -> None:
        """Read the first, then what may be asked for next; given up as soon as another is asked for."""
        worker, generation = get_current_worker(), self._generation

        def progress(_done: int, _total: int) -> None:
            if worker.is_cancelled:
                raise MovedOn

        try:
            for rev in revs:
                if not worker.is_cancelled:
                    self._read_one(repository, rev, shape, generation, progress)
        except MovedOn:
            return
        finally:
            self._store.close()

    def _read_one(
        self, repository: Repository, rev: str, shape: Shape, generation: int, progress: Progress
    ) -> None:
        try:
            self.post_message(self.Read(rev, read(self._store, repository, rev, shape, progress), generation))
        except BylineError as error:
            self.post_message(self.Failed(rev, str(error)))

    @on(Read)
    def show_read(self, message: Read) -> None:
        """Keep what was read, and show it if it is still wanted."""
        message.stop()
        if message.generation != self._generation:
            return
        if message.rev not in {STAGED, WORKTREE}:
            self._known[message.rev] = message.reading
        if message.rev == self._rev:
            self._draw(message.reading)

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why there is nothing to show."""
        message.stop()
        if message.rev == self._rev:
            self.add_class("-said")
            self.notice.say(message.words)

    def _draw(self, reading: Reading) -> None:
        self._shown, self._shown_rev = reading, self._rev
        self.set_class(not reading.review.files, "-said")
        if reading.review.files:
            self.notice.clear()
        else:
            self.notice.say("No file is changed here.")
        self.diff.show(reading.layout, reading.syntax, reading.marks, reading.moved)
        self.diff.cursor = 0
        self.diff.scroll_to(0, 0, animate=False, force=True)
        self._draw_head()

    def _draw_head(self) -> None:
        if self._shown is not None:
            variables = self.app.theme_variables
            styles = {name: variables[name] for name in ("muted", "added", "removed", "accent")}
            dark = self.app.current_theme.dark
            head = head_of(self._shown, self.size.width, dark=dark, styles=styles)
            self.query_one("#preview-head", Static).update(head)
