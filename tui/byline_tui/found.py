"""What the agents on this machine have kept: for a person who has imported nothing yet."""

from dataclasses import dataclass
from pathlib import Path

from byline.agents.readers import readers_for
from byline.history.candidates import find_candidates

_DATABASES = (".db", ".sqlite", ".sqlite3", ".vscdb")
_SESSION_BYTES = 400_000
"""What a session takes in an agent's database, roughly; elsewhere a history is a session or two."""


@dataclass(frozen=True, slots=True)
class Found:
    """One agent's histories: how many files, their bytes, and about how many sessions are in them."""

    agent: str
    files: int
    size: int
    sessions: int


def find_histories() -> list[Found]:
    """What there is in the agents' own places, the largest first. Nothing is read but names and sizes."""
    readers = readers_for(None)
    found: dict[str, Found] = {}
    for candidate in find_candidates(None, readers, {reader.name for reader in readers}, {}).found:
        one = found.get(candidate.agent, Found(candidate.agent, 0, 0, 0))
        is_database = Path(candidate.path).suffix in _DATABASES
        sessions = max(candidate.size // _SESSION_BYTES, 1) if is_database else 1
        found[candidate.agent] = Found(
            candidate.agent, one.files + 1, one.size + candidate.size, one.sessions + sessions
        )
    return sorted(found.values(), key=lambda one: (-one.size, one.agent))
