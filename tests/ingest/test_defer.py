"""``--defer`` and ``drain``: put aside at once, stored soon after, nothing lost in between."""

import fcntl
import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.ingest.drain import drain_and_wait, drain_with
from byline.ingest.drain_lock import try_lock
from byline.ingest.spool import Spooled, put, waiting
from byline.store.connection import connect

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[object, ...]]]
MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"


def prompt(text: str) -> bytes:
    event = {"hook_event_name": "UserPromptSubmit", "session_id": "abc", "cwd": "/w", "prompt": text}
    return json.dumps(event).encode()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds, which a process in the background is about to bring about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.01)


def count_of(rows: Rows) -> object:
    return rows("SELECT count(*) FROM parts")[0][0]


def test_a_deferred_payload_is_stored_without_another_call(run: Run, rows: Rows, database: Path) -> None:
    said = run("hook", "--agent", "claude", "--defer", "--strict", stdin=prompt("later"))
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")
    until(lambda: not waiting(str(database)))
    assert rows("SELECT session_id, text FROM parts") == [("cc_abc", "later")]


def test_deferring_returns_while_the_store_is_locked(run: Run, rows: Rows, database: Path) -> None:
    holder = connect(database)
    holder.execute("BEGIN IMMEDIATE")
    try:
        said = run("hook", "--agent", "claude", "--defer", "--strict", stdin=prompt("later"))
        assert (said.returncode, said.stderr) == (0, b"")
        assert len(waiting(str(database))) == 1
    finally:
        holder.close()
    until(lambda: not waiting(str(database)))
    assert count_of(rows) == 1


def test_deferring_loads_next_to_nothing(database: Path) -> None:
    script = (
        "import sys; before = set(sys.modules); from byline.ingest.main import main; main(); "
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "hook", "--agent", "claude", "--defer"],
        input=prompt("x"),
        capture_output=True,
        check=True,
        env={**os.environ, "BYLINE_DB": str(database)},
    )
    loaded = {name for name in done.stderr.decode().split() if not name.startswith("byline")}
    assert loaded <= {"gc", "operator", "_operator", "fcntl", "time"}
    ours = {name for name in done.stderr.decode().split() if name.startswith("byline")}
    assert {
        name for name in ours if name.startswith(("byline.store", "byline.record", "byline.patch"))
    } == set()


def test_payloads_deferred_while_a_drain_ends_are_stored_too(rows: Rows, database: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MAIN, "hook", "--agent", "claude", "--defer"],
            stdin=subprocess.PIPE,
            env={**os.environ, "BYLINE_DB": str(database)},
        )
        for _ in range(30)
    ]
    for number, process in enumerate(processes):
        process.communicate(prompt(f"prompt {number}"))
        assert process.returncode == 0
    until(lambda: not waiting(str(database)))
    assert sorted(str(text) for (text,) in rows("SELECT text FROM parts")) == sorted(
        f"prompt {number}" for number in range(30)
    )


def test_the_detached_drain_keeps_no_channel_of_the_caller_open(database: Path) -> None:
    holder = connect(database)
    holder.execute("BEGIN IMMEDIATE")
    try:
        # capture_output reads to the end of both channels: a drain that held them would keep this waiting.
        begin = time.monotonic()
        subprocess.run(
            [sys.executable, "-c", MAIN, "hook", "--agent", "claude", "--defer"],
            input=prompt("x"), capture_output=True, check=True, timeout=20,
            env={**os.environ, "BYLINE_DB": str(database)},
        )  # fmt: skip
        assert time.monotonic() - begin < 20
        assert len(waiting(str(database))) == 1
    finally:
        holder.close()
    until(lambda: not waiting(str(database)))


def test_one_drain_at_a_time_and_the_lock_goes_with_its_holder(run: Run, rows: Rows, database: Path) -> None:
    put(str(database), Spooled(("conversation-trace",), "/", 1, prompt("waits")))
    lock = try_lock(str(database))
    assert lock is not None
    assert try_lock(str(database)) is None
    assert run("drain", "--strict").returncode == 4
    fcntl.flock(lock, fcntl.LOCK_UN)
    os.close(lock)
    assert run("drain", "--strict").returncode == 0
    assert rows("SELECT text FROM parts") == [("waits",)]


def test_drain_stores_in_the_order_of_receipt(run: Run, rows: Rows, database: Path) -> None:
    for received_ms in (3, 1, 2):
        words = ("hook", "--agent", "claude")
        put(str(database), Spooled(words, "/", received_ms, prompt(f"prompt {received_ms}")))
    assert run("drain").returncode == 0
    stored = rows("SELECT text, generated_at_unix_ms FROM parts ORDER BY id")
    assert stored == [(f"prompt {number}", number) for number in (1, 2, 3)]


def test_a_payload_that_cannot_be_read_is_rejected_when_it_is_drained(
    run: Run, rows: Rows, database: Path
) -> None:
    assert run("hook", "--agent", "claude", "--defer", stdin=b"no json").returncode == 0
    until(lambda: not waiting(str(database)))
    assert rows("SELECT kind FROM rejected_payloads") == [("hook --agent claude",)]


def test_all_that_is_made_is_its_owners_alone(run: Run, database: Path) -> None:
    run("hook", "--agent", "claude", "--defer", stdin=b"no json")
    until(lambda: not waiting(str(database)))
    state = Path(os.environ["XDG_STATE_HOME"]) / "byline"
    until((state / "ingest.log").exists)
    for top in (database.parent, state):
        for path in (top, *top.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_disabled_defers_nothing(run: Run, database: Path) -> None:
    run("hook", "--agent", "claude", "--defer", stdin=prompt("x"), BYLINE_DISABLED="1")
    assert not database.parent.exists()


@pytest.mark.parametrize("words", [["drain"], ["replay"]])
def test_with_nothing_to_do_nothing_is_made_of_it(run: Run, words: list[str]) -> None:
    said = run(*words)
    assert said.returncode == 0
    assert b"Traceback" not in said.stderr


def test_who_needs_what_waits_waits_for_the_process_that_is_storing_it(rows: Rows, database: Path) -> None:
    """As a commit does: its edits may be among what a drain in the background has begun with."""
    put(str(database), Spooled(("hook", "--agent", "claude"), "/w", 1, prompt("early")))
    lock = try_lock(str(database))
    assert lock is not None
    needing = threading.Thread(target=drain_and_wait, args=(str(database), 60_000, 500))
    needing.start()
    needing.join(0.2)
    assert needing.is_alive()
    assert drain_with(str(database), lock, 10_000) == 1
    needing.join(30)
    assert not needing.is_alive()
    assert count_of(rows) == 1
