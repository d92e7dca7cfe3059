"""Many at once, locked, killed, full disks, payloads nobody would send: nothing is lost, nothing fails."""

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from byline.ingest.spool import waiting
from byline.store.connection import connect

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[object, ...]]]
MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"


def envelope(number: int) -> bytes:
    message = {"session_id": f"s{number % 7}", "message_id": f"m{number}", "generated_at_unix_ms": number}
    part = message | {"type": "message.part", "part_type": "text", "text": f"hello {number}"}
    payloads = [message | {"type": "message", "role": "user"}, part]
    return json.dumps({"tool_name": "pi", "payloads": payloads}).encode()


def start(database: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *words],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "BYLINE_DB": str(database), "BYLINE_DEFER": ""},
    )  # fmt: skip


def feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(data)
    process.stdin.close()


def drained(run: Run, database: Path) -> None:
    """Store all that waits; a drain in the background may be at it, and be killed with its lock."""
    deadline = time.monotonic() + 30
    while waiting(str(database)):
        assert time.monotonic() < deadline, waiting(str(database))
        run("drain")


def test_a_hundred_at_once_with_a_reader_and_another_writer_lose_nothing(
    run: Run, rows: Rows, database: Path
) -> None:
    connect(database).close()
    with (
        closing(sqlite3.connect(database, isolation_level=None)) as reader,
        closing(connect(database)) as writer,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        processes = [start(database, "conversation-trace") for _ in range(100)]
        for number, process in enumerate(processes):
            feed(process, envelope(number))
            if number % 10 == 0:
                # What an import does: one transaction after the other.
                writer.execute("BEGIN IMMEDIATE")
                writer.execute(
                    "INSERT INTO sessions (id, agent, native_id) VALUES (?, 'x', 'x')", (f"import {number}",)
                )
                writer.execute("COMMIT")
        assert [process.wait() for process in processes] == [0] * 100
    drained(run, database)
    assert rows("SELECT count(*) FROM messages") == [(100,)]
    assert rows("SELECT count(DISTINCT text) FROM parts") == [(100,)]
    assert rows("SELECT count(*) FROM sessions WHERE agent = 'x'") == [(10,)]
    assert rows("PRAGMA integrity_check") == [("ok",)]


def test_a_store_that_is_locked_for_long_has_all_of_it_in_the_end(
    run: Run, rows: Rows, database: Path
) -> None:
    holder = connect(database)
    holder.execute("BEGIN IMMEDIATE")
    processes = [start(database, "conversation-trace") for _ in range(12)]
    for number, process in enumerate(processes):
        feed(process, envelope(number))
    assert [process.wait() for process in processes] == [0] * 12
    holder.close()
    assert len(waiting(str(database))) == 12
    assert run("drain", "--strict").returncode == 0
    assert rows("SELECT count(*) FROM messages") == [(12,)]


@pytest.mark.parametrize("words", [["conversation-trace"], ["conversation-trace", "--defer"]])
def test_nothing_acknowledged_is_missing_after_kills(
    run: Run, rows: Rows, database: Path, words: list[str]
) -> None:
    chance = random.Random(7)
    acknowledged = set()
    for number in range(15):
        process = start(database, *words)
        feed(process, envelope(number))
        try:
            process.wait(chance.uniform(0.0, 0.12))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            acknowledged.add(f"m{number}")
    assert run("conversation-trace", "--strict", stdin=envelope(999)).returncode == 0
    drained(run, database)
    stored = {
        str(message_id).removeprefix("pi_") for (message_id,) in rows("SELECT message_id FROM messages")
    }
    assert acknowledged <= stored
    assert rows("PRAGMA integrity_check") == [("ok",)]


def limited(database: Path, size: int, *words: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run it where no file may grow beyond a size: what a full disk looks like to a process."""
    return subprocess.run(
        [sys.executable, "-c", MAIN, *words], input=stdin, capture_output=True, check=False,
        env={**os.environ, "BYLINE_DB": str(database)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip


@pytest.mark.parametrize("fresh", [True, False])
def test_on_a_full_disk_the_payload_waits_if_any_file_can_be_written(
    run: Run, rows: Rows, database: Path, isolated_home: Path, fresh: bool
) -> None:
    if not fresh:
        run("conversation-trace", stdin=envelope(1))
    said = limited(database, 2048, "conversation-trace", stdin=envelope(2))
    assert (said.returncode, said.stdout) == (0, b"")
    assert b"Traceback" not in said.stderr
    assert len(waiting(str(database))) == 1
    assert "kept in" in (isolated_home / "state" / "byline" / "ingest.log").read_text()
    assert run("drain", "--strict").returncode == 0
    assert ("m2",) in rows("SELECT message_id FROM messages")


@pytest.mark.parametrize("words", [["conversation-trace"], ["conversation-trace", "--defer"]])
def test_on_a_disk_that_takes_nothing_the_caller_is_told_and_goes_on(
    database: Path, words: list[str]
) -> None:
    said = limited(database, 0, *words, stdin=envelope(1))
    assert (said.returncode, said.stdout) == (0, b"")
    assert b"the payload is lost" in said.stderr
    assert b"Traceback" not in said.stderr
    assert list(database.parent.rglob("*.tmp")) == []


@pytest.mark.parametrize("words", [["conversation-trace"], ["conversation-trace", "--defer"]])
def test_where_the_stores_folder_cannot_be_made_the_payload_waits_elsewhere(
    run: Run, tmp_path: Path, isolated_home: Path, rows: Rows, database: Path, words: list[str]
) -> None:
    database.parent.write_text("in the way")
    said = run(*words, stdin=envelope(1))
    assert (said.returncode, said.stdout) == (0, b"")
    (spooled,) = waiting(str(database))
    assert spooled.startswith(f"{isolated_home}/state/byline/")
    database.parent.unlink()
    run("conversation-trace", stdin=envelope(2))
    assert rows("SELECT message_id FROM messages ORDER BY message_id") == [("m1",), ("m2",)]
    assert waiting(str(database)) == []


def test_a_payload_of_fifty_megabytes_is_stored_whole(run: Run, rows: Rows) -> None:
    text = "all work and no play\n" * (50_000_000 // 21)
    message = {"session_id": "s", "message_id": "m", "generated_at_unix_ms": 1, "type": "message.part"}
    data = json.dumps(
        {"tool_name": "pi", "payloads": [message | {"part_type": "text", "text": text}]}
    ).encode()
    assert run("conversation-trace", "--strict", stdin=data).returncode == 0
    assert rows("SELECT length(text) FROM parts") == [(len(text),)]
