"""Forked sessions repeat the messages of another under new ids: whose are they?

A fork is made later than what it repeats, and every copy keeps its times (``Session.fork`` in OpenCode).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from byline.agents.opencode.blocks import model_name
from byline.agents.opencode.documents import MessageDocument, SessionDocument, mapping


@dataclass(slots=True)
class Fork:
    """The messages of a session that are another's: that session's id, and the ids of the copies."""

    origin: str | None = None
    copies: set[str] = field(default_factory=set)


def is_forked(session: SessionDocument) -> bool:
    """Whether a session has messages that are older than itself."""
    return any(_is_older(message, session) for message in session.messages)


def find_forks(sessions: Callable[[], Iterable[SessionDocument]]) -> dict[str, Fork]:
    """For each session that repeats others, what it repeats.

    ``sessions`` gives all sessions, as often as it is asked; their parts are not needed. A message older than
    its session is a copy of the one with the same times, role and model in a session that was there at its
    time. One without such a twin stays with its session: the original is gone.
    """
    if not any(is_forked(session) for session in sessions()):
        return {}
    owners: dict[tuple[object, ...], str] = {}
    for session in sessions():
        for message in session.messages:
            if not _is_older(message, session):
                owners.setdefault(_marks(message), session.id)
    forks: dict[str, Fork] = {}
    for session in filter(is_forked, sessions()):
        fork = forks[session.id] = Fork()
        for message in session.messages:
            origin = owners.get(_marks(message)) if _is_older(message, session) else None
            if origin is not None:
                fork.origin = origin
                fork.copies.add(message.id)
    return forks


def _is_older(message: MessageDocument, session: SessionDocument) -> bool:
    created, since = message.created_ms, session.created_ms
    return created is not None and since is not None and created < since


def _marks(message: MessageDocument) -> tuple[object, ...]:
    info = message.info
    return (
        message.created_ms, mapping(info, "time").get("completed"), info.get("role"), model_name(info),
    )  # fmt: skip
