"""What a reviewer does on the review's screen: forms of the diff, evidence, and ways on."""

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from byline.demo.build import Demo, build_demo
from byline.git.repository import Repository
from byline.review.authors import UNKNOWN
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenBlame, OpenReview
from byline_tui.remembered import read_remembered
from byline_tui.reviewing import STAGED, WORKTREE
from byline_tui.screens.commits import CommitsScreen
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.screens.review import ReviewScreen
from byline_tui.screens.why import WhyScreen, WordsScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]
Shown = Callable[[App[None]], str]
MIXED = 6
"""The demo's commit that two agents and a person wrote, counted from the oldest."""


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *words],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.removesuffix("\n")


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path / "demo")


@pytest.fixture
def browser(demo: Demo, tmp_path: Path) -> Callable[[], BylineApp]:
    """The browser over the demo, beginning with its commits; it remembers in one folder."""

    def make() -> BylineApp:
        repository = Repository.open(demo.repository)
        return BylineApp(Store(demo.database), repository, "commits", state_folder=tmp_path / "state")

    return make


async def reviewing(app: BylineApp, until: Until, message: OpenReview) -> ReviewScreen:
    """Open a review and wait for it."""
    await until(lambda: app.screen.is_mounted)
    app.post_message(message)
    await until(lambda: isinstance(app.screen, ReviewScreen) and app.screen.reading is not None)
    assert isinstance(app.screen, ReviewScreen)
    return app.screen


async def test_enter_leads_to_the_call_and_back_to_the_very_line(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until]
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED], "web/client.ts", 27))
        where = screen.diff.cursor, screen.diff.scroll_offset
        await pilot.press("enter")
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        await pilot.press("escape")
        await until(pilot)(lambda: app.screen is screen)
        assert (screen.diff.cursor, screen.diff.scroll_offset) == where


async def test_why_shows_prompt_call_and_recorded_hunk_and_leads_to_the_conversation(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 50)) as pilot:
        await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        await pilot.press("w")
        await until(pilot)(lambda: "recorded as" in shown(app))
        assert "prompt     Retrying works" in shown(app)
        assert "match      exact: the line is as the call left it" in shown(app)
        assert "→ +" in shown(app)
        await pilot.press("enter")
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))


async def test_why_tells_who_removed_a_line_and_why_nobody_is_named(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 50)) as pilot:
        message = OpenReview(demo.oids[MIXED], "uploader/upload.py", 37, "removed")
        screen = await reviewing(app, until(pilot), message)
        await pilot.press("w")
        await until(pilot)(lambda: "removed by" in shown(app) and "→ -" in shown(app))
        await pilot.press("escape")
        await until(pilot)(lambda: app.screen is screen)
        layout = screen.diff.layout_of_rows
        screen.diff.cursor = next(y for y in range(len(layout)) if layout.who(y) == UNKNOWN)
        await pilot.press("w")
        await until(pilot)(lambda: "because    no recorded edit touched this line" in shown(app))


@pytest.mark.parametrize("rev", [STAGED, WORKTREE])
async def test_why_answers_for_lines_that_are_not_committed(
    rev: str, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 50)) as pilot:
        await reviewing(app, until(pilot), OpenReview(rev))
        await pilot.press("w")
        await until(pilot)(lambda: " by ▌" in shown(app) and "not committed" in shown(app))
        assert isinstance(app.screen, WhyScreen)


async def test_side_by_side_keeps_the_line_and_is_remembered(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], tmp_path: Path
) -> None:
    app = browser()
    async with app.run_test(size=(140, 30)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED], "web/client.ts", 27))
        await pilot.press("s", "a")
        await until(pilot)(lambda: screen.diff.layout_of_rows.split)
        await until(pilot)(lambda: screen.diff.layout_of_rows.grouping == "model")
        assert screen.diff.current is not None
        assert screen.diff.current.new_number == 27
        await pilot.press("q")
    kept = read_remembered(tmp_path / "state")
    assert (kept.split, kept.gutter) == (True, "model")
    again = browser()
    async with again.run_test(size=(140, 30)) as pilot:
        screen = await reviewing(again, until(pilot), OpenReview(demo.oids[MIXED]))
        assert screen.diff.layout_of_rows.split
        assert screen.diff.layout_of_rows.grouping == "model"


async def test_the_key_goes_through_session_model_agent_and_off(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        seen = []
        for _ in range(4):
            seen.append(screen.diff.layout_of_rows.grouping)
            await pilot.press("a")
            await until(pilot)(lambda: screen.diff.layout_of_rows.grouping != seen[-1])
            if screen.shape.grouping == "agent":
                assert "48% claude  45% codex" in shown(app)
        assert seen == ["session", "model", "agent", "off"]


async def test_context_is_unfolded_from_the_file_and_folded_again(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until]
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        diff = screen.diff
        bare, line = diff.line_count, diff.current
        await pilot.press("plus")
        await until(pilot)(lambda: diff.line_count > bare)
        assert diff.current == line
        await pilot.press("minus")
        await until(pilot)(lambda: diff.line_count == bare)
        await pilot.press("asterisk")
        await until(pilot)(lambda: diff.line_count > bare)
        content = git(demo.repository, "show", f"{demo.oids[MIXED]}:uploader/upload.py").split("\n")
        hunks = diff.layout_of_rows.files[0].hunks
        assert [line.content for line in hunks[0].lines if line.new_number] == content
        await pilot.press("asterisk")
        await until(pilot)(lambda: diff.line_count == bare)
        diff.cursor = diff.layout_of_rows.file_starts[0]
        await pilot.press("plus")
        await until(pilot)(lambda: diff.line_count > bare)
        assert diff.cursor == diff.layout_of_rows.file_starts[0]


async def test_changes_in_white_space_can_be_left_out(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (repo / "a.py").write_text("x = 1\ny = 2\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "one")
    (repo / "a.py").write_text("    x = 1\ny = 3\n")
    git(repo, "commit", "-q", "-a", "-m", "two")
    app = BylineApp(store, Repository.open(repo), "commits")
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview("HEAD"))
        assert "+2 −2" in shown(app)
        await pilot.press("W")
        await until(pilot)(lambda: screen.reading is not None and screen.reading.shape.ignores_space)
        await pilot.pause()
        assert "+1 −1" in shown(app)
        assert "without white space" in shown(app)


async def test_what_is_sought_is_stepped_through_until_escape(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until]
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        await pilot.press("slash", *"return", "enter")
        first = screen.diff.cursor
        line = screen.diff.layout_of_rows.line(first)
        assert line is not None
        assert "return" in line.content
        await pilot.press("n")
        assert screen.diff.cursor != first
        await pilot.press("N")
        assert screen.diff.cursor == first
        await pilot.press("escape")
        assert not screen.has_class("-finding")
        assert app.screen is screen


async def test_files_are_filtered_by_their_path(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        await pilot.press("f", "slash", *"WEB")
        await pilot.pause()
        assert "Files: 1 of 2" in shown(app)
        assert "M  client.ts" in shown(app)
        assert "M  upload.py" not in shown(app)
        await pilot.press("enter", "enter")
        assert screen.diff.cursor == screen.diff.layout_of_rows.file_starts[1]


async def test_the_mouse_over_the_legend_lights_up_lines_for_as_long_as_it_is_there(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until]
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        await pilot.hover(screen.legend, offset=(4, 0))
        await until(pilot)(lambda: screen.diff.lit is not None)
        assert screen.diff.lit == next(iter(screen.reading.layout.counts)) if screen.reading else False
        await pilot.hover(screen.diff)
        await until(pilot)(lambda: screen.diff.lit is None)


async def test_a_line_is_copied_with_its_controls_made_visible(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until]
) -> None:
    (repo / "a.sh").write_text("\tcd x\x1b]0;evil\x07\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "one")
    app = BylineApp(store, Repository.open(repo), "commits")
    async with app.run_test(size=(100, 30)) as pilot:
        await reviewing(app, until(pilot), OpenReview("HEAD"))
        await pilot.press("y")
        assert app.clipboard == "\tcd x␛]0;evil␇"


async def test_several_commits_are_read_as_one(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(f"{demo.oids[2]}..{demo.oids[MIXED]}"))
        assert f"{demo.oids[2][:7]}..{demo.oids[MIXED][:7]} 4 commits read as one" in shown(app)
        names = git(demo.repository, "diff", "--name-only", demo.oids[2], demo.oids[MIXED]).split("\n")
        assert [file.path for file in screen.diff.layout_of_rows.files] == names
        assert any(who.kind == "session" for who in screen.diff.layout_of_rows.counts)


async def test_a_span_from_the_very_beginning_is_read_too(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(f"..{demo.oids[MIXED]}"))
        assert "the beginning.." in shown(app)
        assert {file.status for file in screen.diff.layout_of_rows.files} == {"added"}


async def test_the_editor_is_opened_only_for_what_is_in_the_work_tree(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (demo.repository / "web" / "client.ts").unlink()
    app = browser()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED], "web/client.ts", 27))
        await pilot.press("o")
        await until(pilot)(lambda: "web/client.ts is not in" in shown(app))


async def test_records_that_could_not_be_used_are_named(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    with Store(demo.database) as store:
        store.database.execute_sql(
            "UPDATE diff_traces SET patch = '{\"files\": 3}' WHERE path LIKE '%upload.py'"
        )
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        assert "could not be used (press !)" in shown(app)
        await pilot.press("exclamation_mark")
        await until(pilot)(lambda: isinstance(app.screen, WordsScreen) and "• " in shown(app))
        await pilot.press("escape")
        assert isinstance(app.screen, ReviewScreen)


async def test_a_review_read_again_keeps_what_was_unfolded_the_lines_lit_the_filter_and_the_place(
    demo: Demo,
    browser: Callable[[], BylineApp],
    until: Callable[[Pilot[None]], Until],
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("byline_tui.screens.review_reading.QUICK", 60)  # on a busy machine too
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        diff = screen.diff
        bare = diff.line_count
        await pilot.press("plus")
        await until(pilot)(lambda: diff.line_count > bare)
        await pilot.press("f", "slash", *"upl", "enter", "escape", "l", "enter", "escape")
        await until(pilot)(lambda: diff.lit is not None)
        diff.focus()
        await pilot.press("right_square_bracket", "down", "down")
        before, rows, lit, line = screen.reading, diff.line_count, diff.lit, diff.current
        assert before is not None
        with Store(demo.database) as store:
            store.database.execute_sql(
                "UPDATE diff_traces SET model_id = 'changed' WHERE path LIKE '%client.ts'"
            )
        screen.read_again()
        await until(pilot)(lambda: screen.reading is not before)
        await pilot.pause()
        assert (diff.line_count, diff.lit) == (rows, lit)
        assert diff.current is not None
        assert line is not None
        assert (diff.current.content, diff.current.new_number) == (line.content, line.new_number)
        assert "Files: 1 of 2" in shown(app)


async def test_enter_shows_what_the_preview_has_read_without_reading_it_again(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until]
) -> None:
    app = browser()
    async with app.run_test(size=(180, 36)) as pilot:
        await until(pilot)(
            lambda: isinstance(app.screen, CommitsScreen) and app.screen.commits.line_count == 15
        )
        assert isinstance(app.screen, CommitsScreen)
        commits = app.screen
        commits.commits.cursor = 5
        rev = commits.commits.entry(5).rev
        await until(pilot)(lambda: commits.preview.known(rev) is not None)
        known = commits.preview.known(rev)
        await pilot.press("enter")
        await until(pilot)(lambda: isinstance(app.screen, ReviewScreen))
        assert isinstance(app.screen, ReviewScreen)
        assert app.screen.reading is known


async def test_why_of_a_removed_line_names_who_wrote_it(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        layout = screen.diff.layout_of_rows
        at = layout.find("web/client.ts", None, "removed")
        assert at is not None
        screen.diff.cursor = next(
            y
            for y in range(at, len(layout))
            if (line := layout.line(y)) is not None and line.kind == "removed"
        )
        await pilot.press("w")
        await until(pilot)(lambda: "removed by" in shown(app))
        assert "written by cx_019ac" in " ".join(shown(app).split())


async def test_blame_answers_why_too(
    browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 50)) as pilot:
        await until(pilot)(lambda: app.screen.is_mounted)
        app.post_message(OpenBlame("web/client.ts", "HEAD", 12))
        await until(pilot)(lambda: "asking git" not in shown(app) and "▌" in shown(app))
        await pilot.press("w")
        await until(pilot)(lambda: "web/client.ts:12" in shown(app))
        assert isinstance(app.screen, WhyScreen)
