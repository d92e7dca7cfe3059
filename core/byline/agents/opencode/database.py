"""Read OpenCode's SQLite database (from 1.2) without leaving a trace beside it (``formats.md`` 2.6).

The database also holds tokens and secrets: only the tables session, message and part are read. It may be
larger than memory: what is in memory of it is one session, and the numbers of all rows.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from byline.agents.foreign_database import MAGIC, columns_of, has_columns, opened
from byline.agents.opencode.documents import Account, Json, MessageDocument, SessionDocument
from byline.errors import FormatError

_NEEDED = {
    "session": ("id",),
    "message": ("id", "session_id", "data"),
    "part": ("id", "message_id", "data"),
}
_FURTHER = {
    "session": ("project_id", "parent_id", "directory", "title", "version", "time_created", "time_updated"),
    "message": ("time_created", "time_updated"),
    "part": ("time_created", "time_updated"),
}
_OF = {"message": "session_id", "part": "message_id"}
"""The column that says what a row of the table belongs to."""

Row = dict[str, bytes | int | float | None]


def is_database(path: Path, head: bytes) -> bool:
    """Whether a file is a database with OpenCode's tables, or is what is left of one."""
    if not head.startswith(MAGIC):
        return False
    try:
        return has_columns(path, {table: set(columns) for table, columns in _NEEDED.items()})
    except (OSError, sqlite3.Error):
        return all(b"CREATE TABLE `%s`" % table.encode() in head for table in _NEEDED)


class Database:
    """An open database, whose sessions can be read one by one and more than once.

    Damaged pages and rows that are no JSON are named in the account, and what is around them is read.
    """

    def __init__(self, connection: sqlite3.Connection, account: Account) -> None:
        """Raises FormatError when a table or a column is missing."""
        connection.text_factory = bytes
        self._account = account
        self._tables = {table: _Table(connection, table) for table in _NEEDED}
        self._sessions = {_id(row): row for row in self._tables["session"].all_rows(account)}
        self._messages = self._tables["message"].numbers(account)
        self._parts = self._tables["part"].numbers(account)

    def sessions(self) -> Iterator[SessionDocument]:
        """The sessions, oldest id first; last those of which only what was said is left."""
        account = self._account
        placed: set[str] = set()
        for session_id in (*sorted(self._sessions), *sorted(self._messages.keys() - self._sessions.keys())):
            row = self._sessions.get(session_id)
            account.records += row is not None
            session = SessionDocument({"id": session_id} if row is None else _session_info(row))
            for message in self._rows("message", self._messages.get(session_id, ()), account):
                placed.add(_id(message))
                session.messages += self._message(message)
            yield session
        for message_id in sorted(self._parts.keys() - placed):
            count = len(self._parts[message_id])
            account.records += count
            account.fail(f"message {message_id}: not there; its {count} parts cannot be placed without it")

    def outlines(self) -> Iterator[SessionDocument]:
        """The sessions with their messages, without parts; what cannot be read is passed over."""
        account = Account()
        for session_id, numbers in self._messages.items():
            row = self._sessions.get(session_id)
            if row is not None:
                infos = (_data(each, "message", account) for each in self._rows("message", numbers, account))
                yield SessionDocument(_session_info(row), [MessageDocument(info) for info in infos if info])

    def _message(self, row: Row) -> list[MessageDocument]:
        """The message of a row with its parts, or nothing when it cannot be read."""
        info = _data(row, "message", self._account)
        numbers = self._parts.get(_id(row), ())
        if info is not None:
            found = (
                _data(part, "part", self._account) for part in self._rows("part", numbers, self._account)
            )
            return [MessageDocument(info, [part for part in found if part is not None])]
        if numbers:
            # They cannot be placed without a role; they are not lost without a word.
            self._account.records += len(numbers)
            self._account.fail(f"message {_id(row)}: its {len(numbers)} parts cannot be placed without it")
        return []

    def _rows(self, table: str, numbers: Iterable[int], account: Account) -> list[Row]:
        return sorted(self._tables[table].rows(numbers, account), key=_id)


@contextmanager
def opened_database(path: Path, account: Account) -> Iterator[Database]:
    """The database at ``path`` as it is now.

    Raises:
        OSError: the file cannot be read, or changes faster than it can be copied.
        FormatError: it is no database, or lacks tables or columns.
    """
    try:
        with opened(path) as connection:
            yield Database(connection, account)
    except sqlite3.Error as error:
        raise FormatError(f"not a database that can be read: {error}") from error


def _data(row: Row, kind: str, account: Account) -> Json | None:
    """A row's JSON with its id and, as far as the JSON does not say, its times."""
    data = row["data"]
    value = account.parse(data if isinstance(data, bytes) else b"", f"{kind} {_id(row)}")
    if value is None:
        return None
    value["id"] = _id(row)
    time = value.setdefault("time", {})
    if isinstance(time, dict):
        time.setdefault("created", row.get("time_created"))
        time.setdefault("updated", row.get("time_updated"))
    return value


def _session_info(row: Row) -> Json:
    """A session's row under the names that its JSON had."""
    info: Json = {"time": {"created": row.get("time_created"), "updated": row.get("time_updated")}}
    names = {"id": "id", "project_id": "projectID", "parent_id": "parentID"}
    for column, name in (names | {same: same for same in ("directory", "title", "version")}).items():
        value = row.get(column)
        info[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return info


def _id(row: Row) -> str:
    return _text(row["id"])


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


class _Table:
    """One of the tables, read in whatever columns of it there are."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        """Raises FormatError when the table or a column of it is missing."""
        there = columns_of(connection, name)
        missing = [column for column in _NEEDED[name] if column not in there]
        if missing:
            raise FormatError(
                f"table {name} has no {', '.join(missing)}: the format of this OpenCode is not known yet"
            )
        self._connection = connection
        self._name = name
        self._columns = (*_NEEDED[name], *(column for column in _FURTHER[name] if column in there))

    def all_rows(self, account: Account) -> list[Row]:
        """Every row that can be read."""
        return [
            dict(zip(self._columns, values[1:], strict=True)) for values in self._scan(self._columns, account)
        ]

    def numbers(self, account: Account) -> dict[str, "array[int]"]:
        """The numbers of the rows that can be read, by what they belong to."""
        found = defaultdict[str, "array[int]"](lambda: array("q"))
        for number, owner in self._scan((_OF[self._name],), account):
            found[_text(owner)].append(number)
        return dict(found)

    def rows(self, numbers: Iterable[int], account: Account) -> Iterator[Row]:
        """The rows with these numbers."""
        query = f"SELECT {', '.join(self._columns)} FROM {self._name} WHERE rowid = ?"  # noqa: S608 - names from above
        for number in numbers:
            try:
                values = self._connection.execute(query, (number,)).fetchone()
            except sqlite3.Error as error:
                account.fail(f"table {self._name}: row {number}: {error}")
                continue
            if values is not None:
                yield dict(zip(self._columns, values, strict=True))

    def _scan(self, columns: Iterable[str], account: Account) -> Iterator[tuple[Any, ...]]:
        """Every row's number and columns: where a page is damaged, of those before it and those behind it."""
        names = ", ".join(columns)
        last: int | None = None
        for order in ("ASC", "DESC"):
            query = f"SELECT rowid, {names} FROM {self._name} ORDER BY rowid {order}"  # noqa: S608 - names from above
            try:
                for values in self._connection.execute(query):
                    if order == "ASC":
                        last = values[0]
                    elif last is not None and values[0] <= last:
                        return
                    yield values
            except sqlite3.Error as error:
                if order == "ASC":
                    account.fail(f"table {self._name}: {error}; rows are missing")
            else:
                return
