"""Foreign text in every field, through every view: what the terminal is sent, and the layout."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from byline.git.repository import Repository
from byline.review.repositories import repository_row
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenBlame, OpenConversation, OpenReview
from byline_tui.screens.blame import BlameScreen
from byline_tui.screens.commits import CommitsScreen
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.screens.review import ReviewScreen
from byline_tui.screens.stats import StatsScreen
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.session_list import SessionList

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder

WIDE, NARROW = (110, 32), (80, 24)
BAD = {
    "escapes": "\x1b]52;c;aGk=\x07 \x1b[31;7m \x9b31;7m \x1b]0;owned\x1b\\ \x1bc \x1b(0 \x90q\x9c end",
    "controls": "".join(map(chr, (*range(1, 9), *range(11, 32), *range(127, 160)))) + " \u2028 \u2029 end",
    "bidi": "\u202eabc\u202c \u2066def\u2069 \u200f\u200e\u061c end",
    "zero width": "a\u200bb\u2060c\ufeffd\U000e0041 e\u0301\u0301\u0301 \u200d end",
    "wide": "漢字かな한글" * 30 + "👩‍👩‍👧‍👦🇩🇪👍🏽" * 10,
    "tabs": "a\tb\t\tc" + "\t" * 40 + "end",
    "megabyte": "word " * 200_000,
    "megabyte without spaces": "界x" * 300_000,
    "markdown": (
        "```\n**un [balanced](\x1b]8;;http://evil\x1b\\ `code\n| a |\n|--\n> <b>&#27;[31m &#155;31m [/] [red]"
    ),
}
# What Textual itself writes: where, how, the modes of a terminal, and the pointer's shape.
OWN = re.compile(r"\x1b\[[0-9;:?<=>]*[A-Za-z]|\x1b\]22;[a-z-]*\x07")
NEVER = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


class Written(HeadlessDriver):
    """A terminal as far as the app can tell; what is written to it is kept."""

    kept: ClassVar[list[str]] = []

    @property
    def is_headless(self) -> bool:
        """No: frames are to be made."""
        return False

    def write(self, data: str) -> None:
        """Keep it."""
        Written.kept.append(data)


class WatchedApp(BylineApp):
    """The browser in front of that terminal."""

    def get_driver_class(self) -> type[Written]:
        """That terminal."""
        return Written


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def world(record: "Recorder", repo: Path) -> Callable[[str], tuple[Store, Repository]]:
    """A repository and a store with a text in every field that takes one."""

    def make(bad: str) -> tuple[Store, Repository]:
        line = bad.replace("\n", " ")
        name = "".join(char for char in line[:60] if char not in "/\0") + ".py"
        (repo / name).write_text(f"first\n{bad}\nlast\n", encoding="utf-8", newline="\n")
        (repo / "plain.py").write_text(f"x = 1\n# {line}\n", encoding="utf-8", newline="\n")
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", f"Subject {line[:400]}", "--author", f"{line[:60]} <a@b>")
        record.session("cc_bad", bad, branch=line, cwd=str(repo), agent=line[:50], repository_url=line[:200])
        record.says("user", bad).says("assistant", bad, line[:100])
        record.part("reasoning", bad).part("file", bad).part("question", bad, tool=line[:80])
        record.part("tool", bad, tool=line[:80], tool_call_id="t", input=bad, status="error")
        record.edits("c1", str(repo / "plain.py"), ["x = 1", f"# {line}"], [])
        record.edits("c2", str(repo / name), ["first", *bad.split("\n"), "last"], [line])
        store = record.session("cc_sub", bad, parent_id="cc_bad").says("user", bad).write()
        store.sessions.label(["cc_bad"], [line])
        repository = Repository.open(repo)
        store.repositories.bind_sessions(["cc_bad", "cc_sub"], repository_row(store, repository).id)
        return store, repository

    return make


def look(app: App[Any], size: tuple[int, int], view: str, text: Callable[[App[Any]], str]) -> None:
    """Nothing unsafe was written so far, and every line is as wide as the terminal."""
    written = OWN.sub("", "".join(Written.kept))
    assert NEVER.findall(written) == [], view
    for own in ("\x1b]52", "\x1b[31;7m", "\x1b]0;owned", "\x1bc", "\x1b(0"):
        assert own not in "".join(Written.kept), view
    widths = {strip.cell_length for strip in app.screen._compositor.render_strips()}
    assert widths == {size[0]}, view
    assert len(text(app).split("\n")) == size[1], view


@pytest.mark.parametrize(
    ("bad", "size"),
    [*((bad, WIDE) for bad in BAD), *((bad, NARROW) for bad in ("escapes", "wide"))],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
async def test_foreign_text_reaches_the_terminal_safe_and_leaves_the_layout_as_it_is(
    bad: str,
    size: tuple[int, int],
    world: Callable[[str], tuple[Store, Repository]],
    until: Callable[..., Any],
    shown: Callable[..., str],
) -> None:
    bad = BAD[bad]
    store, repository = world(bad)
    Written.kept.clear()
    app = WatchedApp(store, repository)
    async with app.run_test(headless=False, size=size) as pilot:
        wait = until(pilot)

        async def seen(view: str, screen: type[Any] | None = None) -> None:
            await wait(lambda: screen is None or isinstance(app.screen, screen))
            # What a worker found may ask for more: until nothing is going on and all of it is drawn.
            while any(not worker.is_finished for worker in app.workers):
                await app.workers.wait_for_complete()
                await pilot.pause()
            await pilot.pause()
            look(app, size, view, shown)

        await wait(lambda: app.screen.query_one(SessionList).keys)
        await pilot.press("right")
        await seen("sessions")
        app.screen.query_one(QueryInput).value = "end" if "end" in bad else bad[:200]
        await seen("search")
        await pilot.press("R", "E")
        await seen("asking")
        await pilot.press("escape", "x")
        await seen("choosing")
        await pilot.press("escape")
        app.post_message(OpenConversation("cc_bad"))
        await seen("conversation", ConversationScreen)
        await pilot.press("t", "t", "T", "end")
        await seen("conversation unfolded")
        await pilot.press("3")
        await seen("commits", CommitsScreen)
        app.post_message(OpenReview("HEAD"))
        await seen("review", ReviewScreen)
        await pilot.press("G", "n", "J")
        await seen("review, further")
        app.post_message(OpenBlame("plain.py", "HEAD"))
        await seen("blame", BlameScreen)
        await pilot.press("5")
        await seen("stats", StatsScreen)
        await pilot.press("question_mark")
        await seen("help")
    assert len(Written.kept) > 10
