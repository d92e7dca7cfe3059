"""A file on the blame screen: read in the background, its text at first and its authors later, and drawn."""

import time
from dataclasses import dataclass

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Footer, LoadingIndicator, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import BylineError
from byline.git.repository import Repository
from byline.review.authors import Marks
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.reviewing import MovedOn
from byline_tui.screens.blame_asking import BlameAsking
from byline_tui.screens.review_reading import LEGEND_ROWS, NOT_IN_A_REPOSITORY, SPINNER_AFTER
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


class BlameReading(BlameAsking):
    """What the blame screen shows and how it comes to be; the ways from it are its subclass's."""

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
            self._say("No file is open.", "Press f to choose one.")
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

    def action_choose(self) -> None:
        """Ask for a file."""
        if self.repository is not None:
            self.app.push_screen(FilePicker(self.repository), self._open_chosen)

    def _open_chosen(self, path: str | None) -> None:
        if path is not None:
            self._later.clear()
            self.open(Place(path))

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
                self._say(f"{safe_line(reading.place.path)} is empty.", "Press f for another file.")
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
            hints = ["Press f for another file, v for another revision."]
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
