"""``post-rewrite`` and ``commit-msg`` as git calls them: real repositories, real hooks."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"


@pytest.fixture
def hooked(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with Byline's hooks, on a store of its own."""
    monkeypatch.setenv("BYLINE_DB", str(tmp_path / "byline.db"))
    monkeypatch.setenv("GIT_EDITOR", "true")
    folder = repo / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    for name, words in (("post-commit", ""), ("post-rewrite", ' "$1"'), ("commit-msg", ' "$1"')):
        hook = folder / name
        hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{MAIN}' {name}{words}\n")
        hook.chmod(0o755)
    return repo


@pytest.fixture
def write(hooked: Path) -> Callable[[str, str], None]:
    """Have an agent create a file; what it wrote is staged."""

    def call(name: str, content: str) -> None:
        path = hooked / name
        path.write_text(content)
        event = {
            "hook_event_name": "PostToolUse", "session_id": "ada", "cwd": str(hooked), "tool_name": "Write",
            "tool_use_id": f"toolu_{name}", "model": "claude-opus-4-6",
            "tool_input": {"file_path": str(path), "content": content},
            "tool_response": {"type": "create", "filePath": str(path), "content": content},
        }  # fmt: skip
        words = [sys.executable, "-c", MAIN, "hook", "--agent", "claude"]
        subprocess.run(words, input=json.dumps(event).encode(), cwd=hooked, check=True)
        git(hooked, "add", name)

    return call


def git(repo: Path, *words: str) -> str:
    """Run git, which says nothing on standard error unless something is wrong."""
    done = subprocess.run(["git", *words], cwd=repo, capture_output=True, text=True, check=True)
    assert "byline" not in done.stderr
    return done.stdout.strip()


def query(sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(os.environ["BYLINE_DB"])) as store:
        return store.execute(sql).fetchall()


def turn_trailer_on(home: Path) -> None:
    folder = home / "config" / "byline"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("trailer.enabled = true\n")


def test_an_amended_commit_is_attributed_and_the_old_record_says_what_became_of_it(
    hooked: Path, write: Callable[[str, str], None]
) -> None:
    write("a.py", "one\ntwo\n")
    git(hooked, "commit", "-qm", "First")
    old = git(hooked, "rev-parse", "HEAD")
    git(hooked, "commit", "-q", "--amend", "-m", "First, better")
    new = git(hooked, "rev-parse", "HEAD")
    assert query("SELECT oid, rewritten_to FROM commits ORDER BY id") == [(old, new), (new, None)]
    for (counts,) in query("SELECT counts FROM post_commit_patch_intersections"):
        assert json.loads(str(counts))["added"]["ai"] == 2


def test_every_commit_of_a_rebase_is_attributed(hooked: Path, write: Callable[[str, str], None]) -> None:
    (hooked / "readme").write_text("by hand\n")
    git(hooked, "add", ".")
    git(hooked, "commit", "-qm", "Begin")
    git(hooked, "branch", "base")
    for name in ("a.py", "b.py", "c.py"):
        write(name, f"{name}\n")
        git(hooked, "commit", "-qm", f"Add {name}")
    old = git(hooked, "rev-list", "--reverse", "base..HEAD").split()
    git(hooked, "checkout", "-q", "base")
    (hooked / "other").write_text("by hand\n")
    git(hooked, "add", ".")
    git(hooked, "commit", "-qm", "Meanwhile")
    branch = git(hooked, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    git(hooked, "rebase", "-q", "base", next(name for name in branch if name != "base"))
    new = git(hooked, "rev-list", "--reverse", "base..HEAD").split()
    rewritten = dict(query("SELECT oid, rewritten_to FROM commits WHERE rewritten_to IS NOT NULL"))
    assert rewritten == dict(zip(old, new, strict=True))
    attributed = {oid for (oid,) in query("SELECT commit_id FROM post_commit_patch_intersections")}
    assert attributed.issuperset(new)


@pytest.mark.parametrize("data", ["", "not pairs at all\n", "deadbeef cafe\n"])
def test_post_rewrite_on_something_else_never_fails_git(hooked: Path, data: str) -> None:
    words = [sys.executable, "-c", MAIN, "post-rewrite", "rebase"]
    done = subprocess.run(words, input=data.encode(), cwd=hooked, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"Traceback" not in done.stderr


def test_no_trailer_is_added_unless_it_is_turned_on(hooked: Path, write: Callable[[str, str], None]) -> None:
    write("a.py", "one\n")
    git(hooked, "commit", "-qm", "Words")
    assert git(hooked, "log", "-1", "--format=%B") == "Words"


def test_the_trailer_names_the_models_once_and_only_where_a_staged_line_is_theirs(
    hooked: Path, write: Callable[[str, str], None], isolated_home: Path
) -> None:
    turn_trailer_on(isolated_home)
    (hooked / "readme").write_text("by hand\n")
    git(hooked, "add", ".")
    git(hooked, "commit", "-qm", "By hand")
    assert git(hooked, "log", "-1", "--format=%B") == "By hand"
    write("a.py", "one\n")
    git(hooked, "commit", "-qm", "Words\n\nMore of them.")
    said = "Words\n\nMore of them.\n\nAssisted-by: claude-opus-4-6"
    assert git(hooked, "log", "-1", "--format=%B") == said


def test_the_trailer_stands_before_comments_and_scissors(
    hooked: Path, write: Callable[[str, str], None], isolated_home: Path, tmp_path: Path
) -> None:
    turn_trailer_on(isolated_home)
    write("a.py", "one\n")
    message = tmp_path / "MESSAGE"
    rest = (
        "# Please enter the commit message\n"
        "# ------------------------ >8 ------------------------\n"
        "# Do not modify or remove the line above.\ndiff --git a/a.py b/a.py\n+one\n"
    )
    message.write_text(f"Words\n\n{rest}")
    for _ in range(2):
        subprocess.run([sys.executable, "-c", MAIN, "commit-msg", str(message)], cwd=hooked, check=True)
        assert message.read_text() == f"Words\n\nAssisted-by: claude-opus-4-6\n\n{rest}"


def test_a_message_that_is_empty_stays_empty(
    hooked: Path, write: Callable[[str, str], None], isolated_home: Path, tmp_path: Path
) -> None:
    turn_trailer_on(isolated_home)
    write("a.py", "one\n")
    message = tmp_path / "MESSAGE"
    message.write_text("\n# only a comment\n")
    subprocess.run([sys.executable, "-c", MAIN, "commit-msg", str(message)], cwd=hooked, check=True)
    assert message.read_text() == "\n# only a comment\n"
