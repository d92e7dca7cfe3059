"""Open the store's database, and make or migrate it under a lock. Standard library only."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from byline.errors import NewerStoreError, StoreBusyError, StoreError
from byline.store.schema import VERSION, fresh_schema

TYPE_CHECKING = False  # typing and pathlib cost a hook more than all it does here
if TYPE_CHECKING:
    from pathlib import Path

BUSY_TIMEOUT_MS = 5000
_RETRY_SECONDS = 0.01


def connect(path: "Path | str", busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> sqlite3.Connection:
    """Open the database at ``path``, creating folder (0700), file (0600) and schema as needed.

    The connection is in autocommit mode: begin transactions with ``BEGIN IMMEDIATE``.

    Raises:
        NewerStoreError: a newer version of Byline wrote it.
        StoreBusyError: it stayed locked for longer than ``busy_timeout_ms``.
        StoreError: it cannot be opened, or is no SQLite database.
    """
    try:
        _make_private(path)
        connection = sqlite3.connect(
            path, timeout=busy_timeout_ms / 1000, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot open the store {path}: {error}") from error
    try:
        prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, path: "Path | str") -> None:
    """Set the connection's pragmas and bring the database to :data:`~byline.store.schema.VERSION`.

    Raises: see :func:`connect`.
    """
    try:
        patience = connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
        deadline = time.monotonic() + patience
        while True:
            try:
                return _prepare(connection, path)
            except sqlite3.OperationalError as error:
                # Changing to WAL needs the file for itself, and SQLite does not wait for that one
                # lock: processes that make a fresh store at the same moment would refuse each other.
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
            time.sleep(_RETRY_SECONDS)
    except sqlite3.Error as error:
        raise store_error(error, path) from error


def _prepare(connection: sqlite3.Connection, path: "Path | str") -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        _refuse_other_programs(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if version < VERSION:
        _migrate(connection)
        _make_private(path)
    elif version > VERSION:
        raise NewerStoreError(
            f"the store {path} was written by a newer Byline "
            f"(schema {version}, this one knows {VERSION}): "
            "upgrade Byline, or choose another store with --db"
        )


def store_error(error: sqlite3.Error, path: "Path | str") -> StoreError:
    """The :class:`StoreError` that says what an SQLite error means and what to do."""
    if is_busy(error):
        return StoreBusyError(f"the store {path} is locked by another process: try again")
    if _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreError(f"the store {path} is damaged or no Byline store ({error}): run `byline doctor`")
    return StoreError(f"the store {path}: {error}")


def is_busy(error: BaseException) -> bool:
    """Whether an error says only that another process holds the lock."""
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _code(error: BaseException) -> int | None:
    """SQLite's primary result code, None for errors that are not SQLite's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _refuse_other_programs(connection: sqlite3.Connection, path: "Path | str") -> None:
    """A database without a version that has tables is somebody else's: nothing is added to it."""
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    # The version again: another process may have made the store between the two looks.
    if tables and connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        raise StoreError(f"{path} is the database of another program: choose another store with --db")


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have done it while this one waited for the lock.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            run_script(connection, fresh_schema())
        else:
            from byline.store.migrations import MIGRATIONS  # noqa: PLC0415 - once in the life of a store

            for number in range(version + 1, VERSION + 1):
                run_script(connection, MIGRATIONS[number])
        if version < VERSION:
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run a script inside the open transaction (``executescript`` would commit it first)."""
    statement = ""
    for line in script.split("\n"):
        statement += line + "\n"
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _make_private(path: "Path | str") -> None:
    """The folder 0700 when made here, the database and its companions 0600."""
    # os and not pathlib: see the top.
    os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - text: a hook loads no pathlib
    if not os.path.exists(path):  # noqa: PTH110 - text: a hook loads no pathlib
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    for suffix in ("", "-wal", "-shm"):
        companion = f"{path}{suffix}"
        try:
            if os.stat(companion).st_mode & 0o077:  # noqa: PTH116 - text: a hook loads no pathlib
                os.chmod(companion, 0o600)  # noqa: PTH101 - text: a hook loads no pathlib
        except FileNotFoundError:
            # The last process to close a store removes -wal and -shm, perhaps just now.
            continue


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """``BEGIN IMMEDIATE`` … ``COMMIT``, or ``ROLLBACK`` when the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
