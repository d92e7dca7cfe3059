"""The review screen on small and large commits: ``python tests/benchmarks/review_screen.py``.

Opening a commit of 100 lines and of 100,000 beside ``git show`` alone; then, in the large one, a frame of
scrolling, a jump, side by side; flicking through 100 commits beside their list; memory. The history is made
here, in a temporary folder. Frames are drawn as a terminal's would be, but for the writing.
"""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from textual.geometry import Region

from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenReview
from byline_tui.screens.commits import CommitsScreen
from byline_tui.screens.review import ReviewScreen

SMALL, LARGE, COMMITS, SIZE = 100, 100_000, 100, (180, 50)


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
    """Wait for it without waiting until nothing is being worked out any more."""
    while not condition():
        await asyncio.sleep(0.002)


def frame(screen: ReviewScreen) -> float:
    """Seconds to draw all lines of the diff anew."""
    region = Region(0, 0, screen.diff.size.width, screen.diff.size.height)
    return seconds(lambda: screen.diff.render_lines(region))


async def opened(app: BylineApp, rev: str) -> tuple[float, ReviewScreen]:
    """Seconds until a review is shown, and its screen."""
    begun = time.perf_counter()
    app.post_message(OpenReview(rev))
    await until(lambda: isinstance(app.screen, ReviewScreen) and app.screen.reading is not None)
    assert isinstance(app.screen, ReviewScreen)
    return time.perf_counter() - begun, app.screen


async def measure(store: Store, repository: Repository, shows: dict[str, float]) -> list[str]:
    """The table's lines."""
    app = BylineApp(store, repository, "commits")
    table: list[str] = []
    async with app.run_test(size=SIZE) as pilot:
        await until(lambda: isinstance(app.screen, CommitsScreen) and app.screen.commits.line_count > COMMITS)
        assert isinstance(app.screen, CommitsScreen)
        commits = app.screen
        table.append(f"memory with the list                       {memory():8} MB")
        for rev, lines in (("HEAD~1", SMALL), ("HEAD", LARGE)):
            took, screen = await opened(app, rev)
            beside = f"git show alone {shows[rev]:.2f} s"
            table.append(f"open a commit of {lines:7,} lines             {took:8.2f} s   {beside}")
            if lines == SMALL:
                await pilot.press("escape")
        table.append(f"memory with it                             {memory():8} MB")
        diff, frames, jumps = screen.diff, [], []
        for step in range(200):
            diff.scroll_to(y=step * 40, animate=False, force=True)
            frames.append(frame(screen))
        for step in range(50):
            diff.cursor = step * 7_919 % diff.line_count
            jumps.append(frame(screen))
        table.append(f"a page further, median and worst           {told(frames)}")
        table.append(f"a jump, median and worst                   {told(jumps)}")
        begun = time.perf_counter()
        screen.action_split()
        await until(lambda: diff.layout_of_rows.split)
        table.append(f"side by side                               {time.perf_counter() - begun:8.2f} s")
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
        table.append(f"flicking through {COMMITS} commits, all           {moved:8.2f} s   {longest}")
        table.append(
            f"until the diff of the last is shown        {time.perf_counter() - begun - moved:8.2f} s"
        )
        table.append(f"memory at the end                          {memory():8} MB")
    return table


def main() -> None:
    """Make the history, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q", "-b", "main")
        git(folder, "fast-import", "--quiet", stdin="".join(history()))
        git(folder, "reset", "-q", "--hard", "main")
        shows = {rev: seconds(lambda rev=rev: git(folder, "show", rev)) for rev in ("HEAD", "HEAD~1")}  # type: ignore[misc] # a lambda with a default
        with Store(folder / ".git" / "byline.db") as store:
            for line in asyncio.run(measure(store, Repository.open(folder), shows)):
                print(line)


if __name__ == "__main__":
    main()
