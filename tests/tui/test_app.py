"""The app's frame: tabs, ways back, help, themes."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.geometry import Region
from textual.widgets import Footer

from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenConversation, OpenReview
from byline_tui.screens.ask import AskScreen
from byline_tui.screens.commits import CommitsScreen
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.screens.first_start import FirstStartScreen
from byline_tui.screens.help import HelpScreen
from byline_tui.screens.marking import MarkingScreen
from byline_tui.screens.review import ReviewScreen
from byline_tui.screens.sessions import SessionsScreen
from byline_tui.theme import CONTRAST, DARK, LIGHT
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.session_list import SessionList
from byline_tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder

WIDE, NARROW = (120, 36), (80, 24)


@pytest.fixture
def two(record: "Recorder") -> Store:
    """Two sessions."""
    record.session("cc_one", "First").says("user", "one").says("assistant", "eins", "claude-opus-4-6")
    store: Store = record.session("cc_two", "Second").says("user", "two").write()
    return store


@pytest.fixture
def repository(repo: Path) -> Repository:
    """A repository with one commit."""
    (repo / "a.txt").write_text("one\ntwo\nthree\n")
    subprocess.run(["git", "add", "-A"], cwd=repo, check=True)
    subprocess.run(["git", "commit", "-q", "-m", "Say one two three"], cwd=repo, check=True)
    return Repository.open(repo)


async def test_number_keys_show_the_tabs_as_they_were_left(
    two: Store, repository: Repository, until: Callable[..., Any]
) -> None:
    app = BylineApp(two, repository)
    async with app.run_test(size=NARROW) as pilot:
        assert isinstance(app.screen, SessionsScreen)
        await pilot.press("3")
        assert isinstance(app.screen, CommitsScreen)
        app.post_message(OpenReview("HEAD"))
        await until(pilot)(lambda: isinstance(app.screen, ReviewScreen))
        for key, screen in (("1", SessionsScreen), ("3", ReviewScreen), ("3", CommitsScreen)):
            await pilot.press(key)
            await until(pilot)(lambda wanted=screen: isinstance(app.screen, wanted))


async def test_the_conversation_tab_shows_the_one_under_the_cursor_or_the_one_opened_last(
    two: Store, repository: Repository, until: Callable[..., Any]
) -> None:
    app = BylineApp(two, repository, start="commits")
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("2")
        assert isinstance(app.screen, CommitsScreen)
        assert "No conversation is open yet" in next(iter(app._notifications)).message
        await pilot.press("1", "r")
        await until(pilot)(lambda: app.screen.query_one(SessionList).keys)
        app.screen.query_one(SessionList).go_to("cc_one")
        await pilot.press("2")
        assert isinstance(app.screen, ConversationScreen)
        await pilot.press("3")
        assert isinstance(app.screen, CommitsScreen)
        await pilot.press("2")
        view = app.screen.query_one("#transcript", Transcript)
        await until(pilot)(lambda: view.thread is not None)
        assert view.thread is not None
        assert view.thread.session.id == "cc_one"


async def test_the_conversation_tab_returns_to_the_place_one_left(
    record: "Recorder", until: Callable[..., Any]
) -> None:
    record.session("cc_long", "Long")
    for number in range(50):
        record.says("user", f"prompt {number}").says("assistant", "answer", "m")
    app = BylineApp(record.write(), None, start="commits")
    async with app.run_test(size=NARROW) as pilot:
        app.post_message(OpenConversation("cc_long"))
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        view = app.screen.query_one("#transcript", Transcript)
        await until(pilot)(lambda: view.thread is not None)
        assert view.thread is not None
        view.show_block(view.thread.prompts[30])
        await pilot.press("escape", "2")
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        again = app.screen.query_one("#transcript", Transcript)
        await until(pilot)(lambda: again.cursor > 0)
        assert again is not view
        assert "prompt 30" in "".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_a_conversation_opened_from_a_review_leads_back_to_the_very_line(
    two: Store, repository: Repository, until: Callable[..., Any]
) -> None:
    app = BylineApp(two, repository, start="commits")
    async with app.run_test(size=WIDE) as pilot:
        app.post_message(OpenReview("HEAD", "a.txt", 3))
        await until(pilot)(lambda: isinstance(app.screen, ReviewScreen))
        review = app.screen
        diff = review.query_one("#review-diff")
        await until(pilot)(lambda: diff.line_count and "three" in diff.render_content(diff.cursor, 80).text)
        at = diff.cursor
        app.post_message(OpenConversation("cc_one"))
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        await pilot.press("backspace")
        assert app.screen is review
        assert diff.cursor == at


async def test_clicking_a_tab_goes_there(two: Store, repository: Repository) -> None:
    app = BylineApp(two, repository)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.click("#tab-commits")
        await pilot.pause()
        assert isinstance(app.screen, CommitsScreen)


async def test_help_lists_the_keys_of_the_screen_it_was_asked_from(
    two: Store, shown: Callable[..., str]
) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=(100, 60)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        text = shown(app)
        assert "Search everything that was said" in text
        assert "Leave Byline" in text
        assert "Only sessions of this repository" not in text  # there is none
        await pilot.press("escape")
        assert isinstance(app.screen, SessionsScreen)


@pytest.mark.parametrize(
    "owner",
    [
        BylineApp, SessionsScreen, MarkingScreen, FirstStartScreen, AskScreen, ConversationScreen,
        CommitsScreen, ReviewScreen, HelpScreen, LineView, SessionList, Transcript, SearchInput, QueryInput,
    ],
)  # fmt: skip
def test_every_binding_has_a_name_to_configure_it_by_and_says_what_it_does(owner: type[Any]) -> None:
    own = owner.__dict__["BINDINGS"]
    assert [binding.key for binding in own if not (binding.id and binding.description)] == []


async def test_themes_that_do_not_know_bylines_colours_work_too(two: Store, repository: Repository) -> None:
    app = BylineApp(two, repository)
    async with app.run_test(size=NARROW) as pilot:
        assert app.theme == DARK.name
        await pilot.press("ctrl+t")
        assert app.theme == LIGHT.name
        await pilot.press("ctrl+t")
        assert app.theme == CONTRAST.name
        app.post_message(OpenConversation("cc_one"))
        ansi = {name for name, theme in app.available_themes.items() if theme.ansi}
        for name in sorted(ansi | {"nord", "textual-light"}):
            app.theme = name
            await pilot.pause()
        assert "eins" in "".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_a_change_of_theme_recolours_what_was_drawn_before(
    two: Store, until: Callable[..., Any]
) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=NARROW) as pilot:
        app.post_message(OpenConversation("cc_one"))
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        view = app.screen.query_one("#transcript", Transcript)
        await until(pilot)(lambda: view.thread is not None)
        await pilot.pause()

        def colours() -> set[str]:
            return {str(s.style.color) for s in view.render_line(1) if s.style and s.style.color}

        dark = colours()
        app.theme = LIGHT.name
        await pilot.pause()
        assert not dark & colours()


async def test_the_command_palette_offers_the_screens(two: Store) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=NARROW):
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Sessions", "Conversation", "Commits", "Help", "Quit"} <= titles


async def test_the_command_palette_offers_every_key_of_the_screen_and_does_what_it_does(
    two: Store, until: Callable[..., Any]
) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=NARROW) as pilot:
        view = app.screen.query_one(SessionList)
        await until(pilot)(lambda: view.keys)
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        assert {"Star", "Export", "Group", "Sort", "Select", "Theme"} <= commands.keys()
        assert commands["Star"].help.endswith("·  s")
        commands["Star"].callback()
        await until(pilot)(lambda: any(row.starred for row in two.sessions.rows(["cc_one", "cc_two"])))


async def test_outside_a_repository_the_commits_tab_says_so(two: Store, shown: Callable[..., str]) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("3")
        await pilot.pause()
        assert "repository" in shown(app)


async def test_a_note_takes_the_place_of_the_one_before_and_errors_stay(
    two: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        for words, severity in (
            ("Copied: one", "information"),
            ("It failed", "error"),
            ("It is not there", "warning"),
            ("Copied: two", "information"),
            ("It failed", "error"),
            ("Copied: three", "information"),
        ):
            app.notify(words, severity=severity, markup=False)
            await until(pilot)(lambda words=words: words in shown(app))
        notes = [
            line.strip() for line in shown(app).split("\n") if "▌ " in line and line.startswith(" " * 20)
        ]
        assert notes == ["▌ It failed", "▌ Copied: three"]
        assert len(app.screen.query("ToastHolder")) == 2


async def test_a_note_covers_no_more_than_its_words_and_shows_all_of_them(
    two: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await until(pilot)(lambda: app.screen.query(Footer))
        app.notify("Copied.", markup=False)
        await until(pilot)(lambda: "Copied." in shown(app))
        (toast,) = app.screen.query("Toast")
        assert toast.region == Region(NARROW[0] - 10, NARROW[1] - 2, 10, 1)  # above the footer
        for length in range(60, 80, 2):
            words = ("word " * 20)[:length].strip() + " end."
            app.notify(words, markup=False)
            await until(pilot)(lambda words=words: words in " ".join(shown(app).replace("▌", "").split()))


async def test_q_leaves(two: Store) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert app.return_code == 0
        assert not app.is_running
