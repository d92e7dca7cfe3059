"""``hook --agent codex``: recorded events of Codex, and what the history makes of the same session."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byline.history import import_histories
from byline.ingest.payloads import Result
from byline.store.store import Store

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[object, ...]]]
Send = Callable[..., Result]

KIND = "hook --agent codex"
FOLDER = "/home/dev/project/ws/codex"
SESSION = "cx_01a20620-9f2f-7e50-adce-db4718b41ee0"
CALL = "call_0000abcdef"
EVENTS = (Path(__file__).parent / "fixtures" / "codex-own-0.169.0.jsonl").read_text().splitlines()
ROLLOUT = Path(__file__).parents[1] / "agents" / "fixtures" / "codex" / "own-0.169.0.jsonl"
STARTED_MS = 1_795_399_130_500
"""When the recorded session began."""
EDITS = "SELECT session_id, tool_call_id, path, precision, model_id, tool FROM diff_traces ORDER BY path"


def event(name: str, **changes: object) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each for each in map(json.loads, EVENTS) if each["hook_event_name"] == name
    )  # fmt: skip
    return found | changes


def send_all(send: Send, transcript: Path | None = None) -> None:
    for line in EVENTS:
        value = json.loads(line)
        if transcript is not None:
            value["transcript_path"] = str(transcript)
        assert send(KIND, value, STARTED_MS).complaints == ()


def edited(precision: str, deleted: str) -> list[tuple[object, ...]]:
    names = (("gone.txt", deleted), ("hello.py", "before_after"), ("notes.txt", precision))
    return [
        (SESSION, CALL, f"{FOLDER}/{name}", how, "gpt-5.5", "apply_patch")
        for name, how in (*names, ("renamed.txt", precision))
    ]


def test_a_recorded_session_is_its_prompt_its_calls_its_edits_and_its_reply(run: Run, rows: Rows) -> None:
    for line in EVENTS:
        said = run("hook", "--agent", "codex", "--strict", stdin=line.encode())
        assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    assert rows("SELECT id, agent, cwd, models FROM sessions") == [(SESSION, "codex", FOLDER, '["gpt-5.5"]')]
    parts = "SELECT role, type, tool, tool_call_id, status FROM parts JOIN messages USING (message_id)"
    assert rows(f"{parts} ORDER BY parts.id") == [
        ("user", "text", None, None, None),
        ("assistant", "tool", "apply_patch", CALL, "completed"),
        ("assistant", "tool", "Bash", "call_0001abcdef", "completed"),
        ("assistant", "text", None, None, None),
    ]
    assert rows("SELECT text FROM parts WHERE type = 'text'") == [
        ("Create hello.py and edit notes.txt",),
        ("Done.",),
    ]
    assert rows(EDITS) == edited("patch_text", "patch_text")


def test_what_the_rollout_has_of_the_changes_is_taken_from_it(send: Send, rows: Rows) -> None:
    send_all(send, ROLLOUT)
    assert rows(EDITS) == edited("vendor_diff", "before_after")


@pytest.mark.parametrize("with_rollout", [True, False])
@pytest.mark.parametrize("order", ["hooks first", "history first"])
def test_hooks_and_history_together_are_one_of_each(
    send: Send, rows: Rows, database: Path, order: str, with_rollout: bool
) -> None:
    transcript = ROLLOUT if with_rollout else None
    if order == "hooks first":
        send_all(send, transcript)
        send_all(send, transcript)
    with Store(database) as store:
        import_histories(store, [ROLLOUT])
    with Store(database.with_name("alone.db")) as store:
        import_histories(store, [ROLLOUT])
        alone = store.sessions.rows([SESSION])[0]
    if order == "history first":
        send_all(send, transcript)
    counts = rows("SELECT messages, parts, prompts, edits FROM sessions")
    assert counts == [(alone.messages, alone.parts, alone.prompts, alone.edits)]
    assert rows("SELECT count(*) FROM messages WHERE message_id LIKE 'hook-%'") == [(0,)]


@pytest.mark.parametrize("order", ["hooks first", "history first"])
def test_the_edits_are_those_of_the_history_whatever_came_first(
    send: Send, rows: Rows, database: Path, order: str
) -> None:
    """A patch text has no places; the history's diffs have, and its times and numbers are the record's."""
    columns = "path, precision, time_ms, seq, patch, added, removed, base_hash, result_hash, payload"
    with Store(database) as store:
        import_histories(store, [ROLLOUT])
    of_history = rows(f"SELECT {columns} FROM diff_traces ORDER BY path")  # noqa: S608 - our own names
    if order == "hooks first":
        database.unlink()
    send_all(send)
    assert (rows(f"SELECT {columns} FROM diff_traces ORDER BY path") == of_history) == (  # noqa: S608 - as above
        order == "history first"
    )
    with Store(database) as store:
        import_histories(store, [ROLLOUT])
    assert rows(f"SELECT {columns} FROM diff_traces ORDER BY path") == of_history  # noqa: S608 - as above


def test_a_patch_that_failed_is_a_call_without_an_edit(send: Send, rows: Rows) -> None:
    failed = "apply_patch verification failed: Failed to find expected lines in /w/a"
    send(KIND, event("PostToolUse", tool_response=failed))
    assert rows("SELECT status FROM parts") == [("error",)]
    assert rows("SELECT count(*) FROM diff_traces") == [(0,)]


def test_a_patch_that_cannot_be_read_does_not_cost_the_call(send: Send, rows: Rows) -> None:
    result = send(KIND, event("PostToolUse", tool_input={"command": "*** Begin Patch\n*** Nonsense\n"}))
    assert len(result.complaints) == 1
    assert rows("SELECT tool FROM parts") == [("apply_patch",)]
    assert rows("SELECT kind FROM rejected_payloads") == [(KIND,)]


def test_an_ignored_file_of_a_patch_takes_the_patch_with_it(
    run: Run, rows: Rows, isolated_home: Path
) -> None:
    folder = isolated_home / "config" / "byline"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('ignore = ["gone.txt"]\n')
    said = run("hook", "--agent", "codex", "--strict", stdin=json.dumps(event("PostToolUse")).encode())
    assert (said.returncode, said.stderr) == (0, b"")
    assert rows("SELECT count(*) FROM parts") == [(0,)]
    names = ("hello.py", "notes.txt", "renamed.txt")
    assert rows("SELECT path FROM diff_traces ORDER BY path") == [(f"{FOLDER}/{name}",) for name in names]


@pytest.mark.parametrize("missing", ["session_id", "hook_event_name", "tool_use_id"])
def test_an_event_without_its_shape_is_kept_with_the_reason(send: Send, rows: Rows, missing: str) -> None:
    send(KIND, event("PostToolUse", **{missing: None}))
    assert rows("SELECT kind, reason FROM rejected_payloads") == [(KIND, f"{missing} is missing")]
