"""Sessions as lists show them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peewee import JOIN, SQL, SqliteDatabase, fn

from byline.frozen import dataclass
from byline.query import parse_query
from byline.store.listing import Listing, View
from byline.store.models import Message, Part, Repository, Session
from byline.store.search import Searching
from byline.store.text_form import as_json, storable
from byline.text import shorten


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
    labels: tuple[str, ...]
    hidden: bool


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
    Session.labels,
    Session.hidden,
)


_TITLE_WIDTH = 200


class Sessions:
    """Reads of the table ``sessions``, and what a person says of them."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def ids(self, query: str = "", repository_id: int | None = None) -> list[str]:
        """Ids of the sessions that a query finds (see :mod:`byline.query`), newest first.

        What searches again and again keeps a :class:`~byline.store.search.Searching`, which is faster.
        """
        return self._listing(query, repository_id).ids

    def _listing(self, query: str, repository_id: int | None) -> Listing:
        with Searching(Path(self._database.database)) as searching:
            return searching.find(parse_query(query), View(repository_id=repository_id))

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

    # What a person says of sessions, in Byline and never in the agents' files. Imports leave it as it is.

    def star(self, session_ids: Sequence[str], *, starred: bool = True) -> None:
        """Mark sessions with a star, or take it off."""
        self._set(session_ids, {Session.starred: int(starred)})

    def hide(self, session_ids: Sequence[str], *, hidden: bool = True) -> None:
        """Leave sessions, and the sub-agents' below them, out of lists; or show them again."""
        self._set(session_ids, {Session.hidden: int(hidden)})

    def label(self, session_ids: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Give sessions labels and take others off. The same word in another case is the same label."""
        gone = {label.strip().lower() for label in remove}
        with self._database.atomic("IMMEDIATE"):
            for row in self.rows(session_ids):
                labels = {label.lower(): label for label in row.labels if label.lower() not in gone}
                for label in filter(None, (storable(label).strip() for label in add)):
                    labels.setdefault(label.lower(), label)
                kept = as_json(sorted(labels.values(), key=str.lower))
                self._set([row.id], {Session.labels: kept})

    def rename(self, session_id: str, title: str) -> None:
        """Give a session a title that imports leave alone; an empty one gives the title of its first prompt
        back.

        A title of the agent's own comes back when its history is next read.
        """
        title = " ".join(storable(title).split())
        if title:
            self._set([session_id], {Session.title: title, Session.title_source: "renamed"})
        else:
            prompt = self._first_prompt(session_id)
            source = None if prompt is None else "prompt"
            self._set([session_id], {Session.title: prompt, Session.title_source: source})

    def _set(self, session_ids: Sequence[str], values: dict[Any, object]) -> None:
        with self._database.atomic("IMMEDIATE"):
            for start in range(0, len(session_ids), 500):
                chunk = list(session_ids[start : start + 500])
                Session.update(values).where(Session.id.in_(chunk)).execute(self._database)

    def _first_prompt(self, session_id: str) -> str | None:
        query = (
            Part.select(Part.text)
            .join(
                Message,
                on=(Part.session_id == Message.session_id) & (Part.message_id == Message.message_id),
            )
            .where(Message.session_id == session_id, Message.role == "user", Message.kind.is_null())
            .where(Part.type == "text")
            .order_by(Message.generated_at_unix_ms, Message.id, Part.id)
            .limit(1)
        )
        text = query.scalar(self._database)
        return shorten(str(text), _TITLE_WIDTH) if text else None

    def _select(self) -> Any:
        return Session.select(*_COLUMNS).join(
            Repository, JOIN.LEFT_OUTER, on=(Session.repository_id == Repository.id)
        )


def _row(row: Sequence[Any]) -> SessionRow:
    values = list(row)
    values[8] = tuple(json.loads(row[8] or "[]"))
    values[18] = row[18] is not None
    values[20] = bool(row[20])
    values[21] = tuple(json.loads(row[21] or "[]"))
    values[22] = bool(row[22])
    return SessionRow(*values)
