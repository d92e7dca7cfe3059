"""Real repositories for what reads git."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture
def git(repo: Path) -> Git:
    """Run git in the repository, or another folder; its output without the final line end."""

    def run(*words: str, folder: Path = repo, **environment: str) -> str:
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *words],
            cwd=folder, capture_output=True, text=True, check=True, env={**os.environ, **environment},
        )  # fmt: skip
        return done.stdout.strip()

    return run


@pytest.fixture
def commit(repo: Path, git: Git) -> Callable[..., str]:
    """Write files into the repository and commit everything; the commit's id."""

    def make(files: dict[str, str | bytes], message: str = "work", **environment: str) -> str:
        for name, content in files.items():
            place = repo / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", message, **environment)
        return git("rev-parse", "HEAD")

    return make
