"""Screens 4 and 5 on a long history: ``python tests/benchmarks/blame_and_stats.py [COMMITS]``.

Opening a file of 5,000 lines that 50 commits touched (to its text, to its authors, beside ``git blame``
alone), one of 200,000 lines, memory; counting the commits for the first time and again, the table and the
chart made of them; what survived of the lines that sessions wrote, measured for the first time and again. The
history and its sessions are made here, in a temporary folder.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from byline.git.repository import Repository
from byline.patch import FilePatch, Hunk, TouchedLine
from byline.record import Edit, Message, Session
from byline.statistics.facts import Statistics, Tally
from byline.statistics.periods import over_time
from byline.statistics.reading import read_shares
from byline.statistics.survival import measure_survival
from byline.statistics.tables import rows, totals
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenBlame
from byline_tui.screens.blame import BlameScreen

LINES, HUGE, EVERY = 5_000, 200_000, 20
"""Lines of the large file and of the huge one; every so many commits the large one is touched."""

FILES, COMMITS_OF_A_SESSION = 350, 50
"""The small files, each written anew as a whole in its turn; a session writes those of so many commits."""


def committed_at(number: int) -> int:
    """When a commit is made, in seconds."""
    return 1_700_000_000 + number * 20_000


def small(number: int) -> str:
    """The small file that a commit writes."""
    return f"dir{number % 7}/f{number % FILES}.txt"


def written(number: int) -> list[str]:
    """The lines that a commit writes into it: half of them are the version before's."""
    return [f"line {n} of {number // FILES if n % 2 else 0} in {small(number)}" for n in range(20)]


def history(commits: int) -> Iterator[str]:
    """A stream for ``git fast-import``."""
    content = [f"def function_{n}(value): return value + {n}" for n in range(LINES)]
    for number in range(commits):
        for step in range(10):
            content[(number * 37 + step * 11) % LINES] = (
                f"def changed_{number}_{step}(value): return {number}"
            )
        who = f"Mia <mia@example.com> {committed_at(number)} +0000"
        yield f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 6\ncommit\n"
        files = {small(number): "".join(f"{line}\n" for line in written(number))}
        if number % EVERY == 0:
            files["large.py"] = "\n".join(content) + "\n"
        for name, text in files.items():
            yield f"M 100644 inline {name}\ndata {len(text)}\n{text}\n"


def record(store: Store, folder: Path, commits: int) -> None:
    """Store the sessions in which the small files were written, one edit a commit."""
    with store.write() as writer:
        sessions = [f"cc_{first}" for first in range(0, commits, COMMITS_OF_A_SESSION)]
        writer.sessions([Session(name, "claude", name, None, "agent") for name in sessions])
        writer.messages(
            Message(name, "m", "assistant", committed_at(at * COMMITS_OF_A_SESSION) * 1000, "claude-opus-4-6")
            for at, name in enumerate(sessions)
        )
        writer.edits(
            edit(folder, sessions[number // COMMITS_OF_A_SESSION], number) for number in range(commits)
        )


def edit(folder: Path, session: str, number: int) -> Edit:
    """What was recorded of the edit before a commit."""
    before = written(number - FILES) if number >= FILES else []
    lines = [TouchedLine("removed", n, line) for n, line in enumerate(before, 1)]
    lines += [TouchedLine("added", n, line) for n, line in enumerate(written(number), 1)]
    path = str(folder / small(number))
    patch = FilePatch(
        path if before else "", path, "modified" if before else "added",
        (Hunk(1 if before else 0, len(before), 1, 20, tuple(lines)),),
    )  # fmt: skip
    time_ms = committed_at(number) * 1000 - 60_000
    return Edit(session, path, patch, time_ms, "claude", "vendor_diff", "m", f"t{number}", "claude-opus-4-6")


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


def count(store: Store, repository: Repository) -> Statistics:
    """Count every commit."""
    tally = Tally()
    for share in read_shares(store, repository, repository.log()):
        tally.add(share)
    return tally.result()


def survived(store: Store, repository: Repository, statistics: Statistics) -> tuple[int, int]:
    """Measure what is still there: how many lines of how many that sessions wrote."""
    last = None
    for step in measure_survival(store, repository, statistics):
        last = step.survival or last
    whole = totals(statistics, last)
    return whole.survived or 0, whole.written


async def opening(store: Store, repository: Repository, path: str) -> tuple[float, float]:
    """Seconds until the text of a file is shown, and until its authors are."""
    app = BylineApp(store, repository)
    async with app.run_test(size=(120, 40)):
        begun = time.perf_counter()
        app.post_message(OpenBlame(path, None, LINES // 2))
        text = 0.0
        while True:
            # Not pilot.pause: it waits until nothing is being worked out any more.
            await asyncio.sleep(0.002)
            reading = app.screen.reading if isinstance(app.screen, BlameScreen) else None
            if reading is not None and not text:
                text = time.perf_counter() - begun
            if reading is not None and reading.layout.blame is not None:
                return text, time.perf_counter() - begun


def table(commits: int) -> Iterator[str]:
    """The table's lines."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q", "-b", "main")
        git(folder, "fast-import", "--quiet", stdin="".join(history(commits)))
        git(folder, "reset", "-q", "--hard", "main")
        (folder / "huge.txt").write_text("".join(f"line {n}\n" for n in range(HUGE)))
        repository = Repository.open(folder)
        with Store(folder / ".git" / "byline.db") as store:
            record(store, folder, commits)
            yield f"counting {commits:,} commits, first    {seconds(lambda: count(store, repository)):8.2f} s"
            yield f"counting {commits:,} commits, kept     {seconds(lambda: count(store, repository)):8.2f} s"
            counted = count(store, repository)
            for when in ("first", "again"):
                begun = time.perf_counter()
                left, of = survived(store, repository, counted)
                took = time.perf_counter() - begun
                yield f"survival, {when:5}                 {took:8.2f} s   {left:,} of {of:,} lines"
            made = seconds(lambda: (rows(counted, "directory", {}), over_time(counted, "directory", {}, 40)))
            yield f"table and chart of them          {made:8.3f} s"
            blame = min(seconds(lambda: git(folder, "blame", "--porcelain", "large.py")) for _ in range(3))
            yield f"git blame of {LINES:,} lines         {blame:8.2f} s"
            for path, lines in (("large.py", LINES), ("huge.txt", HUGE)):
                text, authors = min(asyncio.run(opening(store, repository, path)) for _ in range(3))
                yield f"blame of {lines:,} lines: text {text:.2f} s, authors {authors:.2f} s, {memory()} MB"


if __name__ == "__main__":
    for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000):
        print(line, flush=True)
