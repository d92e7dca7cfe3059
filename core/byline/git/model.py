"""What git says, as values. Git's own times are seconds."""

from typing import Literal

from byline.frozen import dataclass

NO_OID = "0" * 40
"""The id of a blob that is not there, in a repository of either hash: see :func:`known_oid`."""

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

    ``old_path`` is empty for an added file, ``new_path`` for a deleted one. ``unreadable``: git cannot read
    one of the contents, and there are no hunks. ``conflict``: a merge left it unresolved, and git shows none.
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
    unreadable: bool = False
    conflict: bool = False

    @property
    def path(self) -> str:
        """The path the file has afterwards, or had before it was deleted."""
        return self.new_path or self.old_path


@dataclass(frozen=True, slots=True)
class PathVersion:
    """A path's content at a commit: ``oid`` is the blob's. ``commit_time`` is in seconds."""

    commit_time: int
    path: str
    oid: str


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """A path that a commit changes, renames not followed. ``old_oid`` and ``new_oid`` are the blobs';
    all zeros where the side has no such file.
    """

    path: str
    old_oid: str
    new_oid: str


def known_oid(oid: str) -> str:
    """An id as git gives it; :data:`NO_OID` for zeros, of which git gives 64 where its hash is SHA-256."""
    return oid if oid.strip("0") else NO_OID


def end_of_second_ms(seconds: int) -> int:
    """Unix ms until which a thing that git dates may have happened: it cuts times down to the second.

    An edit of the second in which a commit was made is taken for one that the commit may hold, as agents
    edit and commit in one go.
    """
    return seconds * 1000 + 999
