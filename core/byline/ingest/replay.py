"""``replay``: try the rejected payloads again, after an upgrade that may read them."""

import sqlite3
import zlib

from byline.frozen import dataclass
from byline.ignore import Ignore
from byline.ingest.payloads import Call, in_transaction, store_call
from byline.ingest.retry import Patience


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many payloads were tried, stored as a whole, and rejected again (whole or in part), and why."""

    attempted: int
    stored: int
    rejected: int
    reasons: tuple[str, ...]


def replay(database: str, wait: Patience, ignore: Ignore | None) -> Replayed:
    """Try every rejected payload, oldest first. Each is stored, or kept again with today's reason.

    Raises:
        StoreError: the store cannot be opened or written.
    """
    rows = in_transaction(database, _rejected, wait)
    rejected = 0
    reasons: list[str] = []
    for number, kind, payload, received_ms in rows:
        call = Call(kind, zlib.decompress(payload), received_ms, ignore, replayed=number)
        result = store_call(call, database, wait)
        rejected += bool(result.complaints)
        reasons += [f"{kind}: {complaint}" for complaint in result.complaints]
    return Replayed(len(rows), len(rows) - rejected, rejected, tuple(reasons))


def _rejected(connection: sqlite3.Connection) -> list[tuple[int, str, bytes, int]]:
    return connection.execute(
        "SELECT id, kind, payload, time_ms FROM rejected_payloads ORDER BY time_ms, id"
    ).fetchall()
