"""A review as values: the diff of a commit, the index or the work tree, with a credit per touched line."""

from collections.abc import Iterator
from typing import Literal

from byline.attribution import AttributedLine, Credit
from byline.frozen import dataclass
from byline.git.model import ChangeStatus, Commit


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a diff. ``old_number`` and ``new_number`` are 1-based, None where the side has no such line.

    ``credit`` is None for context lines, and only for those.
    """

    kind: Literal["context", "added", "removed"]
    old_number: int | None
    new_number: int | None
    content: str
    credit: Credit | None


@dataclass(frozen=True, slots=True)
class ReviewedHunk:
    """One ``@@`` block; ``heading`` is what git prints behind it."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    heading: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class ReviewedFile:
    """One file of a review. ``old_path`` is empty for an added file, ``path`` is the old one if deleted.

    ``notes`` are words for what has no lines: mode changes, symlinks, submodules, a file too large.
    """

    path: str
    old_path: str
    status: ChangeStatus
    binary: bool
    hunks: tuple[ReviewedHunk, ...]
    notes: tuple[str, ...] = ()

    def touched(self) -> Iterator[AttributedLine]:
        """The touched lines in diff order."""
        for hunk in self.hunks:
            for line in hunk.lines:
                if line.kind != "context" and line.credit is not None:
                    number = line.new_number if line.kind == "added" else line.old_number
                    yield AttributedLine(line.kind, number or 0, line.content, line.credit)


@dataclass(frozen=True, slots=True)
class Review:
    """The whole answer. ``commit`` and ``parent`` are None for the index and the work tree (``target``).

    ``problems`` are sentences about records that could not be used: each cost that edit only.
    """

    target: Literal["commit", "staged", "worktree"]
    commit: Commit | None
    parent: str | None
    files: tuple[ReviewedFile, ...]
    problems: tuple[str, ...] = ()
