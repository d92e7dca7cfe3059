"""The list of sessions, its filter and its preview."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App

from byline.git.repository import Repository
from byline.review.repositories import repository_row
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import StoreChanged
from byline_tui.screens.ask import AskScreen
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.preview_pane import PreviewPane
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.session_list import SessionList

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
        await until(pilot)(lambda: len(sessions_of(app).keys) == 2)
        text = shown(app)
        assert "Add retry to the uploader" in text
        assert "claude · main · opus-4-6 · 3 messages · +2 −1" in text
        assert "+2 −1" in text
        assert "Monday 17 November 2025 · 1 ─" in text
        assert "3 sessions" in text


async def test_the_footer_shows_its_keys_before_any_key_was_pressed(
    three: Store, until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: app.screen.query("FooterKey"))


async def test_sub_agents_unfold_indented_below_the_session_that_started_them(
    three: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: list(view.keys) == ["cx_new", "cc_old"])
        assert "▌ ▸ Add retry to the uploader" in shown(app)
        view.go_to("cc_old")
        await pilot.press("right")
        await until(pilot)(lambda: list(view.keys) == ["cx_new", "cc_old", "cc_sub"])
        assert "▌   ↳ Look at the tests" in shown(app)
        await pilot.press("down", "left")
        assert view.current_key == "cc_old"
        await pilot.press("left")
        await until(pilot)(lambda: list(view.keys) == ["cx_new", "cc_old"])
        assert view.current_key == "cc_old"


async def test_a_search_shows_sub_agents_that_say_it_wherever_they_are_folded(
    three: Store, until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        app.screen.query_one(QueryInput).value = "look"
        await until(pilot)(lambda: list(view.keys) == ["cc_sub"])


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
        await until(pilot)(lambda: len(view.keys) == 2)
        assert view.current_key == "cc_old"
        assert app.focused is view


async def test_one_letter_does_not_filter_yet(three: Store, until: Callable[..., Any]) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        app.screen.query_one(QueryInput).value = "z"
        await pilot.pause(0.2)
        assert len(view.keys) == 2
        app.screen.query_one(QueryInput).value = "ze"
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
        preview = app.screen.query_one(PreviewPane)
        await until(pilot)(lambda: preview.shown is not None and "prompt 0" in shown(app))
        app.screen.query_one(QueryInput).value = "needle"
        await until(pilot)(lambda: "the needle is here" in shown(app))


async def test_enter_opens_the_conversation_and_back_returns_to_the_same_row(
    three: Store, until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: sessions_of(app).keys)
        sessions_of(app).go_to("cc_old")
        await pilot.press("enter")
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        await pilot.press("escape")
        await until(pilot)(lambda: not isinstance(app.screen, ConversationScreen))
        assert sessions_of(app).current_key == "cc_old"


async def test_an_empty_store_says_what_to_do(
    store: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(store, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: "Nothing has been recorded yet." in shown(app))
        assert "`byline import`" in shown(app)


async def test_a_filter_without_matches_says_so(
    three: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: sessions_of(app).keys)
        app.screen.query_one(QueryInput).value = 'no"such*words'
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
        assert "1 of repo, 3 sessions in all" in shown(app)
        assert "repo · main" in shown(app)
        await pilot.press("r")
        await until(pilot)(lambda: len(view.keys) == 2)


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
        preview = app.screen.query_one(PreviewPane)
        await until(pilot)(lambda: sessions_of(app).keys and (preview.shown or size == NARROW))
        await until(pilot)(lambda: "[b]bold[/b]" in shown(app))
        assert unsafe(shown(app)) == []
        app.screen.query_one(QueryInput).value = "nowhere" + evil
        await until(pilot)(lambda: app.screen.query_one(Notice).has_class("-said"))
        assert unsafe(shown(app)) == []


async def test_the_preview_needs_room(three: Store, until: Callable[..., Any]) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        preview = app.screen.query_one(PreviewPane)
        await until(pilot)(lambda: sessions_of(app).keys)
        assert not preview.is_seen
        await pilot.resize_terminal(*WIDE)
        await until(pilot)(lambda: preview.shown is not None)


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


# What one types ------------------------------------------------------------------------------------


async def typed(app: App[None], text: str) -> QueryInput:
    line = app.screen.query_one(QueryInput)
    line.value = text
    line.cursor_position = len(text)
    return line


async def test_enter_puts_the_best_match_first_and_typing_on_the_newest_again(
    record: "Recorder", until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    record.session("cc_best", "Zebra crossing", at=NOON - DAY).says("user", "zebra zebra zebra")
    record.session("cc_new", "Other", at=NOON)
    store = record.says("user", "a very long text that says zebra once " + "and other words " * 50).write()
    app = BylineApp(store, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        await pilot.press("slash", *"zebra")
        await until(pilot)(lambda: view.row_height == 3 and list(view.keys) == ["cc_new", "cc_best"])
        await pilot.press("enter")
        await until(pilot)(lambda: list(view.keys) == ["cc_best", "cc_new"])
        assert "best match first" in shown(app)
        assert app.focused is view
        await pilot.press("slash", "end", "backspace")
        await until(pilot)(lambda: list(view.keys) == ["cc_new", "cc_best"])


async def test_what_was_found_is_said_below_each_session_with_the_words_marked(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        await typed(app, "cross")
        await until(pilot)(lambda: "prompt: zebra crossing" in shown(app))
        line = view.render_row("cx_new", view.row(0), 78)[2]
        marked = [s.text for s in line if s.style and s.style.bgcolor and s.text.strip()]
        assert marked == ["crossing"]


async def test_a_filter_that_makes_no_sense_is_marked_and_said(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot)(lambda: sessions_of(app).keys)
        await pilot.press("slash", *"has:nonsense")
        await until(pilot)(lambda: "has: knows no 'nonsense'" in shown(app))
        line = app.screen.query_one(QueryInput)
        wrong = [s.text for s in line.render_line(0) if s.style and s.style.underline]
        assert "".join(wrong).strip() == "has:nonsense"
        await pilot.press("escape")
        await until(pilot)(lambda: "knows no" not in shown(app))


async def test_tab_completes_a_filter_and_then_goes_round_its_values(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=WIDE) as pilot:
        line = app.screen.query_one(QueryInput)
        await until(pilot)(lambda: line.known_values)
        await pilot.press("slash", "a", "g")
        await until(pilot)(lambda: "agent:" in shown(app).split("\n")[2])
        await pilot.press("tab")
        assert line.value == "agent:"
        await pilot.press("c", "tab")
        first = line.value
        await pilot.press("tab")
        assert {first, line.value} == {"agent:claude", "agent:codex"}
        await until(pilot)(lambda: len(sessions_of(app).keys) == 1)
        assert app.focused is line


async def test_agents_are_counted_in_step_with_the_query_and_a_press_edits_it(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view, line = sessions_of(app), app.screen.query_one(QueryInput)
        await until(pilot)(lambda: "claude 2" in shown(app) and "codex 1" in shown(app))
        column = shown(app).split("\n")[2].index("codex")
        await pilot.click("#agents", offset=(column, 0))
        await until(pilot)(lambda: list(view.keys) == ["cx_new"])
        assert line.value == "agent:codex"
        assert "claude 2" in shown(app)
        await pilot.click("#agents", offset=(column, 0))
        await until(pilot)(lambda: list(view.keys) == ["cx_new", "cc_old"])
        assert line.value == ""
        line.value = "has:edits"
        await until(pilot)(lambda: "codex" not in shown(app).split("\n")[2] and list(view.keys) == ["cc_old"])
        await pilot.press("a")
        assert line.value == "agent:claude has:edits"


# How it is listed ----------------------------------------------------------------------------------


async def test_sessions_are_grouped_and_sorted_by_keys(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        await pilot.press("o")
        await until(pilot)(lambda: "most edits first" in shown(app))
        await pilot.press("b", "b")
        await until(pilot)(lambda: "claude · 1 ─" in shown(app) and "codex · 1 ─" in shown(app))
        assert list(view.keys) == ["cc_old", "cx_new"]
        await pilot.press("b")
        await until(pilot)(lambda: "─" not in shown(app))


async def test_a_session_that_said_something_just_now_is_marked_as_live(
    record: "Recorder", until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    now = int(time.time() * 1000)
    record.session("cc_live", "Going on", at=now - 60_000).says("user", "hello")
    store = record.session("cc_done", "Done", at=now - 3_600_000).says("user", "bye").write()
    app = BylineApp(store, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: "Going on" in shown(app))
        lines = shown(app).split("\n")
        assert "● live" in next(line for line in lines if "Going on" in line)
        assert "live" not in next(line for line in lines if "Done" in line)


async def test_the_share_of_lines_that_are_in_commits_is_told(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    repository = three.repositories.remember("root", None, None, "/work")
    with three.write() as writer:
        writer._connection.execute(
            "INSERT INTO post_commit_patch_intersections (repository_id, commit_id, intersection_patch,"
            " counts, engine) VALUES (?, 'c0ffee', '{}', ?, 1)",
            (repository.id, '{"sessions": {"cc_old": {"added": 1, "removed": 0}}}'),
        )
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: "50% survived" in shown(app))


async def test_automated_sessions_are_left_out_on_a_key_and_counted(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: len(view.keys) == 2)
        await pilot.press("full_stop")
        await until(pilot)(lambda: "2 of 3 sessions · 1 automated left out" in shown(app))
        await pilot.press("full_stop")
        await until(pilot)(lambda: len(view.keys) == 2)


# What a person says of them ------------------------------------------------------------------------


async def test_a_star_goes_on_and_off(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot)(lambda: sessions_of(app).keys)
        await pilot.press("s")
        await until(pilot)(lambda: "★" in shown(app))
        assert [row.id for row in three.sessions.rows(["cx_new", "cc_old"]) if row.starred] == ["cx_new"]
        await pilot.press("s")
        await until(pilot)(lambda: "★" not in shown(app))


async def test_labels_title_and_hiding_are_kept_in_the_store(
    three: Store, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        await pilot.press("L", *"later,ci", "enter")
        await until(pilot)(lambda: "#ci #later" in shown(app))
        await pilot.press("E", *"X", "enter")
        await until(pilot)(lambda: "Fix the flaky testX" in shown(app))
        await pilot.press("H")
        await until(pilot)(lambda: list(view.keys) == ["cc_old"] and "1 hidden" in shown(app))
        await typed(app, "is:hidden")
        await until(pilot)(lambda: list(view.keys) == ["cx_new"])
        row = three.sessions.get("cx_new")
        assert row is not None
        assert (row.labels, row.title, row.hidden) == (("ci", "later"), "Fix the flaky testX", True)


async def test_selected_sessions_are_exported_with_their_secrets_covered(
    record: "Recorder", tmp_path: Path, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    secret = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"
    record.session("cc_a", "One").says("user", f"use {secret}")
    store = (
        record.session("cc_b", "Two").says("user", "two").session("cc_c", "Three").says("user", "3").write()
    )
    app = BylineApp(store, None)
    folder = tmp_path / "out" / "here"
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: len(view.keys) == 3)
        for key in ("cc_a", "cc_b"):
            view.go_to(key)
            await pilot.press("space")
        await until(pilot)(lambda: "2 selected" in shown(app))
        await pilot.press("x", "m")
        await until(pilot)(lambda: isinstance(app.screen, AskScreen))
        app.screen.query_one(SearchInput).value = str(folder)
        await pilot.press("enter")
        await until(pilot)(lambda: folder.is_dir() and len(list(folder.iterdir())) == 2)
        await until(pilot)(lambda: "selected" not in shown(app))
    texts = "".join(path.read_text() for path in folder.iterdir())
    assert secret not in texts
    assert "use [GitHub token]" in texts


# While agents work ---------------------------------------------------------------------------------


async def test_what_another_process_stores_appears_and_the_cursor_stays(
    three: Store, record: "Recorder", until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    app = BylineApp(three, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: view.keys)
        assert view.current_key == "cx_new"
        code = (
            "import sys; from pathlib import Path; from byline.store.store import Store\n"
            "from byline.record import Session\n"
            "session = Session('cc_now', 'claude', 'now', 'Brand new', 'agent')\n"
            "with Store(Path(sys.argv[1])) as store, store.write() as writer:\n"
            f"    writer.sessions([session], {{'cc_now': ({NOON + DAY}, {NOON + DAY})}})\n"
        )
        subprocess.run([sys.executable, "-c", code, str(three.path)], check=True)
        await until(pilot)(lambda: list(view.keys) == ["cc_now", "cx_new", "cc_old"])
        assert view.current_key == "cx_new"
        assert "Brand new" in shown(app)


async def test_a_list_scrolled_down_stays_where_it_is_when_sessions_come_and_go(
    record: "Recorder", until: Callable[..., Any]
) -> None:
    for number in range(100):
        record.session(f"cc_{number:03}", f"Session {number}", at=NOON - number * 60_000).says("user", "x")
    store = record.write()
    app = BylineApp(store, None)
    async with app.run_test(size=NARROW) as pilot:
        view = sessions_of(app)
        await until(pilot)(lambda: len(view.keys) == 100)
        view.go_to("cc_050")
        await pilot.pause()
        place = view.cursor - view.scroll_offset.y
        store.sessions.hide([f"cc_{number:03}" for number in range(0, 50, 2)])
        app.screen.post_message(StoreChanged())
        await until(pilot)(lambda: len(view.keys) == 75)
        assert view.current_key == "cc_050"
        await until(pilot)(lambda: view.cursor - view.scroll_offset.y == place)
        store.sessions.hide(["cc_050"])
        app.screen.post_message(StoreChanged())
        await until(pilot)(lambda: len(view.keys) == 74)
        assert view.current_key == "cc_051"
