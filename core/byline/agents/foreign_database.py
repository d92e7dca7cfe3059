"""Open other programs' SQLite databases without leaving anything beside them or locking anybody out."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

MAGIC = b"SQLite format 3\0"
_ATTEMPTS = 3


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads a database as it is now, whose texts are ``str`` with U+FFFD for other bytes.

    Even a read-only connection makes ``-wal`` and ``-shm`` beside a database in WAL mode; an ``immutable``
    one does not, but does not see the log either. With a log, a private copy of both is read.

    Raises:
        OSError: the files cannot be read, or change faster than they can be copied.
        sqlite3.Error: it is no database that can be read.
    """
    log = path.with_name(path.name + "-wal")
    if not log.is_file() or not log.stat().st_size:
        with closing(_connect(path, "mode=ro&immutable=1")) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix="byline-") as folder:
        copy = Path(folder) / "copy.db"
        _copy(path, log, copy)
        with closing(_connect(copy, "mode=rw")) as connection:
            yield connection


def has_columns(path: Path, table: str, columns: set[str]) -> bool:
    """Whether a file is a database with such a table."""
    try:
        with opened(path) as connection:
            found = {str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")}
    except (OSError, sqlite3.Error):
        return False
    return columns <= found


def _connect(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _copy(path: Path, log: Path, copy: Path) -> None:
    """Copy a database and its log as they were at one moment: neither changed while it was copied."""
    for _ in range(_ATTEMPTS):
        before = _state(path), _state(log)
        shutil.copyfile(path, copy)
        if log.is_file():
            shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
        if (_state(path), _state(log)) == before:
            return
    raise BlockingIOError(f"{path.name} is being written to: import again when its program is idle")


def _state(path: Path) -> tuple[int, int] | None:
    if not path.is_file():
        return None
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns
