"""Edits: normalised payloads and raw events of Claude Code's edit tools."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.ingest.payloads import Result

Send = Callable[..., Result]
Rows = Callable[..., list[tuple[object, ...]]]
NOW_MS = 1_760_000_000_000

DIFF = "--- a/src/a.py\n+++ b/src/a.py\n@@ -1,2 +1,2 @@\n import os\n-x = 0\n+x = 1\n"
NEW_FILE = "diff --git a/b.py b/b.py\nnew file mode 100644\n--- /dev/null\n+++ b/b.py\n@@ -0,0 +1 @@\n+pass\n"
PAYLOAD = {"sessionID": "s1", "diff": DIFF, "time": 5_000, "tool_name": "opencode"}


def edit_event(**facts: object) -> dict[str, object]:
    """An ``Edit`` of /w/src/a.py as Claude Code tells it."""
    hunk = {
        "oldStart": 1,
        "oldLines": 2,
        "newStart": 1,
        "newLines": 2,
        "lines": [" import os", "-x = 0", "+x = 1"],
    }
    strings = {"old_string": "x = 0", "new_string": "x = 1"}
    return {
        "hook_event_name": "PostToolUse",
        "session_id": "abc",
        "cwd": "/w",
        "tool_name": "Edit",
        "tool_use_id": "toolu_1",
        "tool_input": {"file_path": "/w/src/a.py", **strings},
        "tool_response": {"filePath": "/w/src/a.py", "structuredPatch": [hunk], "originalFile": None},
        **facts,
    }


def transcript_with(path: Path, tool_use_id: str, model: str) -> Path:
    """A transcript whose last assistant record holds the call."""
    block = {"type": "tool_use", "id": tool_use_id, "name": "Edit", "input": {}}
    message = {"id": f"msg_{tool_use_id}", "model": model, "content": [block]}
    record = {"type": "assistant", "uuid": "u", "version": "2.1.220", "message": message}
    result = {"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": tool_use_id}]}}
    path.write_text("".join(json.dumps(line) + "\n" for line in ({"type": "summary"}, record, result)))
    return path


def touched(patch: object) -> list[tuple[str, int, str]]:
    """Kind, number and content of the touched lines of a stored patch."""
    (file,) = json.loads(str(patch))["files"]
    return [
        (line["kind"], line["line_number"], line["content"])
        for hunk in file["hunks"]
        for line in hunk["lines"]
    ]


def test_a_payload_is_one_edit_with_its_facts(send: Send, rows: Rows) -> None:
    facts = {"model_id": "openai/gpt-5.5", "tool_version": "1.2", "tool": "patch", "cwd": "/w"}
    result = send("diff-trace", PAYLOAD | facts | {"repository_url": "https://x/y", "model": "ignored"})
    summary = "diff-trace: attempted=1 persisted_edits=1 updated=0 duplicates=0 skipped=0"
    assert result == Result((), summary, stored=1)
    ((patch, payload, *rest),) = rows(
        "SELECT patch, payload, session_id, model_id, tool, tool_name, tool_version, time_ms, path, cwd, "
        "added, removed, precision FROM diff_traces"
    )
    assert rest == [
        "oc_s1", "openai/gpt-5.5", "patch", "opencode", "1.2", 5_000, "src/a.py", "/w", 1, 1, "vendor_diff",
    ]  # fmt: skip
    assert touched(patch) == [("removed", 2, "x = 0"), ("added", 2, "x = 1")]
    assert isinstance(payload, bytes)
    assert json.loads(zlib.decompress(payload))["diff"] == DIFF
    assert rows("SELECT id, agent, cwd, repository_url, edits, added, removed, models FROM sessions") == [
        ("oc_s1", "opencode", "/w", "https://x/y", 1, 1, 1, '["openai/gpt-5.5"]')
    ]


def test_a_diff_of_several_files_is_an_edit_of_each(send: Send, rows: Rows) -> None:
    send("diff-trace", PAYLOAD | {"diff": DIFF + NEW_FILE})
    assert rows("SELECT path, base_hash FROM diff_traces ORDER BY path") == [
        ("b.py", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        ("src/a.py", None),
    ]


def test_two_sections_about_one_file_are_one_edit(send: Send, rows: Rows) -> None:
    later = "--- a/src/a.py\n+++ b/src/a.py\n@@ -9 +9 @@\n-y\n+z\n"
    send("diff-trace", PAYLOAD | {"diff": DIFF + later, "tool_call_id": "c"})
    ((patch,),) = rows("SELECT patch FROM diff_traces")
    assert [number for _, number, _ in touched(patch)] == [2, 2, 9, 9]


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [
        ({"tool_call_id": "c"}, {"tool_call_id": "c", "time": 6_000}, 1),
        ({"tool_call_id": "c"}, {"tool_call_id": "d"}, 2),
        ({"tool_call_id": "c"}, {"tool_call_id": "c", "sessionID": "s2"}, 2),
        ({"message_id": "m"}, {"message_id": "m", "time": 6_000}, 1),
        ({"message_id": "m"}, {"message_id": "n"}, 2),
        ({}, {}, 1),
        ({}, {"time": 6_000}, 2),
        ({}, {"diff": NEW_FILE}, 2),
    ],
)
def test_which_payloads_are_the_same_edit(
    send: Send, rows: Rows, first: dict[str, object], second: dict[str, object], edits: int
) -> None:
    send("diff-trace", PAYLOAD | first)
    send("diff-trace", PAYLOAD | second)
    assert rows("SELECT count(*) FROM diff_traces") == [(edits,)]


def test_a_messages_later_diff_replaces_the_earlier(send: Send, rows: Rows) -> None:
    grown = DIFF.replace("@@ -1,2 +1,2 @@", "@@ -1,2 +1,3 @@") + "+y = 2\n"
    send("diff-trace", PAYLOAD | {"message_id": "m"})
    assert str(
        send("diff-trace", PAYLOAD | {"message_id": "m", "diff": grown, "time": 6_000}).summary
    ).endswith("persisted_edits=0 updated=1 duplicates=0 skipped=0")
    send("diff-trace", PAYLOAD | {"message_id": "m"})
    assert rows("SELECT added, time_ms FROM diff_traces") == [(2, 6_000)]


def test_a_payload_again_with_its_model_fills_it_in(send: Send, rows: Rows) -> None:
    send("diff-trace", PAYLOAD | {"tool_call_id": "c"})
    send("diff-trace", PAYLOAD | {"tool_call_id": "c", "model_id": "m"})
    assert rows("SELECT model_id FROM diff_traces") == [("m",)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"sessionID": None}, "sessionID is missing"),
        ({"sessionID": ""}, "sessionID must not be empty"),
        ({"diff": " \n"}, "diff must not be empty"),
        ({"diff": "just words"}, "diff: no file header found"),
        ({"diff": "--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n-a\n"}, "diff: line 3: the hunk has fewer lines"),
        ({"time": "5000"}, "time must be a whole number of Unix milliseconds, not a string"),
        ({"time": True}, "time must be a whole number"),
        ({"time": -1}, "time must be between 0 and 2^63-1"),
        ({"tool_name": 3}, "tool_name must be a string"),
        ({"model_id": ""}, "model_id must not be empty"),
    ],
)
def test_a_payload_that_is_not_as_it_should_be_is_rejected_whole(
    send: Send, rows: Rows, change: dict[str, object], complaint: str
) -> None:
    result = send("diff-trace", PAYLOAD | change)
    assert (result.summary, len(result.complaints)) == (None, 1)
    assert result.complaints[0].startswith(f"rejected: {complaint}")
    assert rows("SELECT (SELECT count(*) FROM rejected_payloads), (SELECT count(*) FROM diff_traces)") == [
        (1, 0)
    ]


def test_an_edit_event_takes_its_model_from_the_transcript(send: Send, rows: Rows, tmp_path: Path) -> None:
    transcript = transcript_with(tmp_path / "t.jsonl", "toolu_1", "claude-opus-4-6")
    assert send("diff-trace", edit_event(transcript_path=str(transcript))) == Result((), None, stored=1)
    ((patch, *rest),) = rows(
        "SELECT patch, session_id, message_id, tool_call_id, model_id, tool, tool_name, tool_version, "
        "time_ms, path, cwd, precision FROM diff_traces"
    )
    assert rest == [
        "cc_abc", "msg_toolu_1", "toolu_1", "claude-opus-4-6", "Edit", "claude", "2.1.220", NOW_MS,
        "/w/src/a.py", "/w", "vendor_diff",
    ]  # fmt: skip
    assert touched(patch) == [("removed", 2, "x = 0"), ("added", 2, "x = 1")]
    assert json.loads(str(patch))["files"][0]["new_path"] == "src/a.py"


def test_the_events_own_model_and_time_come_first(send: Send, rows: Rows, tmp_path: Path) -> None:
    transcript = transcript_with(tmp_path / "t.jsonl", "toolu_1", "claude-opus-4-6")
    event = edit_event(
        transcript_path=str(transcript), model="claude-haiku-4-5", timestamp="2025-10-09T09:00:00Z"
    )
    send("diff-trace", event)
    assert rows("SELECT model_id, time_ms FROM diff_traces") == [("claude-haiku-4-5", 1_760_000_400_000)]


@pytest.mark.parametrize("model", ["<synthetic>", ""])
def test_a_model_that_is_none_is_not_made_up(send: Send, rows: Rows, tmp_path: Path, model: str) -> None:
    transcript = transcript_with(tmp_path / "t.jsonl", "toolu_1", model)
    send("diff-trace", edit_event(transcript_path=str(transcript)))
    assert rows("SELECT model_id FROM diff_traces") == [(None,)]


@pytest.mark.parametrize("transcript", ["/nowhere/t.jsonl", "/dev/null", "/", "bad\0name"])
def test_an_edit_is_stored_without_a_model_when_there_is_no_transcript(
    send: Send, rows: Rows, transcript: str
) -> None:
    assert send("diff-trace", edit_event(transcript_path=transcript)) == Result((), None, stored=1)
    assert rows("SELECT model_id, message_id FROM diff_traces") == [(None, None)]
    result = send("diff-trace", edit_event(transcript_path=transcript, agent_id="f00"))
    assert result == Result((), None, stored=1)


def test_a_created_file_is_all_its_lines(send: Send, rows: Rows) -> None:
    written = {"type": "create", "filePath": "/w/n.py", "content": "a\nb\n", "structuredPatch": []}
    event = edit_event(tool_name="Write", tool_input={"file_path": "/w/n.py", "content": "a\nb\n"})
    send("diff-trace", event | {"tool_response": written})
    ((patch,),) = rows("SELECT patch FROM diff_traces")
    assert touched(patch) == [("added", 1, "a"), ("added", 2, "b")]


def test_a_sub_agents_edit_belongs_to_its_own_session(send: Send, rows: Rows, tmp_path: Path) -> None:
    folder = tmp_path / "main" / "subagents"
    folder.mkdir(parents=True)
    transcript_with(folder / "agent-f00.jsonl", "toolu_1", "claude-haiku-4-5")
    send("diff-trace", edit_event(agent_id="f00", transcript_path=str(tmp_path / "main.jsonl")))
    assert rows(
        "SELECT d.session_id, d.model_id, s.parent_id FROM diff_traces d JOIN sessions s ON s.id = session_id"
    ) == [("cc_f00", "claude-haiku-4-5", "cc_abc")]


@pytest.mark.parametrize(
    "event",
    [
        edit_event(
            tool_name="Bash", tool_input={"command": "sed -i s/0/1/ a.py"}, tool_response={"stdout": ""}
        ),
        edit_event(tool_name="Read"),
        edit_event(hook_event_name="PreToolUse"),
        edit_event(hook_event_name="Stop"),
        edit_event(tool_response="Error: File has not been read yet."),
        edit_event(tool_response={"filePath": "/w/src/a.py", "structuredPatch": [], "staged": True}),
    ],
)
def test_events_that_wrote_nothing_leave_nothing(send: Send, rows: Rows, event: dict[str, object]) -> None:
    assert send("diff-trace", event) == Result((), None)
    assert (
        rows(
            "SELECT id FROM diff_traces UNION SELECT id FROM rejected_payloads UNION SELECT id FROM sessions"
        )
        == []
    )


def test_an_edit_event_of_an_unknown_shape_is_kept_for_later(send: Send, rows: Rows) -> None:
    result = send(
        "diff-trace", edit_event(tool_response={"filePath": "/w/src/a.py", "structuredPatch": "new form"})
    )
    assert result.summary is None
    assert result.complaints[0].startswith("rejected: structuredPatch")
    assert rows("SELECT kind FROM rejected_payloads") == [("diff-trace",)]
