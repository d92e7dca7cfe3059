"""How fast the browser is: ``python tests/benchmarks/browser.py [FOLDER]``.

Over the store of 50,000 sessions and 1,000,000 parts that :mod:`search` makes in FOLDER (the folder for
temporary files unless given). The terminal is 160×50 and drops what is written to it, so that a frame costs
what it does in a real one but for the terminal's own time. The first frame is measured in processes of their
own, from before the interpreter starts, beside an app with a line of text and nothing else; the ratio is what
counts, and the best of the rounds.
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from byline_tui.screens.sessions import SessionsScreen

os.environ |= {"TEXTUAL_FPS": "1000", "TEXTUAL_ANIMATIONS": "none"}
# An installed program has its modules compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

SIZE = (160, 50)
ROUNDS = 7
STEPS = 60
TYPED = ("fn_30000_3", "chiwol", "chiwol tea", "widget", "the", "agent:codex widget", "file:file_7.py")


def megabytes() -> float:
    """The most memory this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(words: str) -> None:
    """A line; what is printed goes to the app while one runs."""
    os.write(1, f"{words}\n".encode())


# Processes of their own --------------------------------------------------------------------------------


def empty() -> None:
    """An app with one line of text, until that is on the screen."""
    from quiet_driver import QuietDriver
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Empty(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("hello")

        def post_display_hook(self) -> None:
            if QuietDriver.written:
                tell()

    asyncio.run(Empty(driver_class=QuietDriver).run_async(size=SIZE))


def first(path: Path) -> None:
    """The browser, until sessions are on the screen."""
    import gc

    gc.disable()  # as `byline` does until then
    from quiet_driver import QuietDriver

    from byline.store.store import Store
    from byline_tui.app import BylineApp
    from byline_tui.widgets.session_list import SessionList

    class Watched(BylineApp):
        def get_driver_class(self) -> type[QuietDriver]:
            return QuietDriver

        def post_display_hook(self) -> None:
            views = self.screen.query(SessionList)
            if views and views.first().keys and views.first().is_laid_out:
                tell()

    with Store(path) as store:
        asyncio.run(Watched(store, None).run_async(size=SIZE))


def tell() -> None:
    """Say how long it took, and how much memory, and end."""
    say(f"{time.time() - float(os.environ['BEGAN'])} {megabytes()}")
    os._exit(0)


def in_process(*words: str) -> tuple[float, float]:
    """Seconds and MB of a process of this file."""
    env = os.environ | {"BEGAN": str(time.time())}
    done = subprocess.run(
        [sys.executable, __file__, *words], env=env, capture_output=True, text=True, check=True
    )
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


# In this process ---------------------------------------------------------------------------------------


async def frames(path: Path) -> None:
    """Scrolling, searching, and opening a long conversation."""
    from quiet_driver import QuietDriver
    from search_store import LONG_SESSION

    from byline.store.store import Store
    from byline_tui.app import BylineApp
    from byline_tui.messages import OpenConversation
    from byline_tui.screens.sessions import SessionsScreen
    from byline_tui.widgets.query_input import QueryInput
    from byline_tui.widgets.session_list import SessionList
    from byline_tui.widgets.transcript import Transcript

    class Watched(BylineApp):
        shown = asyncio.Event()

        def get_driver_class(self) -> type[QuietDriver]:
            return QuietDriver

        def post_display_hook(self) -> None:
            self.shown.set()

    with Store(path) as store:
        app = Watched(store, None)
        running = asyncio.create_task(app.run_async(size=SIZE))
        try:
            await until(lambda: app.is_running and app.screen.query(SessionList))
            screen = app.screen
            assert isinstance(screen, SessionsScreen)
            view = screen.query_one(SessionList)
            await until(lambda: len(view.keys) > 40_000)
            await asyncio.sleep(3)
            say(f"\n{'50,000 sessions listed':>38}{'':>20}{megabytes():>9.0f} MB")
            await show_frames("list: page down", app.shown, lambda: view.action_page(1))
            await show_frames("list: line down", app.shown, lambda: view.action_cursor_by(1))
            places = iter(range(0, 2 * 40_000, 997))
            await show_frames("list: far away", app.shown, lambda: view.show_line(next(places)))
            say(f"\n{'a key to results, ms':>38}{'first':>10}{'all':>10}")
            for text in TYPED:
                await keystroke(screen, text)
            screen.query_one(QueryInput).value = ""
            await asyncio.sleep(1)
            began = time.perf_counter()
            app.post_message(OpenConversation(LONG_SESSION))
            await until(lambda: not isinstance(app.screen, SessionsScreen))
            transcript = app.screen.query_one(Transcript)
            await until(lambda: transcript.thread is not None and transcript.line_count)
            app.shown.clear()
            await app.shown.wait()
            first_ms = (time.perf_counter() - began) * 1000
            await until(lambda: transcript.thread is not None and len(transcript.thread) > 100_000)
            whole_ms = (time.perf_counter() - began) * 1000
            title = "conversation of 100,000 messages"
            say(f"\n{title:>38}{first_ms:>10.0f}{whole_ms:>10.0f}  ms: first frame, all")
            await asyncio.sleep(2)
            await show_frames("conversation: page down", app.shown, lambda: transcript.action_page(1))
            await show_frames("conversation: line down", app.shown, lambda: transcript.action_cursor_by(1))
            say(f"{'in all':>38}{'':>20}{megabytes():>9.0f} MB")
        finally:
            app.exit()
            await running


async def until(condition: Callable[[], object], limit_s: float = 60) -> None:
    """Wait until something is the case."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("what the benchmark waits for did not come to be")
        await asyncio.sleep(0.001)


async def show_frames(name: str, shown: asyncio.Event, move: Callable[[], None]) -> None:
    """Median, worst and best time from a move to its frame."""
    times: list[float] = []
    for _ in range(STEPS):
        await asyncio.sleep(0.01)
        shown.clear()
        began = time.perf_counter()
        move()
        await shown.wait()
        times.append((time.perf_counter() - began) * 1000)
    worst = sorted(times)[int(len(times) * 0.95)]
    say(f"{name:>38}{median(times):>10.1f}{worst:>10.1f}{min(times):>10.1f}  ms: median, 95 %, best")


async def keystroke(screen: "SessionsScreen", text: str) -> None:
    """From the last letter of a query until a first page, and until all sessions found are shown."""
    from byline_tui.widgets.query_input import QueryInput

    def shown(*, whole: bool) -> bool:
        answer = screen.answer
        return (
            answer is not None
            and answer.question.query.text == text
            and (answer.listing.complete or not whole)
        )

    line = screen.query_one(QueryInput)
    best_first = best_all = 1e9
    for _ in range(3):
        line.value = ""
        await asyncio.sleep(0.4)
        began = time.perf_counter()
        line.value = text
        await until(lambda: shown(whole=False))
        best_first = min(best_first, time.perf_counter() - began)
        await until(lambda: shown(whole=True))
        best_all = min(best_all, time.perf_counter() - began)
    found = len(screen.answer.listing.places) if screen.answer is not None else 0
    say(f"{'':>38}{best_first * 1000:>10.1f}{best_all * 1000:>10.1f}  {found:,} sessions: {text}")


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir())
    path = folder / "byline-search.db"
    if not path.exists():
        sys.exit(f"there is no {path}: python tests/benchmarks/search.py {folder} makes it")
    alone: list[tuple[float, float]] = []
    browser: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        alone.append(in_process("--empty"))
        browser.append(in_process("--first", str(path)))
    ratio = min(browser)[0] / min(alone)[0]
    between = median(one[0] / other[0] for one, other in zip(browser, alone, strict=True))
    say(f"{'first frame':>38}{'ms':>10}{'MB':>10}")
    say(f"{'empty Textual app':>38}{min(alone)[0] * 1000:>10.0f}{min(alone)[1]:>10.0f}")
    line = f"{'50,000 sessions':>38}{min(browser)[0] * 1000:>10.0f}{min(browser)[1]:>10.0f}"
    say(f"{line}  {ratio:.2f}× the best, {between:.2f}× round by round")
    asyncio.run(frames(path))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--empty"]:
        empty()
    elif sys.argv[1:2] == ["--first"]:
        first(Path(sys.argv[2]))
    else:
        main()
