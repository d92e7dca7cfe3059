"""What changes while an agent's shell command runs is that call's edit: real commands, real repositories."""

import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from byline.config import read_config
from byline.git.repository import Repository
from byline.ingest import shell_edits, shell_window
from byline.ingest.payloads import Call, store_call
from byline.ingest.retry import patience
from byline.ingest.shell_hook import look_at_work_tree
from byline.own_folder import own_folder
from byline.review.review import review_commit
from byline.store.store import Store

Json = dict[str, Any]
Rows = Callable[..., list[tuple[object, ...]]]
INGEST = [sys.executable, "-m", "byline.ingest", "--db"]
SED = "sed -i s/third/THIRD/ notes.txt"
NOTES = "first\nsecond\nthird\nfourth\n"


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def sh(folder: Path, command: str) -> None:
    subprocess.run(["sh", "-c", command], cwd=folder, check=True)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Told(Protocol):
    """Have the hook told of an event; it is stored as a drain does it, right away."""

    def __call__(self, name: str, call: str = "toolu_1", command: str = SED, **more: object) -> None: ...


@pytest.fixture
def notes(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a file of four lines, committed an hour ago."""
    (repo / "notes.txt").write_text(NOTES)
    (repo / "other.txt").write_text("alpha\nbeta\n")
    git(repo, "add", ".")
    with monkeypatch.context() as earlier:
        earlier.setenv("GIT_COMMITTER_DATE", f"{now_ms() // 1000 - 3600} +0000")
        git(repo, "commit", "-qm", "one")
    return repo


@pytest.fixture
def told(notes: Path, database: Path, tmp_path: Path) -> Told:
    """Claude Code tells of a Bash call in the repository."""
    last = [0]

    def tell(name: str, call: str = "toolu_1", command: str = SED, **more: object) -> None:
        agent = str(more.pop("agent", "claude"))
        event: Json = {
            "hook_event_name": name, "session_id": "abc", "cwd": str(notes), "tool_name": "Bash",
            "tool_use_id": call, "tool_input": {"command": command},
            "transcript_path": str(tmp_path / "abc.jsonl"),
        }  # fmt: skip
        if name == "PostToolUse":
            event["tool_response"] = {"stdout": "", "stderr": "", "interrupted": False}
        event |= more
        data = json.dumps({key: value for key, value in event.items() if value is not None}).encode()
        # As two events of one agent never are in the same millisecond.
        last[0] = received_ms = max(now_ms(), last[0] + 1)
        if not look_at_work_tree(agent, data, str(database), received_ms):
            wait = patience(read_config("", ""))
            assert (
                store_call(Call(f"hook --agent {agent}", data, received_ms), database, wait).complaints == ()
            )

    return tell


def edited(rows: Rows) -> dict[str, tuple[object, ...]]:
    """File name to what its edit says: call, kind, before, after."""
    contents = {
        digest: zlib.decompress(data).decode() for digest, data in rows("SELECT hash, data FROM contents")
    }  # type: ignore[arg-type] # bytes
    query = "SELECT basename, tool_call_id, patch, base_hash, result_hash FROM diff_traces ORDER BY id"
    return {
        str(name): (
            call,
            json.loads(str(patch))["files"][0]["kind"],
            contents.get(base),
            contents.get(result),
        )
        for name, call, patch, base, result in rows(query)
    }


def shown(repo: Path, database: Path) -> list[tuple[str, str, str | None, str | None]]:
    """Kind, content, call and reason of every touched line of the last commit."""
    with Store(database) as store:
        review = review_commit(store, Repository.open(repo), "HEAD")
    return [
        (
            line.kind,
            line.content,
            line.credit.origin.tool_call_id if line.credit.origin else None,
            line.credit.reason,
        )
        for file in review.files
        for line in file.touched()
    ]


def open_windows(database: Path) -> list[str]:
    folder = Path(shell_window.windows_folder(str(database)))
    return sorted(path.name for path in folder.glob("*-*")) if folder.exists() else []


def test_what_a_command_changed_is_its_calls_and_dirty_lines_stay_the_persons(
    told: Told, notes: Path, rows: Rows, database: Path
) -> None:
    (notes / "notes.txt").write_text(NOTES + "typed by hand\n")
    (notes / "other.txt").write_text("by hand\n")
    told("PreToolUse")
    sh(notes, SED)
    told("PostToolUse")
    after = NOTES.replace("third", "THIRD") + "typed by hand\n"
    assert edited(rows) == {"notes.txt": ("toolu_1", "modified", NOTES + "typed by hand\n", after)}
    git(notes, "commit", "-qam", "two")
    assert shown(notes, database) == [
        ("removed", "third", "toolu_1", None),
        ("added", "THIRD", "toolu_1", None),
        ("added", "typed by hand", None, "no_edit"),
        ("removed", "alpha", None, "no_edit"),
        ("removed", "beta", None, "no_edit"),
        ("added", "by hand", None, "no_edit"),
    ]
    assert open_windows(database) == []


def test_files_made_deleted_and_renamed_are_told_as_what_they_are(
    told: Told, notes: Path, rows: Rows
) -> None:
    (notes / "gone.txt").write_text("untracked\n")
    told("PreToolUse", command="x")
    sh(notes, "mkdir d; echo new > d/new.txt; rm gone.txt; mv notes.txt came.txt; echo fifth >> came.txt")
    told("PostToolUse", command="x")
    assert edited(rows) == {
        "new.txt": ("toolu_1", "added", "", "new\n"),
        "gone.txt": ("toolu_1", "deleted", "untracked\n", ""),
        "came.txt": ("toolu_1", "renamed", NOTES, NOTES + "fifth\n"),
    }


def test_a_command_that_commits_what_it_changed_is_its_author_too(
    told: Told, notes: Path, rows: Rows, database: Path
) -> None:
    command = f"{SED} && git commit -qam two"
    told("PreToolUse", command=command)
    sh(notes, command)
    # As git's own hook has it, before the call has ended.
    subprocess.run([*INGEST, str(database), "post-commit"], cwd=notes, check=True)
    told("PostToolUse", command=command)
    assert shown(notes, database) == [
        ("removed", "third", "toolu_1", None),
        ("added", "THIRD", "toolu_1", None),
    ]
    subprocess.run([*INGEST, str(database), "drain"], check=True)
    ((kept,),) = rows("SELECT intersection_patch FROM post_commit_patch_intersections")
    assert "toolu_1" in str(kept), "the commit is attributed again once its edits are stored"


def test_a_commit_made_by_a_command_gets_the_models_that_were_told_late(
    told: Told, notes: Path, rows: Rows, database: Path, tmp_path: Path
) -> None:
    (notes / "new.txt").write_text("new work\n")
    written = {"file_path": str(notes / "new.txt"), "content": "new work\n"}
    told("PostToolUse", "toolu_0", tool_name="Write", tool_input=written, tool_response={"type": "create"})
    command = "git add . && git commit -qm two"
    told("PreToolUse", command=command)
    sh(notes, command)
    subprocess.run([*INGEST, str(database), "post-commit"], cwd=notes, check=True)
    ((before,),) = rows("SELECT intersection_patch FROM post_commit_patch_intersections")
    assert ("toolu_0" in str(before), "claude-opus-4-6" in str(before)) == (True, False)
    block = {"type": "tool_use", "id": "toolu_0", "name": "Write", "input": written}
    message = {"id": "msg_0", "role": "assistant", "model": "claude-opus-4-6", "content": [block]}
    (tmp_path / "abc.jsonl").write_text(json.dumps({"type": "assistant", "message": message}) + "\n")
    told("PostToolUse", command=command)
    subprocess.run([*INGEST, str(database), "drain"], check=True)
    ((after,),) = rows("SELECT intersection_patch FROM post_commit_patch_intersections")
    assert "claude-opus-4-6" in str(after)


def test_commands_that_run_at_the_same_time_are_credited_with_nothing(
    told: Told, notes: Path, rows: Rows, database: Path
) -> None:
    told("PreToolUse", "toolu_1")
    told("PreToolUse", "toolu_2", command="true", session_id="other")
    sh(notes, SED)
    told("PostToolUse", "toolu_2", command="true", session_id="other")
    told("PostToolUse", "toolu_1")
    git(notes, "commit", "-qam", "two")
    assert [line[2:] for line in shown(notes, database)] == [(None, "no_edit"), (None, "window")]
    told("PreToolUse", "toolu_3", command="sed -i s/first/FIRST/ notes.txt")
    sh(notes, "sed -i s/first/FIRST/ notes.txt")
    told("PostToolUse", "toolu_3", command="sed -i s/first/FIRST/ notes.txt")
    git(notes, "commit", "-qam", "three")
    assert [line[2] for line in shown(notes, database)] == ["toolu_3", "toolu_3"]


def test_a_copy_of_a_file_is_nobodys_work(told: Told, notes: Path, database: Path) -> None:
    told("PreToolUse", command="cp notes.txt copy.txt")
    sh(notes, "cp notes.txt copy.txt; echo really new work > new.txt")
    told("PostToolUse", command="cp notes.txt copy.txt")
    git(notes, "add", ".")
    git(notes, "commit", "-qm", "two")
    assert {line[1]: line[2] for line in shown(notes, database)} == {
        "first": None, "second": None, "third": None, "fourth": None, "really new work": "toolu_1",
    }  # fmt: skip


def test_what_another_session_edits_meanwhile_makes_the_window_nobodys(
    told: Told, notes: Path, database: Path
) -> None:
    told("PreToolUse")
    (notes / "other.txt").write_text("alpha\nbeta\ngamma\n")
    hunk = {"oldStart": 3, "oldLines": 0, "newStart": 3, "newLines": 1, "lines": ["+gamma"]}
    told(
        "PostToolUse", "toolu_9", session_id="other", tool_name="Edit",
        tool_input={"file_path": str(notes / "other.txt"), "old_string": "", "new_string": "gamma"},
        tool_response={"filePath": str(notes / "other.txt"), "structuredPatch": [hunk]},
    )  # fmt: skip
    sh(notes, SED)
    told("PostToolUse")
    git(notes, "commit", "-qam", "two")
    calls = {line[1]: line[2] for line in shown(notes, database)}
    assert calls == {"third": None, "THIRD": None, "gamma": "toolu_9"}


def test_what_an_edit_tool_of_the_session_writes_meanwhile_stays_its_own(
    told: Told, notes: Path, rows: Rows, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("PreToolUse", agent="opencode", tool_name="bash")
    (notes / "notes.txt").write_text(NOTES + "the fifth line\n")
    place = {"session_id": "abc", "message_id": "m", "generated_at_unix_ms": now_ms()}
    part = place | {"type": "message.part", "part_type": "tool", "text": "", "tool": "bash"}
    part |= {"tool_call_id": "toolu_1", "input": {"command": SED}}
    edit = {
        "sessionID": "abc", "tool_name": "opencode", "tool": "edit", "tool_call_id": "call_9",
        "time": now_ms(), "cwd": str(notes),
        "diff": "--- a/notes.txt\n+++ b/notes.txt\n@@ -4,1 +4,2 @@\n fourth\n+the fifth line\n",
    }  # fmt: skip
    for kind, payload in (
        ("conversation-trace", {"tool_name": "opencode", "payloads": [part]}),
        ("diff-trace", edit),
    ):
        assert store_call(Call(kind, json.dumps(payload).encode(), now_ms()), database).complaints == ()
    sh(notes, SED)
    told("PostToolUse", agent="opencode", tool_name="bash", tool_response=None)
    assert len(rows("SELECT id FROM diff_traces")) == 2
    # Git's times are whole seconds: a commit of the same one may be taken for earlier than the edit.
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{now_ms() // 1000 + 1} +0000")
    git(notes, "commit", "-qam", "two")
    assert {line[1]: line[2:] for line in shown(notes, database)} == {
        "third": (None, "no_edit"), "THIRD": (None, "window"), "the fifth line": ("call_9", None),
    }  # fmt: skip


def test_what_claude_code_itself_tells_of_the_change_and_the_look_are_one_edit(
    told: Told, notes: Path, rows: Rows
) -> None:
    told("PreToolUse")
    sh(notes, f"{SED}; echo new > new.txt")
    hunk = {"oldStart": 3, "oldLines": 1, "newStart": 3, "newLines": 1, "lines": ["-third", "+THIRD"]}
    diff = {
        "files": [{"filePath": str(notes / "notes.txt"), "hunks": [hunk]}],
        "moreFiles": 1,
        "changedFiles": [],
    }
    told("PostToolUse", tool_response={"stdout": "", "stderr": "", "bashEditDiff": diff})
    assert [name for (name,) in rows("SELECT basename FROM diff_traces ORDER BY basename")] == [
        "new.txt",
        "notes.txt",
    ]
    assert edited(rows)["notes.txt"] == ("toolu_1", "modified", NOTES, NOTES.replace("third", "THIRD"))


def test_a_command_that_failed_is_told_with_what_it_did_change(
    told: Told, notes: Path, rows: Rows, database: Path
) -> None:
    told("PreToolUse", command=f"{SED}; false")
    sh(notes, SED)
    told("PostToolUseFailure", command=f"{SED}; false", error="Exit code 1")
    assert edited(rows).keys() == {"notes.txt"}
    assert rows("SELECT status FROM parts WHERE type = 'tool'") == [("error",)]
    assert open_windows(database) == []


def test_what_a_person_changes_while_asked_for_permission_is_not_the_commands(
    told: Told, notes: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The process of this test is not as young as a hook's.
    monkeypatch.setattr(shell_window, "process_age_ms", lambda: 0)
    monkeypatch.setattr(shell_edits, "_WAITED_MS", 500)
    told("PreToolUse")
    (notes / "other.txt").write_text("typed while the agent waited\n")
    changed = (notes / "other.txt").stat().st_ctime
    while time.time() < changed + 0.6:
        time.sleep(0.05)
    sh(notes, SED)
    told("PostToolUse", duration_ms=5)
    assert edited(rows).keys() == {"notes.txt"}


def test_files_that_are_no_longer_ignored_are_not_new(told: Told, notes: Path, rows: Rows) -> None:
    (notes / ".gitignore").write_text("*.gen\n")
    (notes / "old.gen").write_text("generated long ago\n")
    changed = (notes / "old.gen").stat().st_ctime
    while time.time() < changed + 0.1:
        time.sleep(0.01)
    told("PreToolUse", command="rm .gitignore")
    sh(notes, "rm .gitignore")
    told("PostToolUse", command="rm .gitignore")
    assert edited(rows).keys() == {".gitignore"}


def test_nothing_is_recorded_of_a_command_that_changed_nothing(
    told: Told, notes: Path, rows: Rows, database: Path
) -> None:
    told("PreToolUse", command="ls")
    told("PostToolUse", command="ls")
    assert edited(rows) == {}
    assert rows("SELECT tool FROM parts") == [("Bash",)]
    assert open_windows(database) == []


def test_an_end_without_a_beginning_tells_of_the_call_alone(told: Told, notes: Path, rows: Rows) -> None:
    sh(notes, SED)
    told("PostToolUse")
    assert edited(rows) == {}
    assert rows("SELECT tool_call_id FROM parts") == [("toolu_1",)]


@pytest.mark.parametrize("event", ["Stop", "UserPromptSubmit", "SessionEnd"])
def test_a_call_that_never_ended_is_forgotten_when_its_session_goes_on(
    told: Told, notes: Path, database: Path, event: str
) -> None:
    told("PreToolUse")
    told("PreToolUse", "toolu_2", session_id="other")
    assert len(open_windows(database)) == 2
    told(event, prompt="next", tool_name=None, tool_use_id=None, tool_input=None)
    assert len(open_windows(database)) == 1


def test_a_call_that_never_ended_is_forgotten_after_an_hour(
    told: Told, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("PreToolUse", session_id="killed")
    (old,) = open_windows(database)
    monkeypatch.setattr(shell_window, "_ABANDONED_NS", 0)
    told("PreToolUse")
    assert old not in open_windows(database)


def test_the_look_takes_no_longer_than_configured_and_a_look_not_taken_is_noted(
    told: Told, notes: Path, rows: Rows, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Path(own_folder("config"))
    config.mkdir(parents=True)
    (config / "config.toml").write_text("[capture]\nsnapshot_timeout_ms = 20\n")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{slow.parent}:{path}")
    begin = time.monotonic()
    told("PreToolUse")
    assert time.monotonic() - begin < 30
    monkeypatch.setenv("PATH", path)
    sh(notes, SED)
    told("PostToolUse")
    assert edited(rows) == {}
    (note,) = shell_window.skipped(str(database))
    assert (note["agent"], note["root"]) == ("claude", str(notes))
    assert "took too long" in str(note["reason"])
    assert open_windows(database) == []


@pytest.mark.parametrize(
    "text", ["[capture]\nshell_snapshots = false\n", "disabled = true\n", 'ignore = ["repo"]\n']
)
def test_turned_off_nobody_looks(told: Told, database: Path, text: str) -> None:
    config = Path(own_folder("config"))
    config.mkdir(parents=True)
    (config / "config.toml").write_text(text)
    told("PreToolUse")
    assert open_windows(database) == []


def test_ignored_files_are_not_even_read(told: Told, notes: Path, rows: Rows, database: Path) -> None:
    config = Path(own_folder("config"))
    config.mkdir(parents=True)
    (config / "config.toml").write_text('ignore = ["*.env"]\n')
    (notes / "secret.env").write_text("TOKEN=hunter2\n")
    told("PreToolUse", command="x")
    folder = Path(shell_window.windows_folder(str(database)))
    assert b"hunter2" not in b"".join(path.read_bytes() for path in folder.rglob("before"))
    sh(notes, "echo TOKEN=other > secret.env; echo new > new.txt")
    told("PostToolUse", command="x")
    assert edited(rows).keys() == {"new.txt"}


def test_outside_a_repository_nobody_looks(told: Told, database: Path, tmp_path: Path) -> None:
    told("PreToolUse", cwd=str(tmp_path))
    assert open_windows(database) == []


def test_everything_that_is_kept_meanwhile_is_its_owners_alone(
    told: Told, notes: Path, database: Path
) -> None:
    (notes / "notes.txt").write_text("dirty\n")
    told("PreToolUse")
    folder = Path(shell_window.windows_folder(str(database)))
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.name != "index"}
    assert set(modes.values()) <= {0o600, 0o700}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_model_is_found_when_the_transcript_tells_it_later(
    told: Told, notes: Path, rows: Rows, tmp_path: Path
) -> None:
    told("PreToolUse")
    sh(notes, SED)
    told("PostToolUse")
    assert rows("SELECT model_id FROM diff_traces") == [(None,)]
    block = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": SED}}
    message = {"id": "msg_1", "role": "assistant", "model": "claude-opus-4-6", "content": [block]}
    record = {"type": "assistant", "uuid": "u1", "message": message}
    (tmp_path / "abc.jsonl").write_text(json.dumps(record) + "\n")
    told("Stop", tool_name=None, tool_use_id=None, tool_input=None)
    assert rows("SELECT model_id FROM diff_traces") == [("claude-opus-4-6",)]
    assert rows("SELECT model_id FROM messages") == [("claude-opus-4-6",)]


def test_a_sub_agents_command_is_its_own(told: Told, notes: Path, rows: Rows) -> None:
    told("PreToolUse", agent_id="helper")
    sh(notes, SED)
    told("PostToolUse", agent_id="helper")
    assert rows("SELECT session_id FROM diff_traces") == [("cc_helper",)]


def test_codex_and_cursor_are_looked_at_alike(told: Told, notes: Path, rows: Rows) -> None:
    told("PreToolUse", "call_1", agent="codex")
    sh(notes, SED)
    told("PostToolUse", "call_1", agent="codex", model="gpt-5.5", tool_response="done")
    command = "sed -i s/first/FIRST/ notes.txt"
    cursor = {"tool_name": "Shell", "session_id": None, "conversation_id": "c1", "agent": "cursor"}
    told("preToolUse", "tool_1", command, **cursor)
    sh(notes, command)
    told("postToolUse", "tool_1", command, **cursor, model="composer-1", tool_output='{"exitCode":0}')
    assert rows("SELECT session_id, tool_call_id, model_id, tool FROM diff_traces ORDER BY id") == [
        ("cx_abc", "call_1", "gpt-5.5", "Bash"),
        ("cu_c1", "tool_1", "composer-1", "Shell"),
    ]


@pytest.mark.parametrize(("agent", "prefix"), [("opencode", "oc_"), ("pi", "pi_")])
def test_the_plugins_events_bring_the_edit_alone(
    told: Told, notes: Path, rows: Rows, agent: str, prefix: str
) -> None:
    facts = {"agent": agent, "tool_name": "bash", "message_id": "m1", "model": "anthropic/claude-opus-4-6"}
    told("PreToolUse", "call_1", **facts)
    sh(notes, SED)
    told("PostToolUse", "call_1", **facts, tool_input={}, tool_response=None)
    assert rows("SELECT session_id, message_id, tool_call_id, model_id FROM diff_traces") == [
        (f"{prefix}abc", "m1", "call_1", "anthropic/claude-opus-4-6")
    ]
    assert rows("SELECT count(*) FROM parts") == [(0,)]


def test_gemini_names_the_call_in_its_chat_a_moment_later(
    told: Told, notes: Path, rows: Rows, tmp_path: Path
) -> None:
    chat = tmp_path / "abc.jsonl"
    chat.write_text('{"sessionId":"abc"}\n')
    shell = {"agent": "gemini", "tool_name": "run_shell_command", "tool_use_id": None}
    told("BeforeTool", **shell)
    sh(notes, SED)
    told("AfterTool", **shell, tool_response={"llmContent": "Output: (empty)"})
    assert edited(rows) == {}
    call = {
        "id": "run_shell_command_1", "name": "run_shell_command", "args": {"command": SED},
        "status": "success",
    }  # fmt: skip
    record = {"id": "m1", "type": "gemini", "model": "gemini-2.5-flash", "toolCalls": [call]}
    record["timestamp"] = "2026-11-23T00:00:00Z"
    with chat.open("a") as file:
        file.write(json.dumps(record, separators=(",", ":")) + "\n")
    told("AfterAgent", **shell | {"tool_name": None}, tool_input=None, prompt="x", prompt_response="y")
    assert rows("SELECT session_id, tool_call_id, model_id, message_id FROM diff_traces") == [
        ("gm_abc", "run_shell_command_1", "gemini-2.5-flash", "m1")
    ]
    assert edited(rows)["notes.txt"][2] == NOTES
