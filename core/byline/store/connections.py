"""A store's connections, one for each thread: through peewee or not, a thread reads and writes with the same.

Standard library only: git's hooks read with it.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from byline.store.connection import connect, store_error, transaction

_CACHE_KIB = 64_000


class Connections:
    """The connections to the database at ``path``. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Open that of this thread, creating or migrating the database.

        Raises:
            StoreError: it cannot be opened; see :func:`byline.store.connection.connect`.
        """
        self.path = path
        self._threads = threading.local()
        self.current()

    def current(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode. Raises: as the constructor."""
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = connect(self.path)
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA temp_store = MEMORY")
            self._threads.connection = connection
        return connection

    def run(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run one statement with bound values; the cursor over what it gives.

        Raises:
            StoreError: the database is locked, full or damaged.
        """
        try:
            return self.current().execute(statement, values)
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything the block writes is kept, or nothing when it raises.

        Raises:
            StoreError: the database is locked by another process, full or damaged.
        """
        connection = self.current()
        try:
            with transaction(connection):
                yield connection
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error

    def close(self) -> None:
        """Close this thread's connection; those of other threads end with their threads."""
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is not None:
            self._threads.connection = None
            connection.close()


def marks(values: Sequence[object]) -> str:
    """The placeholders of as many values, for ``IN (...)``."""
    return ", ".join("?" * len(values))
