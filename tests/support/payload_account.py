"""Payloads in every shape that ``byline-ingest`` takes, and whether a call of it accounted for its own."""

import json
import random
import re
import subprocess
from collections.abc import Iterator
from typing import Any

_LINE = re.compile(
    rb"^(?:conversation-trace: attempted=(\d+) persisted_messages=(\d+) persisted_parts=(\d+)|"
    rb"diff-trace: attempted=(\d+) persisted_edits=(\d+)) updated=(\d+) duplicates=(\d+) skipped=(\d+)\n$"
)
_DIFF = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
_PLACE = {"session_id": "s", "message_id": "m", "generated_at_unix_ms": 5}
_HUNK = {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-a", "+b"]}

PAYLOADS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("conversation-trace", {"tool_name": "pi", "payloads": [
        _PLACE | {
            "type": "message", "role": "user", "tokens": {"input": 1, "cache": {"read": 2}}, "cost": 0.5,
        },
        _PLACE | {"type": "message.part", "part_type": "text", "text": "hello"},
        _PLACE | {"type": "message.part", "part_type": "patch", "text": _DIFF},
    ]}),
    ("conversation-trace", {"type": "message.part.updated", "payloads": [
        _PLACE | {
            "part_type": "tool", "text": "out", "tool": "bash", "tool_call_id": "c", "status": "running",
        },
    ]}),
    ("diff-trace", {
        "sessionID": "s", "diff": _DIFF, "time": 1, "tool_name": "pi", "tool_call_id": "c", "message_id": "m",
    }),
    ("hook --agent claude", {
        "hook_event_name": "PostToolUse", "session_id": "abc", "cwd": "/w", "tool_name": "Edit",
        "tool_use_id": "t1", "model": "opus", "transcript_path": "/nowhere", "agent_id": "f00",
        "timestamp": "2026-01-01T00:00:00Z",
        "tool_input": {"file_path": "/w/a", "old_string": "a", "new_string": "b"},
        "tool_response": {"filePath": "/w/a", "structuredPatch": [_HUNK]},
    }),
    ("hook --agent claude", {
        "hook_event_name": "PostToolUse", "session_id": "abc", "cwd": "/w", "tool_name": "Bash",
        "tool_use_id": "t2", "tool_input": {"command": "sed -i s/a/b/ a"},
        "tool_response": {"stdout": "", "bashEditDiff": {"files": [{"filePath": "/w/a", "hunks": [_HUNK]}]}},
    }),
    ("hook --agent codex", {
        "hook_event_name": "PostToolUse", "session_id": "abc", "turn_id": "1", "cwd": "/w", "model": "gpt",
        "tool_name": "apply_patch", "tool_use_id": "t3", "tool_response": "Success.",
        "tool_input": {"command": "*** Begin Patch\n*** Update File: a\n@@\n-a\n+b\n*** End Patch\n"},
    }),
    ("hook --agent gemini", {
        "hook_event_name": "AfterTool", "session_id": "abc", "cwd": "/w", "timestamp": "2026-01-01T00:00:00Z",
        "tool_name": "replace", "tool_input": {"file_path": "/w/a", "old_string": "a", "new_string": "b"},
        "tool_response": {"llmContent": "ok", "returnDisplay": {
            "fileName": "a", "filePath": "/w/a", "originalContent": "a\n", "newContent": "b\n",
        }},
    }),
    ("hook --agent cursor", {
        "hook_event_name": "postToolUse", "conversation_id": "abc", "generation_id": "g", "model": "auto",
        "workspace_roots": ["/w"], "tool_name": "StrReplace", "tool_use_id": "t4", "tool_output": "{}",
        "tool_input": {"path": "/w/a", "old_string": "a", "new_string": "b"},
    }),
    ("hook --agent cursor", {
        "hook_event_name": "afterFileEdit", "conversation_id": "abc", "generation_id": "g", "model": "auto",
        "workspace_roots": ["/w"], "file_path": "/w/a", "edits": [{"old_string": "a", "new_string": "b"}],
    }),
    ("hook --agent copilot", {
        "sessionId": "abc", "timestamp": 1_760_000_000_000, "cwd": "/w", "toolName": "edit",
        "toolArgs": '{"path": "/w/a", "old_str": "a", "new_str": "b"}',
        "toolResult": {"resultType": "success", "textResultForLlm": "ok"},
    }),
    ("hook --agent opencode", {"sessionID": "s", "diff": _DIFF, "time": 1, "before": "a\n", "after": "b\n"}),
)  # fmt: skip
"""Kind and payload, each whole and right."""

ODD: tuple[object, ...] = (
    None, True, 0, -1, 2**63, 1.5, 1e300, "", " ", "x", "\0", "\ud800", "pending", "user", "message", [], {},
    [None], {"a": []}, ["x"], "2026", _DIFF, "{}", [[]], "../../etc", "/w/\n", "auto",
)  # fmt: skip
"""What a value may be replaced by that its format does not expect."""


def places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every place of a payload: what holds it, and the key or index."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def broken(count: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """So many payloads with one thing wrong: a value replaced or removed, or bytes cut off or changed."""
    for _ in range(count):
        kind, payload = chance.choice(PAYLOADS)
        value = json.loads(json.dumps(payload))
        holder, key = chance.choice(list(places(value)))
        if chance.random() < 0.3:
            del holder[key]
        else:
            holder[key] = chance.choice(ODD)
        data = json.dumps(value).encode()
        if chance.random() < 0.2:
            at = chance.randrange(len(data))
            data = data[:at] + (
                b"" if chance.random() < 0.5 else bytes([chance.randrange(256)]) + data[at + 1 :]
            )
        yield kind, data


def account_of(said: "subprocess.CompletedProcess[bytes]") -> str | None:
    """What is wrong with what a strict call said of what it did; None when everything is accounted for."""
    if b"Traceback" in said.stderr or b"internal error" in said.stderr:
        return f"it failed: {said.stderr.decode('utf-8', 'replace')}"
    if said.returncode not in {0, 3}:
        return f"it ended with {said.returncode}"
    if bool(said.stderr) != (said.returncode == 3):
        return f"it ended with {said.returncode}, and said {said.stderr!r}"
    if not said.stdout:
        return None
    found = _LINE.match(said.stdout)
    if found is None:
        return f"its line is none: {said.stdout!r}"
    attempted, *counts = (int(count) for count in found.groups() if count is not None)
    if attempted != sum(counts):
        return f"its counts do not add up: {said.stdout!r}"
    skipped = said.stderr.count(b" skipped: ")
    return None if skipped == counts[-1] else f"it named {skipped} of {counts[-1]} skipped items"
