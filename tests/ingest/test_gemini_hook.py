"""``hook --agent gemini``: recorded events of Gemini CLI, beside the chat as it was at each of them."""

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

KIND = "hook --agent gemini"
FOLDER = "/home/dev/project/ws/gem"
SESSION = "gm_528d108a-79a3-4820-9e86-164c5f4957f6"
EVENTS = (Path(__file__).parent / "fixtures" / "gemini-own-0.61.0.jsonl").read_text().splitlines()
CHAT = Path(__file__).parents[1] / "agents" / "fixtures" / "gemini" / "own-0.61.0.jsonl"
EDITS = (
    "SELECT session_id, tool_call_id, path, precision, model_id, tool, message_id FROM diff_traces "
    "ORDER BY path"
)


def event(name: str, **changes: object) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each for each in map(json.loads, EVENTS) if each["hook_event_name"] == name
    )  # fmt: skip
    return found | changes


def stamp(line: str) -> str:
    """When a line of the chat was written, as far as it tells: at a call's end, else at its own time."""
    record = json.loads(line)
    calls = record.get("toolCalls") or [{}]
    return str(calls[-1].get("timestamp") or record.get("timestamp") or "")


def send_all(send: Send, chat: Path, *, live: bool = True) -> None:
    """Send every event; ``live``: with the chat as far as it was written by then."""
    lines = CHAT.read_text().splitlines()
    for value in map(json.loads, EVENTS):
        there = [line for line in lines if not live or stamp(line) <= value["timestamp"]]
        chat.write_text("".join(f"{line}\n" for line in there))
        assert send(KIND, value | {"transcript_path": str(chat)}).complaints == ()


def test_a_recorded_session_is_its_prompt_its_calls_and_its_edits(run: Run, rows: Rows) -> None:
    for line in EVENTS:
        for _ in range(2):
            said = run("hook", "--agent", "gemini", "--strict", stdin=line.encode())
            assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    assert rows("SELECT id, agent, cwd FROM sessions") == [(SESSION, "gemini", FOLDER)]
    parts = "SELECT role, type, tool, status FROM parts JOIN messages USING (message_id) ORDER BY parts.id"
    assert rows(parts) == [
        ("user", "text", None, None),
        ("assistant", "tool", "write_file", "completed"),
        ("assistant", "tool", "read_file", "completed"),
        ("assistant", "tool", "replace", "completed"),
        ("assistant", "tool", "run_shell_command", "completed"),
    ]
    assert rows("SELECT path, precision, added, removed FROM diff_traces ORDER BY path") == [
        (f"{FOLDER}/hello.py", "before_after", 6, 0),
        (f"{FOLDER}/notes.txt", "before_after", 2, 1),
    ]


def test_with_the_chat_edits_are_those_of_the_history_before_the_turn_is_over(
    send: Send, rows: Rows, tmp_path: Path
) -> None:
    send_all(send, tmp_path / "chat.jsonl")
    assert rows(EDITS) == [
        (
            SESSION, "write_file__write_file_1795399196267_0", f"{FOLDER}/hello.py", "before_after",
            "gemini-2.5-flash", "write_file", "24df56f6-45d6-4455-89ba-139b6898f9bc",
        ),
        (
            SESSION, "replace__replace_1795399196733_0", f"{FOLDER}/notes.txt", "before_after",
            "gemini-2.5-flash", "replace", "8723d1ed-a876-4566-b689-71234cb7f6b6",
        ),
    ]  # fmt: skip
    assert rows("SELECT models FROM sessions") == [('["gemini-2.5-flash"]',)]


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("order", ["hooks first", "history first"])
def test_hooks_and_history_together_are_one_of_each(
    send: Send, rows: Rows, database: Path, tmp_path: Path, order: str, live: bool
) -> None:
    if order == "hooks first":
        send_all(send, tmp_path / "chat.jsonl", live=live)
        send_all(send, tmp_path / "chat.jsonl", live=live)
    with Store(database) as store:
        import_histories(store, [CHAT])
    with Store(database.with_name("alone.db")) as store:
        import_histories(store, [CHAT])
        alone = store.sessions.rows([SESSION])[0]
    if order == "history first":
        send_all(send, tmp_path / "chat.jsonl", live=False)
    counts = rows("SELECT messages, parts, prompts, edits FROM sessions")
    assert counts == [(alone.messages, alone.parts, alone.prompts, alone.edits)]


@pytest.mark.parametrize("order", ["hooks first", "history first"])
def test_hooks_that_saw_no_chat_and_the_history_are_one_of_each(
    send: Send, rows: Rows, database: Path, order: str
) -> None:
    """The events then name neither call nor message: what was called, and with what, tells them."""
    with Store(database.with_name("alone.db")) as store:
        import_histories(store, [CHAT])
        alone = store.sessions.rows([SESSION])[0]
        of_history = [
            (edit.tool_call_id, edit.path, edit.time_ms) for edit in store.edits.of_session(SESSION)
        ]
    for step in (1, 2) if order == "hooks first" else (2, 1):
        if step == 1:
            for value in map(json.loads, EVENTS):
                send(KIND, value | {"transcript_path": "/nowhere"})
        else:
            with Store(database) as store:
                import_histories(store, [CHAT])
    counts = rows("SELECT messages, parts, prompts, edits FROM sessions")
    assert counts == [(alone.messages, alone.parts, alone.prompts, alone.edits)]
    assert sorted(rows("SELECT tool_call_id, path, time_ms FROM diff_traces")) == sorted(of_history)


def test_a_call_that_failed_made_no_edit(send: Send, rows: Rows) -> None:
    response = {"llmContent": "no such string", "returnDisplay": "failed", "error": {"message": "x"}}
    send(KIND, event("AfterTool", tool_response=response))
    assert rows("SELECT status, text FROM parts") == [("error", "failed")]
    assert rows("SELECT count(*) FROM diff_traces") == [(0,)]


@pytest.mark.parametrize("missing", ["session_id", "hook_event_name", "tool_name"])
def test_an_event_without_its_shape_is_kept_with_the_reason(send: Send, rows: Rows, missing: str) -> None:
    send(KIND, event("AfterTool", **{missing: None}))
    assert rows("SELECT kind, reason FROM rejected_payloads") == [(KIND, f"{missing} is missing")]
