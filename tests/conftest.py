"""Every test runs with a home, XDG folders, git configuration and clock zone of its own."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline: how long an example takes is the machine's business. On CI the same examples every time.
settings.register_profile("byline", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("byline")


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """HOME and XDG folders inside a fresh temporary folder; git sees no user's configuration."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("BYLINE_", "GIT_", "CLAUDE_", "XDG_", "NO_COLOR", "FORCE_COLOR")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Mia Person")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "mia@example.com")
    monkeypatch.setenv("TZ", "UTC")
    # A machine that runs tests is busy, and hooks are to have stored what they were given when they end.
    monkeypatch.setenv("BYLINE_DEFER", "never")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    return home


def git(folder: Path, *words: str, stdin: str | None = None) -> str:
    """Run git in a folder; its output without the final newline."""
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *words],
        cwd=folder, input=stdin, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.removesuffix("\n")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """An empty git repository."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder
