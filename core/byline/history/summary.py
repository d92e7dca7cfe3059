"""What an import did, in numbers that add up."""

from dataclasses import asdict, dataclass, field
from typing import Any

from byline.store.writer import Written


@dataclass(frozen=True, slots=True)
class UnreadableRecord:
    """A record that could not be read, or with line 0 a whole source."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}" if self.line else f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of everything an import looked at.

    ``sources`` = ``read`` + ``unchanged`` + ``too_old``. The :class:`~byline.store.writer.Written` count what
    the sources that were read said: new, updated and duplicates. ``bound`` sessions got a repository.
    """

    sources: int = 0
    read: int = 0
    unchanged: int = 0
    too_old: int = 0
    records: int = 0
    sessions: Written = field(default_factory=Written)
    messages: Written = field(default_factory=Written)
    parts: Written = field(default_factory=Written)
    edits: Written = field(default_factory=Written)
    copied: int = 0
    """Messages that a fork or a resumed session repeats of another session, and were left to that one."""
    bound: int = 0
    unreadable: tuple[UnreadableRecord, ...] = ()
    unrecognised: tuple[str, ...] = ()
    """Files among the given paths that are no agent's history."""
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """The summary as JSON values: each kind's counts as ``new``, ``updated`` and ``duplicates``."""
        value = asdict(self)
        for kind in ("sessions", "messages", "parts", "edits"):
            counts = value[kind]
            counts["new"] = counts.pop("persisted")
            value[kind] = {name: counts[name] for name in ("new", "updated", "duplicates")}
        return value
