"""``Store(path)``: the open store."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from byline.store.connections import Connections

if TYPE_CHECKING:
    from byline.store.commits import Commits
    from byline.store.conversations import Conversations
    from byline.store.edits import Edits
    from byline.store.forget import Forgetting
    from byline.store.hits import Hits
    from byline.store.modelled import Modelled
    from byline.store.repositories import Repositories
    from byline.store.sessions import Sessions
    from byline.store.sources import Sources
    from byline.store.writer import Writer


class Store:
    """One user's store. Thread-safe: every thread gets a connection of its own.

    What it holds is read through its nouns: ``sessions``, ``conversations``, ``hits``, ``edits``,
    ``commits``, ``repositories``, ``sources`` and ``forgetting``, each loaded when it is first asked for: a
    git hook needs three of them. Records are written through :meth:`write`.
    """

    def __init__(self, path: Path) -> None:
        """Open the store at ``path``, creating or migrating it.

        Raises:
            StoreError: it cannot be opened; see :func:`byline.store.connection.connect`.
        """
        self.path = path
        self._connections = Connections(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def database(self) -> "Modelled":
        """The same database through peewee's models."""
        from byline.store.modelled import Modelled  # noqa: PLC0415 - a git hook does without peewee

        return Modelled(self._connections)

    @cached_property
    def sessions(self) -> "Sessions":
        """The sessions, listed and found."""
        from byline.store.sessions import Sessions  # noqa: PLC0415 - loaded when asked for

        return Sessions(self.database)

    @cached_property
    def conversations(self) -> "Conversations":
        """The messages and parts of a session."""
        from byline.store.conversations import Conversations  # noqa: PLC0415 - loaded when asked for

        return Conversations(self.database)

    @cached_property
    def hits(self) -> "Hits":
        """What a search finds."""
        from byline.store.hits import Hits  # noqa: PLC0415 - loaded when asked for

        return Hits(self.database)

    @cached_property
    def edits(self) -> "Edits":
        """The recorded edits."""
        from byline.store.edits import Edits  # noqa: PLC0415 - loaded when asked for

        return Edits(self._connections)

    @cached_property
    def commits(self) -> "Commits":
        """Attributed commits."""
        from byline.store.commits import Commits  # noqa: PLC0415 - loaded when asked for

        return Commits(self._connections)

    @cached_property
    def repositories(self) -> "Repositories":
        """The repositories and their checkouts."""
        from byline.store.repositories import Repositories  # noqa: PLC0415 - loaded when asked for

        return Repositories(self._connections)

    @cached_property
    def sources(self) -> "Sources":
        """What was imported, and how far."""
        from byline.store.sources import Sources  # noqa: PLC0415 - loaded when asked for

        return Sources(self.database)

    @cached_property
    def forgetting(self) -> "Forgetting":
        """What people had taken out."""
        from byline.store.forget import Forgetting  # noqa: PLC0415 - loaded when asked for

        return Forgetting(self.database)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for what is written or read by the thousand."""
        return self._connections.current()

    @contextmanager
    def write(self) -> Iterator["Writer"]:
        """One transaction: everything the block writes is kept, or nothing when it raises.

        Raises:
            StoreError: the database is locked by another process, full or damaged.
        """
        from byline.store.writer import Writer  # noqa: PLC0415 - a git hook writes without

        with self._connections.transaction() as connection:
            yield Writer(connection)

    def close(self) -> None:
        """Close this thread's connection; those of other threads end with their threads."""
        if "database" in self.__dict__:
            # It has a state of its own for each thread.
            self.database.close()
        self._connections.close()
