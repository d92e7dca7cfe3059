"""What a person sees who has recorded nothing yet: what there is on this machine, and what to do."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static
from textual.worker import Worker, WorkerState

from byline.text import safe_line
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.found import Found, find_histories
from byline_tui.widgets.session_list import agent_colour
from byline_tui.widgets.tab_bar import TabBar

_WELCOME = (
    "Byline tells who wrote a line: which agent, session, model and prompt.",
    (
        "Agents keep histories of what they did. Byline reads them into a store of its own on this machine; "
        "it changes nothing in the agents' files, and nothing leaves the machine."
    ),
)
_NOTHING = (
    (
        "None of the agents that Byline reads has a history here: Claude Code, Codex, OpenCode, Pi, "
        "Gemini CLI, Copilot CLI, Cursor, Aider."
    ),
    "`byline import PATH` reads one from elsewhere; `byline setup` records from now on.",
)


class FoundTable(Widget):
    """Agents with their files, sizes and about how many sessions."""

    DEFAULT_CSS = "FoundTable { height: auto; margin: 1 0; }"

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Found] | None = None
        self._problem = ""

    def show(self, found: list[Found]) -> None:
        """Show what was found."""
        self.found = found
        self.refresh(layout=True)

    def fail(self, words: str) -> None:
        """Show why nothing can be said."""
        self._problem = words
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        """The table."""
        colours = self.app.theme_variables
        if self._problem:
            return Text(self._problem, colours["error"])
        if self.found is None:
            return Text("looking for histories …", colours["muted"])
        if not self.found:
            return Text("\n".join(_NOTHING), colours["muted"])
        table = Table.grid(padding=(0, 3))
        for _ in range(2):
            table.add_column(no_wrap=True)
        for _ in range(2):
            table.add_column(no_wrap=True, justify="right")
        for one in self.found:
            agent = Text(safe_line(one.agent), f"bold {colours[agent_colour(one.agent)]}")
            sessions = Text(f"about {counted(one.sessions, 'session')}")
            files, size = Text(counted(one.files, "file"), colours["muted"]), Text(bytes_words(one.size))
            table.add_row(Text("▌", colours[agent_colour(one.agent)]), agent, sessions, files, size)
        total = Text(f"about {counted(sum(one.sessions for one in self.found), 'session')}", "bold")
        size = Text(bytes_words(sum(one.size for one in self.found)), "bold")
        table.add_row(Text(""), Text("together", "bold"), total, Text(""), size)
        return table


class FirstStartScreen(Screen[None]):
    """Shown above the empty list of sessions."""

    DEFAULT_CSS = """
    FirstStartScreen { align: center middle; }
    FirstStartScreen > Vertical { width: 76; max-width: 94%; height: auto; padding: 1 2; }
    FirstStartScreen .first--title { text-style: bold; color: $accent; margin-bottom: 1; }
    FirstStartScreen .first--words { color: $muted; margin-bottom: 1; }
    FirstStartScreen .first--choice { height: 1; }
    FirstStartScreen .first--choice:hover { background: $panel; }
    FirstStartScreen .-impossible { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i,enter", "import", "Import", key_display="i", id="first.import",
                tooltip="Read the agents' histories; sessions appear as they are read"),
        Binding("d", "demo", "Demo", id="first.demo",
                tooltip="Look at Byline over a made-up project; nothing of it is kept"),
        Binding("escape", "leave", "Not now", id="first.back",
                tooltip="The empty list; i reads the histories from there too"),
    ]  # fmt: skip

    def __init__(self, place: str = "") -> None:
        """``place`` is where one is, for the line at the top: foreign text."""
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        """Welcome, what was found, and what can be done."""
        yield TabBar("sessions", self._place)
        with Vertical():
            yield Static("Nothing has been recorded yet.", classes="first--title", markup=False)
            for words in _WELCOME:
                yield Static(words, classes="first--words", markup=False)
            yield FoundTable()
            for key, words, name in (
                ("i", "import these (`byline import` does the same)", "import"),
                ("d", "look at the demo", "demo"),
                ("esc", "go to the empty list", "back"),
            ):
                line = Text.assemble((f"{key:>5}  ", "bold"), words)
                yield Static(line, id=f"first-{name}", classes="first--choice", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look what there is."""
        self._find()

    @work(thread=True, group="find", exit_on_error=False)
    def _find(self) -> list[Found]:
        return find_histories()

    @on(Worker.StateChanged)
    def _found(self, event: Worker.StateChanged) -> None:
        table = self.query_one(FoundTable)
        if event.state is WorkerState.ERROR:
            table.fail(words_for(event.worker.error))
        elif event.state is WorkerState.SUCCESS and event.worker.result is not None:
            table.show(event.worker.result)
            self.query_one("#first-import").set_class(not event.worker.result, "-impossible")

    def action_import(self) -> None:
        """Go to the list, which fills while the histories are read."""
        self._leave()
        self.app.call_later(self.app.run_action, "read_histories")

    def action_demo(self) -> None:
        """Leave for the demo."""
        self.app.exit("demo")

    def action_leave(self) -> None:
        """Go to the empty list."""
        self._leave()

    def _leave(self) -> None:
        # Later: a screen that waited here for its own end would wait for ever.
        self.app.call_later(self.app.run_action, "back")

    async def on_click(self, event: object) -> None:
        """A choice was pressed."""
        name = getattr(getattr(event, "widget", None), "id", None)
        actions = {"first-import": "import", "first-demo": "demo", "first-back": "leave"}
        if name in actions:
            await self.run_action(actions[name])


def bytes_words(size: int) -> str:
    """A size for a person: ``12.3 MB``."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError(size)
