"""What a history reader is, and what it makes of one history.

One package per agent stands beside this module; :mod:`byline.agents.readers` lists them. A reader
knows an agent's files and nothing of the store.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

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
