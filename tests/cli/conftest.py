"""A world to run ``byline`` in, as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World

from byline.store.store import Store

Byline = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> World:
    """A repository without commits and an empty store."""
    return World(repo, Store(tmp_path / "byline.db"))


@pytest.fixture
def byline(world: World) -> Byline:
    """Run ``byline`` in the world's repository, or a folder of it."""

    def run(*words: str, folder: str = ".", **environment: str) -> "subprocess.CompletedProcess[bytes]":
        env = {**os.environ, "BYLINE_DB": str(world.store.path), **environment}
        command = [sys.executable, "-m", "byline.cli.main", *words]
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=world.path / folder,
            env=env,
            check=False,
        )

    return run
