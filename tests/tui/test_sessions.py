"""The list of sessions, its filter and its preview."""

import sqlite3
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App

from byline.git.repository import Repository
from byline.review.repositories import repository_row
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.session_list import SessionList, arrange
from byline_tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder

WIDE, NARROW = (120, 36), (80, 24)
DAY = 86_400_000
NOON = 1_763_380_800_000


def sessions_of(app: App[None]) -> SessionList:
    return app.screen.query_one(SessionList)


@pytest.fixture
def three(record: "Recorder") -> Store:
    """Three sessions on three days; the oldest started the sub-agent in between."""
    record.session("cc_old", "Add retry to the uploader", at=NOON - 2 * DAY, branch="main")
    record.says("user", "make uploads survive").says("assistant", "Done.", "claude-opus-4-6-20260101")
    record.edits("c1", "src/upload.py", ["a", "b"], ["c"])
    record.session("cc_sub", "Look at the tests", parent_id="cc_old", at=NOON - DAY).says("user", "look")
    record.session("cx_new", "Fix the flaky test", at=NOON, agent="codex")
    store: Store = record.says("user", "zebra crossing").write()
    return store


async def test_lists_sessions_by_day_with_what_was_done_in_them(
    three: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot)(lambda: len(sessions_of(app).keys) == 3)
        text = shown(app)
        assert "Add retry to the uploader" in text
        assert "claude · opus-4-6 · main · 1 prompt · 3 messages · +2 −1" in text
        assert "Monday 17 November 2025 ─" in text
        assert "3 sessions" in text


async def test_sub_agents_stand_indented_below_the_session_that_started_them(
    three: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: sessions_of(app).keys)
        assert list(sessions_of(app).keys) == ["cx_new", "cc_old", "cc_sub"]
        assert "▌  ↳ Look at the tests" in shown(app)


async def test_the_filter_finds_what_was_said_and_keeps_the_cursor(
    three: Store, until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=WIDE) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        assert view.go_to("cc_old")
        await pilot.press("slash", "u", "p", "l")
        await until(pilot)(lambda: list(view.keys) == ["cc_old"])
        assert view.current_key == "cc_old"
        await pilot.press("escape")
        await until(pilot)(lambda: len(view.keys) == 3)
        assert view.current_key == "cc_old"
        assert app.focused is view


async def test_one_letter_does_not_filter_yet(three: Store, until: Callable[..., Any]) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        app.screen.query_one(SearchInput).value = "z"
        await pilot.pause(0.2)
        assert len(view.keys) == 3
        app.screen.query_one(SearchInput).value = "ze"
        await until(pilot)(lambda: list(view.keys) == ["cx_new"])


async def test_the_preview_shows_the_match_of_the_session_under_the_cursor(
    record: "Recorder", shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    record.session("cc_a", "Long")
    for number in range(60):
        record.says("user", f"prompt {number}").says("assistant", f"answer {number}\n\nmore words")
    store = record.says("assistant", "the needle is here").write()
    app = BylineApp(store, None)
    async with app.run_test(size=WIDE) as pilot:
        preview = app.screen.query_one("#preview", Transcript)
        await until(pilot)(lambda: preview.thread is not None)
        assert "prompt 0" in shown(app)
        app.screen.query_one(SearchInput).value = "needle"
        await until(pilot)(lambda: "the needle is here" in shown(app))


async def test_enter_opens_the_conversation_and_back_returns_to_the_same_row(
    three: Store, until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: sessions_of(app).keys)
        sessions_of(app).go_to("cc_sub")
        await pilot.press("enter")
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        await pilot.press("escape")
        await until(pilot)(lambda: not isinstance(app.screen, ConversationScreen))
        assert sessions_of(app).current_key == "cc_sub"


async def test_an_empty_store_says_what_to_do(
    store: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(store, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: "Nothing has been recorded yet." in shown(app))
        assert "`byline import`" in shown(app)


async def test_importing_from_the_empty_list_shows_what_was_found(
    store: Store, isolated_home: Path, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    folder = isolated_home / ".claude" / "projects" / "-work"
    folder.mkdir(parents=True)
    (folder / "0b0b0b0b-1111-4222-8333-444444444444.jsonl").write_text(
        '{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"0b0b0b0b-1111-4222-8333-444444444444",'
        '"cwd":"/work","version":"2.0.0","timestamp":"2025-11-17T12:00:00.000Z",'
        '"message":{"role":"user","content":"count the zebras"}}\n'
    )
    app = BylineApp(store, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: "Nothing has been recorded yet." in shown(app))
        await pilot.press("i")
        await until(pilot)(lambda: "count the zebras" in shown(app))


async def test_a_filter_without_matches_says_so(
    three: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: sessions_of(app).keys)
        app.screen.query_one(SearchInput).value = 'no"such*words'
        await until(pilot)(lambda: 'Nothing matches “no"such*words”.' in shown(app))


async def test_starts_with_the_sessions_of_the_repository_and_shows_all_on_r(
    three: Store, repo: Path, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "one"], cwd=repo, check=True)
    repository = Repository.open(repo)
    three.repositories.bind_sessions(["cc_old"], repository_row(three, repository).id)
    app = BylineApp(three, repository)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: list(view.keys) == ["cc_old"])
        assert "1 of repo, 3 in all" in shown(app)
        assert "repo · main" in shown(app)
        await pilot.press("r")
        await until(pilot)(lambda: len(view.keys) == 3)


async def test_a_repository_without_sessions_says_how_to_see_others(
    three: Store, repo: Path, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(three, Repository.open(repo))
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: "No session belongs to repo." in shown(app))
        assert "r shows all 3 sessions" in shown(app)


async def test_a_store_that_cannot_be_read_is_reported_in_words(
    three: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    with sqlite3.connect(three.path) as connection:
        connection.execute("DROP TABLE sessions")
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: app.screen.query_one(Notice).has_class("-said"))
        assert "The sessions could not be read." in shown(app)
        assert "no such table" in shown(app)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_nothing_unsafe_of_a_session_reaches_the_terminal(
    record: "Recorder",
    evil: str,
    size: tuple[int, int],
    unsafe: Callable[..., list[str]],
    shown: Callable[..., str],
    until: Callable[..., Any],
) -> None:
    record.session("cc_evil", evil, branch=evil, cwd=evil, agent=evil, repository_url=evil)
    store = record.says("user", evil).says("assistant", evil, evil).write()
    app = BylineApp(store, None)
    async with app.run_test(size=size) as pilot:
        preview = app.screen.query_one("#preview", Transcript)
        await until(pilot)(lambda: sessions_of(app).keys and (preview.thread or size == NARROW))
        assert unsafe(shown(app)) == []
        assert "[b]bold[/b]" in shown(app)
        app.screen.query_one(SearchInput).value = "nowhere" + evil
        await until(pilot)(lambda: app.screen.query_one(Notice).has_class("-said"))
        assert unsafe(shown(app)) == []


async def test_the_preview_needs_room(three: Store, until: Callable[..., Any]) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        preview = app.screen.query_one("#preview", Transcript)
        await until(pilot)(lambda: sessions_of(app).keys)
        assert not preview.is_laid_out
        await pilot.resize_terminal(*WIDE)
        await until(pilot)(lambda: preview.thread is not None)


async def test_only_the_pages_in_sight_of_a_long_list_are_read(
    record: "Recorder", until: Callable[..., Any]
) -> None:
    for number in range(3000):
        record.session(f"cc_{number:05}", f"Session {number}", at=NOON - number * 60_000)
    store = record.write()
    asked: list[int] = []
    app = BylineApp(store, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        fetch = view._fetch
        view._fetch = lambda keys: asked.append(len(keys)) or fetch(keys)
        await until(pilot)(lambda: len(view.keys) == 3000)
        view.action_last()
        await pilot.pause()
        assert sum(asked) <= 4 * 128


def test_a_day_heading_stands_above_the_first_session_of_each_day() -> None:
    places = [("a", NOON, None), ("b", NOON - 1000, None), ("c", NOON - DAY, None), ("d", None, None)]
    arranged = arrange(places, date(2025, 11, 17))
    assert arranged.headings == {0: "Today", 2: "Yesterday", 3: "No time recorded"}


def test_sub_agents_follow_their_parent_to_any_depth_and_no_session_is_lost() -> None:
    places = [
        ("grandchild", 5, "child"), ("stray", 4, "elsewhere"), ("child", 3, "root"), ("root", 2, None),
        ("egg", 1, "hen"), ("hen", 1, "egg"), ("self", 1, "self"),
    ]  # fmt: skip
    arranged = arrange(places, date(2025, 11, 17))
    assert arranged.keys == ("stray", "root", "child", "grandchild", "self", "hen", "egg")
    assert arranged.depths == {"child": 1, "grandchild": 2, "egg": 1}
