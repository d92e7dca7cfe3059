"""What plugins tell beyond the least that ``byline-ingest`` wants: contents, parents, versions, inputs."""

import json
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
EDIT = {
    "sessionID": "ses_1", "time": 2000, "tool_name": "opencode", "tool": "write", "tool_call_id": "call_1",
    "message_id": "msg_1", "model_id": "anthropic/claude-opus-4-6", "tool_version": "1.18.33", "cwd": "/w",
}  # fmt: skip
DIFF = "diff --git a/f.py b/f.py\n--- a/f.py\n+++ b/f.py\n@@ -1,3 +1,3 @@\n-a\n-b\n-c\n+x\n+b\n+y\n"

Json = dict[str, Any]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "byline.db"


def tell(database: Path, command: str, *documents: Json) -> str:
    """What the program says on standard output; it complains of nothing."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, command, "--strict", "--db", str(database)],
        input="\n".join(json.dumps(document) for document in documents), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as store:
        return store.execute(query).fetchall()


def contents(database: Path) -> list[str]:
    return sorted(zlib.decompress(data).decode() for (data,) in rows(database, "SELECT data FROM contents"))


def test_contents_beside_a_diff_say_more_exactly_what_changed(database: Path) -> None:
    tell(database, "diff-trace", EDIT | {"diff": DIFF, "before": "a\nb\nc\n", "after": "x\nb\ny\n"})
    [(path, added, removed, precision)] = rows(
        database, "SELECT path, added, removed, precision FROM diff_traces"
    )
    # The line between the two changed ones was not touched, whatever the diff says.
    assert (path, added, removed, precision) == ("f.py", 2, 2, "before_after")
    assert contents(database) == ["a\nb\nc\n", "x\nb\ny\n"]


def test_contents_are_not_kept_a_second_time_with_the_payload(database: Path) -> None:
    tell(database, "diff-trace", EDIT | {"diff": DIFF, "before": "a\nb\nc\n", "after": "x\nb\ny\n"})
    [(payload,)] = rows(database, "SELECT payload FROM diff_traces")
    assert json.loads(zlib.decompress(payload)) == EDIT | {"diff": DIFF}


def test_a_file_that_was_not_there_before_is_created(database: Path) -> None:
    diff = "diff --git a/f.py b/f.py\nnew file mode 100644\n--- /dev/null\n+++ b/f.py\n@@ -0,0 +1,1 @@\n+a\n"
    tell(database, "diff-trace", EDIT | {"diff": diff, "before": None, "after": "a\n"})
    [(patch,)] = rows(database, "SELECT patch FROM diff_traces")
    assert json.loads(patch)["files"][0]["kind"] == "added"
    assert contents(database) == ["", "a\n"]


def test_contents_that_do_not_differ_leave_the_diff_as_it_is(database: Path) -> None:
    tell(database, "diff-trace", EDIT | {"diff": DIFF, "before": "a\n", "after": "a\n"})
    assert rows(database, "SELECT added, removed, precision FROM diff_traces") == [(3, 3, "vendor_diff")]


def test_a_diff_without_contents_is_taken_as_it_is(database: Path) -> None:
    tell(database, "diff-trace", EDIT | {"diff": DIFF})
    assert rows(database, "SELECT added, removed, precision FROM diff_traces") == [(3, 3, "vendor_diff")]


def test_several_edits_of_one_call_come_in_one_go(database: Path) -> None:
    other = DIFF.replace("f.py", "g.py")
    said = tell(database, "diff-trace", EDIT | {"diff": DIFF}, EDIT | {"diff": other})
    assert said == "diff-trace: attempted=2 persisted_edits=2 updated=0 duplicates=0 skipped=0\n"


def test_a_sub_session_names_its_parent_and_the_agents_version(database: Path) -> None:
    message = {
        "type": "message", "session_id": "ses_2", "message_id": "msg_1", "role": "assistant",
        "generated_at_unix_ms": 1000, "parent_session_id": "ses_1", "tool_version": "1.18.33",
        "title": "Look around", "kind": "observation",
    }  # fmt: skip
    tell(database, "conversation-trace", {"tool_name": "opencode", "payloads": [message]})
    columns = "id, parent_id, agent_version, title"
    assert rows(database, f"SELECT {columns} FROM sessions") == [  # noqa: S608 - columns of ours
        ("oc_ses_2", "oc_ses_1", "1.18.33", "Look around")
    ]
    assert rows(database, "SELECT kind FROM messages") == [("observation",)]


def test_the_input_of_a_call_is_kept_with_its_part(database: Path) -> None:
    part = {
        "type": "message.part", "session_id": "ses_1", "message_id": "msg_1", "part_id": "prt_1",
        "part_type": "tool", "text": "done", "generated_at_unix_ms": 1000, "tool": "bash",
        "tool_call_id": "call_1", "status": "completed", "input": {"command": "ls"},
    }  # fmt: skip
    tell(database, "conversation-trace", {"tool_name": "opencode", "payloads": [part]})
    assert rows(database, "SELECT input FROM parts") == [('{"command":"ls"}',)]
