"""Long output on a terminal goes through a pager, as git's does."""

import os
import pty
import sys
from pathlib import Path

import pytest


def in_a_terminal(tmp_path: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Run ``byline`` with a pseudo-terminal for its output; exit code and everything it showed."""
    env = {**os.environ, "BYLINE_DB": str(tmp_path / "byline.db"), "TERM": "xterm-256color", **environment}
    env.pop("PAGER", None) if "PAGER" not in environment else None
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "byline.cli.main", *words], env)  # noqa: S606 - the child of a fork
    shown = b""
    while True:
        try:
            block = os.read(terminal, 65_536)
        except OSError:  # Linux's way to say that the other side is closed.
            break
        if not block:
            break
        shown += block
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A pager that marks what comes through it."""
    script = tmp_path / "pager"
    script.write_text("#!/bin/sh\nsed 's/^/paged: /'\n")
    script.chmod(0o700)
    return script


def test_the_named_pager_gets_the_output(tmp_path: Path, pager: Path) -> None:
    code, shown = in_a_terminal(tmp_path, "sessions", PAGER=str(pager))
    assert (code, shown) == (0, "paged: no sessions yet: `byline import` brings them in\r\n")


def test_byline_pager_goes_before_pager_and_cat_means_none(tmp_path: Path, pager: Path) -> None:
    _, shown = in_a_terminal(tmp_path, "sessions", PAGER=str(pager), BYLINE_PAGER="cat")
    assert shown == "no sessions yet: `byline import` brings them in\r\n"


def test_a_pager_that_is_left_early_is_no_failure(tmp_path: Path) -> None:
    script = tmp_path / "quit"
    script.write_text("#!/bin/sh\nexec true\n")
    script.chmod(0o700)
    assert in_a_terminal(tmp_path, "sessions", PAGER=str(script))[0] == 0


def test_a_missing_pager_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    code, shown = in_a_terminal(tmp_path, "sessions", PAGER="no-such-pager")
    assert code == 1
    assert shown.startswith("byline: the pager 'no-such-pager' cannot be started")


def test_import_is_not_paged(tmp_path: Path, pager: Path) -> None:
    code, shown = in_a_terminal(tmp_path, "import", PAGER=str(pager))
    assert code == 0
    assert "paged" not in shown


def test_no_color_is_heeded(tmp_path: Path) -> None:
    assert "\x1b[1m" not in in_a_terminal(tmp_path, "sessions", PAGER="cat", NO_COLOR="1")[1]
