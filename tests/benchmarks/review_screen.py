"""The review screen on small and large commits: ``python tests/benchmarks/review_screen.py``.

Opening a commit of 100 lines and of 100,000 beside ``git show`` alone; then, in the large one, a frame of
scrolling, a jump, side by side; flicking through 100 commits beside their list; memory. Then the list of a
history of 100,000 commits beside ``git rev-list`` alone: first rows, a page, the way to its end, bars. The
histories are made here, in temporary folders. Frames are drawn as a terminal's would be, but for the writing.
"""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from textual.geometry import Region

from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenReview
from byline_tui.screens.commits import CommitsScreen
from byline_tui.screens.review import ReviewScreen
from byline_tui.widgets.line_view import LineView

SMALL, LARGE, COMMITS, SIZE = 100, 100_000, 100, (180, 50)
LISTED = 100_000
PATIENCE = 300
"""Seconds after which something that is waited for has gone wrong."""


def history() -> Iterator[str]:
    """A stream for ``git fast-import``: a hundred small commits, and one that is very large."""
    for number in range(COMMITS + 1):
        who = f"Mia <mia@example.com> {1_700_000_000 + number * 1_000} +0000"
        yield f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 7\ncommit\n\n"
        count = SMALL if number < COMMITS else LARGE // 50
        for part in range(1 if number < COMMITS else 50):
            lines = (
                f"def function_{number}_{n}(value): return value + {n}  # part {part}\n" for n in range(count)
            )
            text = "".join(lines)
            yield f"M 100644 inline dir{number % 7}/f{number}_{part}.py\ndata {len(text)}\n{text}\n"


def long_history() -> Iterator[str]:
    """A stream for ``git fast-import``: very many commits of one line each."""
    for number in range(LISTED):
        who = f"Mia <mia@example.com> {1_600_000_000 + number * 600} +0000"
        subject, text = f"commit {number:06}", f"line {number}\n"
        yield f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(subject)}\n{subject}\n"
        yield f"M 100644 inline dir{number % 50}/f{number % 1_000}.txt\ndata {len(text)}\n{text}\n"


def git(folder: Path, *words: str, stdin: str | None = None) -> None:
    """Run git."""
    subprocess.run(["git", *words], cwd=folder, input=stdin, text=True, check=True, capture_output=True)


def seconds(do: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def memory() -> int:
    """Megabytes that the process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def told(times: list[float]) -> str:
    """Median and worst in milliseconds."""
    return f"{median(times) * 1000:8.1f} ms  {max(times) * 1000:.1f} ms"


async def until(condition: Callable[[], object]) -> None:
    """Wait for it without waiting until nothing is being worked out any more; not for ever.

    Raises:
        TimeoutError: it did not come to be.
    """
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > PATIENCE:
            raise TimeoutError(f"not within {PATIENCE} s")
        await asyncio.sleep(0.002)


def frame(view: LineView) -> float:
    """Seconds of this thread to draw all lines of a view anew, whatever else the machine does meanwhile."""
    region = Region(0, 0, view.size.width, view.size.height)
    begun = time.thread_time()
    view.render_lines(region)
    return time.thread_time() - begun


async def opened(app: BylineApp, rev: str) -> tuple[float, ReviewScreen]:
    """Seconds until a review is shown, and its screen."""
    begun = time.perf_counter()
    app.post_message(OpenReview(rev))
    await until(lambda: isinstance(app.screen, ReviewScreen) and app.screen.reading is not None)
    assert isinstance(app.screen, ReviewScreen)
    return time.perf_counter() - begun, app.screen


async def measure(store: Store, repository: Repository, shows: dict[str, float]) -> AsyncIterator[str]:
    """The table's lines."""
    app = BylineApp(store, repository, "commits")
    async with app.run_test(size=SIZE) as pilot:
        await until(lambda: isinstance(app.screen, CommitsScreen) and app.screen.commits.line_count > COMMITS)
        assert isinstance(app.screen, CommitsScreen)
        commits = app.screen
        yield f"memory with the list                       {memory():8} MB"
        for rev, lines in (("HEAD~1", SMALL), ("HEAD", LARGE)):
            took, screen = await opened(app, rev)
            beside = f"git show alone {shows[rev]:.2f} s"
            yield f"open a commit of {lines:7,} lines             {took:8.2f} s   {beside}"
            if lines == SMALL:
                await pilot.press("escape")
        yield f"memory with it                             {memory():8} MB"
        diff, frames, jumps = screen.diff, [], []
        for step in range(200):
            diff.scroll_to(y=step * 40, animate=False, force=True)
            frames.append(frame(diff))
        for step in range(50):
            diff.cursor = step * 7_919 % diff.line_count
            jumps.append(frame(diff))
        yield f"a page further, median and worst           {told(frames)}"
        yield f"a jump, median and worst                   {told(jumps)}"
        begun = time.perf_counter()
        screen.action_split()
        await until(lambda: diff.layout_of_rows.split)
        yield f"side by side                               {time.perf_counter() - begun:8.2f} s"
        await pilot.press("escape")
        await until(lambda: app.screen is commits)
        begun, waits = time.perf_counter(), []
        for y in range(1, COMMITS):
            waits.append(seconds(lambda y=y: setattr(commits.commits, "cursor", y)))  # type: ignore[misc] # a lambda with a default
            await asyncio.sleep(0)
        moved = time.perf_counter() - begun
        last = commits.commits.entry(COMMITS - 1).rev
        await until(lambda: commits.preview.shown_rev == last)
        longest = f"longest step {max(waits) * 1000:.1f} ms"
        yield f"flicking through {COMMITS} commits, all           {moved:8.2f} s   {longest}"
        yield f"until the diff of the last is shown        {time.perf_counter() - begun - moved:8.2f} s"
        yield f"memory at the end                          {memory():8} MB"


async def measure_list(store: Store, repository: Repository, alone: float) -> AsyncIterator[str]:
    """The table's lines about a very long list."""
    begun = time.perf_counter()
    app = BylineApp(store, repository, "commits")

    def since(what: str) -> str:
        return f"{what:42} {time.perf_counter() - begun:8.2f} s"

    async with app.run_test(size=SIZE):
        await until(lambda: isinstance(app.screen, CommitsScreen) and app.screen.commits.line_count)
        assert isinstance(app.screen, CommitsScreen)
        listed = app.screen.commits
        yield since(f"the first of {LISTED:,} commits listed")
        await until(lambda: listed.line_count == LISTED)
        yield f"{since('all of them listed')}   git rev-list alone {alone:.2f} s"
        frames, jumps = [], []
        for _ in range(100):
            listed.action_page(1)
            frames.append(frame(listed))
            await asyncio.sleep(0)
        begun = time.perf_counter()
        listed.action_last()
        await until(lambda: listed.entry(LISTED - 1).commit is not None)
        yield since("the end: its commits are shown")
        await until(lambda: not listed.without_counts())
        yield since("the end: its bars and those a page around")
        for step in range(50):
            listed.cursor = step * 7_919 % LISTED
            jumps.append(frame(listed))
            await asyncio.sleep(0)
        yield f"a page further, median and worst           {told(frames)}"
        yield f"a jump, median and worst                   {told(jumps)}"
        yield f"memory with the long list                  {memory():8} MB"


async def printed(table: AsyncIterator[str]) -> None:
    """Print a table as it comes to be."""
    async for line in table:
        print(line, flush=True)


def main() -> None:
    """Make the histories, and print the table. The long one last: its bars are counted on behind it."""
    with made(history()) as folder, Store(folder / ".git" / "byline.db") as store:
        shows = {rev: seconds(lambda rev=rev: git(folder, "show", rev)) for rev in ("HEAD", "HEAD~1")}  # type: ignore[misc] # a lambda with a default
        asyncio.run(printed(measure(store, Repository.open(folder), shows)))
    with made(long_history()) as folder, Store(folder / ".git" / "byline.db") as store:
        alone = seconds(lambda: git(folder, "rev-list", "main"))
        asyncio.run(printed(measure_list(store, Repository.open(folder), alone)))


@contextmanager
def made(stream: Iterator[str]) -> Iterator[Path]:
    """The folder of a repository with this history, as long as the block lasts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q", "-b", "main")
        git(folder, "fast-import", "--quiet", stdin="".join(stream))
        # Else the index differs, and has a row of its own in the list.
        git(folder, "reset", "-q", "--hard", "main")
        yield folder


if __name__ == "__main__":
    main()
