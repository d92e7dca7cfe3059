"""What a history reader is, and what it makes of one history.

One package per agent stands beside this module; :mod:`byline.agents.readers` lists them. A reader
knows an agent's files and nothing of the store.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from byline.record import Edit, Message, Part, Session

HEAD_BYTES = 65_536
"""How much of a file's beginning :meth:`Reader.sniff` and :meth:`Reader.root` are given."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that could not be read: its line (1-based), or 0 where there are no lines."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class TreeDiff:
    """A part of a reading that names changed files only, and the git trees that tell what changed in them.

    ``git_dir`` is a folder that git keeps objects in; nothing promises that the trees are still there.
    """

    session_id: str
    message_id: str
    part_id: str
    git_dir: Path
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one history says. Every message, part and edit belongs to one of ``sessions``.

    ``records`` counts what was looked at: lines with something on them, or rows. ``offset`` is in bytes,
    behind the last complete line.
    """

    sessions: Sequence[Session] = ()
    messages: Sequence[Message] = ()
    parts: Sequence[Part] = ()
    edits: Sequence[Edit] = ()
    records: int = 0
    unreadable: Sequence[Unreadable] = ()
    offset: int = 0
    tree_diffs: Sequence[TreeDiff] = ()
    """Observations that git has yet to make."""
    resume: str | None = None
    """JSON of what the reader needs to go on at ``offset``, see :class:`Resumes`; None when it cannot."""


def joined(readings: Iterable[Reading]) -> Reading:
    """The pieces of one history as one (see :class:`ReadsInTurns`); the last one has the account of all."""
    pieces = list(readings)
    return replace(
        pieces[-1],
        sessions=[session for piece in pieces for session in piece.sessions],
        messages=[message for piece in pieces for message in piece.messages],
        parts=[part for piece in pieces for part in piece.parts],
        edits=[edit for piece in pieces for edit in piece.edits],
        tree_diffs=[diff for piece in pieces for diff in piece.tree_diffs],
    )


class Reader(Protocol):
    """Reads the histories of one agent."""

    @property
    def name(self) -> str:
        """The agent, as in :data:`byline.record.PREFIXES`."""

    def discover(self) -> Iterator[Path]:
        """The histories in the agent's own places on this machine; nothing when there are none."""

    def sniff(self, head: bytes, path: Path) -> bool:
        """Whether a file that begins with ``head`` is a history of this agent."""

    def accompanies(self, path: Path) -> bool:
        """Whether a file is read along with a history, or kept beside it, and is none itself."""

    def root(self, head: bytes) -> str | None:
        """What a history and its copies (forks, resumed sessions) have in common, if it can have any."""

    def read(self, path: Path) -> Reading:
        """Read a whole history.

        Raises:
            OSError: the file cannot be read.
        """


@runtime_checkable
class ReadsSeveral(Protocol):
    """A reader whose histories are in several files: a history has changed when one of them has."""

    def companions(self, path: Path) -> Iterator[Path]:
        """The files that are read along with the history at ``path``, without itself."""


@runtime_checkable
class ReadsInTurns(Protocol):
    """A reader of files with many sessions, which need not be in memory together."""

    def readings(self, path: Path) -> Iterator[Reading]:
        """What :meth:`Reader.read` gives, in pieces of whole sessions; the last one has the account of all.

        Raises:
            OSError: the file cannot be read.
        """


@runtime_checkable
class Resumes(Protocol):
    """A reader that can go on where it ended when a file has grown."""

    def resume(self, path: Path, offset: int, state: dict[str, Any]) -> Reading | None:
        """What the file says from ``offset`` on; None when that cannot be told without reading it whole.

        ``state`` is the ``resume`` of the reading that ended there. Stored over what that one said, it makes
        what a reading of the whole file makes.

        Raises:
            OSError: the file cannot be read.
        """
