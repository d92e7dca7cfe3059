"""``byline`` without a command: the browser, in a real terminal."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LIMIT_S = 20.0


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", handle: int) -> None:
        self._process = process
        self._handle = handle
        self._seen = b""

    def wait_for(self, *words: bytes) -> None:
        """Read until all the words were written."""
        end = time.monotonic() + LIMIT_S
        while not all(word in self._seen for word in words):
            ready, _, _ = select.select([self._handle], [], [], max(end - time.monotonic(), 0))
            if not ready:
                pytest.fail(f"the terminal did not show {words}: {self._seen[-2000:]!r}")
            self._seen += os.read(self._handle, 65_536)

    def press(self, keys: bytes) -> None:
        os.write(self._handle, keys)

    def code(self) -> int:
        """The exit code; what is still written is read and let go."""
        end = time.monotonic() + LIMIT_S
        while self._process.poll() is None and time.monotonic() < end:
            ready, _, _ = select.select([self._handle], [], [], 0.05)
            if ready:
                try:
                    os.read(self._handle, 65_536)
                except OSError:
                    break
        return self._process.wait(timeout=LIMIT_S)


@pytest.fixture
def terminal(tmp_path: Path) -> Callable[..., object]:
    """Run ``byline`` in an 80 by 24 terminal."""

    @contextmanager
    def run(*words: str, folder: Path) -> Iterator[Terminal]:
        handle, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        env = {**os.environ, "TERM": "xterm-256color", "BYLINE_DB": str(tmp_path / "byline.db")}
        process = subprocess.Popen(
            [sys.executable, "-m", "byline.cli.main", *words],
            cwd=folder, env=env, stdin=other, stdout=other, stderr=other, start_new_session=True,
        )  # fmt: skip
        os.close(other)
        try:
            yield Terminal(process, handle)
        finally:
            process.kill()
            process.wait()
            os.close(handle)

    return run


def test_the_demo_opens_on_its_sessions_and_leaves_nothing_behind(
    terminal: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    with terminal("--demo", folder=tmp_path) as byline:  # type: ignore[attr-defined]
        byline.wait_for(b"Make uploads survive a flaky network", b"uploader")
        byline.press(b"3")
        byline.wait_for(b"Resume interrupted uploads")
        byline.press(b"q")
        assert byline.code() == 0
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "byline.db").exists()


def test_an_empty_store_says_what_to_do(terminal: Callable[..., object], tmp_path: Path) -> None:
    with terminal(folder=tmp_path) as byline:  # type: ignore[attr-defined]
        byline.wait_for(b"byline import")
        byline.press(b"q")
        assert byline.code() == 0


def test_in_a_repository_it_opens_on_that_repository(terminal: Callable[..., object], repo: Path) -> None:
    with terminal(folder=repo) as byline:  # type: ignore[attr-defined]
        byline.wait_for(b"repo", b"main")
        byline.press(b"q")
        assert byline.code() == 0
