"""Write in short transactions, so that the hooks of running agents get their turn in between."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from byline.store.connection import store_error
from byline.store.rows import Row
from byline.store.store import Store
from byline.store.writer import Writer

TURN_S = 0.03
"""Seconds after which a transaction is ended at the next chance; hooks wait a second at most."""
_PAUSE = 0.25
"""How long the pause after a turn is, as a part of it: whoever waits for the lock only looks now and then."""
_SLICE_CHARACTERS = 150_000
_SLICE_ROWS = 500
"""What is written between two chances to end a turn."""


class Turns:
    """Write transactions one after the other; one is begun when there is something to write.

    Leaving the block ends the turn. An error that leaves it in the midst of writing, since the last
    :meth:`pause`, takes the turn back; at any other time what was written is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection = store.connection
        self._writer = Writer(self._connection)
        self._begun = 0.0
        self._is_whole = True
        """Whether nothing was begun since the last pause."""
        self.longest_s = 0.0
        """How long the longest turn held the store."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection.in_transaction:
            if error is None or self._is_whole:
                self.end()
            else:
                self._connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise store_error(error, self._store.path) from error

    def begin(self) -> sqlite3.Connection:
        """Begin a turn, if none is going on; the connection that holds the store."""
        self._is_whole = False
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
            self._begun = time.monotonic()
        return self._connection

    @property
    def writer(self) -> Writer:
        """What writes in the turn that is going on; begins one if there is none."""
        self.begin()
        return self._writer

    def pause(self) -> None:
        """Say that what was written so far is whole, and end the turn if it has been long enough."""
        self._is_whole = True
        held = time.monotonic() - self._begun
        if self._connection.in_transaction and held > TURN_S:
            self.end()
            time.sleep(held * _PAUSE)

    def end(self) -> None:
        """End the turn, if there is one."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
            self.longest_s = max(self.longest_s, time.monotonic() - self._begun)


def slices(rows: Sequence[Row], *columns: int) -> Iterator[Sequence[Row]]:
    """The rows in pieces that are each written in some milliseconds, as far as one row is.

    ``columns`` are the numbers of those that hold the long texts.
    """
    start = weight = 0
    for number, row in enumerate(rows, 1):
        for column in columns:
            weight += len(row[column] or "")
        if weight > _SLICE_CHARACTERS or number - start >= _SLICE_ROWS:
            yield rows[start:number]
            start, weight = number, 0
    if start < len(rows):
        yield rows[start:]
