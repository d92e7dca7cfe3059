"""Import histories: find them, skip what is unchanged, read and store the rest, newest first."""

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from byline.agents.readers import readers_for
from byline.history.candidates import Candidate, find_candidates, stat_of
from byline.history.prepared import Task
from byline.history.recordable import check_configuration
from byline.history.rehearsal import rehearsal
from byline.history.storing import Storing, Tally
from byline.history.summary import Summary
from byline.history.turns import Turns
from byline.history.workers import read_all
from byline.review.repositories import bind_sessions
from byline.store.repositories import RepositoryRow
from byline.store.sources import SourceRow
from byline.store.store import Store

Progress = Callable[[int, int, str], None]
"""Called with the bytes read, the bytes to read, and the path that comes next."""

_CACHE_KIB = 32_768
"""Pages that are kept at hand: those of the indexes are changed again and again, wherever a row belongs."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked for, see :func:`import_histories`."""

    paths: Sequence[Path] | None
    agents: Collection[str]
    repository: RepositoryRow | None
    since_ms: int | None
    nameless: Path | None


@dataclass(slots=True)
class _Plan:
    """What there is to read, newest first: each history with its task and the bytes of it."""

    reads: list[tuple[Candidate, Task, int]] = field(default_factory=list)
    unchanged: list[Candidate] = field(default_factory=list)
    too_old: int = 0


def import_histories(
    store: Store,
    paths: Sequence[Path] | None = None,
    agents: Collection[str] | None = None,
    repository: RepositoryRow | None = None,
    since_ms: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    nameless: Path | None = None,
) -> Summary:
    """Import histories into the store, newest first; what is unchanged since it was last read is skipped.

    Args:
        store: where to.
        paths: files and folders to look in; None for the agents' own places.
        agents: names of the agents to import; None for all.
        repository: the repository that every session found belongs to, whatever paths it carries;
            without it sessions are given theirs by their working folder and recorded URL.
        since_ms: leave out histories, and sessions in them, that say nothing since this time (Unix ms).
        dry_run: count only, in a passing copy of the store; nothing is kept.
        progress: told before each file, and in a file with many sessions before each of them.
        nameless: one of ``paths`` that is a passing copy (of standard input), not to be remembered as
            where its sessions came from.

    An interrupted import keeps what it has, and the next one goes on: a history counts as read once all of
    it is stored. Other processes can write at any time (:mod:`byline.history.turns`). Sessions whose file
    is gone stay, and are marked. Forgotten sessions stay out (until ``store.forgetting.allow_all()``), and so
    does what the configuration ignores.

    Raises:
        UsageError: a path or an agent does not exist.
        BylineError: what is to be ignored cannot be told.
        StoreError: the store cannot be read or written.
    """
    check_configuration()
    names = {reader.name for reader in readers_for(agents)}
    request = _Request(paths, names, repository, since_ms, nameless)
    if dry_run:
        with rehearsal(store.path) as copy:
            return replace(_import(copy, request, progress), dry_run=True)
    return _import(store, request, progress)


def _import(store: Store, request: _Request, progress: Progress | None) -> Summary:
    sources = store.sources.all()
    known = {path: source.agent for path, source in sources.items()}
    candidates = find_candidates(request.paths, readers_for(None), request.agents, known)
    plan = _plan(store, candidates.found, sources, request.since_ms)
    summary = Summary(
        sources=len(candidates.found),
        read=len(plan.reads),
        unchanged=len(plan.unchanged),
        too_old=plan.too_old,
        unrecognised=candidates.unrecognised,
    )
    tally = Tally(summary)
    store.connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    with Turns(store) as turns:
        storing = Storing(
            store, turns, sources.values(), tally, str(request.nameless) if request.nameless else None
        )
        _read(plan, storing, turns, progress)
        _mark_missing(store, turns, request, sources, {candidate.path for candidate in candidates.found})
    _bind(store, request, plan, tally)
    return replace(tally.summary, unreadable=tuple(tally.unreadable))


def _plan(
    store: Store, found: Sequence[Candidate], sources: Mapping[str, SourceRow], since_ms: int | None
) -> _Plan:
    plan = _Plan()
    for candidate in found:
        source = sources.get(candidate.path)
        if since_ms is not None and candidate.mtime_ns < since_ms * 1_000_000:
            plan.too_old += 1
        elif source is not None and _is_unchanged(candidate, source):
            plan.unchanged.append(candidate)
        else:
            task = Task(candidate.path, candidate.agent, since_ms)
            if source is not None and since_ms is None and _has_grown(candidate, source):
                task = replace(
                    task,
                    offset=source.offset,
                    resume=store.sources.resume(source.path),
                    first_line_hash=source.first_line_hash,
                )
            start = task.offset if task.resume is not None else 0
            plan.reads.append((candidate, task, candidate.size - start))
    return plan


def _is_unchanged(candidate: Candidate, source: SourceRow) -> bool:
    return (source.size, source.mtime_ns, source.inode) == (
        candidate.size,
        candidate.mtime_ns,
        candidate.inode,
    )


def _has_grown(candidate: Candidate, source: SourceRow) -> bool:
    """Whether a file may be the one that was read, with more at its end."""
    return (
        source.inode == candidate.inode
        and source.agent == candidate.agent
        and 0 < source.offset <= candidate.size
        and source.size < candidate.size
        and source.mtime_ns <= candidate.mtime_ns
    )


def _read(plan: _Plan, storing: Storing, turns: Turns, progress: Progress | None) -> None:
    """Read and store everything that is to be read."""
    total = sum(size for _, _, size in plan.reads)
    done = 0
    answers = read_all([(task, size) for _, task, size in plan.reads])
    for (candidate, _, size), pieces in zip(plan.reads, answers, strict=True):
        if progress is not None:
            progress(done, total, candidate.path)
        left_out = stored = 0
        while True:
            if not pieces.is_ready():
                # Nobody waits for the store while this waits for a history.
                turns.end()
            prepared = next(pieces.coming)
            if progress is not None and stored and prepared.sessions:
                progress(done, total, candidate.path)
            storing.add(candidate, prepared)
            stored += len(prepared.sessions)
            left_out += prepared.left_out
            # What was left out now must not count as unchanged when it is asked for.
            if prepared.is_last and prepared.head is not None and not left_out:
                storing.remember(candidate, prepared, prepared.head)
            turns.pause()
            if prepared.is_last:
                break
        done += size
    if progress is not None:
        progress(total, total, "")


def _mark_missing(
    store: Store, turns: Turns, request: _Request, sources: Mapping[str, SourceRow], found: Collection[str]
) -> None:
    """Note which sessions' files are gone, and which are there again."""
    gone: list[str] = []
    back: list[str] = []
    below = None if request.paths is None else [str(path.absolute()) for path in request.paths]
    for path, is_marked in store.sources.of_sessions().items():
        source = sources.get(path)
        if path in found:
            back += [path] if is_marked else []
        elif not is_marked and source is not None and source.agent in request.agents:
            asked_for = below is None or any(path == top or path.startswith(top + os.sep) for top in below)
            gone += [path] if asked_for and _is_gone(path) else []
    if gone or back:
        turns.begin()
        store.sources.mark_missing(gone, round(time.time() * 1000))
        store.sources.mark_found(back)
        turns.end()


def _is_gone(path: str) -> bool:
    try:
        return stat_of(path) is None
    except OSError:
        # A folder that may not be looked into, a disk that does not answer: that is not gone.
        return False


def _bind(store: Store, request: _Request, plan: _Plan, tally: Tally) -> None:
    """Give sessions their repository: the one that was named, else their own."""
    bound = 0
    if request.repository is not None:
        ids = set(tally.sessions)
        for candidate in plan.unchanged:
            ids.update(store.sources.sessions(candidate.path))
        bound = store.repositories.bind_sessions(sorted(ids), request.repository.id)
    tally.add(bound=bound + bind_sessions(store))
