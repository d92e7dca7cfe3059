"""Forks and resumed sessions repeat another session's messages: whose are they?

Claude Code copies a history into the new session's file with the ids it had. Messages that two
sessions share are credited once: to the one that had them first, as far as that can be told, and
from then on always to that one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from byline.agents.reader import Reading
from byline.store.models import DiffTrace, Message, Part, Session
from byline.store.store import Store


@dataclass(frozen=True, slots=True)
class Sharing:
    """A reading without what another session has, and what to take away from sessions stored before.

    ``copied`` counts the messages left out. ``taken`` maps a stored session to message ids that ``owner``,
    the reading's main session, had first.
    """

    reading: Reading
    copied: int
    taken: dict[str, tuple[str, ...]]
    owner: str = ""


def settle_copies(store: Store, reading: Reading, sources: Collection[str]) -> Sharing:
    """Leave out of a reading what it repeats of the sessions read from ``sources``, its relatives.

    A session already stored keeps what it has. One that is new takes the shared messages over if the
    stored one goes on to something else later than it does, or if it has nothing else at all.
    """
    own = {session.id for session in reading.sessions}
    relatives = [
        row[0]
        for row in Session.select(Session.id)
        .where(Session.source.in_(list(sources)), Session.id.not_in(list(own)))
        .tuples()
        .execute(store.database)
    ]
    taken: dict[str, tuple[str, ...]] = {}
    dropped: set[str] = set()
    parents: dict[str, str] = {}
    main = next((session for session in reading.sessions if session.parent_id not in own), None)
    if main is None:
        return Sharing(reading, 0, {})
    stored_before = bool(_message_times(store, main.id))
    mine = {each.message_id: each.generated_at_unix_ms for each in reading.messages}
    for relative in relatives:
        theirs = _message_times(store, relative)
        shared = mine.keys() & theirs.keys()
        if not shared:
            continue
        if stored_before or _goes_on(theirs, shared) <= _goes_on(mine, shared):
            dropped |= shared
            parents[main.id] = relative
        else:
            taken[relative] = tuple(sorted(shared))
    return Sharing(_without(reading, dropped, parents), len(dropped), taken, main.id)


def take_away(store: Store, session_id: str, message_ids: Sequence[str], parent_id: str) -> None:
    """Remove a stored session's copies of messages that ``parent_id`` had first, and name it the parent.

    Call it inside the transaction that stores the parent's. The session's counts are not renewed.
    """
    for start in range(0, len(message_ids), 500):
        chunk = message_ids[start : start + 500]
        for table in (Part, DiffTrace, Message):
            table.delete().where(table.session_id == session_id, table.message_id.in_(chunk)).execute(
                store.database
            )
    Session.update(parent_id=parent_id).where(Session.id == session_id, Session.parent_id.is_null()).execute(
        store.database
    )


def _goes_on(times: dict[str, int], shared: Collection[str]) -> float:
    """When a session first says something that the other does not; before all time if it never does."""
    return min((time for message, time in times.items() if message not in shared), default=float("-inf"))


def _message_times(store: Store, session_id: str) -> dict[str, int]:
    query = Message.select(Message.message_id, Message.generated_at_unix_ms).where(
        Message.session_id == session_id
    )
    return dict(query.tuples().execute(store.database))


def _without(reading: Reading, dropped: Collection[str], parents: dict[str, str]) -> Reading:
    if not dropped:
        return reading
    return replace(
        reading,
        sessions=[
            replace(session, parent_id=session.parent_id or parents.get(session.id))
            for session in reading.sessions
        ],
        messages=[message for message in reading.messages if message.message_id not in dropped],
        parts=[part for part in reading.parts if part.message_id not in dropped],
        edits=[edit for edit in reading.edits if edit.message_id not in dropped],
    )
