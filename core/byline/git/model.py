"""What git says, as values. Git's own times are seconds."""

from dataclasses import dataclass
from typing import Literal

ChangeStatus = Literal["added", "modified", "deleted", "renamed", "copied", "type-changed"]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit's facts. ``subject`` is the first line of the message, ``body`` the rest."""

    oid: str
    parents: tuple[str, ...]
    author: str
    email: str
    author_time: int
    commit_time: int
    subject: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class DiffHunk:
    """One ``@@`` block of a diff as git shows it.

    ``body`` has the lines with their mark (space, ``+``, ``-``) first and no line end;
    ``\\ No newline at end of file`` lines are left out.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    heading: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a commit's diff. Modes are octal strings, oids of blobs; all zeros where there is none.

    ``old_path`` is empty for an added file, ``new_path`` for a deleted one.
    """

    status: ChangeStatus
    old_path: str
    new_path: str
    old_mode: str
    new_mode: str
    old_oid: str
    new_oid: str
    binary: bool = False
    hunks: tuple[DiffHunk, ...] = ()

    @property
    def path(self) -> str:
        """The path the file has afterwards, or had before it was deleted."""
        return self.new_path or self.old_path
