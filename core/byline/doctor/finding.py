"""What a check found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, TypedDict


class Level(StrEnum):
    """How much a finding matters: only a problem makes ``byline doctor`` fail."""

    FINE = "fine"
    NOTE = "note"
    PROBLEM = "problem"


class FindingJson(TypedDict):
    """One sentence about one thing."""

    area: Annotated[str, "what was looked at: an agent, the store, the repository …"]
    level: Annotated[Level, "only a problem makes the command end with 1"]
    text: Annotated[str, "what was found"]
    advice: Annotated[str | None, "what to do about it; null if nothing"]
    facts: Annotated[dict[str, object], "the same for programs; the names depend on the check"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing, what to do about it, and the same as facts for programs.

    ``remedy`` is the command that ``--fix`` runs: words of ``byline`` or ``byline-ingest``, or ``chmod`` with
    mode and path.
    """

    area: str
    level: Level
    text: str
    advice: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    remedy: Sequence[str] = ()

    def to_json(self) -> FindingJson:
        """The finding as ``doctor --json`` has it."""
        return {
            "area": self.area,
            "level": self.level,
            "text": self.text,
            "advice": self.advice,
            "facts": dict(self.facts),
        }
