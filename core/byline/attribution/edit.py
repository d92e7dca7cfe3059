"""What the engine is given: edits, versions of the file, and the change to explain. All values.

Lines are compared without a ``\\r`` at their end: agents report LF for files that have CRLF.
"""

from collections.abc import Hashable, Sequence
from typing import Literal

from byline.attribution.model import Origin
from byline.frozen import dataclass, field
from byline.patch import Hunk, LineKind

Search = Literal["recorded", "first", "only"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One successful edit of one document.

    ``before`` and ``after`` are the whole file's lines where the record carries them (``before == ()`` for
    a created file). ``search`` is how hunks find their place: at their ``recorded`` numbers; without
    numbers at the ``first`` place where they fit, as the tool that applied them looks, or the ``only`` one.
    ``window``: what changed while a shell command ran, which may have reformatted what others wrote.
    """

    origin: Origin
    hunks: tuple[Hunk, ...]
    before: tuple[str, ...] | None = field(default=None, repr=False)
    after: tuple[str, ...] | None = field(default=None, repr=False)
    search: Search = "recorded"
    window: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A content the file is known to have had, from a commit. ``time_ms`` is the commit's."""

    time_ms: int
    lines: tuple[str, ...] = field(repr=False)

    def key(self) -> Hashable:
        """What tells this version from others; the same for the same time and content."""
        return self.time_ms, self.lines


@dataclass(frozen=True, slots=True)
class Touched:
    """A touched line of the commit's diff. ``index`` is its 0-based place in its side's lines."""

    kind: LineKind
    index: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit does to one file: both contents, and the lines git shows as touched, in order.

    ``time_ms`` is the committer time, ``author_ms`` the author's where it is known. ``others`` are the
    contents the file has in the further parents of a merge: what stands in one of them was committed before.
    ``old_ms`` is the parent's committer time where it is known: what was written later is not in ``old``.
    """

    old: tuple[str, ...] = field(repr=False)
    new: tuple[str, ...] = field(repr=False)
    touched: tuple[Touched, ...]
    time_ms: int
    others: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    author_ms: int | None = None
    old_ms: int | None = None


def comparable(content: str) -> tuple[str, ...]:
    r"""The lines of a content as the engine compares them: split at ``\n``, no ``\r`` at a line's end."""
    if not content:
        return ()
    lines = content.split("\n")
    if not lines[-1]:
        lines.pop()
    return tuple(line.removesuffix("\r") for line in lines) if "\r" in content else tuple(lines)


def old_side(hunk: Hunk) -> list[str]:
    """The lines a hunk expects to find, in order: context and removed."""
    return _side(hunk, "removed")


def new_side(hunk: Hunk) -> list[str]:
    """The lines a hunk leaves behind, in order: context and added."""
    return _side(hunk, "added")


def _side(hunk: Hunk, kind: LineKind) -> list[str]:
    """Context and one kind of touched lines. Context counts in the old file, so it is shifted for added."""
    numbered: list[tuple[int, str]] = []
    if kind == "removed":
        numbered += [(line.line_number, line.content) for line in hunk.context]
        numbered += [(line.line_number, line.content) for line in hunk.lines if line.kind == kind]
        return _contents(sorted(numbered, key=lambda entry: entry[0]))
    added = [line for line in hunk.lines if line.kind == "added"]
    removed = [line.line_number for line in hunk.lines if line.kind == "removed"]
    shift = (hunk.new_start + (hunk.new_count == 0)) - (hunk.old_start + (hunk.old_count == 0))
    at_added = at_removed = 0
    result: list[str] = []
    for line in hunk.context:
        while at_removed < len(removed) and removed[at_removed] < line.line_number:
            at_removed += 1
        while (
            at_added < len(added)
            and added[at_added].line_number <= line.line_number + shift + at_added - at_removed
        ):
            result.append(added[at_added].content)
            at_added += 1
        result.append(line.content)
    result += [line.content for line in added[at_added:]]
    return [line.removesuffix("\r") for line in result]


def _contents(numbered: Sequence[tuple[int, str]]) -> list[str]:
    return [content.removesuffix("\r") for _, content in numbered]
