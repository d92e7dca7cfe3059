"""Tells when another connection wrote to the store: a thread that asks SQLite once in a while."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

EVERY_S = 1.0


class StoreWatch:
    """Calls ``changed`` in a thread of its own, at most once per :data:`EVERY_S`, until it is stopped.

    ``PRAGMA data_version`` moves whenever another connection committed, in this process or any other; asking
    costs some microseconds. While the store cannot be read nothing is told: who reads it will say so.
    """

    def __init__(self, path: Path, changed: Callable[[], None], every_s: float = EVERY_S) -> None:
        self._path = path
        self._changed = changed
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to tell what is committed from now on. A store that cannot be opened is not watched."""
        try:
            # Only reading: a watcher neither makes a store nor migrates one.
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
        except sqlite3.Error:
            return
        version = _version(connection)
        self._thread = threading.Thread(
            target=self._watch, args=(connection, version), name="byline-store-watch", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End it; nothing is told any more once this returns."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self, connection: sqlite3.Connection, last: int | None) -> None:
        with closing(connection):
            while not self._stopped.wait(self._every_s):
                version = _version(connection)
                if version is not None and version != last:
                    last = version
                    self._changed()


def _version(connection: sqlite3.Connection) -> int | None:
    try:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.Error:
        # Locked for a moment, or gone: who reads the store says so where it is seen.
        return None
