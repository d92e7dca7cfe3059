"""``byline-ingest`` as agents run it: exit codes, what it prints, what it loads, many at once."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from payload_account import PAYLOADS

from byline.ingest.spool import Spooled, put, waiting
from byline.store.connection import connect

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[object, ...]]]

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"


def envelope(message_id: str = "m1", session_id: str = "s1") -> bytes:
    message = {"session_id": session_id, "message_id": message_id, "generated_at_unix_ms": 1_000}
    part = message | {"type": "message.part", "part_type": "text", "text": f"hello {message_id}"}
    return json.dumps(
        {"tool_name": "pi", "payloads": [message | {"type": "message", "role": "user"}, part]}
    ).encode()


EDIT = json.dumps({
    "hook_event_name": "PostToolUse", "session_id": "abc", "cwd": "/w", "tool_name": "Write",
    "tool_use_id": "t1", "tool_input": {"file_path": "/w/a", "content": "x\n"},
    "tool_response": {"type": "create", "filePath": "/w/a"},
}).encode()  # fmt: skip


def test_an_envelope_prints_one_line_and_a_raw_event_none(run: Run) -> None:
    said = run("conversation-trace", "--strict", stdin=envelope())
    assert (said.returncode, said.stderr) == (0, b"")
    assert said.stdout == (
        b"conversation-trace: attempted=2 persisted_messages=1 persisted_parts=1 "
        b"updated=0 duplicates=0 skipped=0\n"
    )
    for kind in ("conversation-trace", "diff-trace"):
        silent = run(kind, "--strict", stdin=EDIT)
        assert (silent.returncode, silent.stdout, silent.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    "payload", [b"", b"\x89PNG\r\n\x1a\n\0\0", envelope()[:-30], b"[1, 2]", b'{"payloads": []}']
)
@pytest.mark.parametrize("kind", ["conversation-trace", "diff-trace"])
def test_a_payload_that_cannot_be_read_never_fails_the_caller(
    run: Run, rows: Rows, kind: str, payload: bytes
) -> None:
    relaxed = run(kind, stdin=payload)
    assert (relaxed.returncode, relaxed.stdout) == (0, b"")
    assert relaxed.stderr.startswith(f"byline-ingest: {kind}: rejected: ".encode())
    assert relaxed.stderr.count(b"\n") == 1
    assert run(kind, "--strict", stdin=payload).returncode == 3
    assert rows("SELECT count(*) FROM rejected_payloads") == [(1,)]


def test_a_skipped_item_is_said_on_standard_error_and_counts_as_3_when_strict(run: Run) -> None:
    payload = json.dumps({"tool_name": "pi", "payloads": [{"type": "message"}]}).encode()
    said = run("conversation-trace", "--strict", stdin=payload)
    assert said.returncode == 3
    assert said.stderr == b"byline-ingest: conversation-trace: item 0 skipped: session_id is missing\n"
    assert said.stdout.endswith(b" skipped=1\n")


@pytest.mark.parametrize("words", [["brew"], [], ["diff-trace", "--db"], ["--nonsense", "diff-trace"]])
def test_words_that_do_not_fit_are_said_and_are_2_when_strict(run: Run, words: list[str]) -> None:
    relaxed = run(*words)
    assert (relaxed.returncode, relaxed.stdout) == (0, b"")
    assert relaxed.stderr.count(b"\n") == 1
    assert run("--strict", *words).returncode == 2


def test_help_is_on_standard_output(run: Run) -> None:
    assert run("--help").stdout.startswith(b"usage: byline-ingest")


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_it_can_be_turned_off(run: Run, database: Path, value: str) -> None:
    said = run("conversation-trace", "--strict", stdin=b"not even json", BYLINE_DISABLED=value)
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    assert not database.parent.exists()


@pytest.mark.parametrize("value", ["0", "", "no"])
def test_it_is_not_turned_off_by_other_words(run: Run, rows: Rows, value: str) -> None:
    run("conversation-trace", stdin=envelope(), BYLINE_DISABLED=value)
    assert rows("SELECT count(*) FROM messages") == [(1,)]


def test_db_names_the_store(run: Run, tmp_path: Path, database: Path) -> None:
    run("conversation-trace", "--db", str(tmp_path / "other.db"), stdin=envelope())
    assert (tmp_path / "other.db").exists()
    assert not database.exists()


def test_the_store_is_its_owners_alone(run: Run, database: Path) -> None:
    run("conversation-trace", stdin=envelope())
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"])
def test_closed_and_full_channels_never_fail_the_caller(database: Path, closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" conversation-trace {closed}', sys.executable, MAIN],
        input=b'{"tool_name": "pi", "payloads": [{}]}',
        capture_output=True,
        check=False,
        env={**os.environ, "BYLINE_DB": str(database)},
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"skipped: " not in done.stdout


def test_nothing_foreign_reaches_the_terminal_as_it_is(run: Run) -> None:
    said = run(
        "conversation-trace",
        stdin=b'{"tool_name": "pi", "payloads": [{"type": "\\u001b]52;c;x\\u0007", "session_id": "s"}]}',
    )
    assert b"\x1b" not in said.stderr
    assert b"\x07" not in said.stderr


def test_a_locked_store_spools_the_payload_and_it_is_stored_when_the_store_is_free(
    run: Run, database: Path, rows: Rows
) -> None:
    holder = connect(database)
    holder.execute("BEGIN IMMEDIATE")
    try:
        relaxed = run("conversation-trace", stdin=envelope("late"))
        assert (relaxed.returncode, relaxed.stdout) == (0, b"")
        assert b"is locked by another process" in relaxed.stderr
        assert run("diff-trace", "--strict", stdin=EDIT).returncode == 4
        assert len(waiting(str(database))) == 2
    finally:
        holder.close()
    # Nobody has to call again.
    deadline = time.monotonic() + 30
    while waiting(str(database)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert rows("SELECT message_id FROM messages") == [("late",)]
    assert rows("SELECT path FROM diff_traces") == [("/w/a",)]


def test_what_waits_is_stored_by_the_next_call(run: Run, database: Path, rows: Rows) -> None:
    put(str(database), Spooled(("conversation-trace",), "/", 1, envelope("late")))
    assert run("conversation-trace", "--strict", stdin=envelope("next")).returncode == 0
    assert rows("SELECT message_id FROM messages ORDER BY id") == [("next",), ("late",)]
    assert waiting(str(database)) == []


def test_a_store_that_is_no_database_is_left_alone_and_the_payload_spooled(run: Run, database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"notes" * 999)
    assert run("conversation-trace", "--strict", stdin=envelope()).returncode == 4
    assert run("conversation-trace", stdin=envelope()).returncode == 0
    assert database.read_bytes() == b"notes" * 999
    assert len(list(Path(f"{database}-spool").iterdir())) == 2


def test_where_nothing_can_be_written_the_caller_still_goes_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database, file = str(tmp_path / "file" / "x.db"), str(tmp_path / "file")
    said = run("conversation-trace", "--db", database, stdin=envelope(), XDG_STATE_HOME=file, TMPDIR=file)
    assert said.returncode == 0
    assert b"the payload is lost" in said.stderr


def test_a_home_that_does_not_exist_never_fails_the_caller(run: Run) -> None:
    for words in (["conversation-trace"], ["post-commit"]):
        said = run(*words, stdin=envelope(), BYLINE_DB="~nobody-of-that-name/byline.db")
        assert (said.returncode, said.stdout) == (0, b"")
        assert b"name it with --db" in said.stderr


@pytest.mark.parametrize("command", ["conversation-trace", "post-commit"])
def test_a_working_folder_that_is_gone_never_fails_the_caller(
    tmp_path: Path, database: Path, command: str
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    done = subprocess.run(
        ["sh", "-c", f'rmdir "$PWD"; exec "$0" -c "$1" {command}', sys.executable, MAIN],
        input=envelope(),
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, "BYLINE_DB": str(database)},
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_a_spooled_file_that_is_none_of_ours_stops_nothing(run: Run, database: Path, rows: Rows) -> None:
    spool = Path(f"{database}-spool")
    spool.mkdir(parents=True)
    (spool / "0000-odd.payload").write_bytes(b"what is this")
    said = run("conversation-trace", stdin=envelope())
    assert said.returncode == 0
    assert b"cannot be read" in said.stderr
    assert rows("SELECT count(*) FROM messages") == [(1,)]
    assert (spool / "0000-odd.payload").exists()


@pytest.mark.parametrize(
    ("kind", "payload", "may_load"),
    [
        ("conversation-trace", envelope(), set()),
        ("conversation-trace", EDIT, set()),
        ("hook --agent claude", EDIT, set()),
        ("diff-trace", EDIT, set()),
        (
            "diff-trace",
            json.dumps(
                {
                    "sessionID": "s",
                    "diff": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
                    "time": 1,
                    "tool_name": "pi",
                }
            ).encode(),
            {"unidiff", "dataclasses", "inspect"},
        ),
    ],
)
def test_storing_loads_nothing_that_is_slow_to_load(
    database: Path, kind: str, payload: bytes, may_load: set[str]
) -> None:
    slow = {
        "textual",
        "rich",
        "peewee",
        "unidiff",
        "argparse",
        "logging",
        "platformdirs",
        "difflib",
        "asyncio",
        "dataclasses",
        "inspect",
        "pathlib",
        "tomllib",
        "subprocess",
    }
    assert slow & loaded_by_a_call(database, kind, payload) <= may_load


@pytest.mark.parametrize(("kind", "payload"), PAYLOADS)
def test_no_payload_loads_a_screen_or_a_model_and_only_a_diff_a_parser(
    database: Path, kind: str, payload: dict[str, object]
) -> None:
    loaded = loaded_by_a_call(database, kind, json.dumps(payload).encode())
    assert loaded & {"textual", "rich", "peewee", "argparse", "logging", "asyncio", "subprocess"} == set()
    assert ("unidiff" in loaded) == ("@@ -1 +1 @@" in json.dumps(payload))


def loaded_by_a_call(database: Path, kind: str, payload: bytes) -> set[str]:
    """The top-level names in ``sys.modules`` of a process that stored a payload."""
    script = (
        "import sys; from byline.ingest.main import main; code = main(); "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *kind.split(" "), "--strict"],
        input=payload,
        capture_output=True,
        check=True,
        env={**os.environ, "BYLINE_DB": str(database)},
    )
    return set(done.stderr.decode().split())


def test_post_commit_outside_a_repository_says_so_and_goes_on(run: Run) -> None:
    said = run("post-commit", stdin=b"")
    assert (said.returncode, said.stdout) == (0, b"")
    assert said.stderr.startswith(b"byline-ingest: post-commit: ")
    assert said.stderr.count(b"\n") == 1
    assert run("post-commit", "--strict").returncode == 3


def test_post_commit_stores_first_what_waits(run: Run, rows: Rows, database: Path, repo: Path) -> None:
    with closing(connect(database)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        run("diff-trace", stdin=EDIT)
    run("post-commit", cwd=repo)
    assert rows("SELECT path FROM diff_traces") == [("/w/a",)]


def test_twenty_processes_at_once_on_a_fresh_store_lose_nothing(run: Run, database: Path, rows: Rows) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MAIN, "conversation-trace", "--strict"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "BYLINE_DB": str(database)},
        )
        for _ in range(20)
    ]
    for number, process in enumerate(processes):
        assert process.stdin is not None
        process.stdin.write(envelope(f"m{number}", f"s{number % 3}"))
    # All of them have started up and wait for the end of their input: now they run into each other.
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    for process in processes:
        assert process.stderr is not None
        with process.stderr as stderr:
            code, said = process.wait(60), stderr.read()
        # On a busy machine some may have to wait for the others for longer than a caller should.
        assert (code, said) == (0, b"") or (code == 4 and b"kept in" in said)
    assert run("drain", "--strict").returncode == 0
    assert rows("SELECT count(*), count(DISTINCT message_id) FROM messages") == [(20, 20)]
    assert rows("SELECT count(*) FROM parts") == [(20,)]
    assert rows("SELECT sum(messages), sum(parts) FROM sessions") == [(20, 20)]


def test_a_reader_does_not_hold_up_a_writer(run: Run, rows: Rows, database: Path) -> None:
    run("conversation-trace", stdin=envelope("before"))
    reader = sqlite3.connect(database)
    try:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM messages").fetchone() == (1,)
        assert run("conversation-trace", "--strict", stdin=envelope("after")).returncode == 0
    finally:
        reader.close()
    assert rows("SELECT count(*) FROM messages") == [(2,)]
