"""Import histories: find them, skip what is unchanged, read and store the rest, one transaction per file."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from byline.agents.reader import Reading
from byline.agents.readers import readers_for
from byline.history.candidates import Candidate, find_candidates, read_head
from byline.history.copies import Sharing, settle_copies, take_away
from byline.history.hook_events import fold_hook_events
from byline.history.summary import Summary, UnreadableRecord
from byline.history.tree_diffs import with_tree_diffs
from byline.review.repositories import bind_sessions
from byline.store.models import Session
from byline.store.repositories import RepositoryRow
from byline.store.sessions import SessionRow
from byline.store.sources import SourceRow
from byline.store.store import Store
from byline.store.writer import Writer, Written

Progress = Callable[[int, int, str], None]
"""Called with the bytes done, the bytes there are, and the path that comes next."""


class _DryRun(Exception):  # noqa: N818 - no error: it makes the transaction roll back
    """Ends a transaction whose effects were only to be counted."""


@contextmanager
def _rolled_back(store: Store) -> Iterator[Writer]:
    """One transaction over everything, of which nothing is kept: only so do the counts add up."""
    try:
        with store.write() as writer:
            yield writer
            raise _DryRun
    except _DryRun:
        return


@dataclass(slots=True)
class _Tally:
    """The counts so far."""

    summary: Summary
    unreadable: list[UnreadableRecord] = field(default_factory=list)
    bind: set[str] = field(default_factory=set)
    """Sessions for the repository that was named."""
    writer: Writer | None = None
    """The open transaction of a dry run."""

    def add(self, **counts: int | Written) -> None:
        self.summary = replace(
            self.summary, **{name: getattr(self.summary, name) + count for name, count in counts.items()}
        )


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
        dry_run: count only; nothing is kept.
        progress: told before each file.
        nameless: one of ``paths`` that is a passing copy (of standard input): it is not remembered as
            where its sessions came from.

    Every file is one transaction: an interrupted import keeps what it has, and the next one goes on.

    Raises:
        UsageError: a path or an agent does not exist.
        StoreError: the store cannot be read or written.
    """
    sources = store.sources.all()
    known = {path: source.agent for path, source in sources.items()}
    candidates = find_candidates(paths, readers_for(agents), known)
    total = sum(candidate.size for candidate in candidates.found)
    tally = _Tally(
        Summary(sources=len(candidates.found), unrecognised=candidates.unrecognised, dry_run=dry_run)
    )
    with ExitStack() as stack:
        if dry_run:
            tally.writer = stack.enter_context(_rolled_back(store))
        done = 0
        for candidate in candidates.found:
            if progress is not None:
                progress(done, total, str(candidate.path))
            done += candidate.size
            if since_ms is not None and candidate.mtime_ns < since_ms * 1_000_000:
                tally.add(too_old=1)
            elif _is_unchanged(candidate, sources.get(str(candidate.path))):
                tally.add(unchanged=1)
                tally.bind.update(_sessions_of(store, candidate) if repository else ())
            else:
                _import_source(store, candidate, sources, tally, since_ms, nameless)
    if progress is not None:
        progress(total, total, "")
    if not dry_run:
        named = store.repositories.bind_sessions(sorted(tally.bind), repository.id) if repository else 0
        tally.add(bound=named + bind_sessions(store))
    return replace(tally.summary, unreadable=tuple(tally.unreadable))


def _is_unchanged(candidate: Candidate, source: SourceRow | None) -> bool:
    return source is not None and (source.size, source.mtime_ns, source.inode) == (
        candidate.size,
        candidate.mtime_ns,
        candidate.inode,
    )


def _import_source(
    store: Store,
    candidate: Candidate,
    sources: dict[str, SourceRow],
    tally: _Tally,
    since_ms: int | None,
    nameless: Path | None,
) -> None:
    """Read one history and store it, apart from what it repeats of histories with the same beginning.

    What cannot be read is counted with its reason.
    """
    path = str(candidate.path)
    tally.add(read=1)
    try:
        source = _source(candidate)
        reading = with_tree_diffs(candidate.reader.read(candidate.path))
    except OSError as error:
        tally.unreadable.append(UnreadableRecord(path, 0, error.strerror or str(error)))
        return
    tally.add(records=reading.records)
    tally.unreadable += [UnreadableRecord(path, each.line, each.reason) for each in reading.unreadable]
    whole = reading
    if since_ms is not None:
        reading = _since(reading, since_ms)
    # What was left out now must not count as unchanged when it is asked for.
    is_remembered = candidate.path != nameless and len(reading.sessions) == len(whole.sessions)
    relatives = [
        other.path
        for other in sources.values()
        if source.watermark and other.watermark == source.watermark and other.path != path
    ]
    if candidate.path == nameless:
        sessions = [replace(session, source=None) for session in reading.sessions]
        reading = replace(reading, sessions=sessions)
    sharing = settle_copies(store, reading, relatives) if relatives else Sharing(reading, 0, {})
    with nullcontext(tally.writer) if tally.writer else store.write() as writer:
        _store(store, writer, sharing, tally)
        if is_remembered:
            store.sources.remember(replace(source, offset=reading.offset))
            sources[path] = source
    tally.bind.update(session.id for session in sharing.reading.sessions)


def _source(candidate: Candidate) -> SourceRow:
    """What the next import will know the file by; raises OSError."""
    head = read_head(candidate.path)
    return SourceRow(
        path=str(candidate.path),
        agent=candidate.reader.name,
        size=candidate.size,
        mtime_ns=candidate.mtime_ns,
        inode=candidate.inode,
        first_line_hash=hashlib.sha256(head.partition(b"\n")[0]).hexdigest(),
        offset=0,
        watermark=candidate.reader.root(head),
    )


def _store(store: Store, writer: Writer, sharing: Sharing, tally: _Tally) -> None:
    """Store a reading in the open transaction, and count what became of it."""
    reading = sharing.reading
    ids = [session.id for session in reading.sessions]
    before = {row.id: row for row in store.sessions.rows(ids)}
    for session_id, message_ids in sharing.taken.items():
        take_away(store, session_id, message_ids, sharing.owner)
    writer.sessions(reading.sessions)
    messages = writer.messages(reading.messages)
    parts = writer.parts(reading.parts)
    edits = writer.edits(reading.edits)
    fold_hook_events(store, reading)
    writer.recount([*ids, *sharing.taken])
    after = {row.id: row for row in store.sessions.rows(ids)}
    tally.add(
        sessions=_session_counts(before, after),
        messages=messages,
        parts=parts,
        edits=edits,
        copied=sharing.copied,
    )


def _session_counts(before: dict[str, SessionRow], after: dict[str, SessionRow]) -> Written:
    new = len(after.keys() - before.keys())
    # Two files with the same session (a backup, a checkpoint) take turns as its source: nothing new.
    updated = sum(
        replace(before[session_id], source=None) != replace(after[session_id], source=None)
        for session_id in before
    )
    return Written(new, updated, len(before) - updated)


def _since(reading: Reading, since_ms: int) -> Reading:
    """The reading without sessions whose last word is older."""
    last: dict[str, int] = {}
    for message in reading.messages:
        time = message.generated_at_unix_ms
        last[message.session_id] = max(time, last.get(message.session_id, time))
    kept = {session_id for session_id, time in last.items() if time >= since_ms}
    return replace(
        reading,
        sessions=[session for session in reading.sessions if session.id in kept],
        messages=[message for message in reading.messages if message.session_id in kept],
        parts=[part for part in reading.parts if part.session_id in kept],
        edits=[edit for edit in reading.edits if edit.session_id in kept],
    )


def _sessions_of(store: Store, candidate: Candidate) -> list[str]:
    query = Session.select(Session.id).where(Session.source == str(candidate.path))
    return [row[0] for row in query.tuples().execute(store.database)]
