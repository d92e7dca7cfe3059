"""Arrays that are printed as their values come: an error in between leaves JSON that can be read."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World

from byline.store.store import Store

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> World:
    """Four commits, of which the third has lost its tree."""
    world = World(repo, Store(tmp_path / "byline.db"))
    for number in range(4):
        world.person_writes("f.txt", f"content {number}\n")
        world.commit(f"Commit {number}")
    tree = world.git("rev-parse", "HEAD~1^{tree}")
    (repo / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    return world


@pytest.fixture
def byline(world: World) -> Run:
    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "byline.cli.main", *words],
            cwd=world.path, env={**os.environ, "BYLINE_DB": str(world.store.path)},
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip

    return run


def test_a_range_that_breaks_off_ends_its_array_with_the_error(byline: Run) -> None:
    done = byline("show", "HEAD~3..HEAD", "--json")
    first, last = json.loads(done.stdout)
    assert first["subject"] == "Commit 1"
    assert list(last) == ["error"]
    assert done.returncode == 1
    assert last["error"].split("\n")[0] in done.stderr


def test_traces_of_a_range_come_one_by_one_and_end_with_the_error(byline: Run) -> None:
    done = byline("show", "HEAD~3..HEAD", "--trace")
    first, last = json.loads(done.stdout)
    assert first["version"]
    assert list(last) == ["error"]
    assert done.returncode == 1


def test_an_error_before_the_first_value_is_told_alone(byline: Run) -> None:
    done = byline("show", "HEAD~2..HEAD", "--json")
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr
