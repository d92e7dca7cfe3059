"""How much of what sessions wrote is still there."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from byline.attribution import Contributor
from byline.git.blame import BlameLine
from byline.git.listing import renames
from byline.git.repository import Repository
from byline.patch import patch_from_json
from byline.review.repositories import repository_row
from byline.statistics.facts import Statistics, Writer, directory_of
from byline.store.store import Store

WORKERS = 4
"""Git processes at once, at most; fewer on a machine with fewer cores."""

COMMITS = 2_000
"""Commits that are looked through for renames at a time."""

STRETCH = 16
"""Files that are handed to them at a time, so that results do not pile up before they are asked for."""


@dataclass(frozen=True, slots=True)
class Survivors:
    """Lines of one writer's from one commit (by its place among the commits counted) that are still there."""

    commit: int
    writer: Writer
    lines: int


@dataclass(frozen=True, slots=True)
class Survival:
    """What is left at commit ``rev`` (a full id) of the lines that sessions wrote in the commits counted."""

    rev: str
    facts: tuple[Survivors, ...]


@dataclass(frozen=True, slots=True)
class SurvivalStep:
    """How far the measuring is: ``done`` of ``total`` files and commits; the last step has the result.

    The total is 0 until it is known, and grows once: which commits the files' lines come from shows in them.
    """

    done: int
    total: int
    survival: Survival | None = None


_Kept = dict[int, dict[str, list[int]]]
"""Per commit counted and path in it: the numbers of the lines that stand in HEAD's files."""


def measure_survival(
    store: Store, repository: Repository, statistics: Statistics, rev: str = "HEAD"
) -> Iterator[SurvivalStep]:
    """Find the lines that are still there at ``rev``; stop asking for steps to give up.

    Method: ``git blame`` of every file at ``rev`` in which sessions wrote (``Statistics.paths``, or names
    that git says these were renamed to), which gives for each line the commit that introduced it and its
    number there. Whom that line is credited to is read from the commit's attributed patch, which
    :func:`byline.review.log.shares` kept when the commit was counted. A line that was moved or reformatted
    since belongs to the commit that did so, and is still its session's if the engine carried it over; it was
    written once (:attr:`~byline.statistics.facts.Fact.written`) and is there once. Lines that a merge brought
    in of its own are left out, as merges are from the counts. Memory holds a number per line at ``rev``.

    Raises:
        GitError: there is no such revision, or git failed.
        StoreError: the store cannot be read.
    """
    oid = repository.resolve(rev)
    places = {commit.oid: place for place, commit in enumerate(statistics.commits)}
    names = set(statistics.paths)
    history = repository.range(oid)
    # Oldest first: a file has the names of its later renames only.
    for start in range(0, len(history), COMMITS):
        for old, new in renames(repository, history[start : start + COMMITS]):
            if old in names:
                names.add(new)
        yield SurvivalStep(0, 0)
    paths = [path for path in repository.files(oid) if path in names]
    kept: _Kept = {}
    done = 0
    for lines in _blamed(repository, paths, oid):
        _sort_in(kept, lines, places)
        done += 1
        yield SurvivalStep(done, len(paths))
    row_id = repository_row(store, repository).id
    found: list[Survivors] = []
    for place, by_path in kept.items():
        stored = store.commits.intersection(row_id, statistics.commits[place].oid)
        if stored is not None:
            counts = _credited(stored, by_path)
            found += [Survivors(place, writer, count) for writer, count in counts.items()]
        done += 1
        if done % 16 == 0:
            yield SurvivalStep(done, len(paths) + len(kept))
    yield SurvivalStep(done, done, Survival(oid, tuple(found)))


def _blamed(repository: Repository, paths: list[str], oid: str) -> Iterator[list[BlameLine]]:
    """The files' lines, several files at once. Whoever stops early waits for the files begun only."""
    executor = ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1))
    try:
        for start in range(0, len(paths), STRETCH):
            stretch = paths[start : start + STRETCH]
            yield from executor.map(repository.blame, stretch, [oid] * len(stretch))
    finally:
        executor.shutdown(cancel_futures=True)


def _sort_in(kept: _Kept, lines: list[BlameLine], places: Mapping[str, int]) -> None:
    for line in lines:
        place = places.get(line.oid or "")
        if place is not None:
            kept.setdefault(place, {}).setdefault(line.path, []).append(line.original_line)


def _credited(stored: object, by_path: Mapping[str, list[int]]) -> Counter[Writer]:
    """Of these lines of a commit the ones that sessions are credited with."""
    counts: Counter[Writer] = Counter()
    for file in patch_from_json(stored).files:
        numbers = set(by_path.get(file.new_path, ()))
        if not numbers:
            continue
        directory = directory_of(file.new_path)
        for hunk in file.hunks:
            for line in hunk.lines:
                if line.kind == "added" and line.session_id and line.line_number in numbers:
                    kind: Contributor = "mixed" if line.match == "edited" else "ai"
                    counts[Writer(directory, kind, line.session_id, line.model_id)] += 1
    return counts
