"""The store's database as peewee sees it, for what is asked through the models."""

import sqlite3
from typing import Any

from peewee import DatabaseError, SqliteDatabase

from byline.store.connection import store_error
from byline.store.connections import Connections


class Modelled(SqliteDatabase):
    """peewee's database over a store's connections."""

    def __init__(self, connections: Connections) -> None:
        super().__init__(str(connections.path))
        self._connections = connections

    def _connect(self) -> sqlite3.Connection:
        connection = self._connections.current()
        self._add_conn_hooks(connection)  # type: ignore[attr-defined] # missing in peewee's stubs
        return connection

    def execute_sql(self, sql: str, params: Any = None, *args: Any) -> Any:
        """Run a statement; what SQLite says is raised as :class:`~byline.errors.StoreError`."""
        try:
            return super().execute_sql(sql, params, *args)  # type: ignore[no-untyped-call]
        except DatabaseError as error:
            cause = error.__context__
            if isinstance(cause, sqlite3.Error):
                raise store_error(cause, self._connections.path) from error
            raise
