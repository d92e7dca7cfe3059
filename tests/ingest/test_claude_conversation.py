"""Raw hook events of Claude Code as a conversation."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.ingest.payloads import Result

Send = Callable[..., Result]
Rows = Callable[..., list[tuple[object, ...]]]
NOW_MS = 1_760_000_000_000


def event(name: str, **facts: object) -> dict[str, object]:
    return {"hook_event_name": name, "session_id": "abc", "cwd": "/w", **facts}


def assistant(message_id: str, *blocks: dict[str, object], model: str = "claude-opus-4-6") -> str:
    message = {"id": message_id, "role": "assistant", "model": model, "content": list(blocks)}
    record = {"type": "assistant", "uuid": f"u-{message_id}", "timestamp": "2025-10-09T08:53:20.500Z"}
    return json.dumps(record | {"version": "2.1.220", "gitBranch": "main", "message": message}) + "\n"


BASH = event(
    "PostToolUse",
    tool_name="Bash",
    tool_use_id="toolu_1",
    tool_input={"command": "ls"},
    tool_response={"stdout": "a.py", "stderr": "warned", "interrupted": False},
)


def test_a_prompt_is_a_user_message_with_its_text(send: Send, rows: Rows) -> None:
    result = send("conversation-trace", event("UserPromptSubmit", prompt="make uploads survive"))
    assert result == Result((), None, stored=2)
    assert rows(
        "SELECT m.session_id, m.role, m.generated_at_unix_ms, p.type, p.text FROM messages m "
        "JOIN parts p USING (session_id, message_id)"
    ) == [("cc_abc", "user", NOW_MS, "text", "make uploads survive")]
    assert rows("SELECT id, agent, native_id, cwd, prompts FROM sessions") == [
        ("cc_abc", "claude", "abc", "/w", 1)
    ]


def test_the_same_event_twice_is_one_message(send: Send, rows: Rows) -> None:
    prompt = event("UserPromptSubmit", prompt="continue")
    send("conversation-trace", prompt, NOW_MS)
    send("conversation-trace", prompt, NOW_MS + 900)
    assert rows("SELECT count(*) FROM messages") == [(1,)]
    assert rows("SELECT count(*) FROM parts") == [(1,)]


def test_the_same_words_minutes_later_are_a_message_of_their_own(send: Send, rows: Rows) -> None:
    for minute in range(3):
        send("conversation-trace", event("UserPromptSubmit", prompt="continue"), NOW_MS + minute * 60_000)
    assert rows("SELECT generated_at_unix_ms - ? FROM messages ORDER BY id", NOW_MS) == [
        (0,),
        (60_000,),
        (120_000,),
    ]


def test_a_prompt_id_tells_two_equal_prompts_apart_at_once(send: Send, rows: Rows) -> None:
    for prompt_id in ("p1", "p2", "p1"):
        send("conversation-trace", event("UserPromptSubmit", prompt="continue", prompt_id=prompt_id))
    assert rows("SELECT count(*) FROM messages") == [(2,)]


def test_a_prompt_that_was_imported_already_is_that_message(send: Send, rows: Rows) -> None:
    imported = {"session_id": "abc", "message_id": "uuid-1", "generated_at_unix_ms": NOW_MS - 40}
    message = imported | {"type": "message", "role": "user"}
    part = imported | {"type": "message.part", "part_id": "uuid-1:0", "part_type": "text", "text": "continue"}
    send("conversation-trace", {"tool_name": "claude", "payloads": [message, part]})
    send("conversation-trace", event("UserPromptSubmit", prompt="continue"))
    assert rows("SELECT message_id, part_id FROM parts") == [("uuid-1", "uuid-1:0")]
    assert rows("SELECT message_id FROM messages") == [("uuid-1",)]


def test_a_tool_call_is_a_tool_part_with_input_and_output(send: Send, rows: Rows) -> None:
    send("conversation-trace", BASH)
    assert rows("SELECT part_id, type, tool, tool_call_id, input, text, status FROM parts") == [
        ("toolu_1", "tool", "Bash", "toolu_1", '{"command":"ls"}', "a.py\nwarned", "completed")
    ]
    assert rows("SELECT role FROM messages") == [("assistant",)]


def test_a_tool_call_joins_the_message_that_the_transcript_names(
    send: Send, rows: Rows, tmp_path: Path
) -> None:
    transcript = tmp_path / "abc.jsonl"
    transcript.write_text(
        assistant("msg_1", {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}})
    )
    send("conversation-trace", BASH | {"transcript_path": str(transcript)})
    assert rows("SELECT message_id, model_id, generated_at_unix_ms FROM messages") == [
        ("msg_1", "claude-opus-4-6", NOW_MS + 500)
    ]
    assert rows("SELECT branch, agent_version, models FROM sessions") == [
        ("main", "2.1.220", '["claude-opus-4-6"]')
    ]


def test_a_tool_call_seen_before_its_transcript_stays_one_part(
    send: Send, rows: Rows, tmp_path: Path
) -> None:
    send("conversation-trace", BASH)
    transcript = tmp_path / "abc.jsonl"
    transcript.write_text(
        assistant("msg_1", {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}})
    )
    send("conversation-trace", BASH | {"transcript_path": str(transcript)})
    assert rows("SELECT count(*) FROM parts") == [(1,)]
    assert rows("SELECT model_id FROM messages") == [("claude-opus-4-6",)]


def test_whole_files_in_a_tools_answer_are_not_kept_as_its_output(send: Send, rows: Rows) -> None:
    answer = {"filePath": "/w/a", "originalFile": "x" * 50, "structuredPatch": []}
    send("conversation-trace", BASH | {"tool_name": "Edit", "tool_response": answer})
    assert rows("SELECT text FROM parts") == [('{"filePath":"/w/a","structuredPatch":[]}',)]


def test_a_failed_call_is_a_tool_part_with_its_error(send: Send, rows: Rows) -> None:
    send("conversation-trace", {**BASH, "hook_event_name": "PostToolUseFailure", "error": "no such file"})
    assert rows("SELECT text, status FROM parts") == [("no such file", "error")]


def test_the_last_words_of_a_turn_are_an_assistants_message(send: Send, rows: Rows) -> None:
    send("conversation-trace", event("Stop", stop_hook_active=False, last_assistant_message="Done."))
    assert rows("SELECT m.role, p.text FROM messages m JOIN parts p USING (message_id)") == [
        ("assistant", "Done.")
    ]


def test_the_last_words_take_id_and_model_from_the_transcript(send: Send, rows: Rows, tmp_path: Path) -> None:
    transcript = tmp_path / "abc.jsonl"
    transcript.write_text(
        assistant("msg_9", {"type": "text", "text": "Done.\nAll “green”."}, model="claude-haiku-4-5")
    )
    send(
        "conversation-trace",
        event("Stop", last_assistant_message="Done.\nAll “green”.", transcript_path=str(transcript)),
    )
    assert rows("SELECT message_id, model_id FROM messages") == [("msg_9", "claude-haiku-4-5")]


def test_a_sub_agents_call_belongs_to_its_own_session(send: Send, rows: Rows, tmp_path: Path) -> None:
    transcript = tmp_path / "abc.jsonl"
    transcript.write_text("")
    own = tmp_path / "abc" / "subagents" / "agent-f00.jsonl"
    own.parent.mkdir(parents=True)
    own.write_text(assistant("msg_sub", {"type": "tool_use", "id": "toolu_1"}, model="claude-haiku-4-5"))
    send("conversation-trace", BASH | {"agent_id": "f00", "transcript_path": str(transcript)})
    assert rows("SELECT id, native_id, parent_id, models FROM sessions") == [
        ("cc_f00", "f00", "cc_abc", '["claude-haiku-4-5"]')
    ]


def test_the_start_of_a_session_tells_of_it(send: Send, rows: Rows) -> None:
    send("conversation-trace", event("SessionStart", source="startup", session_title="Uploads"))
    assert rows("SELECT id, title, cwd, started_ms, messages FROM sessions") == [
        ("cc_abc", "Uploads", "/w", NOW_MS, 0)
    ]


@pytest.mark.parametrize("name", ["SessionEnd", "Notification", "PreToolUse", "SomethingNew", "Stop"])
def test_events_that_tell_nothing_are_accepted_and_leave_nothing(send: Send, rows: Rows, name: str) -> None:
    assert send("conversation-trace", event(name)) == Result((), None)
    assert rows("SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM rejected_payloads)") == [(0,)]


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ({"hook_event_name": "Stop"}, "session_id is missing"),
        ({"hook_event_name": 5, "session_id": "a"}, "hook_event_name must be a string"),
        (event("UserPromptSubmit"), "prompt is missing"),
        (event("PostToolUse", tool_use_id="t"), "tool_name is missing"),
        (event("PostToolUse", tool_name="Bash", tool_input="ls"), "tool_input must be an object"),
    ],
)
def test_an_event_of_another_shape_is_rejected(send: Send, payload: object, complaint: str) -> None:
    (said,) = send("conversation-trace", payload).complaints
    assert said.startswith(f"rejected: {complaint}")
