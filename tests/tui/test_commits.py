"""The list of commits over real repositories."""

import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual import on
from textual.app import App
from textual.pilot import Pilot

from byline.demo.build import Demo, build_demo
from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.messages import OpenReview
from byline_tui.reviewing import STAGED, WORKTREE
from byline_tui.screens.commits import CommitsScreen
from byline_tui.theme import DARK, THEMES, further_colours

Until = Callable[[Callable[[], object]], Awaitable[None]]
Shown = Callable[[App[None]], str]


def git(folder: Path, *words: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *words],
        cwd=folder, input=stdin, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.removesuffix("\n")


class Lister(App[None]):
    """The list, and a memory of what it asked the app for."""

    def __init__(self, store: Store, repository: Repository | None) -> None:
        super().__init__()
        self.commits = CommitsScreen(store, repository)
        self.opened: list[str] = []
        for theme in THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return further_colours(dark=True)

    def on_mount(self) -> None:
        self.theme = DARK.name
        self.push_screen(self.commits)

    @on(OpenReview)
    def remember(self, message: OpenReview) -> None:
        self.opened.append(message.rev)


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path / "demo")


@pytest.fixture
def lister(demo: Demo) -> Lister:
    return Lister(Store(demo.database), Repository.open(demo.repository))


async def test_work_tree_and_index_come_first_then_the_log(
    demo: Demo, lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(120, 30)) as pilot:
        await until(pilot)(lambda: "Send one file to a bucket" in shown(lister))
        rows = shown(lister).split("\n")
        assert "13 commits" in rows[1]
        assert "Work tree: 2 files not staged" in rows[2]
        assert "Index: 1 file to commit" in rows[3]
        assert [row.split()[0] for row in rows[4:17]] == [oid[:7] for oid in reversed(demo.oids)]


async def test_bars_and_shares_are_filled_in_by_themselves(
    lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(120, 30)) as pilot:
        await until(pilot)(lambda: "100% unknown" in shown(lister).split("\n")[16])
        mixed = next(row for row in shown(lister).split("\n") if "Resume interrupted" in row)
        assert " 48% opus-4-6" in mixed
        assert "█" in mixed
        assert "▓" in mixed
        assert "░" in mixed
        assert lister.commits.commits.without_counts() == []


async def test_enter_opens_the_review_of_the_row(
    demo: Demo, lister: Lister, until: Callable[[Pilot[None]], Until]
) -> None:
    async with lister.run_test(size=(80, 24)) as pilot:
        await until(pilot)(lambda: lister.commits.commits.line_count == 15)
        await pilot.press("enter", "down", "enter", "down", "enter", "end", "enter")
        await pilot.pause()
        assert lister.opened == [WORKTREE, STAGED, demo.oids[-1], demo.oids[0]]


async def test_words_filter_as_they_are_typed_and_escape_shows_all(
    lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(80, 24)) as pilot:
        listed = lister.commits.commits
        await until(pilot)(lambda: listed.line_count == 15)
        await pilot.press("slash", *"JONAS show")
        await until(pilot)(lambda: listed.line_count == 1)
        assert "Show the progress" in shown(lister)
        await pilot.press(*"zzz")
        await until(pilot)(lambda: "No commit has these words." in shown(lister))
        await pilot.press("escape")
        await until(pilot)(lambda: listed.line_count == 15)
        assert lister.focused is listed


async def test_a_path_filters_the_log_itself(lister: Lister, until: Callable[[Pilot[None]], Until]) -> None:
    async with lister.run_test(size=(80, 24)) as pilot:
        listed = lister.commits.commits
        await until(pilot)(lambda: listed.line_count == 15)
        await pilot.press("slash", *"path:web", "enter")
        await until(pilot)(lambda: listed.line_count == 4)
        await pilot.press("escape")
        await until(pilot)(lambda: listed.line_count == 15)


async def test_reload_shows_what_was_committed_since(
    demo: Demo, lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(80, 24)) as pilot:
        listed = lister.commits.commits
        await until(pilot)(lambda: listed.line_count == 15)
        git(demo.repository, "commit", "-q", "-a", "-m", "Everything else")
        await pilot.press("r")
        await until(pilot)(lambda: listed.line_count == 14)
        assert "Everything else" in shown(lister)
        assert "Index:" not in shown(lister)


async def test_a_long_log_is_listed_whole_without_reading_every_commit_with_its_authors(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    people = "Mia <mia@example.com> 1763380800 +0000"
    stream = "".join(
        f"commit refs/heads/main\nauthor {people}\ncommitter {people}\n"
        f"data {len(subject)}\n{subject}\nM 100644 inline a.txt\ndata {len(subject)}\n{subject}\n"
        for subject in (f"commit {number}\n" for number in range(12_000))
    )
    git(repo, "fast-import", "--quiet", stdin=stream)
    git(repo, "reset", "-q", "--hard", "main")
    app = Lister(store, Repository.open(repo))
    async with app.run_test(size=(80, 24)) as pilot:
        listed = app.commits.commits
        await until(pilot)(lambda: listed.line_count == 12_000)
        await pilot.press("end")
        await until(pilot)(lambda: "commit 0 " in shown(app))
        await until(pilot)(lambda: listed.without_counts() == [])
        assert len(listed._counts) < 150


@pytest.mark.parametrize(("size", "there"), [((80, 24), False), ((120, 24), True)])
async def test_the_author_is_shown_where_there_is_room(
    size: tuple[int, int], there: bool, lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=size) as pilot:
        await until(pilot)(lambda: "Send one file to a bucket" in shown(lister))
        assert ("Jonas Weber" in shown(lister)) is there


async def test_a_repository_without_commits_and_none_at_all_are_said_in_words(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    for repository, words in (
        (Repository.open(repo), "has no commits yet"),
        (None, "This folder is in no git repository."),
    ):
        app = Lister(store, repository)
        async with app.run_test(size=(100, 24)) as pilot:
            # A long path has the words wrap.
            await until(pilot)(lambda app=app, words=words: words in " ".join(shown(app).split()))


async def test_files_of_a_repository_without_commits_can_be_reviewed(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (repo / "a.py").write_text("x = 1\n")
    git(repo, "add", "a.py")
    (repo / "b.py").write_text("y = 1\n")
    app = Lister(store, Repository.open(repo))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: "100% unknown" in shown(app))
        assert "Index: 1 file to commit" in shown(app)
        assert "Work tree: 1 file not staged" in shown(app)


async def test_nothing_foreign_in_the_log_reaches_the_terminal(
    repo: Path,
    store: Store,
    evil: str,
    unsafe: Callable[[str], list[str]],
    until: Callable[[Pilot[None]], Until],
    shown: Shown,
) -> None:
    author = evil.replace("<", "").replace("\x00", "") + " <a@b>"
    git(repo, "commit", "-q", "--allow-empty", f"--author={author}", "-m", f"say {evil}")
    app = Lister(store, Repository.open(repo))
    async with app.run_test(size=(240, 24)) as pilot:
        await until(pilot)(lambda: "say ␛]52" in shown(app))
        # The list has no room for all of it, the preview's head has.
        await until(pilot)(lambda: "[b]bold[/b]" in shown(app))
        assert unsafe(shown(app)) == []


async def test_a_marked_range_is_reviewed_as_one(
    demo: Demo, lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(80, 24)) as pilot:
        listed = lister.commits.commits
        await until(pilot)(lambda: listed.line_count == 15)
        await pilot.press("m", "enter")
        await pilot.pause()
        assert lister.opened == [WORKTREE]
        await pilot.press("down", "down", "down", "m", "down", "down")
        await until(pilot)(lambda: f"{demo.oids[-4][:7]} to {demo.oids[-2][:7]} marked" in shown(lister))
        await pilot.press("enter")
        await until(pilot)(lambda: lister.opened[1:] == [f"{demo.oids[-5]}..{demo.oids[-2]}"])
        await pilot.press("escape")
        await until(pilot)(lambda: "13 commits" in shown(lister))
        await pilot.press("end", "m", "up", "enter")
        await until(pilot)(lambda: lister.opened[2:] == [f"..{demo.oids[1]}"])


async def test_the_log_of_another_branch_is_listed_and_a_wrong_one_is_said_in_words(
    demo: Demo, lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    git(demo.repository, "branch", "old", demo.oids[3])
    async with lister.run_test(size=(80, 24)) as pilot:
        listed = lister.commits.commits
        await until(pilot)(lambda: listed.line_count == 15)
        await pilot.press("B")
        await until(pilot)(lambda: "The log of" in shown(lister) and " old" in shown(lister))
        await pilot.press("down", "enter")
        await until(pilot)(lambda: listed.line_count == 4)
        assert "4 commits of old" in shown(lister)
        await pilot.press("escape", "slash", *"branch:no", "enter")
        await until(pilot)(lambda: "there is no revision 'no'" in shown(lister))
        await pilot.press("escape")
        await until(pilot)(lambda: listed.line_count == 15)


async def test_the_commits_that_have_lines_of_a_session_are_found(
    lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(80, 24)) as pilot:
        listed = lister.commits.commits
        await until(pilot)(lambda: "100% unknown" in shown(lister).split("\n")[16])
        await pilot.press("slash", *"session:cc_3f2a9c1e", "enter")
        await until(pilot)(lambda: 0 < listed.line_count < 13)
        assert "Resume interrupted" in shown(lister)
        assert "Send one file to a bucket" not in shown(lister)


async def test_in_a_wide_terminal_the_diff_under_the_cursor_stands_beside_the_list(
    demo: Demo, lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(180, 30)) as pilot:
        await until(pilot)(lambda: "Work tree: changes not in the index" in shown(lister))
        await pilot.press(*["down"] * 8)
        await until(pilot)(lambda: "48% opus-4-6  45% gpt-5.5" in shown(lister))
        assert "def " in shown(lister)
        # The one after it was read ahead: it is there without any wait.
        preview = lister.commits.preview
        await until(pilot)(lambda: demo.oids[5] in preview._known)
        await pilot.press("down")
        assert preview._shown is preview._known[demo.oids[5]]
        assert lister.focused is lister.commits.commits
        await pilot.resize_terminal(100, 30)
        await until(pilot)(lambda: "48% opus-4-6  45% gpt-5.5" not in shown(lister))


async def test_flicking_past_commits_reads_none_of_them(
    lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(180, 30)) as pilot:
        listed, preview = lister.commits.commits, lister.commits.preview
        await until(pilot)(lambda: listed.line_count == 15)
        for y in range(15):
            listed.cursor = y
        await until(pilot)(lambda: preview._shown is not None and preview._rev == listed.entry(14).rev)
        await until(pilot)(lambda: listed.entry(13).rev in preview._known)
        assert listed.entry(7).rev not in preview._known


async def test_a_repository_that_vanished_is_said_in_words(
    demo: Demo, lister: Lister, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with lister.run_test(size=(180, 30)) as pilot:
        await until(pilot)(lambda: lister.commits.commits.line_count == 15)
        shutil.rmtree(demo.repository)
        await pilot.press("r")
        await until(pilot)(lambda: str(demo.repository) in shown(lister))
        await pilot.press("B", "m", "down", "enter")
        assert lister.is_running


async def test_a_narrow_list_tells_old_commits_by_months_and_years(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    now = int(time.time())
    for days in (900, 100, 2):
        stamp = f"{now - days * 86_400} +0000"
        git(repo, "-c", "user.name=x", "commit", "-q", "--allow-empty", "--date", stamp, "-m", f"{days} days")
    app = Lister(store, Repository.open(repo))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot)(lambda: app.commits.commits.line_count == 3)
        rows = [row for row in shown(app).split("\n") if "days" in row]
        assert [row.split()[-1].rstrip("▎│ ") for row in rows] == ["2d", "3mo", "2y"]
