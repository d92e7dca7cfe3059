"""``replay``: try the rejected payloads again, after an upgrade that may read them."""

import sqlite3
import zlib
from functools import partial

from byline.frozen import dataclass
from byline.ignore import Ignore
from byline.ingest.payloads import Call, in_transaction, store_call
from byline.ingest.retry import Patience
from byline.store.text_form import as_json


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many payloads were tried, stored as a whole, and rejected again (whole or in part), and why."""

    attempted: int
    stored: int
    rejected: int
    reasons: tuple[str, ...]


def replay(database: str, wait: Patience, ignore: Ignore | None, *, discard: bool = False) -> Replayed:
    """Try every rejected payload, oldest first. Each is stored, or kept again with today's reason.

    With ``discard`` those that were tried and are rejected again are dropped.

    Raises:
        StoreError: the store cannot be opened or written.
    """
    rows = in_transaction(database, _rejected, wait)
    rejected = 0
    reasons: list[str] = []
    waiting = [row[0] for row in rows]
    for number, kind, payload, received_ms in rows:
        waiting.remove(number)
        call = Call(kind, zlib.decompress(payload), received_ms, ignore, replayed=number)
        result = store_call(call, database, wait)
        rejected += bool(result.complaints)
        reasons += [f"{kind}: {complaint}" for complaint in result.complaints]
        if discard and result.complaints:
            in_transaction(database, partial(_drop, kind, received_ms, tuple(waiting)), wait)
    return Replayed(len(rows), len(rows) - rejected, rejected, tuple(reasons))


def _drop(kind: str, received_ms: int, but: tuple[int, ...], connection: sqlite3.Connection) -> None:
    """Drop what was kept again of a payload, but for rows that have not been tried yet."""
    query = (
        "DELETE FROM rejected_payloads WHERE kind = ? AND time_ms = ? "
        "AND id NOT IN (SELECT value FROM json_each(?))"
    )
    connection.execute(query, (kind, received_ms, as_json(but)))


def _rejected(connection: sqlite3.Connection) -> list[tuple[int, str, bytes, int]]:
    return connection.execute(
        "SELECT id, kind, payload, time_ms FROM rejected_payloads ORDER BY time_ms, id"
    ).fetchall()
