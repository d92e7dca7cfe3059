"""The contents that paths had, as seen from many commits: each path's history is listed once.

With default simplification git follows, at a merge that has the file as one of its parents has it, only
that parent. What it follows from a commit does not depend on where it came from; so the history listed
from one commit answers for every commit in it.
"""

from collections import deque
from dataclasses import dataclass, field

from byline.git.model import NO_OID, ChangedPath, PathVersion
from byline.git.repository import Repository
from byline.git.shown import literal


@dataclass(slots=True)
class _Step:
    """A commit that changes the path. ``parents`` are the next such commits before it."""

    place: int
    time: int
    parents: tuple[str, ...]
    changes: list[ChangedPath] = field(default_factory=list)


@dataclass(slots=True)
class _History:
    """What is known of one path since a time. ``first`` is, for a commit that does not change the path
    itself, the newest commit of its history that does; None where none does.
    """

    steps: dict[str, _Step] = field(default_factory=dict)
    first: dict[str, str | None] = field(default_factory=dict)
    before: dict[str, tuple[str, ...]] = field(default_factory=dict)


class PathHistories:
    """The histories of a repository's paths, remembered as long as this object lives."""

    def __init__(self, repository: Repository, tip: str | None = None) -> None:
        """``tip`` is the full id of a commit whose history has most of the commits to be asked for."""
        self._repository = repository
        self._tip = tip
        self._known: dict[tuple[str, int], _History] = {}

    def versions(self, rev: str, path: str, since: int, most: int) -> list[PathVersion]:
        """The contents a path had in the history of ``rev`` (a full id) since a time (seconds).

        The newest ``most``, newest first; last comes what it was just before that time, if it was there.
        That one's time is the second before.

        Raises:
            GitError: git failed.
        """
        history = self._known.setdefault((path, since), _History())
        start = self._start(history, rev, path, since)
        if start is None:
            entry = self._repository.entry(rev, path)
            return [PathVersion(since - 1, path, entry[1])] if entry else []
        found: dict[str, PathVersion] = {}
        reached, waiting = {start}, deque([start])
        steps: list[_Step] = []
        # A parent is listed after its child: going by places, the newest come first.
        while waiting and len(found) < most:
            oid = min(waiting, key=lambda name: history.steps[name].place)
            waiting.remove(oid)
            step = history.steps[oid]
            steps.append(step)
            for change in step.changes:
                if change.new_oid != NO_OID:
                    found.setdefault(change.new_oid, PathVersion(step.time, path, change.new_oid))
            for parent in step.parents:
                if parent in history.steps and parent not in reached:
                    reached.add(parent)
                    waiting.append(parent)
        return [
            *found.values(),
            *(PathVersion(since - 1, path, oid) for oid in self._before(history, start) if oid not in found),
        ]

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
        # What is listed later may be older or newer than what is there: all get new places, by their times.
        for oid, time, parents in listed:
            history.steps.setdefault(oid, _Step(0, time, parents))
        fresh = [oid for oid, _, _ in listed if not history.steps[oid].changes]
        changed = self._repository.changed_paths(fresh, literal([path]), every_parent=True)
        for oid, changes in changed.items():
            history.steps[oid].changes = changes
        order = {oid: place for place, (oid, _, _) in enumerate(listed)}
        by_time = sorted(
            history.steps.items(), key=lambda item: (-item[1].time, order.get(item[0], item[1].place))
        )
        for place, (_, step) in enumerate(by_time):
            step.place = place
        history.before.clear()
        return listed[0][0] if listed else None

    def _before(self, history: _History, start: str) -> tuple[str, ...]:
        """The contents that the oldest commits reached from one found: one on each line of history."""
        if start not in history.before:
            pending = [start]
            while pending:
                oid = pending[-1]
                known = [name for name in history.steps[oid].parents if name in history.steps]
                unknown = [name for name in known if name not in history.before]
                if unknown:
                    pending += unknown
                    continue
                pending.pop()
                step = history.steps[oid]
                olds = (
                    [name for parent in known for name in history.before[parent]]
                    if known
                    else [change.old_oid for change in step.changes if change.old_oid != NO_OID]
                )
                history.before[oid] = tuple(dict.fromkeys(olds))
        return history.before[start]
