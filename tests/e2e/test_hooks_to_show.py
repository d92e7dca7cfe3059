"""From Claude Code's hooks to the attributed commit: real files, real git, real processes."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

INGEST = [sys.executable, "-c", "import sys; from byline.ingest.main import main; sys.exit(main())"]
BYLINE = [sys.executable, "-c", "import sys; from byline.cli.main import main; sys.exit(main())"]

OPUS, SONNET, HAIKU = "claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5"
ADA, BEN = "11111111-aaaa", "22222222-bbbb"

BASE = (
    "import os\n\n\ndef send(path):\n    return post(path)\n\n\ndef main():\n    send(os.environ['FILE'])\n"
)
RETRY = "import time\n\n\ndef retry(attempts):\n    for number in range(attempts):\n        yield number\n"

Owner = tuple[str | None, str | None]


class Agent:
    """Claude Code as the hooks see it: it writes the file, its transcript, and then calls the hook."""

    def __init__(self, repo: Path, transcripts: Path, session_id: str) -> None:
        self._repo, self._session_id = repo, session_id
        self._transcript = transcripts / f"{session_id}.jsonl"
        self._calls = 0

    def write(self, name: str, content: str, model: str) -> None:
        """Create a file; the transcript tells the model."""
        path = self._repo / name
        path.write_text(content)
        tool_input = {"file_path": str(path), "content": content}
        response = {"type": "create", "filePath": str(path), "content": content, "structuredPatch": []}
        self._call("Write", tool_input, response | {"originalFile": None}, model, {})

    def edit(self, name: str, old: str, new: str, model: str, *, told_by_event: bool = False) -> None:
        """Replace one line by lines; the transcript tells the model, or the event does."""
        path = self._repo / name
        before = path.read_text()
        path.write_text(before.replace(old, new, 1))
        lines = before.split("\n")
        at = lines.index(old) + 1
        added = new.split("\n")
        hunk = {
            "oldStart": at, "oldLines": 1, "newStart": at, "newLines": len(added),
            "lines": [f"-{old}", *(f"+{line}" for line in added)],
        }  # fmt: skip
        response = {"filePath": str(path), "oldString": old, "newString": new, "structuredPatch": [hunk]}
        response |= {"originalFile": before, "userModified": False, "replaceAll": False}
        tool_input = {"file_path": str(path), "old_string": old, "new_string": new}
        self._call("Edit", tool_input, response, model, {"model": model} if told_by_event else {})

    def _call(
        self,
        tool: str,
        tool_input: dict[str, str],
        response: dict[str, object],
        model: str,
        told: dict[str, str],
    ) -> None:
        self._calls += 1
        call = f"toolu_{self._session_id}_{self._calls}"
        block = {"type": "tool_use", "id": call, "name": tool, "input": tool_input}
        message = {"id": f"msg_{call}", "role": "assistant", "model": model, "content": [block]}
        with self._transcript.open("a") as transcript:
            if not told:
                transcript.write(json.dumps({"type": "assistant", "uuid": call, "message": message}) + "\n")
        event = {
            "hook_event_name": "PostToolUse", "session_id": self._session_id, "cwd": str(self._repo),
            "transcript_path": str(self._transcript), "tool_name": tool, "tool_input": tool_input,
            "tool_response": response, "tool_use_id": call, **told,
        }  # fmt: skip
        done = run([*INGEST, "diff-trace"], self._repo, stdin=json.dumps(event))
        assert (done.stdout, done.stderr) == ("", "")


def run(words: list[str], cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, input=stdin, capture_output=True, text=True, check=True)


def git(repo: Path, *words: str) -> str:
    return run(["git", *words], repo).stdout.strip()


def owners(review: dict[str, object], path: str, kind: str = "added") -> list[tuple[str, Owner]]:
    """Content, session and model of a file's added (or removed) lines."""
    files = review["files"]
    assert isinstance(files, list)
    (file,) = [file for file in files if file["path"] == path]
    return [
        (line["content"], (line["session_id"], line["model_id"]))
        for line in file["lines"]
        if line["kind"] == kind
    ]


@pytest.fixture
def agents(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Agent]:
    """Agents at work in a repository that has one commit, on a store of their own."""
    monkeypatch.setenv("BYLINE_DB", str(tmp_path / "byline.db"))
    (repo / "upload.py").write_text(BASE)
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "Upload a file")
    return lambda session_id: Agent(repo, tmp_path, session_id)


def work(repo: Path, agents: Callable[[str], Agent]) -> None:
    """Two sessions and a person change two files; nothing is committed yet."""
    ada, ben = agents(ADA), agents(BEN)
    ada.write("retry.py", RETRY, OPUS)
    ben.edit("upload.py", "    return post(path)", "    for _ in retry(3):\n        post(path)", SONNET)
    ada.edit("upload.py", "import os", "import os\nfrom retry import retry", HAIKU, told_by_event=True)
    with (repo / "upload.py").open("a") as upload:
        upload.write("    print('sent by hand')\n")
    git(repo, "add", ".")


def assert_credited(review: dict[str, object]) -> None:
    """Every line of the work above has its author."""
    ada, ben, nobody = f"cc_{ADA}", f"cc_{BEN}", (None, None)
    assert owners(review, "retry.py") == [
        (line, (ada, OPUS)) for line in RETRY.removesuffix("\n").split("\n")
    ]
    assert owners(review, "upload.py") == [
        ("from retry import retry", (ada, HAIKU)),
        ("    for _ in retry(3):", (ben, SONNET)),
        ("        post(path)", (ben, SONNET)),
        ("    print('sent by hand')", nobody),
    ]
    assert owners(review, "upload.py", "removed") == [("    return post(path)", (ben, SONNET))]


def test_each_line_is_credited_to_the_session_and_model_that_wrote_it(
    repo: Path, agents: Callable[[str], Agent]
) -> None:
    work(repo, agents)
    git(repo, "commit", "-qm", "Retry uploads")
    done = run([*INGEST, "post-commit"], repo)
    assert (done.stdout, done.stderr) == ("", "")
    review = json.loads(run([*BYLINE, "show", "HEAD", "--json"], repo).stdout)
    assert review["commit"] == git(repo, "rev-parse", "HEAD")
    assert_credited(review)
    (by_hand,) = [line for file in review["files"] for line in file["lines"] if line["session_id"] is None]
    assert (by_hand["contributor"], by_hand["match"], by_hand["reason"]) == ("unknown", None, "no_edit")
    assert review["summary"]["added"] == {"ai": 9, "mixed": 0, "human": 0, "unknown": 1, "carried": 0}
    credited = [line for file in review["files"] for line in file["lines"] if line["session_id"] is not None]
    assert {line["match"] for line in credited} == {"exact"}
    assert all(str(line["tool_call_id"]).startswith("toolu_") for line in credited)


def test_gits_own_hook_keeps_the_attribution_and_says_nothing(
    repo: Path, agents: Callable[[str], Agent]
) -> None:
    hook = repo / ".git" / "hooks" / "post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{INGEST[0]}' -c '{INGEST[2]}' post-commit --vcs git\n")
    hook.chmod(0o755)
    work(repo, agents)
    committed = run(["git", "commit", "-qm", "Retry uploads"], repo)
    assert (committed.stdout, committed.stderr) == ("", "")
    trace = json.loads(run([*BYLINE, "show", "HEAD", "--trace"], repo).stdout)
    with closing(sqlite3.connect(os.environ["BYLINE_DB"])) as store:
        kept = store.execute("SELECT commit_id, agent_trace_id FROM agent_traces").fetchall()
    assert kept == [(git(repo, "rev-parse", "HEAD"), trace["id"])]
    assert_credited(json.loads(run([*BYLINE, "show", "HEAD", "--json"], repo).stdout))
