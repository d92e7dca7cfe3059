"""Open other programs' SQLite databases without leaving anything beside them or locking anybody out."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

MAGIC = b"SQLite format 3\0"
_ATTEMPTS = 3
_LOG_HEADER = 32
"""Bytes of a log's header; its salts change when the log begins anew."""


def log_of(path: Path) -> Path:
    """Where a database in WAL mode keeps what is not in its file yet."""
    return path.with_name(path.name + "-wal")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads a database as it is now, whose texts are ``str`` with U+FFFD for other bytes.

    Even a read-only connection makes ``-wal`` and ``-shm`` beside a database in WAL mode; an ``immutable``
    one does not, but does not see the log either. With a log, a private copy of both is read.

    Raises:
        OSError: the files cannot be read, or change faster than they can be copied.
        sqlite3.Error: it is no database that can be read.
    """
    log = log_of(path)
    if not log.is_file() or not log.stat().st_size:
        with glanced_at(path) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix="byline-") as folder:
        copy = Path(folder) / "copy.db"
        _copy(path, log, copy)
        with _connected(copy, "mode=rw") as connection:
            yield connection


@contextmanager
def glanced_at(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees the file alone, without its log.

    Raises:
        sqlite3.Error: it is no database that can be read.
    """
    with _connected(path, "mode=ro&immutable=1") as connection:
        yield connection


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table, none where there is no such table. Raises sqlite3.Error."""
    rows = connection.execute(f"PRAGMA table_info({table})")
    return [row[1].decode("utf-8", "replace") if isinstance(row[1], bytes) else str(row[1]) for row in rows]


def has_columns(path: Path, tables: dict[str, set[str]]) -> bool:
    """Whether a file is a database with these tables, each with at least these columns.

    Raises:
        OSError: the file cannot be read.
        sqlite3.Error: it is no database that can be read.
    """
    # A look without the log does for all but a database so new that its tables are only there.
    for look in (glanced_at, opened):
        with look(path) as connection:
            if all(columns <= set(columns_of(connection, table)) for table, columns in tables.items()):
                return True
    return False


@contextmanager
def _connected(path: Path, options: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            yield connection
        except UnicodeDecodeError as error:
            # SQLite's word on what is malformed repeats what is: the sqlite3 module wants that to be UTF-8.
            raise sqlite3.DatabaseError("malformed database schema") from error


def _copy(path: Path, log: Path, copy: Path) -> None:
    """Copy a database and its log as they were at one moment.

    The log may grow meanwhile: SQLite ignores an unfinished end of it. It may not begin anew, and nothing
    of it may move into the database.
    """
    for _ in range(_ATTEMPTS):
        before = _state(path, log)
        log_of(copy).unlink(missing_ok=True)
        shutil.copyfile(path, copy)
        if log.is_file():
            shutil.copyfile(log, log_of(copy))
        if _state(path, log) == before:
            return
    raise BlockingIOError(f"{path.name} is being written to: import again when its program is idle")


def _state(path: Path, log: Path) -> tuple[int, int, bytes]:
    stat = path.stat()
    header = b""
    if log.is_file():
        with log.open("rb") as file:
            header = file.read(_LOG_HEADER)
    return stat.st_size, stat.st_mtime_ns, header
