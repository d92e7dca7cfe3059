"""``hook --agent cursor``: events in the shapes of Cursor's hooks, and its transcript of the same."""

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

KIND = "hook --agent cursor"
SESSION = "5b0f7c1e-7f55-4d2f-9a53-0c61d5f6a001"
FOLDER = "/home/ada/shop"
NOW_MS = 1_795_000_000_000
REPLACE = {"path": f"{FOLDER}/cart.py", "old_string": "total = 0\n", "new_string": "total = Decimal(0)\n"}
CREATE = {"path": f"{FOLDER}/tax.py", "contents": "RATE = 19\n"}


def event(name: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - an event's own fields
    common = {
        "conversation_id": SESSION, "generation_id": "gen-1", "model": "claude-4.5-sonnet-thinking",
        "hook_event_name": name, "cursor_version": "2.4.21", "workspace_roots": [FOLDER],
        "user_email": "ada@example.com", "transcript_path": None,
    }  # fmt: skip
    return common | fields


def tool(name: str, arguments: dict[str, Any], call: str, output: str = "{}") -> dict[str, Any]:
    return event(
        "postToolUse", tool_name=name, tool_input=arguments, tool_use_id=call, cwd=FOLDER, tool_output=output,
        duration=12,
    )  # fmt: skip


EVENTS = [
    event("sessionStart", session_id=SESSION, composer_mode="agent"),
    event("beforeSubmitPrompt", prompt="Sum with decimals", attachments=[]),
    event("afterAgentThought", text="Decimal it is."),
    tool("StrReplace", REPLACE, "call-1", '{"ok": true}'),
    tool("Write", CREATE, "call-2"),
    tool("Shell", {"command": "pytest -q"}, "call-3", "2 passed"),
    event("afterAgentResponse", text="Sums are decimals now."),
    event("stop", status="completed", loop_count=0),
]


def send_all(send: Send) -> None:
    for place, value in enumerate(EVENTS):
        assert send(KIND, value, NOW_MS + place * 1000).complaints == ()


def test_a_session_is_its_prompt_its_thoughts_its_calls_its_edits_and_its_reply(run: Run, rows: Rows) -> None:
    for value in EVENTS:
        said = run("hook", "--agent", "cursor", "--strict", stdin=json.dumps(value).encode())
        assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    assert rows("SELECT id, agent, cwd FROM sessions") == [(f"cu_{SESSION}", "cursor", FOLDER)]
    parts = (
        "SELECT role, type, tool, parts.text FROM parts JOIN messages USING (message_id) ORDER BY parts.id"
    )
    assert rows(parts) == [
        ("user", "text", None, "Sum with decimals"),
        ("assistant", "reasoning", None, "Decimal it is."),
        ("assistant", "tool", "StrReplace", '{"ok": true}'),
        ("assistant", "tool", "Write", "{}"),
        ("assistant", "tool", "Shell", "2 passed"),
        ("assistant", "text", None, "Sums are decimals now."),
    ]
    assert rows("SELECT path, tool_call_id, precision, model_id FROM diff_traces ORDER BY path") == [
        (f"{FOLDER}/cart.py", "call-1", "strings", "claude-4.5-sonnet-thinking"),
        (f"{FOLDER}/tax.py", "call-2", "strings", "claude-4.5-sonnet-thinking"),
    ]


def test_the_same_events_again_change_nothing(send: Send, rows: Rows) -> None:
    send_all(send)
    send_all(send)
    assert rows("SELECT messages, parts, edits FROM sessions") == [(6, 6, 2)]


@pytest.mark.parametrize("model", ["default", "auto"])
def test_a_model_that_cursor_chose_is_not_known(send: Send, rows: Rows, model: str) -> None:
    send(KIND, tool("Write", CREATE, "c") | {"model": model})
    assert rows("SELECT model_id FROM diff_traces") == [(None,)]


@pytest.mark.parametrize("order", ["file first", "call first"])
def test_the_file_and_the_call_tell_of_one_edit(send: Send, rows: Rows, order: str) -> None:
    pair = {name: REPLACE[name] for name in ("old_string", "new_string")}
    written = event("afterFileEdit", file_path=REPLACE["path"], edits=[pair])
    told = [written, tool("StrReplace", REPLACE, "call-1")]
    for place, value in enumerate(told if order == "file first" else told[::-1]):
        send(KIND, value, NOW_MS + place)
        send(KIND, value, NOW_MS + place)
    assert rows("SELECT tool_call_id FROM diff_traces") == [("call-1",)]


def test_an_older_version_tells_of_the_file_alone(send: Send, rows: Rows) -> None:
    edits = [{"old_string": "a\n", "new_string": "b\n"}, {"old_string": "c\n", "new_string": "d\n"}]
    send(KIND, event("afterFileEdit", file_path="cart.py", edits=edits))
    assert rows("SELECT path, added, removed FROM diff_traces") == [(f"{FOLDER}/cart.py", 2, 2)]
    assert rows("SELECT count(*) FROM messages") == [(0,)]


def test_a_completion_of_cursors_tab_is_an_edit(send: Send, rows: Rows) -> None:
    place = {"start_line_number": 3, "start_column": 1, "end_line_number": 3, "end_column": 4}
    edit = {"old_string": "x\n", "new_string": "y\n", "range": place, "old_line": "x", "new_line": "y"}
    send(KIND, event("afterTabFileEdit", file_path="/w/a.py", edits=[edit], model="tab"))
    assert rows("SELECT tool, model_id, added FROM diff_traces") == [("Tab", "tab", 1)]


def test_a_call_that_failed_made_no_edit(send: Send, rows: Rows) -> None:
    failed = event(
        "postToolUseFailure",
        tool_name="StrReplace",
        tool_input=REPLACE,
        tool_use_id="c",
        error_message="gone",
    )
    send(KIND, failed)
    assert rows("SELECT status, text FROM parts") == [("error", "gone")]
    assert rows("SELECT count(*) FROM diff_traces") == [(0,)]


def test_a_patch_that_cannot_be_read_does_not_cost_the_call(send: Send, rows: Rows) -> None:
    assert len(send(KIND, tool("ApplyPatch", {"patch": "*** Nonsense"}, "c")).complaints) == 1
    assert rows("SELECT tool FROM parts") == [("ApplyPatch",)]
    assert rows("SELECT kind FROM rejected_payloads") == [(KIND,)]


@pytest.mark.parametrize("missing", ["conversation_id", "hook_event_name", "tool_name"])
def test_an_event_without_its_shape_is_kept_with_the_reason(send: Send, rows: Rows, missing: str) -> None:
    send(KIND, tool("Write", CREATE, "c") | {missing: None})
    ((reason,),) = rows("SELECT reason FROM rejected_payloads")
    assert reason == f"{'session_id' if missing == 'conversation_id' else missing} is missing"


def transcript(folder: Path) -> Path:
    """The same conversation as the agent's transcript has it: no ids, times or models."""
    path = folder / ".cursor" / "projects" / "home-ada-shop" / "agent-transcripts" / f"{SESSION}.jsonl"
    path.parent.mkdir(parents=True)
    calls = [("StrReplace", REPLACE), ("Write", CREATE), ("Shell", {"command": "pytest -q"})]
    uses = [{"type": "tool_use", "name": name, "input": arguments} for name, arguments in calls]
    asked = "<user_query>\nSum with decimals\n</user_query>"
    records = [
        {"role": "user", "content": [{"type": "text", "text": asked}]},
        {"role": "assistant", "content": uses},
        {"role": "assistant", "content": [{"type": "text", "text": "Sums are decimals now."}]},
    ]  # fmt: skip
    lines = [json.dumps({"role": each["role"], "message": {"content": each["content"]}}) for each in records]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_hooks_and_history_together_are_one_of_each(
    send: Send, rows: Rows, database: Path, tmp_path: Path
) -> None:
    # What the transcript leaves out (thoughts) is left out here too.
    for place, value in enumerate(EVENTS):
        if value["hook_event_name"] != "afterAgentThought":
            send(KIND, value | {"tool_use_id": None}, NOW_MS + place * 1000)
    with Store(database) as store:
        import_histories(store, [transcript(tmp_path)])
    assert rows("SELECT parts, edits FROM sessions") == [(5, 2)]
    assert rows("SELECT count(*) FROM messages WHERE message_id LIKE 'hook-%'") == [(0,)]
    assert rows("SELECT count(*) FROM diff_traces WHERE tool_call_id LIKE 'hook-%'") == [(0,)]
