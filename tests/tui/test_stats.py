"""The stats screen over the demo's repository, and over repositories that are hard to count."""

import json
import subprocess
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from textual import on
from textual.app import App
from textual.pilot import Pilot

from byline.demo.build import Demo, build_demo
from byline.git.repository import Repository
from byline.statistics.periods import Chart, Period
from byline.statistics.tables import UNKNOWN, Group
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenConversation
from byline_tui.screens.stats import StatsScreen
from byline_tui.theme import DARK, LIGHT, THEMES, further_colours
from byline_tui.widgets.time_chart import TimeChart, cells_of

Until = Callable[[Callable[[], object]], Awaitable[None]]
Shown = Callable[[App[None]], str]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.removesuffix("\n")


class Counter(App[None]):
    """The statistics, and a memory of what they asked the app for."""

    def __init__(self, store: Store, repository: Repository | None) -> None:
        super().__init__()
        self.stats = StatsScreen(store, repository)
        self.opened: list[str] = []
        self.went_back = 0
        for theme in THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return further_colours(dark=True)

    def on_mount(self) -> None:
        self.theme = DARK.name
        self.push_screen(self.stats)

    @on(OpenConversation)
    def remember(self, message: OpenConversation) -> None:
        self.opened.append(message.session_id)

    def action_back(self) -> None:
        self.went_back += 1

    @property
    def is_done(self) -> bool:
        """Whether all is counted, and drawn as it was wished for."""
        stats = self.stats
        drawing = stats.drawing
        return (
            drawing is not None
            and not stats._told
            and drawing.wish == stats.wish
            and drawing.count is stats.count
        )

    @property
    def notes(self) -> list[str]:
        """What was told in passing."""
        return [note.message for note in self._notifications]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path / "demo")


@pytest.fixture
def counter(demo: Demo) -> Counter:
    return Counter(Store(demo.database), Repository.open(demo.repository))


def names(app: Counter) -> list[str]:
    return [row.group.name for row in app.stats.drawing.rows] if app.stats.drawing else []


async def test_totals_chart_and_table_say_the_same(
    demo: Demo, counter: Counter, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        numbers = git(demo.repository, "log", "--no-merges", "--numstat", "--format=").split("\n")
        added = sum(int(line.split("\t")[0]) for line in numbers if line and not line.startswith("-"))
        assert "13 commits" in shown(counter)
        assert f"+{added:,} −" in shown(counter)
        drawing = counter.stats.drawing
        assert drawing is not None
        assert sum(row.added.total for row in drawing.rows) == added
        assert sum(period.total for period in drawing.chart.periods) == added
        assert "Added lines by model, per day" in shown(counter)
        for place, group in enumerate(drawing.chart.groups):
            if group.kind == "known":
                assert f" {'ABCDEF'[place]} " in shown(counter)


async def test_keys_change_the_grouping_and_the_unit(
    counter: Counter, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        for key, wanted, words in (
            ("a", {"claude", "codex", "unknown"}, "by agent"),
            ("u", {"Mia Keller", "Jonas Weber"}, "by author"),
            ("f", {".", "uploader", "web", "tests"}, "by folder"),
            ("w", {"ai", "unknown"}, "by contributor"),
        ):
            await pilot.press(key)
            await until(pilot)(lambda words=words: counter.is_done and words in shown(counter))
            assert wanted & set(names(counter)) == wanted, key
        for unit in ("day", "week", "month", "year"):
            await pilot.press("t")
            await until(pilot)(lambda unit=unit: counter.is_done and f"per {unit}" in shown(counter))
            assert counter.stats.drawing is not None
            assert counter.stats.drawing.chart.unit == unit


async def test_sessions_have_their_titles_and_enter_opens_their_conversation(
    counter: Counter, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        await pilot.press("enter", "s")
        await until(pilot)(lambda: counter.is_done and "by session" in shown(counter))
        assert counter.opened == [], "a model has no conversation"
        session_id = names(counter)[0]
        assert counter.stats.count is not None
        assert counter.stats.count.titles[session_id][:12] in shown(counter)
        await pilot.press("home", "enter")
        await until(pilot)(lambda: counter.opened)
        assert counter.opened == [session_id]


async def test_what_is_still_there_is_measured_once_and_shown_in_place(
    demo: Demo, counter: Counter, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    git(demo.repository, "rm", "-q", "-r", "-f", "tests")
    git(demo.repository, "commit", "-q", "-m", "Take the tests out")
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        await pilot.press("v")
        await until(pilot)(lambda: counter.is_done and counter.stats.wish.is_survival)
        assert "that sessions wrote are still there" in shown(counter)
        drawing = counter.stats.drawing
        assert drawing is not None
        assert [group.name for group in drawing.chart.groups] == ["still there", "gone"]
        assert "unknown" not in names(counter)
        for row in drawing.rows:
            assert row.survived is not None
            assert 0 <= row.survived <= row.written
            assert f"{row.survived:,} of {row.written:,}" in shown(counter)
        gone = [row.group.name for row in drawing.rows if row.survived != row.written]
        assert gone, "agents wrote tests"
        bars = [line for line in shown(counter).split("\n") if " of " in line and "░" in line]
        assert bars
        measured = counter.stats.count
        await pilot.press("v")
        await until(pilot)(lambda: counter.is_done and "Added lines" in shown(counter))
        await pilot.press("v", "a")
        await until(pilot)(lambda: counter.is_done and "by agent" in shown(counter))
        assert counter.stats.count is measured


async def test_measuring_can_be_given_up(counter: Counter, until: Callable[[Pilot[None]], Until]) -> None:
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        counter.stats.action_survival()
        counter.stats.action_leave()
        await until(pilot)(lambda: all(worker.is_finished for worker in counter.workers))
        assert counter.stats.count is not None
        assert counter.stats.count.survival is None
        assert not counter.stats.wish.is_survival
        assert counter.went_back == 0
        assert counter.is_done


async def test_what_is_shown_is_exported_and_no_file_is_written_over(
    counter: Counter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    until: Callable[[Pilot[None]], Until],
) -> None:
    monkeypatch.chdir(tmp_path)
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        await pilot.press("e", "enter")
        await until(pilot)(lambda: len(counter.notes) == 1)
        root = ET.fromstring((tmp_path / "byline-model.svg").read_text())  # noqa: S314 - our own
        assert "uploader: added lines by model" in "\n".join(root.itertext())
        await pilot.press("e", "enter")
        await until(pilot)(lambda: len(counter.notes) == 2)
        assert "exists already" in counter.notes[1]
        await pilot.press("e")
        counter.stats.export_name.value = "out.json"
        await pilot.press("enter")
        await until(pilot)(lambda: len(counter.notes) == 3)
        value = json.loads((tmp_path / "out.json").read_text())
        assert [row["name"] for row in value["rows"]] == names(counter)
        await pilot.press("e")
        counter.stats.export_name.value = "no/folder/x.svg"
        await pilot.press("enter")
        await until(pilot)(lambda: len(counter.notes) == 4)
        assert "cannot write no/folder/x.svg" in counter.notes[3]
        await pilot.press("e", "escape")
        assert counter.focused is counter.stats.table


async def test_the_name_to_export_to_is_seen_in_a_small_terminal_too(
    counter: Counter, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with counter.run_test(size=(80, 24)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        await pilot.press("s")
        await until(pilot)(lambda: counter.is_done and "by session" in shown(counter))
        await pilot.press("e")
        await until(pilot)(lambda: "byline-session.svg" in shown(counter))
        assert counter.stats.max_scroll_y == 0


async def test_commits_made_since_are_counted_when_asked(
    demo: Demo, counter: Counter, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)
        git(demo.repository, "commit", "-q", "--allow-empty", "-m", "nothing")
        await pilot.press("r")
        await until(pilot)(lambda: counter.is_done and "14 commits" in shown(counter))


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (30, 12), (220, 60)])
async def test_it_fits_terminals_of_every_size(
    size: tuple[int, int], counter: Counter, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async with counter.run_test(size=size) as pilot:
        await until(pilot)(lambda: counter.is_done)
        assert "13 commits" in shown(counter)
        await pilot.resize_terminal(100, 30)
        await until(pilot)(lambda: counter.is_done and "unknown" in shown(counter))
        await pilot.press("f", "end", "home", "v")
        await until(pilot)(lambda: counter.is_done and counter.stats.wish.is_survival)


async def test_repositories_with_nothing_to_count_are_said_in_words(
    repo: Path, store: Store, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    async def shows(repository: Repository | None, words: str) -> None:
        app = Counter(store, repository)
        async with app.run_test(size=(100, 24)) as pilot:
            await until(pilot)(lambda: words in " ".join(shown(app).split()))
            await pilot.press("m", "t", "v", "e", "enter")
            assert app.is_running

    await shows(None, "in no git repository")
    unborn = Repository.open(repo)
    await shows(unborn, "has no commits yet")
    git(repo, "commit", "-q", "--allow-empty", "-m", "nothing")
    await shows(unborn, "No commit adds a line here.")
    repo.rename(repo.with_name("gone"))
    await shows(unborn, "there is no folder")


async def test_a_bare_and_a_shallow_repository_are_counted(
    demo: Demo, tmp_path: Path, until: Callable[[Pilot[None]], Until], shown: Shown
) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(demo.repository), "bare.git")
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{demo.repository}", "shallow")
    for name, words in (("bare.git", "13 commits"), ("shallow", "a shallow clone")):
        app = Counter(Store(demo.database), Repository.open(tmp_path / name))
        async with app.run_test(size=(160, 30)) as pilot:
            await until(pilot)(lambda app=app, words=words: app.is_done and words in shown(app))
            await pilot.press("v")
            await until(pilot)(lambda app=app: app.is_done and app.stats.wish.is_survival)


async def test_nothing_foreign_in_the_numbers_reaches_the_terminal(
    repo: Path,
    store: Store,
    evil: str,
    unsafe: Callable[[str], list[str]],
    until: Callable[[Pilot[None]], Until],
    shown: Shown,
) -> None:
    folder = repo / evil.replace("/", "")
    folder.mkdir()
    (folder / "a.txt").write_text("one\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", f"--author=E {evil.replace('<', '')} <e@x>", "-m", "x")
    git(repo, "checkout", "-q", "-b", "branch\u202eevil")
    app = Counter(store, Repository.open(repo))
    async with app.run_test(size=(160, 30)) as pilot:
        for key in ("u", "f"):
            await until(pilot)(lambda: app.is_done)
            await pilot.press(key)
            await until(pilot)(lambda: app.is_done and "␛]52" in shown(app))
            assert unsafe(shown(app)) == []


async def test_a_change_of_theme_recolours_the_chart(
    counter: Counter, until: Callable[[Pilot[None]], Until]
) -> None:
    async with counter.run_test(size=(120, 40)) as pilot:
        await until(pilot)(lambda: counter.is_done)

        def colours() -> set[object]:
            strip = counter.stats.chart.render_line(counter.stats.chart.size.height - 1)
            return {s.style.bgcolor for s in strip if s.style and s.text.strip() in {"A", "B"}}

        dark = colours()
        counter.theme = LIGHT.name
        await pilot.pause()
        assert dark
        assert colours().isdisjoint(dark)


async def test_the_tab_keeps_what_was_counted(demo: Demo, until: Callable[[Pilot[None]], Until]) -> None:
    app = BylineApp(Store(demo.database), Repository.open(demo.repository))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("5")
        await until(pilot)(lambda: isinstance(app.screen, StatsScreen) and app.screen.drawing is not None)
        screen = app.screen
        assert isinstance(screen, StatsScreen)
        generation = screen._generation
        await pilot.press("3", "5")
        assert app.screen is screen
        assert (screen._generation, screen.drawing is not None) == (generation, True)


# The drawing of a column ---------------------------------------------------------------------------

GROUPS = (Group("a"), Group("b"), UNKNOWN)


def column(*counts: int, most: int, tall: int = 4) -> list[tuple[str, int, int]]:
    return cells_of(Period(date(2025, 11, 17), counts), GROUPS, most, tall)


def test_a_column_is_drawn_to_an_eighth_of_a_cell_from_the_bottom_up() -> None:
    assert column(16, 0, 0, most=32) == [("█", 0, -1), ("A", -1, 0), (" ", -1, -1), (" ", -1, -1)]
    assert column(12, 0, 0, most=32) == [("A", -1, 0), ("▄", 0, -1), (" ", -1, -1), (" ", -1, -1)]
    assert column(0, 0, 0, most=32) == [(" ", -1, -1)] * 4


def test_where_two_series_share_a_cell_both_show() -> None:
    assert column(12, 12, 0, most=32) == [("A", -1, 0), ("▄", 0, 1), ("B", -1, 1), (" ", -1, -1)]
    assert column(12, 4, 16, most=32)[1] == ("▄", 0, 1)


def test_what_is_there_is_seen_however_little_it_is() -> None:
    assert column(1, 0, 0, most=100_000)[0] == ("▁", 0, -1)


def test_each_series_has_its_letter_in_the_middle_of_its_whole_cells() -> None:
    tall = column(24, 24, 16, most=64, tall=8)
    assert [char for char, _, _ in tall] == ["█", "A", "█", "█", "B", "█", "█", "·"]


@pytest.mark.parametrize("size", [(1, 3), (8, 3), (9, 4), (12, 10)])
async def test_a_chart_is_drawn_into_whatever_room_there_is(
    size: tuple[int, int], counter: Counter, until: Callable[[Pilot[None]], Until]
) -> None:
    async with counter.run_test(size=(40, 20)) as pilot:
        chart = TimeChart()
        chart.styles.width, chart.styles.height, chart.styles.min_height = *size, 0
        await counter.screen.mount(chart, before=0)
        periods = tuple(Period(date(2025, 11, day), (1, day, 3)) for day in range(1, 15))
        chart.chart = Chart("model", "day", GROUPS, periods)
        await until(pilot)(lambda: chart.size.width == size[0])
        assert [chart.render_line(y).cell_length for y in range(size[1])] == [size[0]] * size[1]
