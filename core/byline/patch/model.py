"""The patch model: files, hunks and touched lines, as values.

Line numbers are 1-based; they count in the new file for added lines and in the old file for
removed ones. A line's content has no line end, but keeps a ``\\r`` in front of it. The JSON form is in
:mod:`byline.patch.json_form`; it is an interchange format, see ``design.md`` "Parsed patch JSON".
"""

from typing import Literal

from byline.frozen import dataclass

LineKind = Literal["added", "removed"]
FileKind = Literal["added", "modified", "deleted", "renamed"]
Match = Literal["exact", "moved", "reformatted", "edited"]


@dataclass(frozen=True, slots=True)
class TouchedLine:
    """A line that a patch adds or removes, with whatever is known of who wrote it."""

    kind: LineKind
    line_number: int
    content: str
    session_id: str | None = None
    model_id: str | None = None
    message_id: str | None = None
    tool_call_id: str | None = None
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class ContextLine:
    """A line that a hunk shows but leaves alone. ``line_number`` counts in the old file."""

    line_number: int
    content: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """One ``@@`` block. ``lines`` are touched lines in patch order; context is kept apart.

    As in the unified format, a count of 0 has the start of the line before the place, or 0.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[TouchedLine, ...] = ()
    context: tuple[ContextLine, ...] = ()
    model_id: str | None = None


@dataclass(frozen=True, slots=True)
class FilePatch:
    """What a patch does to one file: ``old_path`` is empty when added, ``new_path`` when deleted."""

    old_path: str
    new_path: str
    kind: FileKind
    hunks: tuple[Hunk, ...] = ()

    @property
    def path(self) -> str:
        """The path the file has afterwards, or had before it was deleted."""
        return self.new_path or self.old_path


@dataclass(frozen=True, slots=True)
class Patch:
    """A whole patch: its files in order."""

    files: tuple[FilePatch, ...] = ()
