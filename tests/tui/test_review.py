"""The review screen over the demo's repository, and over repositories that are hard to show."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import on
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from byline.demo.build import Demo, build_demo
from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.messages import OpenConversation
from byline_tui.reviewing import STAGED, WORKTREE
from byline_tui.screens.review import ReviewScreen
from byline_tui.theme import DARK, LIGHT, THEMES, further_colours
from byline_tui.widgets.diff_view import DiffView

MIXED = 6
"""The demo's commit that two agents and a person wrote, counted from the oldest."""


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.removesuffix("\n")


class Reviewer(App[None]):
    """One review, and a memory of what it asked the app for."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, screen: ReviewScreen) -> None:
        super().__init__()
        self.review = screen
        self.opened: list[OpenConversation] = []
        for theme in THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return further_colours(dark=True)

    def on_mount(self) -> None:
        self.theme = DARK.name
        self.push_screen(self.review)

    @on(OpenConversation)
    def remember(self, message: OpenConversation) -> None:
        self.opened.append(message)

    async def action_back(self) -> None:
        await self.pop_screen()


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path / "demo")


@pytest.fixture
def reviewer(demo: Demo) -> Callable[..., Reviewer]:
    """A review of one of the demo's commits (by number from the oldest), or of another revision."""

    def make(rev: int | str = MIXED) -> Reviewer:
        name = demo.oids[rev] if isinstance(rev, int) else rev
        return Reviewer(ReviewScreen(Store(demo.database), Repository.open(demo.repository), name))

    return make


async def settled(pilot: Pilot[None], app: Reviewer) -> None:
    """Wait for the workers and for what they said to be shown."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def test_the_head_tells_subject_size_and_shares_in_words(
    reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        screen = shown(app)
        assert "Resume interrupted uploads" in screen
        assert "Mia Keller · 2026-11-17" in screen
        assert "2 files  +31 −2" in screen
        assert "48% opus-4-6  45% gpt-5.5  6% unknown" in screen
        assert "uploader · main · " in screen


async def test_files_and_legend_stand_at_the_left_and_give_way_in_a_narrow_terminal(
    reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        assert "M  upload.py" in shown(app)
        assert "cc_3f2a9c1e opus-4-6           16" in shown(app)
        await pilot.resize_terminal(80, 24)
        await settled(pilot, app)
        assert "M  upload.py" not in shown(app)
        assert "+     start = _received(url)" in shown(app)
        await pilot.press("f")
        await settled(pilot, app)
        assert "M  upload.py" in shown(app)
        await pilot.press("escape")
        await settled(pilot, app)
        assert "M  upload.py" not in shown(app)
        assert app.focused is app.review.diff


async def test_the_strip_tells_prompt_session_model_tool_time_and_match(
    reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        assert "“Retrying works, but a 2 GB video starts from zero each time." in shown(app)
        assert "written by cc_3f2a9c1e · opus-4-6 · Edit 2026-11-17 13:40 · exact" in shown(app)


async def test_an_unknown_line_has_its_reason_in_words(
    reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        await pilot.press("n")
        await settled(pilot, app)
        assert "Not known who wrote this line" in shown(app)
        assert "no recorded edit touched this line" in shown(app)


async def test_removed_lines_tell_who_removed_them(
    demo: Demo, reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        app.review.show_line("uploader/upload.py", 37, "removed")
        await settled(pilot, app)
        assert "removed by cc_3f2a9c1e · opus-4-6" in shown(app)


async def test_enter_opens_the_conversation_at_the_call_and_the_cursor_stays(
    demo: Demo, reviewer: Callable[..., Reviewer]
) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        await pilot.press("n", "n")
        where = app.review.diff.cursor
        await pilot.press("enter")
        await pilot.pause()
        written = demo.story.commits[MIXED].lines["uploader/upload.py"]
        author = next(line.author for line in written if line.text == "        body.seek(start)")
        assert author is not None
        assert [(call.session_id, call.tool_call_id) for call in app.opened] == [
            (author.session_id, author.tool_call_id)
        ]
        assert app.review.diff.cursor == where


async def test_enter_on_a_line_nobody_recorded_opens_nothing(reviewer: Callable[..., Reviewer]) -> None:
    app = reviewer(0)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == []


async def test_the_legend_lights_up_one_author_and_escape_lights_all(
    reviewer: Callable[..., Reviewer],
) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        diff = app.review.diff
        ground = diff.component_style("diff-view--added").bgcolor

        def lit() -> int:
            rows = range(diff.line_count)
            return sum(
                any(s.style and s.style.bgcolor == ground for s in diff.render_content(y, 80)) for y in rows
            )

        everything = lit()
        await pilot.press("l", "down", "enter")
        await pilot.pause()
        assert 0 < lit() < everything
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert lit() == everything
        assert app.screen is app.review


async def test_a_file_chosen_in_the_tree_is_gone_to(reviewer: Callable[..., Reviewer]) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        await pilot.press("f", "end", "enter")
        await pilot.pause()
        layout = app.review.diff.layout_of_rows
        assert app.review.diff.cursor == layout.file_starts[1]
        assert app.focused is app.review.diff


async def test_older_and_newer_lead_along_the_log(demo: Demo, reviewer: Callable[..., Reviewer]) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        await pilot.press("J")
        await settled(pilot, app)
        assert app.review.rev == demo.oids[MIXED - 1]
        await pilot.press("K")
        await settled(pilot, app)
        await settled(pilot, app)
        assert app.review.rev == demo.oids[MIXED]


@pytest.mark.parametrize(
    ("rev", "words"), [(STAGED, "Index: what would be"), (WORKTREE, "Work tree: changes")]
)
async def test_index_and_work_tree_are_reviewed_before_committing(
    rev: str, words: str, reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    app = reviewer(rev)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        assert words in shown(app)
        assert "cc_b81d47a6" in shown(app)


async def test_binary_mode_and_rename_are_told_in_words(
    reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    for rev, words in (
        (4, "binary file"),
        (10, "uploader/cli.py → uploader/command.py"),
        (10, "renamed from uploader/cli.py"),
    ):
        app = reviewer(rev)
        async with app.run_test(size=(120, 60)) as pilot:
            await settled(pilot, app)
            assert words in shown(app)


@pytest.mark.parametrize(
    ("rev", "words"),
    [("no-such-branch", "there is no revision 'no-such-branch'"), ("--output=x", "--output=x")],
)
async def test_a_revision_that_does_not_exist_is_said_in_words(
    rev: str, words: str, reviewer: Callable[..., Reviewer], shown: Callable[[App[None]], str]
) -> None:
    app = reviewer(rev)
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, app)
        assert words in shown(app)
        await pilot.press("n", "enter", "l", "J", "K", "f", "escape", "escape")
        await settled(pilot, app)
        assert app.is_running


async def test_an_empty_commit_and_no_repository_are_said_in_words(
    repo: Path, store: Store, shown: Callable[[App[None]], str]
) -> None:
    git(repo, "commit", "--allow-empty", "-q", "-m", "nothing")
    for repository, words in (
        (Repository.open(repo), "No file is changed here."),
        (None, "in no git repository"),
    ):
        app = Reviewer(ReviewScreen(store, repository, "HEAD"))
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot, app)
            assert words in shown(app)


async def test_nothing_foreign_in_a_repository_reaches_the_terminal(
    repo: Path, store: Store, evil: str, unsafe: Callable[[str], list[str]], shown: Callable[[App[None]], str]
) -> None:
    name = evil.replace("/", "") + ".py"
    (repo / name).write_text(f"{evil}\nsecond\u2028half\n", encoding="utf-8", newline="\n")
    git(repo, "add", "--all")
    git(repo, "commit", "-q", "-m", f"subject {evil}")
    git(repo, "checkout", "-q", "-b", "branch\u202eevil")
    app = Reviewer(ReviewScreen(store, Repository.open(repo), "HEAD"))
    async with app.run_test(size=(160, 36)) as pilot:
        await settled(pilot, app)
        assert "[b]bold[/b]" in shown(app)
        assert "␛]52" in shown(app)
        assert unsafe(shown(app)) == []
        view = app.screen.query_one(DiffView)
        assert view.line_count == 4


async def test_a_line_asked_for_is_gone_to_once_the_review_is_read(reviewer: Callable[..., Reviewer]) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 24)) as pilot:
        app.review.show_line("web/client.ts", 27)
        await settled(pilot, app)
        line = app.review.diff.layout_of_rows.line(app.review.diff.cursor)
        assert line is not None
        assert (line.new_number, line.kind) == (27, "added")


async def test_a_change_of_theme_recolours_head_and_gutter(reviewer: Callable[..., Reviewer]) -> None:
    app = reviewer()
    async with app.run_test(size=(120, 24)) as pilot:
        await settled(pilot, app)

        def colours() -> set[object]:
            strips = [app.review.diff.render_line(y) for y in range(20)]
            return {s.style.color for strip in strips for s in strip if s.style and s.text == "▌"}

        dark = colours()
        head = app.screen.query_one("#review-head", Static).visual
        app.theme = LIGHT.name
        await settled(pilot, app)
        assert colours().isdisjoint(dark)
        assert app.screen.query_one("#review-head", Static).visual is not head
