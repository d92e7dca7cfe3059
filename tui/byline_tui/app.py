"""The browser: its screens, the ways between them, and the keys that work everywhere."""

import gc
from collections.abc import Iterable
from typing import ClassVar, Literal

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.messages import OpenConversation, OpenReview
from byline_tui.screens.commits import CommitsScreen
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.screens.help import HelpScreen
from byline_tui.screens.review import ReviewScreen
from byline_tui.screens.sessions import SessionsScreen
from byline_tui.theme import DARK, LIGHT, THEMES, further_colours
from byline_tui.widgets.tab_bar import Tab, TabBar

Start = Literal["sessions", "commits"]


class BylineApp(App[None]):
    """The browser over one store, and over one repository if it was started inside of one.

    Sessions and commits are modes with a stack of screens each. A conversation and a review are pushed
    above the screen they were opened from, so that going back returns to the very line.
    """

    TITLE = "byline"
    CSS_PATH = "app.tcss"
    PAUSE_GC_ON_SCROLL = True
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "tab('sessions')", "Sessions", show=False, id="app.sessions",
                tooltip="The sessions that were recorded"),
        Binding("2", "tab('conversation')", "Conversation", show=False, id="app.conversation",
                tooltip="The conversation last opened, or the one under the cursor"),
        Binding("3", "tab('commits')", "Commits", show=False, id="app.commits",
                tooltip="The commits of this repository"),
        Binding("escape,backspace", "back", "Back", show=False, id="app.back",
                tooltip="Back to where this was opened from"),
        Binding("question_mark", "help", "Help", key_display="?", id="app.help",
                tooltip="The keys that work here"),
        Binding("ctrl+t", "next_theme", "Dark or light", show=False, id="app.theme",
                tooltip="Change between the dark and the light theme"),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave Byline"),
    ]  # fmt: skip

    def __init__(self, store: Store, repository: Repository | None, start: Start | None = None) -> None:
        super().__init__()
        self.store = store
        self.repository = repository
        self._start: Start = start or "sessions"
        self._conversation: OpenConversation | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.add_mode("sessions", lambda: SessionsScreen(store, repository))
        self.add_mode("commits", lambda: CommitsScreen(store, repository))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Byline's further colours, for themes that do not know them."""
        theme = self.get_theme(self.theme)
        return further_colours(dark=theme is None or theme.dark)

    async def on_mount(self) -> None:
        """Show the first screen; then keep the garbage collector from stopping frames (craft.md 2.5)."""
        self.theme = DARK.name
        await self.switch_mode(self._start)
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    # Ways between the screens ----------------------------------------------------------------------

    @on(OpenConversation)
    def open_conversation(self, message: OpenConversation) -> None:
        """Push a conversation above where one is."""
        self._conversation = message
        self.push_screen(
            ConversationScreen(self.store, message.session_id, message.message_id, message.tool_call_id)
        )

    @on(OpenReview)
    def open_review(self, message: OpenReview) -> None:
        """Push a revision's review above where one is."""
        screen = ReviewScreen(self.store, self.repository, message.rev)
        self.push_screen(screen)
        if message.path is not None:
            screen.show_line(message.path, message.line_number, message.kind)

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
        while len(self.screen_stack) > 1 and (again or isinstance(self.screen, ConversationScreen)):
            await self._close_top()

    def _show_conversation(self) -> None:
        """The conversation under the cursor in the list of sessions, else the one opened last."""
        screen = self.screen
        if isinstance(screen, ConversationScreen):
            return
        if isinstance(screen, SessionsScreen) and (chosen := screen.session_under_cursor) is not None:
            self.open_conversation(OpenConversation(chosen))
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
        if isinstance(self.screen, ConversationScreen):
            self._conversation = self.screen.where()
        await self.pop_screen()

    def action_help(self) -> None:
        """Show the keys that work on this screen."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen.active_bindings))

    def action_next_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        yield SystemCommand("Sessions", "The sessions that were recorded", lambda: self._go("sessions"))
        yield SystemCommand("Conversation", "The conversation last opened", lambda: self._go("conversation"))
        yield SystemCommand("Commits", "The commits of this repository", lambda: self._go("commits"))
        yield SystemCommand("Help", "The keys that work here", self.action_help)
        yield from super().get_system_commands(screen)

    def _go(self, tab: Tab) -> None:
        self.call_later(self.action_tab, tab)


def run(store: Store, repository: Repository | None) -> int:
    """Open the browser and stay until it is left; the process's exit code."""
    app = BylineApp(store, repository)
    app.run()
    return app.return_code or 0
