"""``hook --agent claude``, ``replay`` and ``ignore``: real processes on a store of their own."""

import json
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.ingest.payloads import Result
from byline.ingest.spool import waiting
from byline.store.connection import connect

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[object, ...]]]
Send = Callable[..., Result]


def write(path: str = "/w/a.py", **changes: object) -> dict[str, object]:
    event: dict[str, object] = {
        "hook_event_name": "PostToolUse", "session_id": "abc", "cwd": "/w", "tool_name": "Write",
        "tool_use_id": "t1", "tool_input": {"file_path": path, "content": "x\n"},
        "tool_response": {"type": "create", "filePath": path}, "model": "opus",
    }  # fmt: skip
    return event | changes


def configure(home: Path, text: str) -> None:
    folder = home / "config" / "byline"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)


def test_one_call_keeps_the_message_the_call_and_the_edit(run: Run, rows: Rows) -> None:
    said = run("hook", "--agent", "claude", "--strict", stdin=json.dumps(write()).encode())
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    assert rows("SELECT role, model_id FROM messages") == [("assistant", "opus")]
    assert rows("SELECT tool, tool_call_id FROM parts") == [("Write", "t1")]
    assert rows("SELECT path, tool_call_id, model_id FROM diff_traces") == [("/w/a.py", "t1", "opus")]
    assert rows("SELECT id, cwd, messages, edits FROM sessions") == [("cc_abc", "/w", 1, 1)]


def test_the_same_event_by_both_ways_and_twice_is_one_of_each(send: Send, rows: Rows) -> None:
    for kind in ("hook --agent claude", "diff-trace", "conversation-trace", "hook --agent claude"):
        send(kind, write())
    assert rows("SELECT messages, parts, edits FROM sessions") == [(1, 1, 1)]


def test_an_edit_that_cannot_be_read_does_not_cost_the_call(send: Send, rows: Rows) -> None:
    broken = write(tool_name="Edit", tool_response={"filePath": "/w/a.py", "structuredPatch": 7})
    result = send("hook --agent claude", broken)
    assert len(result.complaints) == 1
    assert rows("SELECT tool FROM parts") == [("Edit",)]
    ((payload, reason),) = rows("SELECT payload, reason FROM rejected_payloads")
    assert isinstance(payload, bytes)
    assert json.loads(zlib.decompress(payload)) == broken
    assert "structuredPatch" in str(reason)


def test_events_of_an_agent_not_known_yet_are_kept_for_a_later_version(run: Run, rows: Rows) -> None:
    said = run("hook", "--agent", "newcomer", stdin=b'{"event": 1}')
    assert (said.returncode, said.stdout) == (0, b"")
    assert rows("SELECT kind FROM rejected_payloads") == [("hook --agent newcomer",)]


@pytest.mark.parametrize(("agent", "prefix"), [("opencode", "oc_"), ("pi", "pi_")])
def test_what_a_plugin_sends_is_an_envelope_or_an_edit(run: Run, rows: Rows, agent: str, prefix: str) -> None:
    place = {"session_id": "s", "message_id": "m", "generated_at_unix_ms": 1}
    envelope = {"payloads": [place | {"type": "message", "role": "user"}]}
    edit = {
        "sessionID": "s",
        "diff": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        "time": 1,
        "tool_call_id": "c",
    }
    lines = "\n".join(json.dumps(each) for each in (envelope, edit))
    said = run("hook", "--agent", agent, "--strict", stdin=lines.encode())
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    assert rows("SELECT id, messages, edits FROM sessions") == [(f"{prefix}s", 1, 1)]
    assert b"its plugin sends" in run("hook", "--agent", agent, stdin=b'{"event": 1}').stderr


def test_edits_of_a_shell_command_are_those_of_its_files(send: Send, rows: Rows) -> None:
    hunk = {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-a", "+b"]}
    files = [{"filePath": f"/w/{name}", "hunks": [hunk]} for name in ("a.py", "b.py")]
    response = {"stdout": "done", "stderr": "", "bashEditDiff": {"files": files, "changedFiles": ["/w/a.py"]}}
    event = write(tool_name="Bash", tool_input={"command": "sed -i s/a/b/ *"}, tool_response=response)
    for kind in ("hook --agent claude", "diff-trace"):
        send(kind, event)
    assert rows("SELECT path, tool, precision, tool_call_id FROM diff_traces ORDER BY path") == [
        ("/w/a.py", "Bash", "vendor_diff", "t1"),
        ("/w/b.py", "Bash", "vendor_diff", "t1"),
    ]
    assert rows("SELECT text FROM parts") == [("done",)]


def test_replay_stores_what_can_be_read_now_and_keeps_the_rest(run: Run, rows: Rows, database: Path) -> None:
    connection = connect(database)
    for kind, payload in (("hook --agent claude", json.dumps(write()).encode()), ("diff-trace", b"no json")):
        connection.execute(
            "INSERT INTO rejected_payloads (kind, payload, reason, time_ms) VALUES (?, ?, 'an old bug', 5)",
            (kind, zlib.compress(payload)),
        )
    connection.close()
    assert run("replay", "--strict").returncode == 3
    said = run("replay")
    assert said.stdout == b"replay: attempted=1 stored=0 rejected=1\n"
    assert rows("SELECT generated_at_unix_ms FROM messages") == [(5,)]
    ((kind, reason),) = rows("SELECT kind, reason FROM rejected_payloads")
    assert kind == "diff-trace"
    assert str(reason).startswith("not valid JSON")


def test_replay_drops_what_it_still_cannot_read_when_it_is_told_to(send: Send, run: Run, rows: Rows) -> None:
    for payload in (b"no json", b"nor this", b'{"payloads": [{}], "tool_name": "pi"}'):
        send("conversation-trace", payload)
    said = run("replay", "--discard", "--strict")
    assert (said.returncode, said.stdout) == (0, b"replay: attempted=3 stored=0 rejected=3 discarded=3\n")
    assert rows("SELECT count(*) FROM rejected_payloads") == [(0,)]


def test_a_skipped_item_stays_kept_however_often_it_is_replayed(send: Send, run: Run, rows: Rows) -> None:
    good = {
        "type": "message",
        "session_id": "s",
        "message_id": "m",
        "role": "user",
        "generated_at_unix_ms": 1,
    }
    send("conversation-trace", {"tool_name": "pi", "payloads": [good, {"type": "message"}]})
    before = rows("SELECT payload, time_ms FROM rejected_payloads")
    run("replay")
    run("replay")
    assert len(before) == 1
    assert rows("SELECT payload, time_ms FROM rejected_payloads") == before


@pytest.mark.parametrize(
    ("pattern", "path", "kept"),
    [
        ("*.env", "/w/prod.env", False),
        ("*.env", "/w/prod.py", True),
        ("secrets", "/w/secrets/a.py", False),
        ("/w/private", "/w/private/deep/a.py", False),
        ("/w/private", "/w/private2/a.py", True),
        ("/w", "/w/a.py", False),
        ("~/notes", "/w/a.py", True),
    ],
)
def test_what_is_ignored_leaves_no_trace(
    run: Run, rows: Rows, isolated_home: Path, pattern: str, path: str, kept: bool
) -> None:
    configure(isolated_home, f'ignore = ["{pattern}"]')
    said = run("hook", "--agent", "claude", "--strict", stdin=json.dumps(write(path)).encode())
    assert (said.returncode, said.stderr) == (0, b"")
    tables = ("messages", "parts", "diff_traces", "rejected_payloads")
    found = [rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # noqa: S608 - our own names
    assert found == ([1, 1, 1, 0] if kept else [0, 0, 0, 0])


def test_one_ignored_file_of_a_diff_takes_neither_the_others_nor_leaves_its_own_words(
    run: Run, rows: Rows, isolated_home: Path
) -> None:
    configure(isolated_home, 'ignore = ["*.env"]')
    diff = "".join(f"--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-a\n+b {name}\n" for name in ("x.py", "y.env"))
    payload = {"sessionID": "s", "diff": diff, "time": 1, "tool_name": "pi"}
    said = run("diff-trace", stdin=json.dumps(payload).encode())
    assert b"attempted=1 persisted_edits=1 " in said.stdout
    assert rows("SELECT path, payload FROM diff_traces") == [("x.py", None)]


def test_a_repositorys_patterns_are_its_own_and_add_to_the_users(
    run: Run, rows: Rows, isolated_home: Path, repo: Path
) -> None:
    configure(isolated_home, 'ignore = ["*.env"]')
    (repo / ".byline.toml").write_text('ignore = ["docs/secret*"]\n')
    for number, name in enumerate(("docs/secret.md", "a.env", "docs/open.md")):
        event = write(str(repo / name), cwd=str(repo), tool_use_id=f"t{number}")
        run("hook", "--agent", "claude", stdin=json.dumps(event).encode(), cwd=repo)
    assert rows("SELECT path FROM diff_traces") == [(str(repo / "docs/open.md"),)]


def test_a_configuration_that_cannot_be_used_is_named_and_stops_nothing(
    run: Run, rows: Rows, isolated_home: Path
) -> None:
    configure(isolated_home, 'colour = 1\n[retry.query]\nmax_attempts = "many"\n')
    said = run("hook", "--agent", "claude", "--strict", stdin=json.dumps(write()).encode())
    assert (said.returncode, said.stdout) == (0, b"")
    lines = said.stderr.decode().split("\n")
    assert "config.toml:1: there is no key 'colour'" in lines[0]
    assert "config.toml:3: retry.query.max_attempts must be a whole number" in lines[1]
    assert rows("SELECT count(*) FROM messages") == [(1,)]


@pytest.mark.parametrize("text", ["ignore = [\n", 'ignore = "*.env"\n', "disabled = 'yes'\n"])
@pytest.mark.parametrize("words", [[], ["--defer"]])
def test_what_is_not_to_be_recorded_waits_while_that_cannot_be_told(
    run: Run, rows: Rows, isolated_home: Path, database: Path, text: str, words: list[str]
) -> None:
    configure(isolated_home, text)
    said = run("hook", "--agent", "claude", *words, stdin=json.dumps(write("/w/a.env")).encode())
    assert (said.returncode, said.stdout) == (0, b"")
    other = run("hook", "--agent", "claude", "--strict", stdin=json.dumps(write("/w/b.py")).encode())
    assert other.returncode == 4
    assert b"config.toml" in other.stderr
    assert b"until the configuration can be read" in other.stderr
    assert run("drain", "--strict").returncode == 4
    assert not database.exists()
    assert len(waiting(str(database))) == 2
    (isolated_home / "config" / "byline" / "config.toml").write_text('ignore = ["*.env"]\n')
    assert run("drain", "--strict").returncode == 0
    assert rows("SELECT path FROM diff_traces") == [("/w/b.py",)]


def test_a_repositorys_file_that_cannot_be_read_loses_its_own_keys_alone(
    run: Run, rows: Rows, isolated_home: Path, repo: Path
) -> None:
    configure(isolated_home, 'ignore = ["*.env"]\n')
    (repo / ".byline.toml").write_text("ignore = [\n")
    for number, name in enumerate(("a.env", "b.py")):
        event = write(str(repo / name), cwd=str(repo), tool_use_id=f"t{number}")
        said = run("hook", "--agent", "claude", stdin=json.dumps(event).encode(), cwd=repo)
        assert b".byline.toml: is not valid TOML" in said.stderr
    assert rows("SELECT path FROM diff_traces") == [(str(repo / "b.py"),)]


def test_disabled_by_configuration_records_nothing(run: Run, isolated_home: Path, database: Path) -> None:
    configure(isolated_home, "disabled = true\n")
    run("hook", "--agent", "claude", stdin=json.dumps(write()).encode())
    assert not database.parent.exists()
