"""Claude Code told by its hooks as it works: the real commands, as `byline setup` installs them."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from claude_records import ClaudeTranscript

OPUS, SONNET = "claude-opus-4-6", "claude-sonnet-4-6"
SESSION = "11111111-2222-4333-8444-555555555555"
NOTES = "first\nsecond\nthird\nfourth\n"
HELLO = "def greet(name):\n    return name\n"
SED = "sed -i s/third/THIRD/ notes.txt"
PATIENCE_S = 30

Json = dict[str, Any]


class Transcript(ClaudeTranscript):
    """A transcript with the times at which its lines are written."""

    def line(self, value: Json | str) -> None:
        assert isinstance(value, dict)
        super().line(value | {"timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z")})


class Live:
    """Claude Code at work: it calls its hooks, and writes its transcript some time after them."""

    def __init__(self, repo: Path, home: Path) -> None:
        self.repo = repo
        self.path = home / ".claude" / "projects" / "-w-app" / f"{SESSION}.jsonl"
        self._transcript = Transcript(self.path, SESSION, str(repo))
        settings = json.loads((home / ".claude" / "settings.json").read_text())
        self._hooks: dict[str, str] = {
            event: groups[0]["hooks"][0]["command"] for event, groups in settings["hooks"].items()
        }
        self._late: list[Callable[[], None]] = []
        self._calls = 0

    def hook(self, name: str, **facts: object) -> None:
        """One event, by the command in the settings; nothing may be said to the agent."""
        event = {
            "session_id": SESSION, "transcript_path": str(self.path), "cwd": str(self.repo),
            "permission_mode": "default", "hook_event_name": name, **facts,
        }  # fmt: skip
        done = subprocess.run(
            ["sh", "-c", self._hooks[name]], input=json.dumps(event), capture_output=True, text=True,
            cwd=self.repo, check=True,
        )  # fmt: skip
        assert (done.stdout, done.stderr) == ("", "")

    def prompt(self, text: str) -> None:
        self.hook("UserPromptSubmit", prompt=text)
        self._transcript.prompt(text)

    def tool(self, tool: str, tool_input: Json, model: str, work: Callable[[], object]) -> None:
        """One call: a shell's with a hook before it; the transcript tells of the call before last."""
        self._calls += 1
        call, message = f"toolu_{self._calls:02}", f"msg_{self._calls:02}"
        facts = {"tool_name": tool, "tool_input": tool_input, "tool_use_id": call}
        if tool == "Bash":
            self.hook("PreToolUse", **facts)
        response = work()
        self.hook("PostToolUse", **facts, tool_response=response, duration_ms=5)
        self.write_transcript()
        self._late += [
            lambda: void(self._transcript.call(tool, call, message, tool_input, model)),
            lambda: void(self._transcript.result(call, response, response.get("stdout") or "done")),
        ]

    def write_transcript(self) -> None:
        for each in self._late:
            each()
        self._late.clear()

    def write(self, name: str, content: str, model: str) -> None:
        path = self.repo / name

        def work() -> Json:
            path.write_text(content)
            return {
                "type": "create", "filePath": str(path), "content": content, "structuredPatch": [],
                "originalFile": None,
            }  # fmt: skip

        self.tool("Write", {"file_path": str(path), "content": content}, model, work)

    def edit(self, name: str, old: str, new: str, model: str) -> None:
        path = self.repo / name

        def work() -> Json:
            before = path.read_text()
            path.write_text(before.replace(old, new, 1))
            at = before.split("\n").index(old) + 1
            hunk = {
                "oldStart": at, "oldLines": 1, "newStart": at, "newLines": 1, "lines": [f"-{old}", f"+{new}"],
            }  # fmt: skip
            return {
                "filePath": str(path), "oldString": old, "newString": new, "structuredPatch": [hunk],
                "originalFile": before, "userModified": False, "replaceAll": False,
            }  # fmt: skip

        self.tool("Edit", {"file_path": str(path), "old_string": old, "new_string": new}, model, work)

    def bash(self, command: str, model: str) -> None:
        def work() -> Json:
            done = subprocess.run(
                ["sh", "-c", command], cwd=self.repo, capture_output=True, text=True, check=True
            )
            return {"stdout": done.stdout, "stderr": done.stderr, "interrupted": False, "isImage": False}

        self.tool("Bash", {"command": command, "description": "Do it"}, model, work)

    def stop(self, text: str, model: str) -> None:
        self.write_transcript()
        self._transcript.said(text, "msg_last", model)
        self.hook("Stop", stop_hook_active=False, last_assistant_message=text)


def void(_: object) -> None:
    """A call for its effect."""


def byline(folder: Path, *words: str) -> str:
    command = [sys.executable, "-c", "import sys; from byline.cli.main import main; sys.exit(main())", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True)


def rows(query: str, database: str | None = None) -> list[tuple[Any, ...]]:
    path = database or os.environ["BYLINE_DB"]
    if not Path(path).exists():
        return []
    with closing(sqlite3.connect(path, timeout=10)) as store:
        if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'diff_traces'").fetchone():
            return []  # just being made
        return store.execute(query).fetchall()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s"
        time.sleep(0.01)


@pytest.fixture
def live(repo: Path, tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Live:
    """An agent whose hooks are set up, in a repository with one commit whose git hooks are."""
    monkeypatch.setenv("BYLINE_DB", str(tmp_path / "byline.db"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    (isolated_home / ".claude").mkdir()
    (repo / "notes.txt").write_text(NOTES)
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "Begin")
    byline(repo, "setup", "--agent", "claude", "--git", "--yes")
    return Live(repo, isolated_home)


def work(live: Live) -> None:
    """A session of four calls by two models, and a person who types between them."""
    live.hook("SessionStart", source="startup")
    live.prompt("Write hello.py and improve notes.txt")
    live.write("hello.py", HELLO, OPUS)
    with (live.repo / "notes.txt").open("a") as notes:
        notes.write("typed by hand\n")
    live.bash(SED, SONNET)
    live.edit("notes.txt", "first", "the first", OPUS)
    live.bash("echo fifth >> notes.txt && cat notes.txt", OPUS)
    live.stop("All done.", OPUS)
    live.hook("SessionEnd", reason="prompt_input_exit")
    git(live.repo, "add", ".")
    git(live.repo, "commit", "-qm", "Greet")


def test_every_line_has_its_session_and_model_those_of_shell_commands_too(live: Live) -> None:
    work(live)
    until(lambda: rows("SELECT count(*) FROM agent_traces") == [(1,)], "the commit's attribution")
    review = json.loads(byline(live.repo, "show", "HEAD", "--json"))
    found = [
        (line["kind"], line["content"], line["session_id"], line["model_id"], line["tool"])
        for file in review["files"]
        for line in file["lines"]
    ]
    session = f"cc_{SESSION}"
    assert sorted(found, key=str) == sorted(
        [
            ("added", "def greet(name):", session, OPUS, "Write"),
            ("added", "    return name", session, OPUS, "Write"),
            ("removed", "first", session, OPUS, "Edit"),
            ("added", "the first", session, OPUS, "Edit"),
            ("removed", "third", session, SONNET, "Bash"),
            ("added", "THIRD", session, SONNET, "Bash"),
            ("added", "typed by hand", None, None, None),
            ("added", "fifth", session, OPUS, "Bash"),
        ],
        key=str,
    )
    assert not list(Path(f"{os.environ['BYLINE_DB']}-windows").glob("*-*"))
    assert rows("SELECT count(*) FROM rejected_payloads") == [(0,)]


def test_importing_the_transcript_afterwards_adds_nothing_twice(live: Live, tmp_path: Path) -> None:
    work(live)
    until(lambda: rows("SELECT count(*) FROM agent_traces") == [(1,)], "the commit's attribution")
    shown = byline(live.repo, "show", "HEAD", "--json")
    edits = "SELECT key, path, model_id, added, removed FROM diff_traces ORDER BY key"
    before = rows(edits)
    byline(live.repo, "import", str(live.path))
    assert rows(edits) == before
    alone = str(tmp_path / "alone.db")
    byline(live.repo, "--db", alone, "import", str(live.path))
    for query in (
        "SELECT session_id, message_id, role, model_id FROM messages ORDER BY 2",
        "SELECT message_id, part_id, type, text FROM parts ORDER BY 1, 2",
    ):
        assert rows(query) == rows(query, alone)

    def lines(text: str) -> list[tuple[object, ...]]:
        names = ("content", "session_id", "model_id", "tool_call_id")
        return [
            tuple(line[name] for name in names)
            for file in json.loads(text)["files"]
            for line in file["lines"]
        ]

    assert lines(byline(live.repo, "show", "HEAD", "--json")) == lines(shown)


def test_what_an_agent_does_is_in_the_store_soon_after_its_hook_returned(live: Live) -> None:
    live.write("hello.py", HELLO, OPUS)
    until(lambda: rows("SELECT path FROM diff_traces") == [(str(live.repo / "hello.py"),)], "the edit")
    live.bash(SED, OPUS)
    until(lambda: rows("SELECT count(*) FROM diff_traces") == [(2,)], "the shell's edit")
