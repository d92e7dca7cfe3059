"""``hook --agent copilot``: events in the shapes of Copilot CLI's hooks, and its history of the same."""

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

KIND = "hook --agent copilot"
SESSION = "0d6a4c52-2d3b-4a57-9f38-6a3f5f0be001"
FOLDER = "/home/ada/shop"
NOW_MS = 1_795_000_000_000
CREATE = {"path": f"{FOLDER}/tax.py", "file_text": "RATE = 19\n"}
REPLACE = {"path": f"{FOLDER}/cart.py", "old_str": "total = 0\n", "new_str": "total = Decimal(0)\n"}
DONE = {"resultType": "success", "textResultForLlm": "Done"}


def event(seconds: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - an event's own fields
    return {"sessionId": SESSION, "timestamp": NOW_MS + seconds * 1000, "cwd": FOLDER} | fields


def tool(seconds: int, name: str, arguments: object, result: object = DONE) -> dict[str, Any]:
    return event(seconds, toolName=name, toolArgs=arguments, toolResult=result)


EVENTS = [
    event(0, source="new", initialPrompt="Sum with decimals"),
    event(1, prompt="Sum with decimals"),
    event(3, toolName="edit", toolArgs=json.dumps(REPLACE)),
    tool(4, "edit", json.dumps(REPLACE)),
    tool(6, "create", CREATE),
    tool(8, "bash", {"command": "pytest -q"}, {"resultType": "failure", "textResultForLlm": "1 failed"}),
    event(9, stopReason="end_turn", transcriptPath="/nowhere"),
]


def test_a_session_is_its_prompt_its_calls_and_its_edits(run: Run, rows: Rows) -> None:
    for value in EVENTS:
        for _ in range(2):
            said = run("hook", "--agent", "copilot", "--strict", stdin=json.dumps(value).encode())
            assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    assert rows("SELECT id, agent, cwd FROM sessions") == [(f"cp_{SESSION}", "copilot", FOLDER)]
    parts = "SELECT role, type, tool, status, parts.text FROM parts JOIN messages USING (message_id)"
    assert rows(f"{parts} ORDER BY parts.id") == [
        ("user", "text", None, None, "Sum with decimals"),
        ("assistant", "tool", "edit", "completed", "Done"),
        ("assistant", "tool", "create", "completed", "Done"),
        ("assistant", "tool", "bash", "error", "1 failed"),
    ]
    assert rows("SELECT path, precision, added, removed FROM diff_traces ORDER BY path") == [
        (f"{FOLDER}/cart.py", "strings", 1, 1),
        (f"{FOLDER}/tax.py", "strings", 1, 0),
    ]


def test_events_named_as_claude_codes_are_read_too(send: Send, rows: Rows) -> None:
    named = {"session_id": SESSION, "cwd": FOLDER, "timestamp": "2026-11-16T10:26:40.000Z"}
    send(KIND, named | {"hook_event_name": "UserPromptSubmit", "prompt": "Sum with decimals"})
    send(
        KIND,
        named | {
            "hook_event_name": "PostToolUse", "tool_name": "edit", "tool_input": REPLACE,
            "tool_result": {"result_type": "success", "text_result_for_llm": "Done"},
        },
    )  # fmt: skip
    assert rows("SELECT role FROM messages ORDER BY id") == [("user",), ("assistant",)]
    assert rows("SELECT path, time_ms FROM diff_traces") == [(f"{FOLDER}/cart.py", 1_794_824_800_000)]


@pytest.mark.parametrize("kind", ["failure", "denied", "rejected"])
def test_a_call_that_failed_or_was_refused_made_no_edit(send: Send, rows: Rows, kind: str) -> None:
    send(KIND, tool(1, "create", CREATE, {"resultType": kind, "textResultForLlm": "no"}))
    assert rows("SELECT status FROM parts") == [("error",)]
    assert rows("SELECT count(*) FROM diff_traces") == [(0,)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (tool(1, "create", CREATE) | {"sessionId": None}, "sessionId is missing"),
        (tool(1, "create", CREATE) | {"toolName": 3}, "toolName must be a string, not a number"),
        (event(1, prompt=["x"]), "prompt must be a string, not an array"),
    ],
)
def test_an_event_without_its_shape_is_kept_with_the_reason(
    send: Send, rows: Rows, value: object, reason: str
) -> None:
    send(KIND, value)
    assert rows("SELECT kind, reason FROM rejected_payloads") == [(KIND, reason)]


def test_arguments_that_cannot_be_read_do_not_cost_the_call(send: Send, rows: Rows) -> None:
    assert len(send(KIND, tool(1, "create", {"file_text": "x"})).complaints) == 1
    assert rows("SELECT tool FROM parts") == [("create",)]


def history(folder: Path) -> Path:
    """The same conversation as Copilot CLI keeps it, with the calls' ids and the models."""
    path = folder / "session-state" / SESSION / "events.jsonl"
    path.parent.mkdir(parents=True)
    calls: list[tuple[str, int, str, dict[str, Any], bool]] = [
        ("c1", 4, "edit", REPLACE, True), ("c2", 6, "create", CREATE, True),
        ("c3", 8, "bash", {"command": "pytest -q"}, False),
    ]  # fmt: skip
    records: list[tuple[int, str, dict[str, Any]]] = [
        (
            0,
            "session.start",
            {"sessionId": SESSION, "context": {"cwd": FOLDER}, "selectedModel": "gpt-5-mini"},
        ),
        (1, "user.message", {"content": "Sum with decimals"}),
    ]
    for call, seconds, name, arguments, success in calls:
        request = {"toolCallId": call, "name": name, "arguments": json.dumps(arguments)}
        records += [
            (seconds - 1, "assistant.message", {
                "messageId": f"m-{call}", "content": "", "toolRequests": [request],
            }),
            (seconds, "tool.execution_complete", {
                "toolCallId": call, "success": success, "result": {"content": "Done"},
            }),
        ]  # fmt: skip
    lines = [
        json.dumps({
            "type": name, "data": data, "id": f"e{place}", "parentId": f"e{place - 1}",
            "timestamp": f"2026-11-18T11:06:{40 + seconds:02}.000Z",
        })
        for place, (seconds, name, data) in enumerate(records)
    ]  # fmt: skip
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize("order", ["hooks first", "history first"])
def test_hooks_and_history_together_are_one_of_each(
    send: Send, rows: Rows, database: Path, tmp_path: Path, order: str
) -> None:
    events = history(tmp_path)
    if order == "history first":
        with Store(database) as store:
            import_histories(store, [events])
    for value in EVENTS:
        assert send(KIND, value).complaints == ()
        assert send(KIND, value).complaints == ()
    if order == "hooks first":
        with Store(database) as store:
            import_histories(store, [events])
    assert rows("SELECT messages, parts, edits, models FROM sessions") == [(4, 4, 2, '["gpt-5-mini"]')]
    assert rows("SELECT tool_call_id, model_id FROM diff_traces ORDER BY tool_call_id") == [
        ("c1", "gpt-5-mini"),
        ("c2", "gpt-5-mini"),
    ]
    assert rows("SELECT count(*) FROM messages WHERE message_id LIKE 'hook-%'") == [(0,)]
