"""Open the store's database, and make or migrate it under a lock. Standard library only."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from byline.errors import NewerStoreError, StoreBusyError, StoreError
from byline.store.schema import VERSION, fresh_schema

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: dict[int, Migration] = {}
"""Version to the function that brings a store from the version before to it, inside the caller's
transaction. The fresh schema always is what all of them together lead to; a test holds that."""

BUSY_TIMEOUT_MS = 5000


def connect(path: Path, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> sqlite3.Connection:
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


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set the connection's pragmas and bring the database to :data:`~byline.store.schema.VERSION`.

    Raises: see :func:`connect`.
    """
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
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
    except sqlite3.Error as error:
        raise store_error(error, path) from error


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The :class:`StoreError` that says what an SQLite error means and what to do."""
    if is_busy(error):
        return StoreBusyError(f"the store {path} is locked by another process: try again")
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return StoreError(f"the store {path} is damaged or no Byline store ({error}): run `byline doctor`")
    return StoreError(f"the store {path}: {error}")


def is_busy(error: BaseException) -> bool:
    """Whether an error says only that another process holds the lock."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Another process may have done it while this one waited for the lock.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            _run_script(connection, fresh_schema())
        else:
            for number in range(version + 1, VERSION + 1):
                MIGRATIONS[number](connection)
        if version < VERSION:
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run a script inside the open transaction (``executescript`` would commit it first)."""
    statement = ""
    for line in script.split("\n"):
        statement += line + "\n"
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _make_private(path: Path) -> None:
    """The folder 0700 when made here, the database and its companions 0600."""
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True)
    for suffix in ("", "-wal", "-shm"):
        companion = Path(f"{path}{suffix}")
        if suffix == "" and not companion.exists():
            companion.touch(mode=0o600)
        elif companion.exists() and companion.stat().st_mode & 0o077:
            companion.chmod(0o600)
