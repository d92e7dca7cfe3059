"""What a person sees who has recorded nothing yet, and what the app reads in the background."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from byline.store.store import Store
from byline_tui.app import DEMO, BylineApp
from byline_tui.found import find_histories
from byline_tui.screens.first_start import FirstStartScreen, bytes_words
from byline_tui.screens.sessions import SessionsScreen
from byline_tui.widgets.session_list import SessionList
from byline_tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder

SIZE = (80, 24)


def claude_history(home: Path, number: int, prompt: str) -> Path:
    """A history of Claude Code with one prompt."""
    folder = home / ".claude" / "projects" / "-work"
    folder.mkdir(parents=True, exist_ok=True)
    session = f"0b0b0b0b-1111-4222-8333-{number:012}"
    record = {
        "type": "user", "uuid": f"u{number}", "parentUuid": None, "sessionId": session, "cwd": "/work",
        "version": "2.0.0", "timestamp": "2025-11-17T12:00:00.000Z",
        "message": {"role": "user", "content": prompt},
    }  # fmt: skip
    path = folder / f"{session}.jsonl"
    path.write_text(json.dumps(record) + "\n")
    return path


async def test_an_empty_store_shows_what_was_found_and_imports_it_on_one_key(
    store: Store, isolated_home: Path, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    for number, prompt in enumerate(("count the zebras", "feed the zebras")):
        claude_history(isolated_home, number, prompt)
    app = BylineApp(store, None, histories=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot)(lambda: "about 2 sessions" in shown(app))
        assert "Nothing has been recorded yet." in shown(app)
        assert "2 files" in shown(app)
        assert store.sessions.count() == 0
        await pilot.press("i")
        await until(pilot)(lambda: "count the zebras" in shown(app) and "feed the zebras" in shown(app))
        assert isinstance(app.screen, SessionsScreen)
        await until(pilot)(lambda: "2 new sessions" in shown(app))


async def test_a_machine_without_histories_is_told_what_would_be_read(
    store: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(store, None, histories=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot)(lambda: "None of the agents that Byline reads" in shown(app))
        assert "import these" not in shown(app)
        await pilot.press("escape")
        await until(pilot)(lambda: isinstance(app.screen, SessionsScreen))
        assert "Nothing has been recorded yet." in shown(app)


async def test_the_demo_is_one_key_away(store: Store, until: Callable[..., Any]) -> None:
    app = BylineApp(store, None, histories=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot)(lambda: isinstance(app.screen, FirstStartScreen))
        await pilot.press("d")
        await until(pilot)(lambda: not app.is_running)
    assert app.return_value == DEMO


async def test_the_choices_can_be_pressed(store: Store, until: Callable[..., Any]) -> None:
    app = BylineApp(store, None, histories=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot)(lambda: isinstance(app.screen, FirstStartScreen))
        await until(pilot)(lambda: app.screen.query_one("#first-back").region.height)
        await pilot.click("#first-back")
        await until(pilot)(lambda: isinstance(app.screen, SessionsScreen))


async def test_a_filled_store_is_shown_at_once_and_new_histories_are_read_beside_it(
    record: "Recorder", isolated_home: Path, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    store = record.session("cc_old", "The one before").says("user", "x").write()
    claude_history(isolated_home, 7, "what is new")
    app = BylineApp(store, None, histories=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot)(lambda: "The one before" in shown(app))
        await until(pilot)(lambda: "what is new" in shown(app))
        assert isinstance(app.screen, SessionsScreen)
        assert "1 new session" in shown(app)
        assert app.screen.query_one(SessionList).current_key == "cc_old"


async def test_what_goes_on_meanwhile_is_said_on_every_screen(store: Store) -> None:
    app = BylineApp(store, None, start="commits")
    async with app.run_test(size=SIZE):
        app._tell("reading histories 34 %")
        assert app.screen.query_one(TabBar).has_class("-telling")
        app._tell("")
        assert not app.screen.query_one(TabBar).has_class("-telling")


def test_databases_are_guessed_to_hold_many_sessions(isolated_home: Path) -> None:
    assert find_histories() == []
    claude_history(isolated_home, 1, "one")
    (found,) = find_histories()
    assert (found.agent, found.files, found.sessions) == ("claude", 1, 1)


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (66_800_000, "66.8 MB"), (5_000_000_000_000, "5000.0 GB")],
)
def test_sizes_are_said_for_people(size: int, words: str) -> None:
    assert bytes_words(size) == words
