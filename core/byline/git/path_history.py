"""The contents that paths had, as seen from many commits: each path's history is listed once.

With default simplification git follows, at a merge that has the file as one of its parents has it, only
that parent. What it follows from a commit does not depend on where it came from; so the history listed
from one commit answers for every commit in it.
"""

from byline.git.model import NO_OID, ChangedPath, PathVersion
from byline.git.repository import Repository
from byline.git.shown import literal


class _Step:
    """A commit that changes the path. ``parents`` are the next such commits before it."""

    __slots__ = ("changes", "parents", "time")

    def __init__(self, time: int, parents: tuple[str, ...]) -> None:
        self.time = time
        self.parents = parents
        self.changes: list[ChangedPath] = []


class _History:
    """What is known of one path since a time. ``first`` is, for a commit that does not change the path
    itself, the newest commit of its history that does; None where none does. ``lines`` has the contents that
    are reached from a commit: so many of the first of a list, which those share that follow each other.
    """

    __slots__ = ("first", "lines", "steps")

    def __init__(self) -> None:
        self.steps: dict[str, _Step] = {}
        self.first: dict[str, str | None] = {}
        self.lines: dict[str, tuple[list[PathVersion], int]] = {}


class PathHistories:
    """The histories of a repository's paths, remembered as long as this object lives."""

    def __init__(self, repository: Repository, tip: str | None = None) -> None:
        """``tip`` is the full id of a commit whose history has most of the commits to be asked for."""
        self._repository = repository
        self._tip = tip
        self._known: dict[tuple[str, int], _History] = {}

    def versions(self, rev: str, path: str, since: int) -> list[PathVersion]:
        """The contents a path had in the history of ``rev`` (a full id) since a time (seconds), oldest first.

        First comes what it was just before that time, if it was there; that one's time is the second before.
        What is asked for again is made of the same objects.

        Raises:
            GitError: git failed.
        """
        history = self._known.setdefault((path, since), _History())
        start = self._start(history, rev, path, since)
        if start is None:
            entry = self._repository.entry(rev, path)
            return [PathVersion(since - 1, path, entry[1])] if entry else []
        line, size = self._line(history, start, path, since)
        return line[:size]

    def _start(self, history: _History, rev: str, path: str, since: int) -> str | None:
        """The newest commit in the history of ``rev`` that changes the path since a time."""
        if not history.steps and self._tip is not None:
            self._list(history, self._tip, path, since)
        if rev in history.steps:
            return rev
        if rev not in history.first:
            newest = self._newest(history, rev, path, since)
            if newest is None or newest not in history.steps:
                newest = self._list(history, rev, path, since)
            history.first[rev] = newest
        return history.first[rev]

    def _newest(self, history: _History, rev: str, path: str, since: int) -> str | None:
        if not history.steps:
            return None
        return next((oid for oid, _, _ in self._repository.path_steps(rev, path, since, limit=1)), None)

    def _list(self, history: _History, rev: str, path: str, since: int) -> str | None:
        """List the history from a commit, besides what is known; its newest commit that changes the path."""
        listed = self._repository.path_steps(rev, path, since)
        for oid, time, parents in listed:
            history.steps.setdefault(oid, _Step(time, parents))
        fresh = [oid for oid, _, _ in listed if not history.steps[oid].changes]
        changed = self._repository.changed_paths(fresh, literal([path]), every_parent=True)
        for oid, changes in changed.items():
            history.steps[oid].changes = changes
        history.lines.clear()
        return listed[0][0] if listed else None

    def _line(self, history: _History, start: str, path: str, since: int) -> tuple[list[PathVersion], int]:
        """The contents that are reached from a commit which changes the path."""
        pending = [] if start in history.lines else [start]
        while pending:
            oid = pending[-1]
            known = [name for name in history.steps[oid].parents if name in history.steps]
            unknown = [name for name in known if name not in history.lines]
            if unknown:
                pending += unknown
                continue
            pending.pop()
            step = history.steps[oid]
            line = _joined([history.lines[name] for name in known])
            if not known:
                olds = dict.fromkeys(change.old_oid for change in step.changes)
                line += [PathVersion(since - 1, path, old) for old in olds if old != NO_OID]
            news = dict.fromkeys(change.new_oid for change in step.changes)
            line += [PathVersion(step.time, path, new) for new in news if new != NO_OID]
            history.lines[oid] = line, len(line)
        return history.lines[start]


def _joined(lines: list[tuple[list[PathVersion], int]]) -> list[PathVersion]:
    """What stands in any of the lines, oldest first: the line itself where it is one and ends there."""
    if len(lines) == 1:
        line, size = lines[0]
        return line if len(line) == size else line[:size]
    together = dict.fromkeys(version for line, size in lines for version in line[:size])
    return sorted(together, key=lambda version: version.commit_time)
