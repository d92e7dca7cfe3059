"""The engine's answers as values: who wrote a touched line, how that is known, or why it is not.

See ``attribution.md``: rule 15 for reasons and assumptions, ``design.md`` for the JSON they become.
"""

from collections.abc import Iterable
from typing import Literal

from byline.frozen import dataclass
from byline.patch import LineKind, Match

Contributor = Literal["ai", "mixed", "human", "unknown"]
Reason = Literal[
    "no_edit", "gap", "ambiguous", "unplaced", "window", "suspended", "after_commit", "copy", "too_large"
]
Assumption = Literal["base", "order", "clock"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The edit behind a line. ``edit_id`` is the store's, ``time_ms`` when its call completed."""

    edit_id: int
    session_id: str
    message_id: str | None
    tool_call_id: str | None
    model_id: str | None
    tool: str | None
    time_ms: int


@dataclass(frozen=True, slots=True)
class Credit:
    """The answer for one touched line: an origin and how it matched, or the reason there is none."""

    contributor: Contributor
    match: Match | None = None
    origin: Origin | None = None
    reason: Reason | None = None
    candidates: tuple[str, ...] = ()
    """Tool call ids, when several could have written the line (reason ``ambiguous``)."""
    assumed: Assumption | None = None
    carried: bool = False


@dataclass(frozen=True, slots=True)
class AttributedLine:
    """A touched line with its credit. ``line_number`` counts as in :class:`byline.patch.TouchedLine`."""

    kind: LineKind
    line_number: int
    content: str
    credit: Credit


def ambiguous(origins: Iterable[Origin | None]) -> Credit:
    """Nobody's credit, with the calls that have a claim as candidates."""
    calls = {origin.tool_call_id or f"edit {origin.edit_id}" for origin in origins if origin is not None}
    return Credit("unknown", reason="ambiguous", candidates=tuple(sorted(calls)))


NO_EDIT = Credit("unknown", reason="no_edit")
GAP = Credit("unknown", reason="gap")
TOO_LARGE = Credit("unknown", reason="too_large")
