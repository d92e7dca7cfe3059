"""The review of every kind of repository, of files with any name, and of what is broken or gone."""

import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from byline.demo.build import Demo, build_demo
from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenBlame, OpenReview
from byline_tui.reviewing import STAGED, WORKTREE
from byline_tui.screens.blame import BlameScreen
from byline_tui.screens.commits import CommitsScreen
from byline_tui.screens.review import ReviewScreen
from byline_tui.screens.stats import StatsScreen

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


async def test_a_repository_that_vanished_is_said_in_words_and_the_screen_lives(
    demo: Demo, browser: Callable[[], BylineApp], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = browser()
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(demo.oids[MIXED]))
        shutil.rmtree(demo.repository)
        await pilot.press("J")
        await until(pilot)(lambda: screen.has_class("-empty"))
        assert "cannot run git" in shown(app) or "there is no" in shown(app)
        await pilot.press("plus", "w", "b", "escape")
        await until(pilot)(lambda: app.screen is not screen)


async def test_unfolding_what_cannot_be_read_any_more_leaves_what_is_shown(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    # Longer than what is read beforehand.
    text = "".join(f"line {number} {'x' * 90}\n" for number in range(12_000))
    (repo / "a.txt").write_text(text)
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "one")
    (repo / "a.txt").write_text(text.replace("line 6000 ", "line six thousand "))
    git(repo, "commit", "-q", "-a", "-m", "two")
    app = BylineApp(store, Repository.open(repo), "commits")
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview("HEAD"))
        rows = screen.diff.line_count
        shutil.rmtree(repo)
        await pilot.press("plus")
        await until(pilot)(lambda: "is no folder" in shown(app).replace("\n", " "))
        assert screen.diff.line_count == rows


@pytest.mark.parametrize("name", ["new\nline.py", "odd\udcff.py", "tab\there.py", 'quo"te.py', "[a]*.py"])
@pytest.mark.parametrize("target", ["HEAD", STAGED, WORKTREE])
async def test_context_is_unfolded_in_files_of_any_name(
    name: str, target: str, repo: Path, store: Store, until: Callable[[Pilot[None]], Until]
) -> None:
    numbers = [str(number) for number in range(60)]
    (repo / name).write_text("\n".join(numbers))
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "one")
    numbers[30] = "thirty"
    (repo / name).write_text("\n".join(numbers))
    if target != WORKTREE:
        git(repo, "add", ".")
    if target == "HEAD":
        git(repo, "commit", "-q", "-m", "two")
    app = BylineApp(store, Repository.open(repo), "commits")
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview(target))
        await pilot.press("asterisk")
        await until(pilot)(lambda: screen.diff.line_count > 20)
        hunks = screen.diff.layout_of_rows.files[0].hunks
        assert [line.content for line in hunks[0].lines if line.new_number] == numbers


@pytest.mark.parametrize("kind", ["ref lock", "damaged object", "head to nowhere", "unreadable", "revision"])
async def test_a_broken_repository_is_said_in_words_or_read_around(
    kind: str, demo: Demo, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    folder = demo.repository / ".git"
    repository, rev, said = Repository.open(demo.repository), demo.oids[MIXED], ""
    if kind == "ref lock":
        (folder / "refs" / "heads" / "main.lock").touch()
        (folder / "HEAD.lock").touch()
        (folder / "packed-refs.lock").touch()
    elif kind == "damaged object":
        blob = git(demo.repository, "rev-parse", f"{rev}:uploader/upload.py")
        place = folder / "objects" / blob[:2] / blob[2:]
        place.chmod(0o644)
        place.write_bytes(b"not zlib")
        said = "its content cannot be read"
    elif kind == "head to nowhere":
        (folder / "HEAD").write_text("ref: refs/heads/gone\n")
    elif kind == "unreadable":
        (folder / "HEAD").write_bytes(b"\xff\xfe nonsense")
        said = "not a git repository"
    else:
        rev, said = "no-such-revision", "there is no revision 'no-such-revision'"
    app = BylineApp(Store(demo.database), repository, "commits")
    async with app.run_test(size=(160, 36)) as pilot:
        await until(pilot)(lambda: app.screen.is_mounted)
        app.post_message(OpenReview(rev))
        words = said or "upload.py"
        await until(pilot)(
            lambda: isinstance(app.screen, ReviewScreen) and words in " ".join(shown(app).split())
        )
        await pilot.press("escape")
        await until(pilot)(lambda: isinstance(app.screen, CommitsScreen))


@pytest.mark.parametrize("kind", ["shallow", "bare", "worktree", "locked"])
async def test_every_kind_of_repository_can_be_reviewed(
    kind: str, demo: Demo, tmp_path: Path, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    folder = tmp_path / kind
    source = f"file://{demo.repository}"
    if kind == "shallow":
        git(tmp_path, "clone", "-q", "--depth=1", source, str(folder))
    elif kind == "bare":
        git(tmp_path, "clone", "-q", "--bare", source, str(folder))
    elif kind == "worktree":
        git(demo.repository, "worktree", "add", "-q", str(folder), "HEAD")
    else:
        git(tmp_path, "clone", "-q", source, str(folder))
        (folder / ".git" / "index.lock").touch()
    app = BylineApp(Store(demo.database), Repository.open(folder), "commits")
    async with app.run_test(size=(140, 36)) as pilot:
        screen = await reviewing(app, until(pilot), OpenReview("HEAD"))
        assert screen.diff.line_count > 3
        await pilot.press("plus")
        await pilot.press("escape")
        await until(pilot)(lambda: demo.oids[-1][:7] in shown(app))


async def test_submodules_and_links_are_told_in_words(
    repo: Path, tmp_path: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    git(other, "commit", "-q", "--allow-empty", "-m", "x")
    git(repo, "submodule", "--quiet", "add", str(other), "lib")
    (repo / "link").symlink_to("lib")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "one")
    app = BylineApp(store, Repository.open(repo), "commits")
    async with app.run_test(size=(100, 40)) as pilot:
        await reviewing(app, until(pilot), OpenReview("HEAD"))
        assert "submodule" in shown(app)
        assert "symbolic link" in shown(app)


def damaged(demo: Demo) -> Path:
    """The demo's repository with holes all over its one pack."""
    git(demo.repository, "gc", "-q")
    (pack,) = (demo.repository / ".git" / "objects" / "pack").glob("*.pack")
    content = bytearray(pack.read_bytes())
    for at in range(len(content) // 4, len(content) - 30, 40):
        content[at] ^= 0xFF
    pack.chmod(0o644)
    pack.write_bytes(bytes(content))
    return demo.repository


def cut_off(demo: Demo) -> Path:
    """The demo's repository, the end of its one pack being lost."""
    git(demo.repository, "gc", "-q")
    (pack,) = (demo.repository / ".git" / "objects" / "pack").glob("*.pack")
    content = pack.read_bytes()
    pack.chmod(0o644)
    pack.write_bytes(content[: len(content) // 2])
    return demo.repository


def partial(demo: Demo, what: str) -> Path:
    """A partial clone whose origin is out of reach."""
    git(demo.repository, "config", "uploadpack.allowFilter", "true")
    folder = demo.repository.with_name("partial")
    source = f"file://{demo.repository}"
    git(folder.parent, "clone", "-q", f"--filter={what}", "--no-checkout", source, str(folder))
    demo.repository.rename(demo.repository.with_name("gone"))
    return folder


UNREAD = "run `git fsck`, or `git fetch` what a partial clone left out"
BROKEN: dict[str, tuple[Callable[[Demo], Path], str, str, str]] = {
    "damaged pack": (damaged, UNREAD, UNREAD, "Git cannot read 13 commits; no other adds a line."),
    "pack cut off": (cut_off, UNREAD, UNREAD, "git cannot read the commit of HEAD"),
    "without blobs": (
        lambda demo: partial(demo, "blob:none"),
        "its content cannot be read",
        UNREAD,
        "13 commits",
    ),
    "without trees": (
        lambda demo: partial(demo, "tree:0"),
        UNREAD,
        UNREAD,
        "Git cannot read 13 commits; no other adds a line.",
    ),
}
"""By what is wrong: how it comes to be, and what review, blame and stats say of it."""


@pytest.mark.parametrize("wrong", list(BROKEN))
async def test_what_git_cannot_read_is_said_with_what_to_do_and_every_screen_lives(
    wrong: str, demo: Demo, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    break_it, *words = BROKEN[wrong]
    app = BylineApp(Store(demo.database), Repository.open(break_it(demo)), "commits")
    async with app.run_test(size=(160, 36), notifications=True) as pilot:

        async def says(words: str, screen: type[Screen[None]]) -> None:
            def is_said() -> bool:
                return isinstance(app.screen, screen) and words in " ".join(shown(app).split())

            await until(pilot)(is_said)

        await until(pilot)(lambda: app.screen.is_mounted)
        app.post_message(OpenReview(demo.oids[MIXED]))
        await says(words[0], ReviewScreen)
        await pilot.press("plus", "asterisk", "s", "w", "J", "K", "escape")
        app.post_message(OpenBlame("uploader/upload.py", "HEAD", 12))
        await says(words[1], BlameScreen)
        await pilot.press("less_than_sign", "c", "w", "n", "escape")
        await pilot.press("5")
        await says(words[2], StatsScreen)
        await pilot.press("s", "t", "v")
        assert app.is_running


async def test_what_a_partial_clone_lacked_is_counted_once_it_can_be_fetched(
    demo: Demo, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    repository = Repository.open(partial(demo, "blob:none"))
    app = BylineApp(store, repository, "commits")
    async with app.run_test(size=(160, 36)) as pilot:
        await pilot.press("5")
        await until(pilot)(lambda: "13 commits +0 −0" in " ".join(shown(app).split()))
        demo.repository.with_name("gone").rename(demo.repository)
        await pilot.press("r")
        await until(pilot)(lambda: "13 commits +360 −25" in " ".join(shown(app).split()))


async def test_a_commit_list_whose_bars_cannot_be_found_out_says_so_once(
    demo: Demo, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = BylineApp(Store(demo.database), Repository.open(damaged(demo)), "commits")
    async with app.run_test(size=(160, 36), notifications=True) as pilot:
        await until(pilot)(lambda: "is corrupt" in shown(app))
        assert isinstance(app.screen, CommitsScreen)
        listed = app.screen.commits
        await until(pilot)(lambda: not listed.without_counts())
        assert len(app._notifications) == 1


@pytest.mark.parametrize("kind", ["worktree", "locks"])
async def test_blame_and_stats_need_no_lock_and_read_work_trees(
    kind: str, demo: Demo, tmp_path: Path, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    folder = demo.repository
    if kind == "worktree":
        folder = tmp_path / kind
        git(demo.repository, "worktree", "add", "-q", str(folder), "HEAD")
    else:
        for name in ("HEAD.lock", "index.lock", "packed-refs.lock", "refs/heads/main.lock"):
            (demo.repository / ".git" / name).touch()
    app = BylineApp(Store(demo.database), Repository.open(folder), "commits")
    async with app.run_test(size=(160, 36)) as pilot:
        await until(pilot)(lambda: app.screen.is_mounted)
        app.post_message(OpenBlame("uploader/upload.py", None, 12))
        await until(pilot)(lambda: isinstance(app.screen, BlameScreen) and "62% opus-4-6" in shown(app))
        await pilot.press("5")
        await until(pilot)(lambda: "13 commits" in shown(app) and "counted …" not in shown(app))
        await pilot.press("v")
        await until(pilot)(lambda: "are still there" in shown(app))
