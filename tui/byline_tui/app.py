"""The browser: its screens, the ways between them, and the keys that work everywhere.

Screens are loaded when they are first shown: the list of sessions needs neither Markdown nor the engine.
"""

import gc
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from byline.git.repository import Repository
from byline.store.search import Searching
from byline.store.store import Store
from byline_tui.diff_shape import shape_of
from byline_tui.histories_app import HistoriesApp
from byline_tui.messages import DiffShaped, OpenBlame, OpenConversation, OpenReview, StoreChanged
from byline_tui.remembered import Remembered, read_remembered, write_remembered
from byline_tui.screens.sessions import SessionsScreen
from byline_tui.store_watch import StoreWatch
from byline_tui.theme import DARK, THEMES, further_colours, theme_after
from byline_tui.widgets.tab_bar import Tab, TabBar

if TYPE_CHECKING:
    from byline.reading.layout import Reading
    from byline_tui.screens.conversation import ConversationScreen
    from byline_tui.widgets.transcript import Transcript

Start = Literal["sessions", "commits", "blame", "stats"]
STARTS: tuple[Start, ...] = ("sessions", "commits", "blame", "stats")
DEMO = "demo"
"""What the app gives back when a person wants to see the demo."""

_REMEMBER_S = 5.0


class BylineApp(HistoriesApp):
    """The browser over one store, and over one repository if it was started inside of one.

    Every tab but the conversation is a mode with a stack of screens. A conversation, a review and a file's
    blame are pushed above the screen they were opened from, so that going back returns to the very line.
    """

    TITLE = "byline"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    PAUSE_GC_ON_SCROLL = True
    ENABLE_COMMAND_PALETTE = True
    DEFAULT_MODE = "sessions"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "tab('sessions')", "Sessions", show=False, id="app.sessions",
                tooltip="The sessions that were recorded"),
        Binding("2", "tab('conversation')", "Conversation", show=False, id="app.conversation",
                tooltip="The conversation last opened, or the one under the cursor"),
        Binding("3", "tab('commits')", "Commits", show=False, id="app.commits",
                tooltip="The commits of this repository"),
        Binding("4", "tab('blame')", "Blame", show=False, id="app.blame",
                tooltip="Every line of a file with its author"),
        Binding("5", "tab('stats')", "Stats", show=False, id="app.stats",
                tooltip="Who wrote how much, over time"),
        Binding("escape,backspace", "back", "Back", show=False, id="app.back",
                tooltip="Back to where this was opened from"),
        Binding("question_mark", "help", "Help", key_display="?", id="app.help",
                tooltip="The keys that work here"),
        Binding("ctrl+t", "next_theme", "Theme", show=False, id="app.theme",
                tooltip="Dark, light, high contrast"),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave Byline"),
    ]  # fmt: skip

    def __init__(
        self,
        store: Store,
        repository: Repository | None,
        start: Start | None = None,
        *,
        state_folder: Path | None = None,
        histories: bool = False,
    ) -> None:
        """The browser over an open store.

        Args:
            store: what is shown; the caller closes it.
            repository: the repository that Byline was started in.
            start: the tab to begin with; None: where one was.
            state_folder: where state is kept from one run to the next; None: nowhere.
            histories: read what is new in the agents' histories in the background.
        """
        # Until the first frame, a quarter of whose time it would take; what is made by then is kept anyway.
        gc.disable()
        super().__init__(store)
        self.repository = repository
        self.searching = Searching(store.path)
        self._state_folder = state_folder
        self._kept = self._remembered(repository)
        self.diff_shape = shape_of(self._kept.gutter, split=self._kept.split)
        self._start = start or _start_named(self._kept.tab)
        self._histories = histories
        self._conversation: OpenConversation | None = None
        self._reading: Reading | None = None
        self._watch = StoreWatch(store.path, self._note_change)
        for theme in THEMES:
            self.register_theme(theme)
        theme_name = self._kept.theme if self._kept.theme in self.available_themes else DARK.name
        # Before anything is mounted: to change it later would style everything twice.
        self.set_reactive(App.theme, theme_name)
        self.add_mode("sessions", self._sessions_screen)
        self.add_mode("commits", self._commits_screen)
        self.add_mode("blame", self._blame_screen)
        self.add_mode("stats", self._stats_screen)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Byline's further colours, for themes that do not know them."""
        theme = self.get_theme(self.theme)
        return further_colours(dark=theme is None or theme.dark)

    async def on_mount(self) -> None:
        """Show the first screen."""
        self._watch.start()
        if self._start != self.DEFAULT_MODE:
            await self.switch_mode(self._start)
        self.call_after_refresh(self._begin_beside)

    def _begin_beside(self) -> None:
        """What can wait until something is on the screen. Garbage collection is among it (craft.md 2.5)."""
        gc.enable()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        if self._state_folder is not None:
            self.set_interval(_REMEMBER_S, self._remember)
        if self._histories and self.store.sessions.count():
            self.action_read_histories()

    def on_unmount(self) -> None:
        """End what runs beside the app."""
        self._watch.stop()
        self.searching.close()

    # The screens -----------------------------------------------------------------------------------

    def _sessions_screen(self) -> Screen[None]:
        return SessionsScreen(self.store, self.repository, self.searching, self._kept)

    def _commits_screen(self) -> Screen[None]:
        from byline_tui.screens.commits import CommitsScreen  # noqa: PLC0415 - see the top

        return CommitsScreen(self.store, self.repository)

    def _blame_screen(self) -> Screen[None]:
        from byline_tui.screens.blame import BlameScreen  # noqa: PLC0415 - see the top

        return BlameScreen(self.store, self.repository)

    def _stats_screen(self) -> Screen[None]:
        from byline_tui.screens.stats import StatsScreen  # noqa: PLC0415 - see the top

        return StatsScreen(self.store, self.repository)

    # Ways between the screens ----------------------------------------------------------------------

    @on(OpenConversation)
    def open_conversation(self, message: OpenConversation) -> None:
        """Push a conversation above where one is."""
        self._conversation = message
        screen = _conversation_screen()(
            self.store,
            message.session_id,
            message.message_id,
            message.tool_call_id,
            query=message.query,
            repository=self.repository,
            reading=self._last_reading(),
        )
        self.push_screen(screen)

    @on(OpenReview)
    def open_review(self, message: OpenReview) -> None:
        """Push a revision's review above where one is."""
        from byline_tui.screens.review import ReviewScreen  # noqa: PLC0415 - see the top

        screen = ReviewScreen(self.store, self.repository, message.rev, self.diff_shape, message.reading)
        self.push_screen(screen)
        if message.path is not None:
            screen.show_line(message.path, message.line_number, message.kind)

    @on(DiffShaped)
    def shape_diffs(self, message: DiffShaped) -> None:
        """Diffs that are opened from now on are shown like the one whose form was changed."""
        self.diff_shape = message.shape

    @on(OpenBlame)
    def open_blame(self, message: OpenBlame) -> None:
        """Push a file read with its authors above where one is."""
        from byline_tui.screens.blame import BlameScreen  # noqa: PLC0415 - see the top
        from byline_tui.widgets.blame_reading import Place  # noqa: PLC0415

        place = Place(message.path, message.rev, message.line_number or 1)
        self.push_screen(BlameScreen(self.store, self.repository, place))

    @on(TabBar.TabChosen)
    async def tab_chosen(self, message: TabBar.TabChosen) -> None:
        """A tab was clicked."""
        await self.action_tab(message.tab)

    async def action_tab(self, tab: Tab) -> None:
        """Show a tab: its list as it was left, with what was open above it unless that is a conversation."""
        if tab == "conversation":
            self._show_conversation()
            return
        again = self.current_mode == tab
        await self.switch_mode(tab)
        while len(self.screen_stack) > 1 and (again or _is_conversation(self.screen)):
            await self._close_top()

    def _show_conversation(self) -> None:
        """The conversation under the cursor in the list of sessions, else the one opened last."""
        screen = self.screen
        if _is_conversation(screen):
            return
        if isinstance(screen, SessionsScreen) and screen.session_under_cursor is not None:
            screen.open_session()
        elif self._conversation is not None:
            self.open_conversation(self._conversation)
        else:
            self.notify("No conversation is open yet: choose a session with 1, or a line of a commit with 3.")

    async def action_back(self) -> None:
        """Close the screen on top, if it was opened from another."""
        if len(self.screen_stack) > 1:
            await self._close_top()

    async def _close_top(self) -> None:
        """Close the screen on top; a conversation's place is kept for the tab's key."""
        screen = self.screen
        if isinstance(screen, _conversation_screen()):
            self._conversation = screen.where()
        await self.pop_screen()

    def on_transcript_reading_changed(self, event: "Transcript.ReadingChanged") -> None:
        """The next conversation is read in the same way."""
        self._reading = event.reading

    def _last_reading(self) -> "Reading":
        from byline.reading.layout import CALLS, Reading  # noqa: PLC0415 - see the top

        if self._reading is None:
            calls = self._kept.calls if self._kept.calls in CALLS else Reading().calls
            self._reading = replace(Reading(), calls=calls, reasoning=self._kept.reasoning)
        return self._reading

    # The store -------------------------------------------------------------------------------------

    def _note_change(self) -> None:
        """Called in the watcher's thread."""
        self.post_message(StoreChanged())

    @on(StoreChanged)
    def _store_changed(self) -> None:
        """Tell every screen: what is not on top is to be right when it is again."""
        for screen in self._open_screens():
            screen.post_message(StoreChanged())

    @on(SessionsScreen.NothingRecorded)
    def _nothing_recorded(self) -> None:
        """Offer to import, once."""
        from byline_tui.screens.first_start import FirstStartScreen  # noqa: PLC0415 - once in a store's life

        if self._histories and isinstance(self.screen, SessionsScreen) and not self._reads_histories:
            self._histories = False
            self.push_screen(FirstStartScreen(self.screen.place))

    # State from one run to the next ------------------------------------------------------------------

    def _remembered(self, repository: Repository | None) -> Remembered:
        """What was kept; where one was only if that was here."""
        kept = read_remembered(self._state_folder) if self._state_folder is not None else Remembered()
        place = str(repository.root) if repository is not None else ""
        if kept.place == place:
            return kept
        first = Remembered()
        return replace(kept, place=place, tab=first.tab, query="", here_only=True, session="")

    def _remember(self) -> None:
        if self._state_folder is None:
            return
        kept = replace(self._kept, theme=self.theme, tab=self.current_mode)
        kept = replace(kept, gutter=self.diff_shape.grouping, split=self.diff_shape.split)
        if self._reading is not None:
            kept = replace(kept, calls=self._reading.calls, reasoning=self._reading.reasoning)
        for screen in self._open_screens():
            if isinstance(screen, SessionsScreen):
                kept = screen.remember(kept)
        if kept != self._kept:
            self._kept = kept
            write_remembered(self._state_folder, kept)

    async def action_quit(self) -> None:
        """Leave; how things are shown is kept for the next time."""
        self._remember()
        self.exit()

    # Help, themes and the palette ----------------------------------------------------------------------

    def action_help(self) -> None:
        """Show the keys that work on this screen."""
        from byline_tui.screens.help import HelpScreen  # noqa: PLC0415 - see the top

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen.active_bindings))

    def action_next_theme(self) -> None:
        """Change to the next theme."""
        self.theme = theme_after(self.theme)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers: everything that has a key here, and what Textual offers."""
        offered: set[str] = set()
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            if not enabled or binding.system or not binding.id or binding.description in offered:
                continue
            offered.add(binding.description)
            words = f"{tooltip or binding.description}  ·  {self.get_key_display(binding)}"
            yield SystemCommand(binding.description, words, partial(self._run_later, binding.action, node))
        for command in super().get_system_commands(screen):
            if command.title not in offered:
                yield command

    def _run_later(self, action: str, node: DOMNode) -> None:
        """Run an action where its key is bound, once the palette is gone."""
        self.call_later(self.run_action, action, node)


def _start_named(tab: str) -> Start:
    """The tab with this name to begin with; the first for one that is none."""
    return next((start for start in STARTS if start == tab), STARTS[0])


def _conversation_screen() -> "type[ConversationScreen]":
    from byline_tui.screens.conversation import ConversationScreen  # noqa: PLC0415 - see the top

    return ConversationScreen


def _is_conversation(screen: Screen[object]) -> bool:
    return isinstance(screen, _conversation_screen())


def run(store: Store, repository: Repository | None, *, is_demo: bool = False) -> int | None:
    """Open the browser and stay until it is left.

    ``is_demo``: neither are histories read into the store, nor is anything remembered.

    Returns:
        The process's exit code; None when a person wants to see the demo.
    """
    from byline.paths import state_dir  # noqa: PLC0415 - platformdirs is not for tests

    app = BylineApp(store, repository, state_folder=None if is_demo else state_dir(), histories=not is_demo)
    return None if app.run() == DEMO else app.return_code or 0
