"""Repositories: identity, checkouts, and the sessions that belong to them."""

import json
from collections.abc import Sequence

from byline.frozen import dataclass
from byline.store.connections import Connections, marks
from byline.store.text_form import storable


@dataclass(frozen=True, slots=True)
class RepositoryRow:
    """A repository as stored. ``identity`` is its canonical remote URL, else root commit, else path."""

    id: int
    identity: str
    remote_url: str | None
    root_commit: str | None
    checkouts: tuple[str, ...]


class Repositories:
    """Reads and writes of the table ``repositories``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def all(self) -> list[RepositoryRow]:
        """Every known repository, by identity."""
        rows = self._connections.run(
            "SELECT id, identity, remote_url, root_commit, checkouts FROM repositories ORDER BY identity"
        )
        return [
            RepositoryRow(row_id, identity, remote_url, root_commit, tuple(json.loads(checkouts)))
            for row_id, identity, remote_url, root_commit, checkouts in rows
        ]

    def remember(
        self, identity: str, remote_url: str | None, root_commit: str | None, checkout: str
    ) -> RepositoryRow:
        """The repository with this identity, stored if new, with ``checkout`` among its checkouts."""
        identity = storable(identity)
        known = next((row for row in self.all() if row.identity == identity), None)
        if known is None:
            self._connections.run(
                "INSERT OR IGNORE INTO repositories (identity, remote_url, root_commit, checkouts) "
                "VALUES (?, ?, ?, ?)",
                (identity, remote_url, root_commit, json.dumps([checkout])),
            )
        elif checkout not in known.checkouts or (known.remote_url, known.root_commit) != (
            remote_url,
            root_commit,
        ):
            self._connections.run(
                "UPDATE repositories SET remote_url = ?, root_commit = ?, checkouts = ? WHERE id = ?",
                (remote_url, root_commit, json.dumps(sorted({*known.checkouts, checkout})), known.id),
            )
        else:
            return known
        return next(row for row in self.all() if row.identity == identity)

    def unbound_cwds(self) -> list[str]:
        """The distinct working folders of sessions that belong to no repository yet."""
        return self._unbound("cwd")

    def unbound_urls(self) -> list[str]:
        """The distinct recorded remote URLs of sessions that belong to no repository yet."""
        return self._unbound("repository_url")

    def bind_cwd(self, cwd: str, repository_id: int) -> int:
        """Give the unbound sessions of a working folder their repository; the number bound."""
        return self._bind("repository_id IS NULL AND cwd = ?", (cwd,), repository_id)

    def bind_url(self, url: str, repository_id: int) -> int:
        """Give the unbound sessions with a recorded remote URL their repository; the number bound."""
        return self._bind("repository_id IS NULL AND repository_url = ?", (url,), repository_id)

    def bind_sessions(self, session_ids: list[str], repository_id: int) -> int:
        """Give these sessions their repository, whatever they had before (``--repo``); the number changed."""
        bound = 0
        for start in range(0, len(session_ids), 500):
            some = session_ids[start : start + 500]
            among = f"id IN ({marks(some)}) AND repository_id IS NOT ?"
            bound += self._bind(among, (*some, repository_id), repository_id)
        return bound

    def _unbound(self, column: str) -> list[str]:
        """The distinct values of a column in sessions that belong to no repository yet."""
        rows = self._connections.run(
            f"SELECT DISTINCT {column} FROM sessions WHERE repository_id IS NULL AND {column} IS NOT NULL"
        )
        return [value for (value,) in rows]

    def _bind(self, condition: str, values: Sequence[object], repository_id: int) -> int:
        """Give the sessions that meet a condition their repository; the number bound."""
        statement = f"UPDATE sessions SET repository_id = ? WHERE {condition}"
        return self._connections.run(statement, (repository_id, *values)).rowcount
