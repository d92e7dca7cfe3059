"""What the browser keeps from one run to the next."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.remembered import NAME, Remembered, read_remembered, write_remembered
from byline_tui.theme import LIGHT
from byline_tui.widgets.preview_pane import PreviewPane
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.session_list import SessionList

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder

SIZE = (80, 24)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    kept = Remembered(theme="x", query="say \u202e what", hides_automated=True, unfolded=("a", "b"))
    write_remembered(tmp_path / "new" / "folder", kept)
    assert read_remembered(tmp_path / "new" / "folder") == kept
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == [NAME]
    assert ((tmp_path / "new" / "folder" / NAME).stat().st_mode & 0o077) == 0


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "\x00\xff", '{"format": 2, "theme": "y"}', "[" * 100_000, '{"format": "1"}'],
)
def test_a_broken_file_is_as_good_as_none_and_is_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, encoding="latin-1")
    assert read_remembered(tmp_path) == Remembered()
    write_remembered(tmp_path, Remembered(theme="z"))
    assert read_remembered(tmp_path).theme == "z"


def test_a_value_of_another_kind_is_as_at_first_and_the_others_hold(tmp_path: Path) -> None:
    value = {"format": 1, "theme": 3, "query": "zebra", "unfolded": ["a", 4], "hides_automated": "yes"}
    (tmp_path / NAME).write_text(json.dumps(value))
    assert read_remembered(tmp_path) == Remembered(query="zebra", unfolded=("a",))


def test_a_folder_that_cannot_be_written_to_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    write_remembered(tmp_path / "file" / "below", Remembered())
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.fixture
def two(record: "Recorder") -> Store:
    """A session that started another, and a third."""
    record.session("cc_one", "First", at=1_763_380_800_000).says("user", "zebra one")
    record.session("cc_sub", "Sub", parent_id="cc_one").says("user", "two")
    store: Store = record.session("cc_two", "Second").says("user", "zebra two").write()
    return store


async def test_the_next_run_begins_where_the_last_one_ended(
    two: Store, tmp_path: Path, until: Callable[..., Any]
) -> None:
    app = BylineApp(two, None, state_folder=tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot)(lambda: app.screen.query_one(SessionList).keys)
        app.screen.query_one(QueryInput).value = "has:edits"
        await until(pilot)(lambda: not app.screen.query_one(SessionList).keys)
        app.screen.query_one(QueryInput).value = ""
        await until(pilot)(lambda: app.screen.query_one(SessionList).go_to("cc_one"))
        await pilot.press("right", "b", "o", "full_stop", "full_stop", "ctrl+t")
        app.screen.query_one(QueryInput).value = "zebra"
        await until(pilot)(lambda: len(app.screen.query_one(SessionList).keys) == 2)
        app.screen.query_one(SessionList).go_to("cc_one")
        await pilot.press("p", "q")
    again = BylineApp(two, None, state_folder=tmp_path)
    async with again.run_test(size=SIZE) as pilot:
        view = again.screen.query_one(SessionList)
        await until(pilot)(lambda: len(view.keys) == 2)
        assert again.theme == LIGHT.name
        assert again.screen.query_one(QueryInput).value == "zebra"
        assert view.current_key == "cc_one"
        assert not again.screen.query_one(PreviewPane).display
        assert "No repository · 2" in view.arrangement.headings.values()
        again.screen.query_one(QueryInput).value = ""
        await until(pilot)(lambda: list(view.keys)[:2] == ["cc_one", "cc_sub"] or "cc_sub" in view.keys)


async def test_where_one_was_belongs_to_the_repository_and_how_things_look_does_not(
    two: Store, repo: Path, tmp_path: Path, until: Callable[..., Any]
) -> None:
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "one"], cwd=repo, check=True)
    app = BylineApp(two, Repository.open(repo), state_folder=tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("3", "ctrl+t", "q")
    here = BylineApp(two, Repository.open(repo), state_folder=tmp_path)
    async with here.run_test(size=SIZE):
        assert here.current_mode == "commits"
    elsewhere = BylineApp(two, None, state_folder=tmp_path)
    async with elsewhere.run_test(size=SIZE):
        assert elsewhere.current_mode == "sessions"
        assert elsewhere.theme == LIGHT.name


async def test_nothing_is_kept_without_a_folder_for_it(two: Store, isolated_home: Path) -> None:
    app = BylineApp(two, None)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+t", "q")
    assert list(isolated_home.rglob(NAME)) == []
