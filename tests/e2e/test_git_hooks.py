"""``post-rewrite`` and ``commit-msg`` as git calls them: real repositories, real hooks."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from byline.ingest.spool import waiting

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


def configure(home: Path, text: str) -> None:
    folder = home / "config" / "byline"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


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
    configure(isolated_home, "trailer.enabled = true\n")
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
    configure(isolated_home, "trailer.enabled = true\n")
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
    configure(isolated_home, "trailer.enabled = true\n")
    write("a.py", "one\n")
    message = tmp_path / "MESSAGE"
    message.write_text("\n# only a comment\n")
    subprocess.run([sys.executable, "-c", MAIN, "commit-msg", str(message)], cwd=hooked, check=True)
    assert message.read_text() == "\n# only a comment\n"


def test_of_ignored_files_a_commit_keeps_nothing(
    hooked: Path, write: Callable[[str, str], None], isolated_home: Path
) -> None:
    configure(isolated_home, 'ignore = ["*.env"]\n')
    write("a.py", "one\n")
    write("prod.env", "TOKEN=hunter2\n")
    git(hooked, "commit", "-qm", "Both")
    ((patch, counts),) = query("SELECT intersection_patch, counts FROM post_commit_patch_intersections")
    assert [file["new_path"] for file in json.loads(str(patch))["files"]] == ["a.py"]
    assert json.loads(str(counts))["added"] == {"ai": 1, "mixed": 0, "human": 0, "unknown": 0, "carried": 0}
    with closing(sqlite3.connect(os.environ["BYLINE_DB"])) as store:
        assert "hunter2" not in "\n".join(store.iterdump())


def test_of_a_repository_in_an_ignored_folder_nothing_is_kept(
    hooked: Path, write: Callable[[str, str], None], isolated_home: Path
) -> None:
    configure(isolated_home, f'ignore = ["{hooked.parent}"]\n')
    write("a.py", "one\n")
    git(hooked, "commit", "-qm", "Words")
    git(hooked, "commit", "-q", "--amend", "-m", "Better")
    if Path(os.environ["BYLINE_DB"]).exists():
        assert query("SELECT count(*) FROM commits") == [(0,)]


def test_a_commit_waits_while_what_is_ignored_cannot_be_told(
    hooked: Path, write: Callable[[str, str], None], isolated_home: Path
) -> None:
    write("a.py", "one\n")
    configure(isolated_home, "ignore = [\n")
    subprocess.run(["git", "commit", "-qm", "First"], cwd=hooked, check=True, capture_output=True)
    subprocess.run(["git", "commit", "-q", "--amend", "-m", "B"], cwd=hooked, check=True, capture_output=True)
    assert query("SELECT count(*) FROM post_commit_patch_intersections") == [(0,)]
    configure(isolated_home, "")
    subprocess.run([sys.executable, "-c", MAIN, "drain", "--strict"], cwd=hooked, check=True)
    attributed = {oid for (oid,) in query("SELECT commit_id FROM post_commit_patch_intersections")}
    assert git(hooked, "rev-parse", "HEAD") in attributed


def test_two_repositories_with_one_name_have_each_their_own_lines(
    hooked: Path, write: Callable[[str, str], None], tmp_path: Path
) -> None:
    """The same folder name, the same file and the same words: only one of them was written by an agent."""
    other = tmp_path / "elsewhere" / hooked.name
    other.parent.mkdir()
    git(tmp_path, "init", "-q", str(other))
    write("a.py", "one\n")
    git(hooked, "commit", "-qm", "By an agent")
    (other / "a.py").write_text("one\n")
    git(other, "add", "a.py")
    git(other, "commit", "-qm", "By hand")
    subprocess.run([sys.executable, "-c", MAIN, "post-commit", "--strict"], cwd=other, check=True)
    counts = query(
        "SELECT counts FROM post_commit_patch_intersections JOIN commits ON oid = commit_id ORDER BY subject"
    )
    assert [json.loads(str(each))["added"]["ai"] for (each,) in counts] == [1, 0]
    assert query("SELECT count(*) FROM repositories") == [(2,)]


@pytest.mark.parametrize("ahead_ms", [60_000, -3_600_000])
def test_an_edit_by_a_clock_that_is_off_is_credited(hooked: Path, ahead_ms: int) -> None:
    (hooked / "a.py").write_text("one\n")
    git(hooked, "add", "a.py")
    payload = {
        "sessionID": "s", "diff": "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+one\n", "tool_name": "pi",
        "time": time.time_ns() // 1_000_000 + ahead_ms, "cwd": str(hooked), "tool_call_id": "c",
    }  # fmt: skip
    words = [sys.executable, "-c", MAIN, "diff-trace", "--strict"]
    subprocess.run(words, input=json.dumps(payload).encode(), check=True, capture_output=True)
    git(hooked, "commit", "-qm", "Words")
    ((counts,),) = query("SELECT counts FROM post_commit_patch_intersections")
    assert json.loads(str(counts))["added"]["ai"] == 1


def test_a_commit_that_is_put_aside_is_attributed_as_it_was(
    hooked: Path, write: Callable[[str, str], None]
) -> None:
    (hooked / ".git" / "hooks" / "post-commit").unlink()
    write("a.py", "one\ntwo\n")
    git(hooked, "commit", "-qm", "Words")
    oid = git(hooked, "rev-parse", "HEAD")
    url = "https://example.com/ada/shop.git"
    words = [sys.executable, "-c", MAIN, "post-commit", "--remote-url", url, "--defer", "--strict"]
    said = subprocess.run(words, cwd=hooked, check=True, capture_output=True)
    assert (said.stdout, said.stderr) == (b"", b"")
    # The branch moves on meanwhile.
    git(hooked, "commit", "-q", "--allow-empty", "-m", "Next")
    deadline = time.monotonic() + 30
    while waiting(os.environ["BYLINE_DB"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    ((commit, counts),) = query("SELECT commit_id, counts FROM post_commit_patch_intersections")
    assert (commit, json.loads(str(counts))["added"]["ai"]) == (oid, 2)
    assert query("SELECT remote_url FROM agent_traces") == [(url,)]


@pytest.mark.parametrize("words", [["--commit", "no-such"], ["--commit=--all"]])
def test_a_commit_that_there_is_not_is_said_and_never_fails_git(hooked: Path, words: list[str]) -> None:
    for more in ([], ["--defer"]):
        said = subprocess.run(
            [sys.executable, "-c", MAIN, "post-commit", *words, *more],
            cwd=hooked,
            check=True,
            capture_output=True,
        )
        assert said.stdout == b""
        assert said.stderr.startswith(b"byline-ingest: post-commit: ")
        assert said.stderr.count(b"\n") == 1


def test_a_commit_is_attributed_with_a_dozen_git_processes(
    hooked: Path, write: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        write(f"{number}.py", "one\ntwo\n")
    real, log = shutil.which("git"), tmp_path / "log"
    seen = tmp_path / "seen"
    seen.mkdir()
    (seen / "git").write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {real} "$@"\n')
    (seen / "git").chmod(0o755)
    # Not as git's hook: git puts its own folder before PATH then.
    git(hooked, "-c", "core.hooksPath=/dev/null", "commit", "-qm", "Three")
    monkeypatch.setenv("PATH", f"{seen}{os.pathsep}{os.environ['PATH']}")
    subprocess.run([sys.executable, "-c", MAIN, "post-commit"], cwd=hooked, check=True)
    ((counts,),) = query("SELECT counts FROM post_commit_patch_intersections")
    assert json.loads(str(counts))["added"]["ai"] == 6
    assert 3 <= len(log.read_text().splitlines()) <= 12
