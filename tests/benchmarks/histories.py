"""Attribution of long histories: ``python tests/benchmarks/histories.py [COMMITS [FILES…]]``.

Every commit holds one recorded edit of three lines of one of the files; a person types a line in one commit
of ten. Printed per history: ``git log -p`` alone, ``byline log`` the first time and again, the time a commit
takes beyond git's own (half of them, 95 of 100, the slowest), and the blame of one file beside git's. The
history is made here, in a temporary folder. Figures of one run on one machine compare with each other only.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from byline.git.batch import Batch
from byline.git.model import NO_OID, Commit
from byline.git.repository import Repository
from byline.patch import FilePatch
from byline.patch.hunk_body import read_hunk
from byline.record import Edit, Session
from byline.review.blame import blame_file
from byline.review.log import shares
from byline.review.review import Reviewer
from byline.store.store import Store

LINES = 300
"""So many lines the files begin with, together 3,000 at least."""

CONTEXT = 3
START_S = 1_700_000_000
EVERY_S = 600


class Work:
    """Files that sessions and a person write in turns."""

    def __init__(self, folder: Path, files: int, *, with_contents: bool) -> None:
        size = max(LINES, 3_000 // files)
        self.folder = folder
        self.with_contents = with_contents
        self.pages = {
            f"src/d{number % 7}/f{number}.py": [
                f"def start_{number}_{line}(value): return {line}" for line in range(size)
            ]
            for number in range(files)
        }
        self.edits: list[Edit] = []

    def step(self, number: int) -> str:
        """What one commit changes; the path."""
        path = list(self.pages)[number % len(self.pages)]
        page = self.pages[path]
        before = list(page) if self.with_contents else []
        at = number * 37 % (len(page) - 10)
        low, high = max(at - CONTEXT, 0), min(at + 2 + CONTEXT, len(page))
        fresh = [f"    value_{number}_{line} = compute({number})" for line in range(3 if number % 4 else 2)]
        body = [f" {line}" for line in page[low:at]]
        body += [f"-{line}" for line in page[at : at + 2]] + [f"+{line}" for line in fresh]
        body += [f" {line}" for line in page[at + 2 : high]]
        page[at : at + 2] = fresh
        self.edits.append(
            Edit(
                f"cc_{number // 50}",
                f"{self.folder}/{path}",
                FilePatch(path, path, "modified", (read_hunk(low + 1, low + 1, body),)),
                (START_S + number * EVERY_S - 60) * 1000,
                "claude",
                "vendor_diff",
                tool_call_id=f"call_{number}",
                model_id="opus" if number % 3 else "sonnet",
                tool="Edit",
                seq=number,
                before=_content(before) if before else None,
                after=_content(page) if before else None,
            )
        )
        if number % 10 == 9:
            page.insert(number * 53 % len(page), f"# typed {number} by hand")
        return path

    def stream(self, commits: int) -> Iterator[bytes]:
        """The history for ``git fast-import``."""
        yield from self._commit(0, self.pages)
        for number in range(1, commits):
            yield from self._commit(number, [self.step(number)])

    def _commit(self, number: int, paths: Iterable[str]) -> Iterator[bytes]:
        who = f"Mia <mia@example.com> {START_S + number * EVERY_S} +0000"
        head = f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata 6\ncommit\n"
        yield head.encode()
        for path in paths:
            data = _content(self.pages[path]).encode()
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)


def _content(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def make(folder: Path, commits: int, files: int, *, with_contents: bool) -> tuple[Store, Repository]:
    """The repository and the store of a history."""
    _git(folder, "init", "-q", "-b", "main")
    work = Work(folder, files, with_contents=with_contents)
    importing = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE)
    assert importing.stdin is not None
    with importing.stdin as stream:
        for data in work.stream(commits):
            stream.write(data)
    if importing.wait():
        raise SystemExit("git fast-import failed")
    _git(folder, "reset", "-q", "--hard", "main")
    store = Store(folder / ".git" / "byline.db")
    sessions = [Session(name, "claude", name[3:]) for name in {edit.session_id: 0 for edit in work.edits}]
    with store.write() as writer:
        writer.sessions(sessions)
        writer.edits(work.edits)
    return store, Repository.open(folder)


def per_commit(store: Store, repository: Repository, commits: list[Commit]) -> list[float]:
    """Seconds that each commit takes beyond reading its diff and its contents from git, the least first."""
    with Reviewer(store, repository, commits[0].oid) as reviewer, Batch(repository) as batch:
        reviewer.commit(commits[0])
        taken: list[float] = []
        for commit in commits:
            whole = _seconds(partial(reviewer.commit, commit))
            taken.append(whole - _seconds(partial(_read, batch, commit)))
    return sorted(taken)


def _read(batch: Batch, commit: Commit) -> None:
    changes = batch.changes(commit)
    batch.blobs(oid for change in changes for oid in (change.old_oid, change.new_oid) if oid != NO_OID)


def table(commits: int, files: int, *, with_contents: bool) -> Iterator[str]:
    """The lines about one history."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, repository = make(folder, commits, files, with_contents=with_contents)
        with store:
            shape = "contents recorded" if with_contents else "hunks recorded"
            yield f"{commits:,} commits, as many edits, on {files} file{'s' * (files > 1)}, {shape}"
            listed = list(repository.log())
            alone = _seconds(lambda: _git(folder, "log", "-p", "--raw", "main"))
            yield f"  git log -p                {alone:8.2f} s"
            first = _seconds(lambda: list(shares(store, repository, listed)))
            yield f"  byline log, first         {first:8.2f} s   {first / commits * 1e3:6.2f} ms a commit"
            kept = _seconds(lambda: list(shares(store, repository, listed)))
            yield f"  byline log, again         {kept:8.2f} s"
            taken = per_commit(store, repository, listed)
            half, most = taken[len(taken) // 2], taken[len(taken) * 95 // 100]
            times = f"half {half * 1e3:.1f} ms, 95 % {most * 1e3:.1f} ms, all {taken[-1] * 1e3:.1f} ms"
            yield f"  a commit beyond git       {times}"
            path = repository.files("main")[0]
            alone = _seconds(lambda: _git(folder, "blame", "--porcelain", "main", "--", path))
            found: list[int] = []
            blame = _seconds(lambda: found.append(len(blame_file(store, repository, path, "main").lines)))
            yield f"  blame of {found[0]:,} lines     {blame:8.2f} s   git's {alone:.2f} s"


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Attribution of long histories.")
    parser.add_argument("commits", type=int, nargs="?", default=1_000)
    parser.add_argument("files", type=int, nargs="*", default=[1, 50])
    parser.add_argument("--contents", action="store_true", help="the edits carry whole contents")
    words = parser.parse_args()
    for files in words.files:
        for line in table(words.commits, files, with_contents=words.contents):
            print(line, flush=True)


if __name__ == "__main__":
    main()
