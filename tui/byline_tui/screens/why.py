"""Over the screen that asks: all the evidence for one line, or other words that need room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from byline.attribution import Origin
from byline.cli.why_text import Hanging, lines_of
from byline.errors import BylineError
from byline.git.repository import Repository
from byline.review.model import DiffLine, Review, ReviewedFile
from byline.review.why import Why, explain_touched
from byline.store.store import Store
from byline.text import safe_line
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation


def answer(store: Store, repository: Repository, review: Review, file: ReviewedFile, line: DiffLine) -> Why:
    """The evidence for a touched line of a review, with everybody's claims.

    Raises: as :func:`byline.review.why.explain_touched`.
    """
    number = line.old_number if line.kind == "removed" else line.new_number
    touched = next(each for each in file.touched() if (each.kind, each.line_number) == (line.kind, number))
    return explain_touched(store, repository, review, file, touched)


class WordsScreen(ModalScreen[None]):
    """A title and words below it, in a box that scrolls."""

    DEFAULT_CSS = """
    WordsScreen { align: center middle; background: $background 60%; }
    WordsScreen > VerticalScroll {
        width: 110; max-width: 96%; height: auto; max-height: 90%;
        background: $surface; border: round $faint; padding: 0 1; border-title-color: $accent;
        border-subtitle-color: $muted;
    }
    WordsScreen Static { width: 100%; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace", "dismiss", "Close", id="words.close", tooltip="Back to the diff"),
        Binding("j", "scroll_words(1)", "Down", show=False, id="words.down"),
        Binding("k", "scroll_words(-1)", "Up", show=False, id="words.up"),
    ]

    def __init__(self, title: str, words: Text | Group) -> None:
        """``title`` is Byline's own, ``words`` are safe."""
        super().__init__()
        self._title = title
        self._words = words

    def compose(self) -> ComposeResult:
        """The words, in a box."""
        with VerticalScroll() as box:
            box.border_title = self._title
            yield Static(self._words, markup=False)

    def action_scroll_words(self, lines: int) -> None:
        """Scroll the words."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


class WhyScreen(WordsScreen):
    """The evidence for a line: prompt, call, recorded hunk, how it matched, and the edits that lost."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "conversation", "Conversation", id="why.conversation",
                tooltip="The conversation at the call that touched the line"),
        Binding("w", "dismiss", "Close", show=False, id="why.close"),
    ]  # fmt: skip

    @dataclass
    class Answered(Message):
        """The worker has gathered the evidence."""

        why: Why

    @dataclass
    class Failed(Message):
        """It could not, and says why."""

        words: str

    def __init__(self, store: Store, origin: Origin | None, ask: Callable[[], Why]) -> None:
        """``origin`` is the edit behind the line; ``ask`` gathers from ``store``, in a thread."""
        super().__init__("Why", Text("Gathering the evidence …"))
        self._store = store
        self._origin = origin
        self._ask = ask

    def on_mount(self) -> None:
        """Begin to gather."""
        if self._origin is not None:
            self.query_one(VerticalScroll).border_subtitle = "⏎ conversation   esc back"
        self._gather()

    @work(thread=True, exclusive=True, group="why", exit_on_error=False)
    def _gather(self) -> None:
        try:
            self.post_message(self.Answered(self._ask()))
        except BylineError as error:
            self.post_message(self.Failed(str(error)))
        finally:
            self._store.close()

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.query_one(Static).update(words_for(event.worker.error))

    @on(Answered)
    def show_answer(self, message: Answered) -> None:
        """Show the evidence."""
        lines = [_Hung(line) if isinstance(line, Hanging) else line for line in lines_of(message.why)]
        self.query_one(Static).update(Group(*lines))

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why there is no evidence."""
        self.query_one(Static).update(safe_line(message.words))

    def action_conversation(self) -> None:
        """Open the conversation at the call."""
        origin = self._origin
        if origin is None:
            self.notify("There is no recorded conversation behind this line.", markup=False)
            return
        self.app.post_message(OpenConversation(origin.session_id, origin.message_id, origin.tool_call_id))
        self.dismiss()


@dataclass(frozen=True, slots=True)
class _Hung:
    """Prose behind a label, in the width of the box."""

    line: Hanging

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        indent = len(self.line.label)
        parts = self.line.body.wrap(console, max(options.max_width - indent, 10)) or [Text()]
        for place, part in enumerate(parts):
            part.rstrip()
            yield Text(" " * indent if place else self.line.label, "dim").append_text(part)


def problems_text(problems: Sequence[str]) -> Text:
    """Sentences about records that could not be used, as a list."""
    return Text("\n\n".join(f"• {safe_line(problem)}" for problem in problems))
