"""The git hooks that ``byline setup`` installs, run by git beside those of others."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

Commit = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def place(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository and a store of its own."""
    monkeypatch.setenv("BYLINE_DB", str(tmp_path / "byline.db"))
    monkeypatch.setenv("GIT_EDITOR", "true")
    return repo


def byline(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "byline.cli.main", *words], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def git(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)


def hook(folder: Path, name: str, script: str) -> Path:
    path = folder / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


def attributed() -> set[str]:
    """The commits whose attribution is stored, once everything that waits for that is."""
    subprocess.run([sys.executable, "-m", "byline.ingest", "drain"], check=True)
    with closing(sqlite3.connect(os.environ["BYLINE_DB"])) as store:
        return {oid for (oid,) in store.execute("SELECT commit_id FROM post_commit_patch_intersections")}


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def test_a_commit_is_attributed_and_git_prints_nothing_more(place: Path) -> None:
    byline(place, "setup", "--git", "--yes")
    done = git(place, "commit", "-q", "--allow-empty", "-m", "one")
    assert (done.stdout, done.stderr) == ("", "")
    assert attributed() == {head(place)}


def test_hooks_of_others_run_as_before_with_what_git_tells_them(place: Path) -> None:
    hook(place, "post-commit", "#!/bin/sh\nset -eu\necho theirs > post-commit.ran\nexit 0\n")
    hook(place, "post-rewrite", '#!/bin/sh\nset -eu\necho "$1" > rewrite.ran\nexec cat >> rewrite.ran\n')
    byline(place, "setup", "--git", "--yes")
    git(place, "commit", "-q", "--allow-empty", "-m", "one")
    old = head(place)
    assert (place / "post-commit.ran").read_text() == "theirs\n"
    git(place, "commit", "-q", "--allow-empty", "--amend", "-m", "two")
    assert (place / "rewrite.ran").read_text() == f"amend\n{old} {head(place)}\n"
    assert attributed() == {old, head(place)}
    with closing(sqlite3.connect(os.environ["BYLINE_DB"])) as store:
        assert store.execute("SELECT rewritten_to FROM commits WHERE oid = ?", (old,)).fetchone() == (
            head(place),
        )


def test_a_hook_that_fails_still_fails_and_ours_never_does(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(place, "commit-msg", '#!/bin/sh\ngrep -q good "$1"\n')
    byline(place, "setup", "--git", "--commit-msg", "--yes")
    git(place, "commit", "-q", "--allow-empty", "-m", "good")
    refused = subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "bad"], cwd=place, capture_output=True, check=False
    )
    assert refused.returncode != 0
    # A store that cannot be opened: the commit is made all the same, without a word.
    monkeypatch.setenv("BYLINE_DB", "/dev/null/byline.db")
    done = git(place, "commit", "-q", "--allow-empty", "-m", "good again")
    assert (done.stdout, done.stderr) == ("", "")


def test_without_byline_the_hooks_are_silent(place: Path) -> None:
    byline(place, "setup", "--git", "--yes")
    for name in ("post-commit", "post-rewrite"):
        path = place / ".git" / "hooks" / name
        gone = path.read_text().replace(sys.executable.rpartition("/")[0], "/gone/bin")
        assert "/gone/bin/byline-ingest" in gone or "command -v byline-ingest " in gone
        path.write_text(gone.replace("byline-ingest", "byline-ingest-that-is-gone"))
    git(place, "commit", "-q", "--allow-empty", "-m", "one")
    done = git(place, "commit", "-q", "--allow-empty", "--amend", "-m", "two")
    assert (done.stdout, done.stderr) == ("", "")
    assert not Path(os.environ["BYLINE_DB"]).exists()


def test_commits_in_another_work_tree_are_attributed_too(place: Path, tmp_path: Path) -> None:
    git(place, "commit", "-q", "--allow-empty", "-m", "one")
    other = tmp_path / "other"
    git(place, "worktree", "add", "-q", str(other))
    byline(other, "setup", "--git", "--yes")
    git(other, "commit", "-q", "--allow-empty", "-m", "two")
    assert attributed() == {head(other)}


def test_hooks_kept_in_the_work_tree_are_run(place: Path) -> None:
    git(place, "config", "core.hooksPath", "tools/hooks")
    byline(place, "setup", "--git", "--yes")
    git(place, "commit", "-q", "--allow-empty", "-m", "one")
    assert attributed() == {head(place)}


def test_the_command_in_the_settings_stores_what_the_agent_tells(place: Path, isolated_home: Path) -> None:
    (isolated_home / ".claude").mkdir()
    byline(place, "setup", "--agent", "claude", "--yes")
    settings = json.loads((isolated_home / ".claude" / "settings.json").read_text())
    (group,) = settings["hooks"]["UserPromptSubmit"]
    event = {
        "session_id": "s1", "cwd": str(place), "hook_event_name": "UserPromptSubmit", "prompt": "Write it",
    }  # fmt: skip
    done = subprocess.run(
        ["sh", "-c", group["hooks"][0]["command"]], input=json.dumps(event), capture_output=True, text=True,
        cwd=place, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("", "")
    subprocess.run([sys.executable, "-m", "byline.ingest", "drain"], check=True)
    with closing(sqlite3.connect(os.environ["BYLINE_DB"])) as store:
        assert store.execute("SELECT text FROM parts").fetchall() == [("Write it",)]


def test_scripts_that_husky_calls_are_run_with_what_it_was_told(place: Path) -> None:
    git(place, "config", "core.hooksPath", ".husky/_")
    made_by_husky = place / ".husky" / "_"
    made_by_husky.mkdir(parents=True)
    for name in ("post-commit", "post-rewrite"):
        (made_by_husky / name).write_text('#!/bin/sh\nexec sh -e "${0%/*/*}/${0##*/}" "$@"\n')
        (made_by_husky / name).chmod(0o755)
    (place / ".husky" / "post-commit").write_text("echo theirs > ran\n")
    byline(place, "setup", "--git", "--yes")
    git(place, "commit", "-q", "--allow-empty", "-m", "one")
    old = head(place)
    git(place, "commit", "-q", "--allow-empty", "--amend", "-m", "two")
    assert (place / "ran").read_text() == "theirs\n"
    assert attributed() == {old, head(place)}
