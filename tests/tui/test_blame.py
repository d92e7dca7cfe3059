"""The blame screen over the demo's repository, and over repositories and files that are hard to show."""

import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual import on
from textual.app import App
from textual.pilot import Pilot

from byline.demo.build import Demo, build_demo
from byline.git.repository import Repository
from byline.review.authors import MANY_KEY, Marks
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenBlame, OpenConversation, OpenReview
from byline_tui.reviewing import STAGED, WORKTREE
from byline_tui.screens.blame import BlameScreen
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.screens.review import ReviewScreen
from byline_tui.theme import DARK, LIGHT, THEMES, further_colours
from byline_tui.widgets.blame_layout import BlameLayout
from byline_tui.widgets.blame_reading import Place
from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.file_picker import FilePicker, likeness

Until = Callable[[Callable[[], object]], Awaitable[None]]
Shown = Callable[[App[None]], str]

UPLOAD = "uploader/upload.py"


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.removesuffix("\n")


class Blamer(App[None]):
    """One file, and a memory of what it asked the app for."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it

    def __init__(self, store: Store, repository: Repository | None, place: Place | None) -> None:
        super().__init__()
        self.blame = BlameScreen(store, repository, place)
        self.opened: list[OpenConversation | OpenReview] = []
        for theme in THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return further_colours(dark=True)

    def on_mount(self) -> None:
        self.theme = DARK.name
        self.push_screen(self.blame)

    @on(OpenConversation)
    @on(OpenReview)
    def remember(self, message: OpenConversation | OpenReview) -> None:
        self.opened.append(message)

    async def action_back(self) -> None:
        await self.pop_screen()

    @property
    def is_read(self) -> bool:
        """Whether the authors are known."""
        reading = self.blame.reading
        return reading is not None and reading.layout.blame is not None

    @property
    def line(self) -> str:
        """The text of the line under the cursor."""
        return self.blame.view.layout_of_lines.contents[self.blame.view.cursor]

    @property
    def notes(self) -> list[str]:
        """What was told in passing."""
        return [note.message for note in self._notifications]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path / "demo")


@pytest.fixture
def blamer(demo: Demo) -> Callable[..., Blamer]:
    """A file of the demo's at a revision."""

    def make(path: str = UPLOAD, rev: str | None = "HEAD", line: int = 1) -> Blamer:
        return Blamer(Store(demo.database), Repository.open(demo.repository), Place(path, rev, line))

    return make


def number_of(demo: Demo, text: str, path: str = UPLOAD) -> int:
    """The number of the one line of a file at HEAD that has a text."""
    lines = git(demo.repository, "show", f"HEAD:{path}").split("\n")
    (found,) = [number for number, line in enumerate(lines, 1) if text in line]
    return found


async def test_every_line_has_its_author_commit_and_day(
    demo: Demo, blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = blamer()
    async with app.run_test(size=(130, 40)) as pilot:
        await until(pilot)(lambda: app.is_read)
        assert app.blame.view.line_count == len(git(demo.repository, "show", f"HEAD:{UPLOAD}").split("\n"))
        reading = app.blame.reading
        assert reading is not None
        blame = reading.layout.blame
        assert blame is not None
        for y, line in enumerate(blame.lines):
            row = app.blame.view.render_content(y, 120).text
            assert line.content in row
            begins = y in {app.blame.view._top} or reading.layout.begins_run(y)
            origin = line.credit.origin
            if origin is not None:
                key = reading.marks[origin.session_id].key
                assert key != MANY_KEY
                assert row.startswith(f"▌{key} " if begins else "▌   ")
            if reading.layout.begins_commit(y):
                assert f" {(line.commit or '')[:7]} 2026-11-" in row
        assert "opus-4-6" in shown(app)
        assert "Who wrote it" in shown(app)
        assert f"{UPLOAD}  at HEAD" in shown(app)
        app.blame.open(Place(UPLOAD, demo.oids[-1]))
        await until(pilot)(lambda: f"at {demo.oids[-1][:7]}\n" in shown(app) and app.is_read)


async def test_the_strip_tells_prompt_session_call_and_commit(
    demo: Demo, blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = blamer(line=number_of(demo, "body.seek(start)"))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot)(lambda: app.is_read)
        assert "body.seek(start)" in app.line
        await until(pilot)(lambda: "written by c" in shown(app))
        assert "“" in shown(app)
        assert "Resume interrupted uploads  Mia Keller · 2026-11-17" in shown(app)


async def test_the_text_can_be_read_before_its_authors_are_known(
    blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = blamer()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot)(lambda: app.is_read)
        text = BlameLayout(UPLOAD, app.blame.view.layout_of_lines.contents)
        app.blame.view.show(text, DiffSyntax([text.file]), Marks(()))
        await pilot.pause()
        assert "1  " in shown(app).split("\n")[3]
        await pilot.press("n", "enter", "c", "less_than_sign")
        assert app.is_running


async def test_enter_opens_the_conversation_at_the_call_and_the_cursor_stays(
    demo: Demo, blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until]
) -> None:
    app = blamer(line=number_of(demo, "body.seek(start)"))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot)(lambda: app.is_read)
        at = app.blame.view.cursor
        await pilot.press("enter")
        await until(pilot)(lambda: app.opened)
        blamed = app.blame._current()
        assert blamed is not None
        origin = blamed.line.credit.origin
        assert origin is not None
        assert app.opened == [OpenConversation(origin.session_id, origin.message_id, origin.tool_call_id)]
        assert app.blame.view.cursor == at


async def test_enter_on_a_line_nobody_recorded_says_so(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until]
) -> None:
    (repo / "a.py").write_text("one\n")
    app = Blamer(store, Repository.open(repo), Place("a.py"))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        await pilot.press("enter")
        await until(pilot)(lambda: app.notes)
        assert app.notes == ["There is no recorded conversation behind this line."]
        assert app.opened == []


async def test_c_leads_to_the_review_of_the_commit_at_the_line(
    demo: Demo, blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until]
) -> None:
    app = blamer(line=number_of(demo, "body.seek(start)"))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot)(lambda: app.is_read)
        await pilot.press("c")
        await until(pilot)(lambda: app.opened)
        (review,) = app.opened
        assert isinstance(review, OpenReview)
        assert review.path == UPLOAD
        at = git(demo.repository, "show", f"{review.rev}:{UPLOAD}").split("\n")
        assert "body.seek(start)" in at[(review.line_number or 0) - 1]


async def test_c_on_lines_that_are_not_committed_leads_to_the_index_or_the_work_tree(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (repo / "a.py").write_text("one\ntwo\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "first")
    (repo / "a.py").write_text("one\nstaged\n")
    git(repo, "add", "-A")
    (repo / "a.py").write_text("changed\nstaged\n")
    app = Blamer(store, Repository.open(repo), Place("a.py"))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        assert "not yet" in shown(app)
        assert "not committed yet" in shown(app)
        await pilot.press("c")
        await until(pilot)(lambda: len(app.opened) == 1)
        await pilot.press("down", "c")
        await until(pilot)(lambda: len(app.opened) == 2)
        assert app.opened == [OpenReview(WORKTREE, "a.py", 1), OpenReview(STAGED, "a.py", 2)]


async def test_a_line_is_followed_back_through_its_versions_and_forward_again(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until]
) -> None:
    versions = ["one two three four", "one two three five", "one two six five"]
    oids = []
    for number, version in enumerate(versions):
        filler = "".join(f"filler {n}\n" for n in range(number))
        (repo / "a.txt").write_text(f"{filler}{version}\nend\n")
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", version)
        oids.append(git(repo, "rev-parse", "HEAD"))
    app = Blamer(store, Repository.open(repo), Place("a.txt", None, 3))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        assert app.line == versions[2]
        for oid, version in ((oids[1], versions[1]), (oids[0], versions[0])):
            await pilot.press("less_than_sign")
            await until(pilot)(lambda oid=oid: app.blame.place.rev == oid and app.is_read)
            assert app.line == version
        await pilot.press("less_than_sign")
        await until(pilot)(lambda: app.notes)
        assert app.notes == [f"The line was new in {oids[0][:7]}: nothing stood there before."]
        for rev, version in ((oids[1], versions[1]), (None, versions[2])):
            await pilot.press("greater_than_sign")
            await until(pilot)(lambda rev=rev: app.blame.place.rev == rev and app.is_read)
            assert app.line == version


async def test_another_revision_can_be_asked_for_and_one_that_does_not_exist_is_said(
    demo: Demo, blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = blamer(rev=None)
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        await pilot.press("v", *"HEAD~3", "enter")
        await until(pilot)(lambda: app.blame.place == Place(UPLOAD, "HEAD~3", 1) and app.is_read)
        assert app.blame.view.line_count == len(git(demo.repository, "show", f"HEAD~3:{UPLOAD}").split("\n"))
        assert app.focused is app.blame.view
        await pilot.press("v", "end", *"99", "enter")
        await until(pilot)(lambda: "there is no revision 'HEAD~399'" in shown(app))
        await pilot.press("n", "p", "c", "enter", "l", "less_than_sign", "slash", "escape")
        assert app.is_running
        await pilot.press("greater_than_sign")
        await until(pilot)(lambda: app.blame.place.rev == "HEAD~3" and app.is_read)


async def test_the_tab_asks_for_a_file_by_a_few_letters(
    demo: Demo, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    app = Blamer(Store(demo.database), Repository.open(demo.repository), None)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot)(lambda: isinstance(app.screen, FilePicker) and app.screen.listed.paths)
        await pilot.press(*"uplo py")
        await until(pilot)(lambda: app.screen.listed.paths[:1] == [UPLOAD])
        await pilot.press("down", "up", "enter")
        await until(pilot)(lambda: app.is_read)
        assert app.blame.place == Place(UPLOAD)
        await pilot.press("f", "escape")
        await until(pilot)(lambda: app.screen is app.blame)
        assert app.blame.place == Place(UPLOAD)
        assert UPLOAD in shown(app)


def test_names_come_before_folders_and_both_before_scattered_letters() -> None:
    paths = ["web/upload/x.ts", "ultra/play/loads.md", "src/upload.py", "README.md", "src/longer/upload.py"]
    ranked = sorted((rank, path) for path in paths if (rank := likeness(path, "UPLOAD")) is not None)
    assert [path for _, path in ranked] == [
        "src/upload.py", "src/longer/upload.py", "web/upload/x.ts", "ultra/play/loads.md"
    ]  # fmt: skip
    assert likeness("src/upload.py", "py src") is not None
    assert likeness("src/upload.py", "src zzz") is None
    assert likeness("anything", "") == (0, 0, 0)


async def test_what_is_sought_is_gone_to_and_n_goes_on(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until]
) -> None:
    (repo / "a.txt").write_text("".join(f"line {n}{' Needle' if n % 10 == 4 else ''}\n" for n in range(30)))
    app = Blamer(store, Repository.open(repo), Place("a.txt"))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        await pilot.press("slash", *"needle")
        await until(pilot)(lambda: app.blame.view.cursor == 4)
        await pilot.press("enter", "n", "n", "n")
        assert app.blame.view.cursor == 4, "around the end"
        await pilot.press("N")
        assert app.blame.view.cursor == 24
        await pilot.press("escape", "n")
        assert app.blame.view.cursor == 24, "without a search n is for authors"
        await pilot.press("slash", *"nowhere", "enter")
        await until(pilot)(lambda: app.notes)
        assert app.notes == ["Nowhere in this file."]


async def test_n_and_p_go_from_author_to_author(
    blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until]
) -> None:
    app = blamer()
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        layout = app.blame.view.layout_of_lines
        first = layout.who(0)
        await pilot.press("n")
        at = app.blame.view.cursor
        assert at > 0
        assert layout.who(at) != first
        assert all(layout.who(y) == first for y in range(at))
        await pilot.press("n", "p", "p")
        assert app.blame.view.cursor == 0


async def test_the_legend_dims_the_lines_of_all_others(
    blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until]
) -> None:
    app = blamer()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot)(lambda: app.is_read)
        view = app.blame.view
        faint = view.component_style("blame-view--faint").color

        def dimmed() -> set[int]:
            strips = {y: list(view.render_content(y, 110)) for y in range(view.line_count)}
            return {
                y
                for y, strip in strips.items()
                if strip[-1].text and strip[-1].style and strip[-1].style.color == faint
            }

        assert dimmed() == set()
        await pilot.press("l", "enter")
        await pilot.pause()
        chosen = view._lit
        assert chosen is not None
        layout = view.layout_of_lines
        texts = {y for y, content in enumerate(layout.contents) if content}
        assert dimmed() == {y for y in texts if layout.who(y) != chosen}
        assert layout.who(view.cursor) == chosen, "the cursor goes to the first of them"
        for _ in range(9):
            view.next_change(1)
            assert layout.who(view.cursor) == chosen
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert dimmed() == set()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda repo: (repo / "a.bin").write_bytes(b"\0\1\2" * 99), "a.bin is a binary file"),
        (lambda repo: (repo / "a.bin").mkdir(), "a.bin is a folder"),
        (lambda repo: (repo / "a.bin").symlink_to("first.txt"), "a.bin is a symbolic link"),
        (lambda _: None, "there is no file a.bin"),
        (lambda repo: (repo / "a.bin").write_bytes(b""), "a.bin is empty."),
    ],
    ids=["binary", "folder", "link", "none", "empty"],
)
async def test_what_has_no_lines_is_said_in_words(
    make: Callable[[Path], object],
    words: str,
    repo: Path,
    store: Store,
    until: Callable[[Pilot[None]], Until],
    shown: Shown,
) -> None:
    (repo / "first.txt").write_text("x\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "first")
    make(repo)
    app = Blamer(store, Repository.open(repo), Place("a.bin"))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: words in shown(app))
        await pilot.press("n", "p", "c", "enter", "l", "less_than_sign", "greater_than_sign", "end", "home")
        assert app.is_running


async def test_a_deleted_file_can_be_read_at_a_revision_that_has_it(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (repo / "a.txt").write_text("one\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "first")
    (repo / "a.txt").unlink()
    app = Blamer(store, Repository.open(repo), Place("a.txt"))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: "is deleted in the work tree" in shown(app))
        await pilot.press("v", *"HEAD", "enter")
        await until(pilot)(lambda: app.is_read)
        assert app.line == "one"


async def test_o_leads_to_the_editor_only_where_the_work_tree_has_the_file(
    demo: Demo, blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until]
) -> None:
    app = blamer()
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        await pilot.press("o")
        await until(pilot)(lambda: app.notes)
        assert app.notes == ["This terminal cannot be given to an editor."]
        (demo.repository / UPLOAD).unlink()
        await pilot.press("o")
        await until(pilot)(lambda: len(app.notes) == 2)
        assert app.notes[1] == f"{UPLOAD} is not in the work tree."


async def test_no_repository_and_one_that_vanished_are_said_in_words(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (repo / "a.txt").write_text("one\n")
    opened = Repository.open(repo)
    repo.rename(repo.with_name("gone"))
    for repository, words in ((None, "in no git repository"), (opened, "there is no folder")):
        app = Blamer(store, repository, Place("a.txt", "HEAD"))
        async with app.run_test(size=(100, 24)) as pilot:
            await until(pilot)(lambda app=app, words=words: words in shown(app))
            await pilot.press("f", "v", "n", "c")
            assert app.is_running


async def test_a_bare_repository_is_read_at_head(
    demo: Demo, tmp_path: Path, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(demo.repository), "bare.git")
    repository = Repository.open(tmp_path / "bare.git")
    app = Blamer(Store(demo.database), repository, Place(UPLOAD))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        assert "import" in shown(app)


async def test_a_file_of_a_repository_without_commits_is_all_uncommitted(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (repo / "a.txt").write_text("one\n")
    app = Blamer(store, Repository.open(repo), Place("a.txt"))
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)
        assert "not committed yet" in shown(app)


async def test_nothing_foreign_in_a_file_reaches_the_terminal(
    repo: Path,
    store: Store,
    evil: str,
    unsafe: Callable[[str], list[str]],
    until: Callable[[Pilot[None]], Until],
    shown: Shown,
) -> None:
    name = evil.replace("/", "") + ".py"
    (repo / name).write_text(f"{evil}\nsecond\u2028half\n", encoding="utf-8", newline="\n")
    git(repo, "add", "--all")
    git(repo, "commit", "-q", f"--author=E {evil.replace('<', '')} <e@x>", "-m", f"subject {evil}")
    git(repo, "checkout", "-q", "-b", "branch\u202eevil")
    app = Blamer(store, Repository.open(repo), Place(name))
    async with app.run_test(size=(160, 30)) as pilot:
        await until(pilot)(lambda: app.is_read)
        await pilot.pause()
        assert "[b]bold[/b]" in shown(app)
        assert "␛]52" in shown(app)
        assert unsafe(shown(app)) == []
        assert app.blame.view.line_count == 2
        await pilot.press("f")
        await until(pilot)(lambda: isinstance(app.screen, FilePicker) and app.screen.listed.paths)
        assert unsafe(shown(app)) == []


async def test_a_string_of_thousands_of_lines_is_one_wherever_the_file_is_opened(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until]
) -> None:
    text = ['"""', *("import of goods" for _ in range(9_000)), '"""', "import os"]
    (repo / "a.py").write_text("\n".join(text))
    app = Blamer(store, Repository.open(repo), Place("a.py", None, 8_990))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot)(lambda: app.is_read)
        view = app.blame.view

        def style_of(y: int, words: str) -> object:
            found = [each.style for each in view.render_content(y, 100) if each.text.startswith(words)]
            return found[0] if found else None

        string, keyword = view._style("string"), view._style("keyword")
        await until(pilot)(lambda: style_of(8_995, "import") == string)
        assert style_of(9_002, "import") == keyword
        assert string != keyword


async def test_a_file_of_200_000_lines_is_shown_a_screen_at_a_time(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    (repo / "big.py").write_text("".join(f"value_{n} = {n}\n" for n in range(200_000)))
    app = Blamer(store, Repository.open(repo), Place("big.py", None, 150_000))
    async with app.run_test(size=(100, 24)) as pilot:
        for _ in range(5):
            # Attributing so many lines takes the engine its time on a busy machine.
            if app.is_read:
                break
            await app.workers.wait_for_complete()
            await pilot.pause()
        assert app.line == "value_149999 = 149999"
        await pilot.press("end")
        assert "value_199999 = 199999" in shown(app)
        assert len(app.blame.view._strips) < 500


async def test_another_file_asked_for_meanwhile_is_the_one_that_is_shown(
    demo: Demo, blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until]
) -> None:
    app = blamer()
    async with app.run_test(size=(100, 24)) as pilot:
        for path in ("README.md", UPLOAD, "README.md"):
            app.blame.open(Place(path))
        await until(pilot)(lambda: app.is_read)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.blame.reading is not None
        assert app.blame.reading.place == Place("README.md")
        assert app.blame.view.layout_of_lines.file.path == "README.md"


async def test_a_change_of_theme_recolours_the_gutter(
    blamer: Callable[..., Blamer], until: Callable[[Pilot[None]], Until]
) -> None:
    app = blamer()
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot)(lambda: app.is_read)

        def colours() -> set[object]:
            strips = [app.blame.view.render_line(y) for y in range(18)]
            return {s.style.color for strip in strips for s in strip if s.style and s.text == "▌"}

        dark = colours()
        app.theme = LIGHT.name
        await pilot.pause()
        assert dark
        assert colours().isdisjoint(dark)


async def test_in_the_app_one_goes_from_review_to_blame_to_conversation_and_back_to_the_line(
    demo: Demo, until: Callable[[Pilot[None]], Until]
) -> None:
    app = BylineApp(Store(demo.database), Repository.open(demo.repository), start="commits")
    async with app.run_test(size=(120, 36)) as pilot:
        line = number_of(demo, "body.seek(start)")
        app.post_message(OpenReview(demo.oids[6], UPLOAD, None))
        await until(pilot)(lambda: isinstance(app.screen, ReviewScreen) and app.screen.reading is not None)
        review = app.screen
        assert isinstance(review, ReviewScreen)
        wanted = next(
            y
            for y in range(review.diff.line_count)
            if (at := review.diff.layout_of_rows.line(y)) is not None and "body.seek(start)" in at.content
        )
        review.diff.cursor = wanted
        await pilot.press("b")
        await until(pilot)(
            lambda: (
                isinstance(app.screen, BlameScreen)
                and app.screen.reading is not None
                and app.screen.reading.layout.blame is not None
            )
        )
        blame = app.screen
        assert isinstance(blame, BlameScreen)
        assert blame.place is not None
        assert (blame.place.path, blame.place.rev) == (UPLOAD, demo.oids[6])
        assert "body.seek(start)" in blame.view.layout_of_lines.contents[blame.view.cursor]
        at = blame.view.cursor
        await pilot.press("enter")
        await until(pilot)(lambda: isinstance(app.screen, ConversationScreen))
        await pilot.press("escape")
        await until(pilot)(lambda: app.screen is blame)
        assert blame.view.cursor == at
        await pilot.press("escape")
        await until(pilot)(lambda: app.screen is review)
        app.post_message(OpenBlame(UPLOAD, None, line))
        await until(pilot)(lambda: isinstance(app.screen, BlameScreen) and app.screen is not blame)


async def test_a_removed_line_is_blamed_in_the_version_before(
    demo: Demo, until: Callable[[Pilot[None]], Until]
) -> None:
    app = BylineApp(Store(demo.database), Repository.open(demo.repository), start="commits")
    async with app.run_test(size=(120, 36)) as pilot:
        app.post_message(OpenReview(demo.oids[6], UPLOAD, 37, "removed"))
        await until(pilot)(lambda: isinstance(app.screen, ReviewScreen) and app.screen.reading is not None)
        await pilot.pause()
        await pilot.press("b")
        await until(pilot)(lambda: isinstance(app.screen, BlameScreen))
        assert isinstance(app.screen, BlameScreen)
        assert app.screen.place == Place(UPLOAD, demo.oids[5], 37)


async def test_the_tab_keeps_its_file(demo: Demo, until: Callable[[Pilot[None]], Until]) -> None:
    app = BylineApp(Store(demo.database), Repository.open(demo.repository))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("4")
        await until(pilot)(lambda: isinstance(app.screen, FilePicker) and app.screen.listed.paths)
        await pilot.press(*"upload.py", "enter")
        await until(pilot)(lambda: isinstance(app.screen, BlameScreen) and app.screen.reading is not None)
        await pilot.press("3")
        await pilot.press("4")
        assert isinstance(app.screen, BlameScreen)
        assert app.screen.place is not None
        assert app.screen.place.path.endswith("upload.py")
