"""A passing copy of a store, in which an import can be tried out."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from byline.store.connection import store_error
from byline.store.store import Store


@contextmanager
def rehearsal(path: Path) -> Iterator[Store]:
    """A copy of the store at ``path``, or an empty one where there is none; it goes with the block.

    Nothing is written at ``path``, and nobody who writes there waits.

    Raises:
        StoreError: the store cannot be read, or there is no room for the copy.
    """
    with tempfile.TemporaryDirectory(prefix="byline-rehearsal-") as folder:
        copy = Path(folder, "byline.db")
        if path.is_file():
            try:
                with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
                    source.backup(target)
            except sqlite3.Error as error:
                raise store_error(error, path) from error
        with Store(copy) as store:
            yield store
