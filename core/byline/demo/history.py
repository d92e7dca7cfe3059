"""Write the story's commits as a git repository: one fast-import, then the index and the work tree."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from byline.demo.play import Files, Snapshot
from byline.errors import GitError

_SETTINGS = ("core.autocrlf=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null")


def write_history(folder: Path, commits: Sequence[Snapshot], index: Files, worktree: Files) -> list[str]:
    """Make ``folder`` (it must not exist) a repository with these commits on ``main``; their oids.

    The same commits give the same oids on every machine: times and people come from the snapshots.

    Raises:
        GitError: git is missing or fails.
    """
    folder.mkdir(parents=True)
    _git(folder, "init", "-q", "--template=")
    _git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    marks = folder / ".git" / "byline-marks"
    _git(folder, "fast-import", "--quiet", f"--export-marks={marks}", stdin=b"".join(_stream(commits)))
    _lay_out(folder, {}, index)
    _git(folder, "add", "--all")
    _lay_out(folder, index, worktree)
    oids = dict(line.split() for line in marks.read_text().split("\n") if line)
    marks.unlink()
    return [oids[f":{number}"] for number in range(1, len(commits) + 1)]


def _stream(commits: Iterable[Snapshot]) -> Iterable[bytes]:
    for number, commit in enumerate(commits, 1):
        person = f"{commit.author} {commit.time_ms // 1000} +0000".encode()
        message = commit.subject + "\n" + (f"\n{commit.body}" if commit.body else "")
        yield b"commit refs/heads/main\nmark :%d\nauthor %b\ncommitter %b\n" % (number, person, person)
        yield _data(message.encode())
        yield b"deleteall\n"
        for path, (mode, content) in sorted(commit.files.items()):
            yield b"M %b inline %b\n" % (mode.encode(), path.encode()) + _data(content)
        yield b"\n"


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _lay_out(folder: Path, before: Files, after: Files) -> None:
    """Bring the folder from one state to the other."""
    for path in before.keys() - after.keys():
        (folder / path).unlink()
    for path, (mode, content) in after.items():
        if before.get(path) == (mode, content):
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(int(mode, 8) & 0o777)


def _git(folder: Path, *words: str, stdin: bytes = b"") -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = ["git", *settings, *words]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, input=stdin, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise GitError("git was not found: install it to see the demo") from error
    if done.returncode != 0:
        raise GitError(f"git {words[0]} failed: {done.stderr.decode(errors='replace').strip()}")
