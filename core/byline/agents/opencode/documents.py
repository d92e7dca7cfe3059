"""A session as OpenCode keeps it, whatever it is kept in: the shape of ``opencode export``.

Databases and storage trees are read into these, and one interpreter makes records of them.
"""

from dataclasses import dataclass, field
from typing import Any

from byline.agents.json_lines import parse_object
from byline.agents.reader import Unreadable

Json = dict[str, Any]


@dataclass(slots=True)
class MessageDocument:
    """A message's ``info`` (with ``id`` and ``role``) and its parts, ordered by id."""

    info: Json
    parts: list[Json] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The message's id."""
        return str(self.info["id"])

    @property
    def created_ms(self) -> int | None:
        """When it began, where it says."""
        return number(mapping(self.info, "time").get("created"))


@dataclass(slots=True)
class SessionDocument:
    """A session's ``info`` (with ``id``) and its messages, ordered by id."""

    info: Json
    messages: list[MessageDocument] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The session's id, without Byline's prefix."""
        return str(self.info["id"])

    @property
    def created_ms(self) -> int | None:
        """When it began, where it says."""
        return number(mapping(self.info, "time").get("created"))


@dataclass(slots=True)
class Account:
    """What reading a source looked at, and what of it could not be read."""

    records: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)

    def parse(self, data: bytes, name: str) -> Json | None:
        """One record as an object; None, and an entry that names it, when it is none."""
        self.records += 1
        try:
            return parse_object(data.strip())
        except ValueError as error:
            self.fail(f"{name}: {error}")
            return None

    def fail(self, reason: str) -> None:
        """Add an entry. Neither databases nor trees of files have lines to name."""
        self.unreadable.append(Unreadable(0, reason))


def mapping(value: object, name: str) -> Json:
    """The object under a key, or an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: object, *names: str) -> str | None:
    """The first of the keys that has a text with something in it."""
    for name in names:
        found = value.get(name) if isinstance(value, dict) else None
        if isinstance(found, str) and found:
            return found
    return None


def number(value: object) -> int | None:
    """A time or count; None for anything that is no number that SQLite can keep."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -(2**63) <= value < 2**63:
        return None
    return int(value)
