"""Import sources: what makes the next import of a history quick."""

from dataclasses import dataclass

from peewee import SqliteDatabase

from byline.store.models import ImportSource


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A history file as it was when last read. ``offset`` is in bytes, after the last complete line."""

    path: str
    agent: str
    size: int
    mtime_ns: int
    inode: int
    first_line_hash: str
    offset: int
    watermark: str | None = None


class Sources:
    """Reads and writes of the table ``import_sources``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def all(self) -> dict[str, SourceRow]:
        """Every known source, by path."""
        query = ImportSource.select(
            ImportSource.path,
            ImportSource.agent,
            ImportSource.size,
            ImportSource.mtime_ns,
            ImportSource.inode,
            ImportSource.first_line_hash,
            ImportSource.offset,
            ImportSource.watermark,
        )
        return {row[0]: SourceRow(*row) for row in query.tuples().execute(self._database)}

    def remember(self, source: SourceRow) -> None:
        """Store what a source was when it was read; call it inside the transaction of its records."""
        ImportSource.insert(
            path=source.path,
            agent=source.agent,
            size=source.size,
            mtime_ns=source.mtime_ns,
            inode=source.inode,
            first_line_hash=source.first_line_hash,
            offset=source.offset,
            watermark=source.watermark,
        ).on_conflict(
            conflict_target=["path"],
            preserve=["agent", "size", "mtime_ns", "inode", "first_line_hash", "offset", "watermark"],
        ).execute(self._database)
