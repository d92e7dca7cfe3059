"""Sessions as lists show them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, SQL, SqliteDatabase, fn

from byline.store.models import Part, Repository, Session
from byline.store.text_form import storable


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session with its counts. Times are Unix ms; ``repository`` is the repository's identity."""

    id: str
    agent: str
    native_id: str
    title: str | None
    repository: str | None
    cwd: str | None
    branch: str | None
    parent: str | None
    models: tuple[str, ...]
    started_ms: int | None
    updated_ms: int | None
    messages: int
    parts: int
    prompts: int
    edits: int
    added: int
    removed: int
    source: str | None
    source_missing: bool
    agent_version: str | None
    starred: bool


_COLUMNS = (
    Session.id,
    Session.agent,
    Session.native_id,
    Session.title,
    Repository.identity,
    Session.cwd,
    Session.branch,
    Session.parent_id,
    Session.models,
    Session.started_ms,
    Session.updated_ms,
    Session.messages,
    Session.parts,
    Session.prompts,
    Session.edits,
    Session.added,
    Session.removed,
    Session.source,
    Session.source_missing_since,
    Session.agent_version,
    Session.starred,
)


WORDS_LIMIT = 16
"""Words of one query: SQLite's parser gives up at some fifty conditions in one another."""


class Sessions:
    """Reads of the table ``sessions``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def ids(self, query: str = "", repository_id: int | None = None) -> list[str]:
        """Session ids, newest first; with ``query`` only those in whose titles or parts all its words are.

        Words match whole or as the beginning of a word; FTS5 syntax in them has no meaning. What has neither
        letter nor digit (``-``, ``"``) is looked for in titles when it stands alone, and else passed over. Of
        a pasted page the first :data:`WORDS_LIMIT` different words count.
        """
        select = self._matching(query, repository_id, Session.id)
        return [row[0] for row in select.tuples().execute(self._database)]

    def places(
        self, query: str = "", repository_id: int | None = None
    ) -> list[tuple[str, int | None, str | None]]:
        """Id, last time (Unix ms) and parent of the sessions that :meth:`ids` gives, in its order.

        What a list needs to group and indent sessions without reading their rows.
        """
        select = self._matching(query, repository_id, Session.id, Session.updated_ms, Session.parent_id)
        return [(row[0], row[1], row[2]) for row in select.tuples().execute(self._database)]

    def rows(self, session_ids: Sequence[str]) -> list[SessionRow]:
        """The rows of these sessions, in the order given; ids that do not exist are left out."""
        found: dict[str, SessionRow] = {}
        for start in range(0, len(session_ids), 500):
            chunk = list(session_ids[start : start + 500])
            query = self._select().where(Session.id.in_(chunk))
            found |= {row[0]: _row(row) for row in query.tuples().execute(self._database)}
        return [found[session_id] for session_id in session_ids if session_id in found]

    def get(self, session_id: str) -> SessionRow | None:
        """One session, by its id."""
        rows = self.rows([session_id])
        return rows[0] if rows else None

    def find(self, name: str) -> list[SessionRow]:
        """The sessions whose id or native id is ``name`` or begins with it; exact ones alone if any."""
        name = storable(name)
        exact = self._select().where((Session.id == name) | (Session.native_id == name))
        rows = [_row(row) for row in exact.tuples().execute(self._database)]
        if not rows:
            begins = self._select().where(Session.id.startswith(name) | Session.native_id.startswith(name))
            rows = [_row(row) for row in begins.limit(20).tuples().execute(self._database)]
        return rows

    def children(self, session_id: str) -> list[SessionRow]:
        """The sub-agents' sessions and forks of a session, oldest first."""
        query = self._select().where(Session.parent_id == session_id).order_by(Session.started_ms)
        return [_row(row) for row in query.tuples().execute(self._database)]

    def count(self) -> int:
        """How many sessions there are."""
        return int(Session.select(fn.COUNT(SQL("*"))).scalar(self._database) or 0)

    def _matching(self, query: str, repository_id: int | None, *columns: Any) -> Any:
        select = Session.select(*columns)
        if repository_id is not None:
            select = select.where(Session.repository_id == repository_id)
        words = list(dict.fromkeys(storable(query).replace("\0", " ").split()))
        for word in ([word for word in words if _has_token(word)] or words)[:WORDS_LIMIT]:
            # LIKE folds the case of ASCII letters only.
            cases = {word, word.lower(), word.upper(), word.capitalize()}
            in_title = reduce(or_, (Session.title.contains(case) for case in sorted(cases)))
            select = select.where(
                Session.id.in_(self._sessions_saying(word)) | in_title | (Session.id == word)
            )
        return select.order_by(Session.updated_ms.desc(nulls="last"), Session.id)

    def _select(self) -> Any:
        return Session.select(*_COLUMNS).join(
            Repository, JOIN.LEFT_OUTER, on=(Session.repository_id == Repository.id)
        )

    def _sessions_saying(self, word: str) -> Any:
        quoted = '"' + word.replace('"', '""') + '"*'
        says = SQL("id IN (SELECT rowid FROM parts_fts WHERE parts_fts MATCH ?)", (quoted,))
        return Part.select(Part.session_id).where(says).distinct()


def _has_token(word: str) -> bool:
    """Whether FTS5's tokenizer finds anything in a word."""
    return any(char.isalnum() or char == "_" for char in word)


def _row(row: Sequence[Any]) -> SessionRow:
    values = list(row)
    values[8] = tuple(json.loads(row[8] or "[]"))
    values[18] = row[18] is not None
    values[20] = bool(row[20])
    return SessionRow(*values)
