"""Standard inputs that nobody would send on purpose: each is stored, or kept whole with its reason."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[object, ...]]]

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
COMMANDS = ["conversation-trace", "diff-trace", "hook --agent claude", "hook --agent cursor"]
WHOLE = json.dumps(
    {"hook_event_name": "Stop", "session_id": "s", "last_assistant_message": "Grüße, all done"}
)


def edit(diff: str, **fields: object) -> bytes:
    payload = {"sessionID": "s", "diff": diff, "time": 1, "tool_name": "pi", "tool_call_id": "c"}
    return json.dumps(payload | fields).encode()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "nothing on standard input"),
        (b" \n\n", "nothing on standard input"),
        (bytes(range(256)) * 40, "not valid JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not valid JSON"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 2000, "not valid JSON"),
        (WHOLE.encode()[: len(WHOLE) // 2], "not valid JSON"),
        (WHOLE.encode("utf-8").replace(b"\\u00fc", b"\xc3"), "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
    ],
    ids=["empty", "blank", "every byte", "picture", "packed", "cut in half", "half a character", "deep"],
)
def test_what_is_no_document_is_kept_whole_with_the_reason(
    run: Run, rows: Rows, command: str, data: bytes, reason: str
) -> None:
    said = run(*command.split(" "), stdin=data)
    assert (said.returncode, said.stdout) == (0, b"")
    assert b"Traceback" not in said.stderr
    ((kind, payload, told),) = rows("SELECT kind, payload, reason FROM rejected_payloads")
    assert isinstance(payload, bytes)
    assert (kind, zlib.decompress(payload)) == (command, data)
    assert reason in str(told)


@pytest.mark.parametrize("words", ["conversation-trace", "conversation-trace --defer", "post-rewrite amend"])
def test_a_closed_standard_input_is_an_empty_one(database: Path, tmp_path: Path, words: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" --db "$2" {words} <&-', sys.executable, MAIN, str(database)],
        capture_output=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"Traceback" not in done.stderr


def test_a_patch_of_a_million_lines_is_stored_whole(run: Run, rows: Rows) -> None:
    diff = "--- /dev/null\n+++ b/data.csv\n@@ -0,0 +1,1000000 @@\n" + "".join(
        f"+{number}\n" for number in range(1_000_000)
    )
    assert run("diff-trace", "--strict", stdin=edit(diff)).returncode == 0
    assert rows("SELECT path, added, removed FROM diff_traces") == [("data.csv", 1_000_000, 0)]


@pytest.mark.parametrize("time_ms", [0, 1, 4_102_444_800_000, 2**63 - 1])
def test_a_clock_that_is_wrong_is_believed_and_the_order_of_receipt_kept(
    run: Run, rows: Rows, time_ms: int
) -> None:
    place = {"session_id": "s", "generated_at_unix_ms": time_ms, "type": "message", "role": "user"}
    payloads = [
        place | {"message_id": "skewed"},
        place | {"message_id": "right", "generated_at_unix_ms": 1_760_000_000_000},
    ]
    said = run(
        "conversation-trace", "--strict", stdin=json.dumps({"tool_name": "pi", "payloads": payloads}).encode()
    )
    assert said.returncode == 0
    assert rows("SELECT generated_at_unix_ms FROM messages ORDER BY id") == [(time_ms,), (1_760_000_000_000,)]
    both = sorted([time_ms, 1_760_000_000_000])
    assert rows("SELECT started_ms, updated_ms FROM sessions") == [tuple(both)]


def test_an_agents_event_from_before_1970_or_nowhen_is_of_when_it_was_received(run: Run, rows: Rows) -> None:
    for number, stamp in enumerate(["1969-12-31T23:00:00Z", "yesterday", -5, True, 1e300]):
        event = {
            "hook_event_name": "UserPromptSubmit",
            "session_id": "s",
            "prompt": f"p{number}",
            "timestamp": stamp,
        }
        assert run("hook", "--agent", "claude", "--strict", stdin=json.dumps(event).encode()).returncode == 0
    times = [row[0] for row in rows("SELECT generated_at_unix_ms FROM messages ORDER BY id")]
    assert times[0] == 0
    assert all(isinstance(time, int) and time > 1_700_000_000_000 for time in times[1:])
