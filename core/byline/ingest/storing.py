"""Store what was read: one invocation, one transaction."""

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from byline.frozen import dataclass
from byline.ingest.part_identity import PartIdentity
from byline.ingest.reading import Item, Reading, Skipped
from byline.ingest.session_title import title_untitled
from byline.record import Edit, Message, Part
from byline.store.writer import Writer, Written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Record = TypeVar("Record", Message, Part, Edit)

_REJECT = """
INSERT INTO rejected_payloads (kind, payload, reason, time_ms) SELECT :kind, :payload, :reason, :time
WHERE NOT EXISTS (SELECT 1 FROM rejected_payloads WHERE kind = :kind AND payload = :payload)
"""

# What is wrong with the store or the machine, not with a row.
_STORE_ERRORS = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rejected:
    """A payload that is kept whole because it could not be stored."""

    payload: bytes
    reason: str


class Outcome:
    """What became of everything that was read. The counts of a kind add up with ``skipped``."""

    def __init__(self, skipped: Iterable[tuple[int, Skipped]]) -> None:
        """Nothing stored yet; ``skipped`` items come with the place of their document."""
        self.messages = self.parts = self.edits = Written()
        self.skipped = list(skipped)

    @property
    def total(self) -> Written:
        """All kinds together."""
        return self.messages + self.parts + self.edits


def store_all(
    connection: sqlite3.Connection,
    kind: str,
    readings: Sequence[Reading],
    rejected: Iterable[Rejected],
    received_ms: int,
) -> Outcome:
    """Store readings and keep rejected payloads; the caller holds the transaction.

    Messages go before parts, each kind as one multi-row statement; when that fails its items are
    tried one by one, so that a bad row costs only itself.

    Raises:
        sqlite3.Error: the store cannot be written.
    """
    writer = Writer(connection)
    outcome = Outcome(((place, entry) for place, reading in enumerate(readings) for entry in reading.skipped))
    items = [
        (place, item)
        for place, reading in enumerate(readings)
        for item in (_settled(connection, reading) if reading.is_event else reading.items)
    ]
    _store_sessions(writer, readings, items)
    messages = [(place, item, item.record) for place, item in items if isinstance(item.record, Message)]
    outcome.messages = _store_kind(connection, outcome, messages, writer.messages)
    parts = [(place, item, item.record) for place, item in items if isinstance(item.record, Part)]
    identity = PartIdentity(connection, (part for _, _, part in parts))
    settled = [
        (place, item, part)
        for place, item, raw in parts
        for part in [identity.settle(raw)]
        if part is not None
    ]
    outcome.parts = _store_kind(connection, outcome, settled, writer.parts)
    outcome.parts += Written(duplicates=len(parts) - len(settled))
    edits = [(place, item, item.record) for place, item in items if isinstance(item.record, Edit)]
    outcome.edits = _store_kind(connection, outcome, edits, writer.edits)
    if outcome.total.persisted or outcome.total.updated:
        session_ids = {item.session.id for _, item in items}
        writer.recount(sorted(session_ids))
        if parts:
            title_untitled(connection, session_ids)
    keep_rejected(connection, kind, [*rejected, *_skipped_payloads(readings, outcome.skipped)], received_ms)
    return outcome


def keep_rejected(
    connection: sqlite3.Connection, kind: str, rejected: Iterable[Rejected], received_ms: int
) -> None:
    """Keep payloads whole with the reason, the same one once. The caller holds the transaction."""
    for entry in rejected:
        row = {
            "kind": kind,
            "payload": zlib.compress(entry.payload),
            "reason": entry.reason.encode("utf-8", "replace").decode(),
            "time": received_ms,
        }
        connection.execute(_REJECT, row)


def _settled(connection: sqlite3.Connection, reading: Reading) -> tuple[Item, ...]:
    from byline.ingest.message_identity import settle_message  # noqa: PLC0415 - a hook loads what it needs

    items = settle_message(connection, reading)
    if not reading.tells_twice:
        return items
    from byline.ingest.edit_identity import settle_edit  # noqa: PLC0415 - a hook loads what it needs

    return tuple(settle_edit(connection, item) for item in items)


def _store_sessions(writer: Writer, readings: Sequence[Reading], items: Sequence[tuple[int, Item]]) -> None:
    writer.sessions(dict.fromkeys(item.session for _, item in items))
    for reading in readings:
        if reading.sessions:
            times = {session.id: (reading.time_ms, reading.time_ms) for session in reading.sessions}
            writer.sessions(reading.sessions, times)


def _store_kind(
    connection: sqlite3.Connection,
    outcome: Outcome,
    entries: "Sequence[tuple[int, Item, Record]]",
    write: "Callable[[Sequence[Record]], Written]",
) -> Written:
    if not entries:
        return Written()
    try:
        with _savepoint(connection):
            return write([record for _, _, record in entries])
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        _raise_unless_of_a_row(connection, error)
    total = Written()
    for place, item, record in entries:
        try:
            with _savepoint(connection):
                total += write([record])
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            _raise_unless_of_a_row(connection, error)
            outcome.skipped.append((place, Skipped(item.number, f"the store refused it: {error}", item.raw)))
    return total


@contextmanager
def _savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("SAVEPOINT kind")
    try:
        yield
    except BaseException:
        # Some errors (a full disk) have ended the whole transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK TO kind")
            connection.execute("RELEASE kind")
        raise
    connection.execute("RELEASE kind")


def _raise_unless_of_a_row(connection: sqlite3.Connection, error: Exception) -> None:
    """Raise again what is wrong with more than one row, or has ended the transaction."""
    code = getattr(error, "sqlite_errorcode", None)
    if not connection.in_transaction or (code is not None and code & 0xFF in _STORE_ERRORS):
        raise error


def _skipped_payloads(
    readings: Sequence[Reading], skipped: Iterable[tuple[int, Skipped]]
) -> Iterator[Rejected]:
    """One payload per document: its envelope with the skipped items alone, or the whole document."""
    by_place: dict[int, list[Skipped]] = {}
    for place, entry in skipped:
        by_place.setdefault(place, []).append(entry)
    for place, entries in by_place.items():
        reading = readings[place]
        reason = "; ".join(f"item {entry.number}: {entry.reason}" for entry in entries)
        if reading.head is None:
            yield Rejected(reading.raw, reason)
        else:
            envelope = {**reading.head, "payloads": [entry.raw for entry in entries]}
            yield Rejected(json.dumps(envelope, separators=(",", ":")).encode(), reason)
