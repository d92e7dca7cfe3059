"""What an import did, in numbers that add up."""

from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from byline.store.writer import Written


class WrittenJson(TypedDict):
    """What became of the records of one kind."""

    new: Annotated[int, "were not there before"]
    updated: Annotated[int, "were there and told something new"]
    duplicates: Annotated[int, "were there already"]


class UnreadableJson(TypedDict):
    """A record that could not be read."""

    path: Annotated[str, "the file"]
    line: Annotated[int, "its line, 1-based; 0 for the whole file"]
    reason: Annotated[str, "why"]


class SummaryJson(TypedDict):
    """What an import did; `sources` = `read` + `unchanged` + `too_old`."""

    sources: Annotated[int, "histories that were found"]
    read: Annotated[int, "histories that were read"]
    unchanged: Annotated[int, "histories without news since the last import"]
    too_old: Annotated[int, "histories from before `--since`"]
    records: Annotated[int, "records that were read"]
    sessions: Annotated[WrittenJson, "sessions among them"]
    messages: Annotated[WrittenJson, "messages among them"]
    parts: Annotated[WrittenJson, "parts of messages among them"]
    edits: Annotated[WrittenJson, "edits among them"]
    copied: Annotated[int, "messages that a fork repeats, left to the session they come from"]
    bound: Annotated[int, "sessions that were given their repository"]
    unreadable: Annotated[list[UnreadableJson], "records that could not be read"]
    unrecognised: Annotated[list[str], "files among the given paths that are no agent's history"]
    dry_run: Annotated[bool, "whether nothing was written, because of `--dry-run`"]


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

    def to_json(self) -> SummaryJson:
        """The summary as ``import --json`` has it."""
        return {
            "sources": self.sources,
            "read": self.read,
            "unchanged": self.unchanged,
            "too_old": self.too_old,
            "records": self.records,
            "sessions": _written_json(self.sessions),
            "messages": _written_json(self.messages),
            "parts": _written_json(self.parts),
            "edits": _written_json(self.edits),
            "copied": self.copied,
            "bound": self.bound,
            "unreadable": [
                {"path": each.path, "line": each.line, "reason": each.reason} for each in self.unreadable
            ],
            "unrecognised": list(self.unrecognised),
            "dry_run": self.dry_run,
        }


def _written_json(counts: Written) -> WrittenJson:
    return {"new": counts.persisted, "updated": counts.updated, "duplicates": counts.duplicates}
