"""``show``, ``log`` and ``blame`` on a terminal: colour, pager and width as for every listing."""

import os
import pty
import sys
from pathlib import Path

import pytest
from world import World

COMMANDS = (("show",), ("log",), ("blame", "a.py"), ("why", "a.py:1"))


@pytest.fixture
def written(world: World) -> World:
    """A commit of an agent and a person."""
    world.agent("A", "claude-opus-4-6").writes("a.py", "one\ntwo\n")
    world.person_writes("b.py", "three\n")
    world.commit("Half of it")
    return world


def in_a_terminal(world: World, *words: str, **environment: str) -> str:
    """Run ``byline`` in the world's repository with a pseudo-terminal; everything it showed."""
    env = {**os.environ, "BYLINE_DB": str(world.store.path), "TERM": "xterm-256color", **environment}
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(world.path)
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
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown
    return shown.decode()


@pytest.mark.parametrize("words", COMMANDS)
def test_colour_is_shown_and_not_with_no_color(written: World, words: tuple[str, ...]) -> None:
    assert "\x1b[" in in_a_terminal(written, *words, PAGER="cat")
    assert "\x1b[" not in in_a_terminal(written, *words, PAGER="cat", NO_COLOR="1")
    assert "\x1b[" not in in_a_terminal(written, "--color", "never", *words, PAGER="cat")


@pytest.mark.parametrize("words", COMMANDS)
def test_output_goes_through_the_pager(written: World, tmp_path: Path, words: tuple[str, ...]) -> None:
    script = tmp_path / "pager"
    script.write_text("#!/bin/sh\nsed 's/^/paged: /'\n")
    script.chmod(0o700)
    lines = in_a_terminal(written, *words, PAGER=str(script)).replace("\r\n", "\n").split("\n")
    assert len(lines) > 2
    assert all(line.startswith("paged: ") for line in lines[:-1])


def test_the_gutter_of_show_and_blame_is_the_same(written: World) -> None:
    shown = in_a_terminal(written, "show", PAGER="cat", NO_COLOR="1").split("\r\n")
    blamed = in_a_terminal(written, "blame", "a.py", PAGER="cat", NO_COLOR="1").split("\r\n")
    (one,) = [line for line in shown if line.endswith("+ one")]
    (same,) = [line for line in blamed if line.endswith("1  one")]
    assert one[:18] == same[:18]
    assert "opus-4-6" in one[:18]
