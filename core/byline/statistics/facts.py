"""What many commits come down to: who touched how many lines in which folder of which commit."""

import posixpath
from collections import Counter
from dataclasses import dataclass

from byline.attribution import Contributor
from byline.git.model import Commit
from byline.review.log import CommitShare
from byline.statistics.reading import Unread

DIRECTORY_DEPTH = 2
"""Components of a folder's path that are told apart: ``packages/web/src`` counts for ``packages/web``."""

TOP = "."
"""The name of the folder at the top of the repository."""


@dataclass(frozen=True, slots=True)
class CountedCommit:
    """A commit that was counted. ``author_time`` is in seconds, as git has it."""

    oid: str
    author: str
    author_time: int


@dataclass(frozen=True, slots=True)
class Writer:
    """Whom lines of a folder are credited to; ``session_id`` is None where no session is."""

    directory: str
    contributor: Contributor
    session_id: str | None
    model_id: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """Lines that one writer touched in one commit (by its place among the commits counted).

    ``carried`` of the ``added`` ones stood in the repository before and were moved or reformatted only.
    """

    commit: int
    writer: Writer
    added: int
    removed: int
    carried: int

    @property
    def written(self) -> int:
        """Added lines that are new."""
        return self.added - self.carried


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of some commits. ``merges`` were left out: what they bring was counted where it was made.

    ``paths`` are the files in which a session's lines were added, by the names they had then. ``unread`` says
    of each commit that could not be counted why.
    """

    commits: tuple[CountedCommit, ...]
    facts: tuple[Fact, ...]
    merges: int
    paths: frozenset[str]
    unread: tuple[str, ...] = ()


class Tally:
    """Adds up shares of commits, one at a time; :meth:`result` may be asked for at any time.

    It holds a few numbers per commit and folder, never the lines.
    """

    def __init__(self) -> None:
        self._commits: list[CountedCommit] = []
        self._facts: list[Fact] = []
        self._merges = 0
        self._unread: list[str] = []
        self._paths: set[str] = set()
        self._writers: dict[Writer, Writer] = {}

    @property
    def seen(self) -> int:
        """Commits that were added, merges and unread ones included."""
        return len(self._commits) + self._merges + len(self._unread)

    def add(self, share: CommitShare | Unread) -> None:
        """Count a commit, unless it is a merge or could not be read."""
        if isinstance(share, Unread):
            self._unread.append(f"{share.commit.oid[:8]}: {share.why}")
            return
        if is_merge(share.commit):
            self._merges += 1
            return
        place = len(self._commits)
        commit = share.commit
        self._commits.append(CountedCommit(commit.oid, commit.author, commit.author_time))
        added: Counter[Writer] = Counter()
        removed: Counter[Writer] = Counter()
        carried: Counter[Writer] = Counter()
        for file in share.files:
            if any(lines.session_id and lines.kind == "added" for lines in file.counts):
                self._paths.add(file.path)
            directory = directory_of(file.path)
            for lines, count in file.counts.items():
                kind: Contributor = lines.contributor  # type: ignore[assignment] # kept as what the engine said
                writer = Writer(directory, kind, lines.session_id, lines.model_id)
                writer = self._writers.setdefault(writer, writer)
                (added if lines.kind == "added" else removed)[writer] += count
                if lines.carried and lines.kind == "added":
                    carried[writer] += count
        self._facts += [
            Fact(place, writer, added[writer], removed[writer], carried[writer])
            for writer in dict.fromkeys((*added, *removed))
        ]

    def result(self) -> Statistics:
        """What has been counted so far."""
        return Statistics(
            tuple(self._commits),
            tuple(self._facts),
            self._merges,
            frozenset(self._paths),
            tuple(self._unread),
        )


def is_merge(commit: Commit) -> bool:
    """Whether a commit has more than one parent."""
    return len(commit.parents) > 1


def directory_of(path: str) -> str:
    """The folder that a file counts for: at most :data:`DIRECTORY_DEPTH` components, :data:`TOP` for none."""
    folder = posixpath.dirname(path)
    return "/".join(folder.split("/")[:DIRECTORY_DEPTH]) or TOP
