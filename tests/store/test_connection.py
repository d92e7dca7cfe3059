"""Opening a store: made once, private, never over somebody else's file, readable while written."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from byline.errors import NewerStoreError, StoreBusyError, StoreError
from byline.record import Message
from byline.store import connection as opening
from byline.store.connection import connect
from byline.store.migrations import MIGRATIONS
from byline.store.schema import VERSION
from byline.store.store import Store

OPEN_AND_WRITE = """
import sys
from pathlib import Path
from byline.record import Message
from byline.store.connection import connect
from byline.store.connection import transaction
from byline.store.writer import Writer
print("ready", flush=True)
sys.stdin.readline()
connection = connect(Path(sys.argv[1]), busy_timeout_ms=60_000)
with transaction(connection):
    Writer(connection).messages([Message("cc_1", f"m{sys.argv[2]}", "user", 1)])
connection.close()
"""


def test_many_processes_that_open_a_new_store_at_once_all_succeed(database: Path) -> None:
    words = [sys.executable, "-c", OPEN_AND_WRITE, str(database)]
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen([*words, str(number)], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for number in range(8)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    problems = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0] * 8, problems
    with Store(database) as store:
        assert len(store.conversations.read("cc_1")) == 8


def test_a_migration_runs_once_however_many_open_at_the_same_time(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(database).close()

    add_column = "ALTER TABLE commits ADD COLUMN colour TEXT;"
    monkeypatch.setattr(opening, "VERSION", VERSION + 1)
    monkeypatch.setitem(MIGRATIONS, VERSION + 1, add_column)
    # Run twice it would fail: there is such a column already.
    with ThreadPoolExecutor(8) as pool:
        for connection in pool.map(lambda _: connect(database), range(8)):
            assert connection.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
            connection.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(database).close()

    half_way = "ALTER TABLE commits ADD COLUMN colour TEXT;\nSELECT 1 FROM nowhere;"
    with monkeypatch.context() as patched:
        patched.setattr(opening, "VERSION", VERSION + 1)
        patched.setitem(MIGRATIONS, VERSION + 1, half_way)
        with pytest.raises(StoreError, match="nowhere"):
            connect(database)
    connection = connect(database)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert "colour" not in [row[1] for row in connection.execute("PRAGMA table_info(commits)")]
    connection.close()


def test_a_store_of_a_newer_byline_is_refused_and_left_alone(database: Path) -> None:
    connection = connect(database)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = database.read_bytes()
    for opened in (connect, Store):
        with pytest.raises(NewerStoreError, match="upgrade Byline"):
            opened(database)
    assert database.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 99, b"\0" * 4096])
def test_a_damaged_store_is_named_and_not_overwritten(database: Path, content: bytes) -> None:
    database.parent.mkdir(parents=True)
    database.write_bytes(content)
    for opened in (connect, Store):
        with pytest.raises(StoreError, match=r"damaged or no Byline store .* run `byline doctor`"):
            opened(database)
    assert database.read_bytes() == content
    assert list(database.parent.iterdir()) == [database]


def test_a_store_with_a_page_of_rubbish_is_named_when_it_is_read(database: Path) -> None:
    with Store(database) as store, store.write() as writer:
        writer.messages([Message("cc_1", f"m{number}", "user", number) for number in range(2_000)])
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    database.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), Store(database) as store:
        store.conversations.read("cc_1")


def test_the_database_of_another_program_is_left_alone(database: Path) -> None:
    database.parent.mkdir(parents=True)
    foreign = sqlite3.connect(database)
    foreign.execute("CREATE TABLE bookmarks (url TEXT)")
    foreign.close()
    before = database.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        connect(database)
    assert database.read_bytes() == before


@pytest.mark.parametrize("name", ["", "file/byline.db"])
def test_a_place_that_cannot_be_a_store_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="the store"):
        connect(tmp_path / name)


def test_folder_and_files_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = tmp_path / "data" / "byline.db"
        with Store(database) as store, store.write() as writer:
            writer.messages([Message("cc_1", "m", "user", 1)])
            modes = {path.name: path.stat().st_mode & 0o777 for path in database.parent.iterdir()}
    finally:
        os.umask(before)
    assert database.parent.stat().st_mode & 0o777 == 0o700
    assert modes == {"byline.db": 0o600, "byline.db-wal": 0o600, "byline.db-shm": 0o600}


def test_a_database_that_others_could_read_is_closed_to_them(database: Path) -> None:
    connect(database).close()
    database.chmod(0o644)
    connect(database).close()
    assert database.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    connect(tmp_path / "byline.db").close()
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_readers_are_not_blocked_by_a_writer_and_see_what_was_committed(database: Path) -> None:
    with Store(database) as writing, Store(database) as reading:
        with writing.write() as writer:
            writer.messages([Message("cc_1", "m1", "user", 1)])
        with writing.write() as writer:
            writer.messages([Message("cc_1", "m2", "user", 2)])
            assert [row.message_id for row in reading.conversations.read("cc_1")] == ["m1"]
        assert [row.message_id for row in reading.conversations.read("cc_1")] == ["m1", "m2"]


def test_a_second_writer_that_waits_too_long_is_told_to_try_again(database: Path) -> None:
    first, second = connect(database), connect(database, busy_timeout_ms=20)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as caught:
        second.execute("BEGIN IMMEDIATE")
    assert opening.is_busy(caught.value)
    found = opening.store_error(caught.value, database)
    assert isinstance(found, StoreBusyError)
    assert "try again" in str(found)
    first.close()
    second.close()


def test_a_block_that_raises_writes_nothing(store: Store) -> None:
    def interrupted() -> None:
        with store.write() as writer:
            writer.messages([Message("cc_1", "m", "user", 1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert store.conversations.read("cc_1") == []
    with store.write() as writer:
        writer.messages([Message("cc_1", "m", "user", 1)])
    assert len(store.conversations.read("cc_1")) == 1


def test_a_broken_constraint_is_not_called_damage(store: Store) -> None:
    with pytest.raises(StoreError) as caught, store.write() as writer:
        writer.messages([Message("cc_1", "m", None, 1)])  # type: ignore[arg-type] # what is tested
    assert "damaged" not in str(caught.value)
    assert "messages.role" in str(caught.value)
