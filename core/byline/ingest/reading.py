"""What one document on standard input asks to be stored, as values."""

from collections.abc import Mapping

from byline.frozen import dataclass
from byline.record import Edit, Message, Part, Session

Json = Mapping[str, object]

DERIVED = "hook-"
"""How a message id begins that was derived from the content because the event tells none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record to store, with its session. ``number`` is its place among the payloads, ``raw`` its JSON."""

    number: int
    session: Session
    record: Message | Part | Edit
    raw: object = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """One item that cannot be stored, and why."""

    number: int
    reason: str
    raw: object


@dataclass(frozen=True, slots=True)
class Reading:
    """One document: its items, those skipped, and sessions it tells of without any record of theirs.

    ``head`` is the envelope around the items, without them; None for a document that is not an
    envelope. ``is_event`` marks an agent's raw hook event: nothing is said on standard output
    about it, and message ids that it lacks are settled when it is stored. ``tells_twice`` marks one whose
    edits another event may tell of too. ``raw`` is the document.
    """

    items: tuple[Item, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sessions: tuple[Session, ...] = ()
    time_ms: int = 0
    head: Json | None = None
    is_event: bool = False
    tells_twice: bool = False
    raw: bytes = b""
