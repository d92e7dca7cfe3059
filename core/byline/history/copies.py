"""Forks and resumed sessions repeat another session's messages: whose are they?

Claude Code copies a history into the new session's file with the ids it had. Messages that two
sessions share are credited once: to the one that had them first, as far as that can be told, and
from then on always to that one.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from byline.history.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Sharing:
    """A history without what another session has, and what to take away from sessions stored before.

    ``copied`` counts the messages left out. ``taken`` maps a stored session to message ids that ``owner``,
    the history's main session, had first.
    """

    prepared: Prepared
    copied: int = 0
    taken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    owner: str = ""


def settle_copies(connection: sqlite3.Connection, prepared: Prepared, sources: Sequence[str]) -> Sharing:
    """Leave out of a history what it repeats of the sessions read from ``sources``, its relatives.

    A session already stored keeps what it has. One that is new takes the shared messages over if the
    stored one goes on to something else later than it does, or if it has nothing else at all.
    """
    own = {session.id for session in prepared.sessions}
    main = next((session for session in prepared.sessions if session.parent_id not in own), None)
    if main is None:
        return Sharing(prepared)
    taken: dict[str, tuple[str, ...]] = {}
    dropped: set[str] = set()
    parent: str | None = None
    stored_before = bool(_message_times(connection, main.id))
    mine: dict[str, int] = {row[1]: row[3] for row in prepared.messages}
    for relative in _sessions_of(connection, sources):
        if relative in own:
            continue
        theirs = _message_times(connection, relative)
        shared = mine.keys() & theirs.keys()
        if not shared:
            continue
        if stored_before or _goes_on(theirs, shared) <= _goes_on(mine, shared):
            dropped |= shared
            parent = relative
        else:
            taken[relative] = tuple(sorted(shared))
    if not dropped:
        return Sharing(prepared, 0, taken, main.id)
    sessions = [
        replace(session, parent_id=session.parent_id or parent) if session.id == main.id else session
        for session in prepared.sessions
    ]
    kept = replace(
        prepared,
        sessions=sessions,
        messages=[row for row in prepared.messages if row[1] not in dropped],
        parts=[row for row in prepared.parts if row[1] not in dropped],
        edits=[row for row in prepared.edits if row[2] not in dropped],
    )
    return Sharing(kept, len(dropped), taken, main.id)


def take_away(
    connection: sqlite3.Connection, session_id: str, message_ids: Sequence[str], parent_id: str
) -> None:
    """Remove a stored session's copies of messages that ``parent_id`` had first, and name it the parent.

    Call it inside the transaction that stores the parent's. The session's counts are not renewed.
    """
    keys = [(session_id, message_id) for message_id in message_ids]
    for table in ("parts", "diff_traces", "messages"):
        connection.executemany(f"DELETE FROM {table} WHERE session_id = ? AND message_id = ?", keys)  # noqa: S608 - our own names
    connection.execute(
        "UPDATE sessions SET parent_id = ? WHERE id = ? AND parent_id IS NULL", (parent_id, session_id)
    )


def _goes_on(times: dict[str, int], shared: Collection[str]) -> float:
    """When a session first says something that the other does not; before all time if it never does."""
    return min((time for message, time in times.items() if message not in shared), default=float("-inf"))


def _message_times(connection: sqlite3.Connection, session_id: str) -> dict[str, int]:
    query = "SELECT message_id, generated_at_unix_ms FROM messages WHERE session_id = ?"
    return dict(connection.execute(query, (session_id,)))


def _sessions_of(connection: sqlite3.Connection, sources: Sequence[str]) -> Iterator[str]:
    for source in sources:
        for row in connection.execute("SELECT id FROM sessions WHERE source = ?", (source,)).fetchall():
            yield row[0]
