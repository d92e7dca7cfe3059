"""Write in short transactions, so that the hooks of running agents get their turn in between."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from byline.store.connection import store_error
from byline.store.rows import Row
from byline.store.store import Store
from byline.store.writer import Writer

TURN_S = 0.05
"""Seconds that a turn is meant to hold the store, its end included; hooks wait a second at most."""
LOG_BYTES = 16_000_000
"""How far the store's log may grow before it is moved into the store: pages that change often move once. A
hook that writes meanwhile may have to move it, and wait so long (64 MB: a third of a second)."""
_USUAL_LOG_PAGES = 1000
"""After how many SQLite moves the log by itself, unless told otherwise."""
_PAUSE = 0.25
"""How long the pause after a turn is, as a part of it: whoever waits for the lock only looks now and then."""
_PIECES = 4
"""A turn is as many pieces of rows: after each it can be ended."""
_ROW = 300
"""What a row costs beside its texts, in characters of those."""
_UNINDEXED = 6
"""Of a text whose words do not go into the index, so many characters cost as much as one of those that do."""


class Pace:
    """How much a turn may write, by how long those before it held the store.

    Most of a turn's time can be its end, when the words of all its parts go into the index: what a turn
    takes is only known when it is over.
    """

    def __init__(self) -> None:
        self.weight = 100_000
        """Characters that are indexed, and what else is written, as so many of those."""

    def settle(self, written: int, held_s: float) -> None:
        """Take in what a turn wrote (a weight), and how long it held the store.

        A turn that took too long has the next one shortened, at most to a quarter; one that wrote nearly
        all it might in less time has it lengthened, at most to its double.
        """
        fitting = int(written * TURN_S / max(held_s, 1e-9))
        if held_s > TURN_S:
            self.weight = max(min(fitting, self.weight), self.weight // 4, _ROW)
        elif written >= self.weight // 2:
            self.weight = max(self.weight, min(fitting, self.weight * 2))


class Turns:
    """Write transactions one after the other; one is begun when there is something to write.

    Leaving the block ends the turn. An error that leaves it in the midst of writing, since the last
    :meth:`pause`, takes the turn back; at any other time what was written is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection = store.connection
        self._log = Path(f"{store.path}-wal")
        self._writer = Writer(self._connection)
        self._pace = Pace()
        self._written = 0
        """The weight of what this turn wrote."""
        self._begun = 0.0
        self._is_whole = True
        """Whether nothing was begun since the last pause."""
        self.longest_s = 0.0
        """How long the longest turn held the store."""

    def __enter__(self) -> Self:
        # The log is moved between two turns and not at the end of one, where it would count as held. Its
        # file is cut off once it was moved, so that its size says how long the log is.
        self._connection.execute("PRAGMA wal_autocheckpoint = 0")
        self._connection.execute("PRAGMA journal_size_limit = 0")
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
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {_USUAL_LOG_PAGES}")

    def begin(self) -> sqlite3.Connection:
        """Begin a turn, if none is going on; the connection that holds the store."""
        self._is_whole = False
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
            self._begun = time.monotonic()
            self._written = 0
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
        if self._connection.in_transaction and (held > TURN_S or self._written >= self._pace.weight):
            time.sleep(self.end() * _PAUSE)

    def end(self) -> float:
        """End the turn, if there is one; how long it held the store, in seconds."""
        if not self._connection.in_transaction:
            return 0.0
        self._connection.execute("COMMIT")
        held = time.monotonic() - self._begun
        self._pace.settle(self._written, held)
        self.longest_s = max(self.longest_s, held)
        if self._log.stat().st_size > LOG_BYTES:
            # Others may write meanwhile.
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return held

    def pieces(self, rows: Sequence[Row], *columns: int, is_indexed: bool = False) -> Iterator[Sequence[Row]]:
        """The rows in pieces, with a :meth:`pause` after each that was written.

        ``columns`` are the numbers of those that hold the long texts; ``is_indexed``: their words go into
        the index. A row is never divided.
        """
        start = weight = 0
        for number, row in enumerate(rows, 1):
            length = sum(len(row[column] or "") for column in columns)
            weight += _ROW + (length if is_indexed else length // _UNINDEXED)
            if weight >= self._pace.weight // _PIECES or number == len(rows):
                yield rows[start:number]
                self._written += weight
                self.pause()
                start, weight = number, 0
