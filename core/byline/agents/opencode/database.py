"""Read OpenCode's SQLite database (from 1.2) without leaving a trace beside it (``formats.md`` 2.6).

The database also holds tokens and secrets: only the tables session, message and part are read.
"""

import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from byline.agents.opencode.documents import Account, Json, MessageDocument, SessionDocument
from byline.errors import FormatError

MAGIC = b"SQLite format 3\0"
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
_ATTEMPTS = 3
_WAL_HEADER = 32
"""Bytes of a log's header; its salts change when the log begins anew."""

Row = dict[str, bytes | int | float | None]


def is_database(path: Path, head: bytes) -> bool:
    """Whether a file is a database with OpenCode's tables, or is what is left of one."""
    if not head.startswith(MAGIC):
        return False
    # A look without the log does for all but a database so new that its tables are only there.
    for opened in (_glanced_at, _opened):
        try:
            with opened(path) as connection:
                if all(_missing(connection, table) == [] for table in _NEEDED):
                    return True
        except (OSError, sqlite3.Error):
            if all(b"CREATE TABLE `%s`" % table.encode() in head for table in _NEEDED):
                return True
    return False


def read_database(path: Path, account: Account) -> Iterator[SessionDocument]:
    """The sessions of a database, oldest id first.

    Damaged pages and rows that are no JSON are named in ``account``, and what is around them is read.

    Raises:
        OSError: the file cannot be read, or changes faster than it can be copied.
        FormatError: it lacks tables or columns.
    """
    try:
        with _opened(path) as connection:
            tables = {table: _Table(connection, table, account) for table in _NEEDED}
            sessions = list(tables["session"].rows())
            messages = _grouped(tables["message"].rows(), "session_id")
            parts = _grouped(tables["part"].rows(), "message_id")
    except sqlite3.Error as error:
        raise FormatError(f"not a database that can be read: {error}") from error
    for row in sorted(sessions, key=_id):
        session = SessionDocument(_session_info(row))
        account.records += 1
        session.messages = list(_messages(messages.pop(session.id, []), parts, account))
        yield session
    for session_id, rows in sorted(messages.items()):
        # Their session's row is damaged or gone; what was said is not.
        yield SessionDocument({"id": session_id}, list(_messages(rows, parts, account)))
    for message_id, rows in sorted(parts.items()):
        account.records += len(rows)
        account.fail(f"message {message_id}: not there; its {len(rows)} parts cannot be placed without it")


def _messages(
    rows: Sequence[Row], parts: dict[str, list[Row]], account: Account
) -> Iterator[MessageDocument]:
    for row in rows:
        info = _data(row, "message", account)
        if info is None:
            # Its parts cannot be placed without a role; they are not lost without a word.
            orphans = len(parts.pop(_id(row), []))
            if orphans:
                account.records += orphans
                account.fail(f"message {_id(row)}: its {orphans} parts cannot be placed without it")
            continue
        found = (_data(part, "part", account) for part in parts.pop(_id(row), []))
        yield MessageDocument(info, [part for part in found if part is not None])


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


def _grouped(rows: Iterator[Row], column: str) -> dict[str, list[Row]]:
    groups = defaultdict[str, list[Row]](list)
    for row in rows:
        groups[_text(row[column])].append(row)
    for group in groups.values():
        group.sort(key=_id)
    return dict(groups)


def _id(row: Row) -> str:
    return _text(row["id"])


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [_text(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]


def _missing(connection: sqlite3.Connection, table: str) -> list[str]:
    there = _columns(connection, table)
    return [column for column in _NEEDED[table] if column not in there]


class _Table:
    """One of the tables, read in whatever columns of it there are."""

    def __init__(self, connection: sqlite3.Connection, name: str, account: Account) -> None:
        """Raises FormatError when the table or a column of it is missing."""
        there = _columns(connection, name)
        missing = _missing(connection, name)
        if missing:
            raise FormatError(
                f"table {name} has no {', '.join(missing)}: the format of this OpenCode is not known yet"
            )
        self._connection = connection
        self._name = name
        self._columns = (*_NEEDED[name], *(column for column in _FURTHER[name] if column in there))
        self._account = account

    def rows(self) -> Iterator[Row]:
        """Every row that can be read: where a page is damaged, those before it and those behind it."""
        seen: set[str] = set()
        for order in ("ASC", "DESC"):
            query = f"SELECT {', '.join(self._columns)} FROM {self._name} ORDER BY rowid {order}"  # noqa: S608 - names from above
            try:
                for values in self._connection.execute(query):
                    row = dict(zip(self._columns, values, strict=True))
                    if _id(row) not in seen:
                        seen.add(_id(row))
                        yield row
            except sqlite3.Error as error:
                if order == "ASC":
                    self._account.fail(f"table {self._name}: {error}; rows are missing")
            else:
                return


@contextmanager
def _glanced_at(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees the file alone, without its log."""
    with closing(_connect(path, "mode=ro&immutable=1")) as connection:
        yield connection


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that creates nothing beside the file and locks nobody out.

    Even a read-only connection makes ``-wal`` and ``-shm`` beside a database in WAL mode; an ``immutable``
    one does not, but does not see the log either. With a log, a private copy of both is read.
    """
    log = path.with_name(path.name + "-wal")
    if not log.is_file() or not log.stat().st_size:
        with _glanced_at(path) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix="byline-opencode-") as folder:
        copy = Path(folder) / "copy.db"
        _copy(path, log, copy)
        with closing(_connect(copy, "mode=rw")) as connection:
            yield connection


def _copy(path: Path, log: Path, copy: Path) -> None:
    """Copy a database and its log as they were at one moment.

    The log may grow meanwhile: SQLite ignores an unfinished end of it. It may not begin anew, and nothing
    of it may move into the database.
    """
    for _ in range(_ATTEMPTS):
        before = _state(path, log)
        copied_log = copy.with_name(copy.name + "-wal")
        copied_log.unlink(missing_ok=True)
        shutil.copyfile(path, copy)
        if log.is_file():
            shutil.copyfile(log, copied_log)
        if _state(path, log) == before:
            return
    raise BlockingIOError(f"{path.name} is being written to: import again when OpenCode is idle")


def _state(path: Path, log: Path) -> tuple[int, int, bytes]:
    stat = path.stat()
    header = b""
    if log.is_file():
        with log.open("rb") as file:
            header = file.read(_WAL_HEADER)
    return stat.st_size, stat.st_mtime_ns, header


def _connect(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)
    connection.text_factory = bytes
    return connection
