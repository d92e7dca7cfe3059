"""Repositories: identity, checkouts, and the sessions that belong to them."""

import json
from dataclasses import dataclass

from peewee import SqliteDatabase

from byline.store.models import Repository, Session
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

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def all(self) -> list[RepositoryRow]:
        """Every known repository, by identity."""
        query = Repository.select(
            Repository.id,
            Repository.identity,
            Repository.remote_url,
            Repository.root_commit,
            Repository.checkouts,
        ).order_by(Repository.identity)
        return [
            RepositoryRow(row[0], row[1], row[2], row[3], tuple(json.loads(row[4])))
            for row in query.tuples().execute(self._database)
        ]

    def remember(
        self, identity: str, remote_url: str | None, root_commit: str | None, checkout: str
    ) -> RepositoryRow:
        """The repository with this identity, stored if new, with ``checkout`` among its checkouts."""
        identity = storable(identity)
        known = next((row for row in self.all() if row.identity == identity), None)
        if known is None:
            Repository.insert(
                identity=identity,
                remote_url=remote_url,
                root_commit=root_commit,
                checkouts=json.dumps([checkout]),
            ).on_conflict_ignore().execute(self._database)
        elif checkout not in known.checkouts or (known.remote_url, known.root_commit) != (
            remote_url,
            root_commit,
        ):
            Repository.update(
                remote_url=remote_url,
                root_commit=root_commit,
                checkouts=json.dumps(sorted({*known.checkouts, checkout})),
            ).where(Repository.id == known.id).execute(self._database)
        else:
            return known
        return next(row for row in self.all() if row.identity == identity)

    def unbound_cwds(self) -> list[str]:
        """The distinct working folders of sessions that belong to no repository yet."""
        query = (
            Session.select(Session.cwd)
            .where(Session.repository_id.is_null(), Session.cwd.is_null(False))
            .distinct()
        )
        return [row[0] for row in query.tuples().execute(self._database)]

    def unbound_urls(self) -> list[str]:
        """The distinct recorded remote URLs of sessions that belong to no repository yet."""
        query = (
            Session.select(Session.repository_url)
            .where(Session.repository_id.is_null(), Session.repository_url.is_null(False))
            .distinct()
        )
        return [row[0] for row in query.tuples().execute(self._database)]

    def bind_cwd(self, cwd: str, repository_id: int) -> int:
        """Give the unbound sessions of a working folder their repository; the number bound."""
        return int(
            Session.update(repository_id=repository_id)
            .where(Session.repository_id.is_null(), Session.cwd == cwd)
            .execute(self._database)
        )

    def bind_url(self, url: str, repository_id: int) -> int:
        """Give the unbound sessions with a recorded remote URL their repository; the number bound."""
        return int(
            Session.update(repository_id=repository_id)
            .where(Session.repository_id.is_null(), Session.repository_url == url)
            .execute(self._database)
        )

    def bind_sessions(self, session_ids: list[str], repository_id: int) -> int:
        """Give these sessions their repository, whatever they had before (``--repo``); the number changed."""
        bound = 0
        for start in range(0, len(session_ids), 500):
            bound += int(
                Session.update(repository_id=repository_id)
                .where(
                    Session.id.in_(session_ids[start : start + 500]),
                    Session.repository_id.is_null() | (Session.repository_id != repository_id),
                )
                .execute(self._database)
            )
        return bound
