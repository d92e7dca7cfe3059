"""The world that scenarios play in."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World

from byline.store.store import Store


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> World:
    """A repository without commits and an empty store."""
    return World(repo, Store(tmp_path / "byline.db"))


@pytest.fixture
def clone_of(tmp_path: Path) -> Callable[[World, str], Path]:
    """Make a further work tree of a world's repository on a new branch."""

    def make(world: World, name: str) -> Path:
        folder = tmp_path / name
        world.git("worktree", "add", "-q", "-b", name, str(folder))
        return folder

    return make


@pytest.fixture
def other_world(tmp_path: Path) -> Callable[[World], World]:
    """Another repository that shares the store."""

    def make(world: World) -> World:
        folder = tmp_path / "other"
        folder.mkdir()
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
        return World(folder, world.store, world.now_ms)

    return make
