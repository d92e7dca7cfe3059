"""``Store(path)``: the open store, through peewee."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from peewee import DatabaseError, SqliteDatabase

from byline.store.commits import Commits
from byline.store.connection import BUSY_TIMEOUT_MS, connect, prepare, store_error
from byline.store.conversations import Conversations
from byline.store.edits import Edits
from byline.store.forget import Forgetting
from byline.store.hits import Hits
from byline.store.repositories import Repositories
from byline.store.sessions import Sessions
from byline.store.sources import Sources
from byline.store.writer import Writer, transaction


class _Database(SqliteDatabase):
    """peewee's database over connections made by :mod:`byline.store.connection`'s rules."""

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._connect()  # type: ignore[misc] # missing in peewee's stubs
        try:
            prepare(connection, Path(self.database))
        except BaseException:
            connection.close()
            raise
        return connection

    def execute_sql(self, sql: str, params: Any = None, *args: Any) -> Any:
        """Run a statement; what SQLite says is raised as :class:`~byline.errors.StoreError`."""
        try:
            return super().execute_sql(sql, params, *args)  # type: ignore[no-untyped-call]
        except DatabaseError as error:
            cause = error.__context__
            if isinstance(cause, sqlite3.Error):
                raise store_error(cause, Path(self.database)) from error
            raise


class Store:
    """One user's store. Thread-safe: every thread gets a connection of its own.

    What it holds is read through its nouns: ``sessions``, ``conversations``, ``hits``, ``edits``,
    ``commits``, ``repositories``, ``sources`` and ``forgetting``. Records are written through :meth:`write`.
    """

    def __init__(self, path: Path) -> None:
        """Open the store at ``path``, creating or migrating it.

        Raises:
            StoreError: it cannot be opened; see :func:`byline.store.connection.connect`.
        """
        self.path = path
        connect(path).close()
        self.database = _Database(
            str(path), timeout=BUSY_TIMEOUT_MS / 1000, pragmas={"cache_size": -64_000, "temp_store": "memory"}
        )
        self.sessions = Sessions(self.database)
        self.conversations = Conversations(self.database)
        self.hits = Hits(self.database)
        self.edits = Edits(self.database)
        self.commits = Commits(self.database)
        self.repositories = Repositories(self.database)
        self.sources = Sources(self.database)
        self.forgetting = Forgetting(self.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for what is written or read by the thousand."""
        connection: sqlite3.Connection = self.database.connection()  # type: ignore[no-untyped-call]
        return connection

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """One transaction: everything the block writes is kept, or nothing when it raises.

        Raises:
            StoreError: the database is locked by another process, full or damaged.
        """
        connection = self.connection
        try:
            with transaction(connection):
                yield Writer(connection)
        except sqlite3.Error as error:
            raise store_error(error, self.path) from error

    def close(self) -> None:
        """Close this thread's connection; those of other threads end with their threads."""
        if not self.database.is_closed():
            self.database.close()
