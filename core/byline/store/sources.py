"""Import sources: what makes the next import of a history quick, and what became of their files."""

from collections.abc import Iterable

from peewee import SqliteDatabase

from byline.frozen import dataclass
from byline.store.raw_sql import run_sql

_COLUMNS = "path, agent, size, mtime_ns, inode, first_line_hash, offset, watermark, resume"
# Raw SQL: tens of thousands of rows are read and written where nothing may take a second.
_REMEMBER = f"""
INSERT INTO import_sources ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (path) DO UPDATE SET agent = excluded.agent, size = excluded.size, mtime_ns = excluded.mtime_ns,
  inode = excluded.inode, first_line_hash = excluded.first_line_hash, offset = excluded.offset,
  watermark = excluded.watermark, resume = excluded.resume
"""


_MARK_MISSING = (
    "UPDATE sessions SET source_missing_since = ? WHERE source = ? AND source_missing_since IS NULL"
)
_MARK_FOUND = "UPDATE sessions SET source_missing_since = NULL WHERE source = ?"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A history file as it was when last read.

    ``size`` and ``mtime_ns`` are of all the files that are read along with it. ``offset`` is in bytes, after
    the last complete line; ``resume`` is what its reader needs to go on from there. Histories with the same
    ``watermark`` may repeat each other.
    """

    path: str
    agent: str
    size: int
    mtime_ns: int
    inode: int
    first_line_hash: str
    offset: int
    watermark: str | None = None
    resume: str | None = None


class Sources:
    """Reads and writes of the table ``import_sources``, and of what sessions say of their source."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def all(self) -> dict[str, SourceRow]:
        """Every known source, by path; without ``resume``, see :meth:`resume`."""
        query = f"SELECT {_COLUMNS.removesuffix(', resume')} FROM import_sources"
        return {row[0]: SourceRow(*row) for row in run_sql(self._database, query)}

    def resume(self, path: str) -> str | None:
        """What the reader of a source needs to go on at its offset; None when it must begin anew."""
        query = "SELECT resume FROM import_sources WHERE path = ?"
        return next((row[0] for row in run_sql(self._database, query, (path,))), None)

    def remember(self, source: SourceRow) -> None:
        """Store what a source was when it was read; call it inside the transaction of its records."""
        values = (
            source.path, source.agent, source.size, source.mtime_ns, source.inode, source.first_line_hash,
            source.offset, source.watermark, source.resume,
        )  # fmt: skip
        run_sql(self._database, _REMEMBER, values)

    def sessions(self, path: str) -> list[str]:
        """The ids of the sessions that were read from a source."""
        query = "SELECT id FROM sessions WHERE source = ?"
        return [row[0] for row in run_sql(self._database, query, (path,))]

    def of_sessions(self) -> dict[str, bool]:
        """The sources that sessions have, and whether the sessions say that the file is gone."""
        query = (
            "SELECT source, max(source_missing_since IS NOT NULL) FROM sessions "
            "WHERE source IS NOT NULL GROUP BY source"
        )
        return {row[0]: bool(row[1]) for row in run_sql(self._database, query)}

    def mark_missing(self, paths: Iterable[str], since_ms: int) -> None:
        """Note with the sessions of these sources that the file is gone; call it inside a transaction."""
        for path in paths:
            run_sql(self._database, _MARK_MISSING, (since_ms, path))

    def mark_found(self, paths: Iterable[str]) -> None:
        """Note with the sessions of these sources that the file is there again; inside a transaction."""
        for path in paths:
            run_sql(self._database, _MARK_FOUND, (path,))
