"""``byline forget``: asks first, takes out what was named, and says so."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript

from byline.store.store import Store

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "byline.db"


@pytest.fixture
def run(tmp_path: Path, database: Path) -> Run:
    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "byline.cli.main", "--db", str(database), *words]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tmp_path, check=False
        )

    return run


@pytest.fixture
def imported(run: Run, tmp_path: Path, repo: Path) -> Path:
    """Two sessions, the first of a repository; the folder with their histories."""
    for name, cwd in (("s1", str(repo)), ("s2", "/w/app")):
        transcript = ClaudeTranscript(tmp_path / "h" / f"{name}.jsonl", name, cwd)
        transcript.prompt(f"Do {name}")
        transcript.write("a.py", f"{name}\n", f"t-{name}", f"m-{name}")
    assert run("import", str(tmp_path / "h")).returncode == 0
    return tmp_path / "h"


def ids(database: Path) -> list[str]:
    with Store(database) as store:
        return sorted(store.sessions.ids())


def test_a_session_that_is_named_goes_and_an_import_does_not_bring_it_back(
    run: Run, imported: Path, database: Path
) -> None:
    done = run("forget", "s1", "--yes")
    assert done.stdout == "forgot 1 session: 2 messages, 2 parts, 1 edit, and what was kept of 0 commits\n"
    run("import", str(imported))
    assert ids(database) == ["cc_s2"]
    run("import", "--forgotten", str(imported))
    assert ids(database) == ["cc_s1", "cc_s2"]


def test_what_went_as_json(run: Run, imported: Path) -> None:
    value = json.loads(run("forget", "cc_s1", "cc_s2", "--yes", "--json").stdout)
    counts = {"sessions": 2, "messages": 4, "parts": 4, "edits": 2, "commits": 0}
    assert value == {"ids": ["cc_s1", "cc_s2"], **counts}


def test_the_sessions_of_a_repository_go(run: Run, imported: Path, repo: Path, database: Path) -> None:
    assert run("forget", "--repo", str(repo), "--yes").returncode == 0
    assert ids(database) == ["cc_s2"]


def test_only_sessions_from_before_a_time_go(run: Run, imported: Path, database: Path) -> None:
    assert run("forget", "--before", "2020-01-01", "--yes").stdout.startswith("forgot 0 sessions")
    assert run("forget", "--before", "2026-01-01", "--yes").stdout.startswith("forgot 2 sessions")
    assert ids(database) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "say what to forget"),
        (("s1", "--json"), 2, "add --yes"),
        (("s1",), 1, "no terminal to ask at: add --yes"),
        (("s",), 1, "the beginning of several sessions"),
        (("s9", "--yes"), 1, "there is no session 's9'"),
        (("--repo", "/nowhere", "--yes"), 2, "there is no folder /nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_goes(
    run: Run, imported: Path, database: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = run("forget", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert ids(database) == ["cc_s1", "cc_s2"]


@pytest.mark.parametrize(
    ("answer", "left"), [("y\n", ["cc_s2"]), ("\n", ["cc_s1", "cc_s2"]), ("no\n", ["cc_s1", "cc_s2"])]
)
def test_a_person_is_asked(imported: Path, database: Path, answer: str, left: list[str]) -> None:
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "byline.cli.main", "--db", str(database), "forget", "s1"]
    with subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, text=True) as process:
        os.write(main, answer.encode())
        output, _ = process.communicate()
    os.close(terminal)
    os.close(main)
    assert "forget 1 session and its edits?" in output
    assert "Do s1" in output
    assert ids(database) == left
