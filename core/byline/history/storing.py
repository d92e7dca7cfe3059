"""Store what was prepared of a history, in turns with other processes, and count what became of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from byline.history.candidates import Candidate
from byline.history.copies import Sharing, settle_copies, take_away
from byline.history.hook_events import fold_hook_events
from byline.history.prepared import Head, Prepared
from byline.history.summary import Summary, UnreadableRecord
from byline.history.turns import Turns
from byline.store.rows import LONG_OF_EDIT, LONG_OF_MESSAGE, LONG_OF_PART
from byline.store.sources import SourceRow
from byline.store.store import Store
from byline.store.writer import Written


@dataclass(slots=True)
class Tally:
    """The counts so far, and the sessions that were stored."""

    summary: Summary
    unreadable: list[UnreadableRecord] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)

    def add(self, **counts: int | Written) -> None:
        """Add to the counts with these names."""
        self.summary = replace(
            self.summary, **{name: getattr(self.summary, name) + count for name, count in counts.items()}
        )


class Storing:
    """Stores histories one after the other, through one connection."""

    def __init__(
        self, store: Store, turns: Turns, known: Iterable[SourceRow], tally: Tally, nameless: str | None
    ) -> None:
        """``known`` are the sources read before; ``nameless`` is the path of one that is not remembered."""
        self._store = store
        self._turns = turns
        self._tally = tally
        self._nameless = nameless
        self._forgotten = store.forgetting.ids()
        self._copies = defaultdict[str, list[str]](list)
        """Root to the paths of the histories that have it."""
        for source in known:
            if source.watermark is not None:
                self._copies[source.watermark].append(source.path)

    def add(self, candidate: Candidate, prepared: Prepared) -> None:
        """Store some sessions of a history; with its last ones, remember it as read."""
        if prepared.failure is not None:
            self._tally.unreadable.append(UnreadableRecord(candidate.path, 0, prepared.failure))
        if prepared.sessions:
            self._sessions(candidate.path, prepared)
        if prepared.is_last:
            self._tally.add(records=prepared.records)
            self._tally.unreadable += [
                UnreadableRecord(candidate.path, each.line, each.reason) for each in prepared.unreadable
            ]

    def remember(self, candidate: Candidate, last: Prepared, head: Head) -> None:
        """Note that a history was read to its end, and how the next import tells that it has changed."""
        if candidate.path == self._nameless:
            return
        self._turns.begin()
        self._store.sources.remember(
            SourceRow(
                candidate.path, candidate.agent, candidate.size, candidate.mtime_ns, candidate.inode,
                head.first_line_hash, last.offset, head.root, last.resume,
            )
        )  # fmt: skip
        self._turns.pause()
        if head.root is not None and candidate.path not in self._copies[head.root]:
            self._copies[head.root].append(candidate.path)

    def _sessions(self, path: str, prepared: Prepared) -> None:
        if path == self._nameless:
            prepared = replace(
                prepared, sessions=[replace(session, source=None) for session in prepared.sessions]
            )
        prepared = _without(prepared, self._forgotten)
        root = prepared.head.root if prepared.head else None
        relatives = [other for other in self._copies.get(root or "", ()) if other != path]
        sharing = Sharing(prepared)
        if relatives:
            sharing = settle_copies(self._store.connection, prepared, relatives)
        self._write(sharing)
        self._tally.sessions.update(session.id for session in prepared.sessions)

    def _write(self, sharing: Sharing) -> None:
        turns, prepared = self._turns, sharing.prepared
        ids = [session.id for session in prepared.sessions]
        before = turns.writer.session_facts(ids)
        for session_id, message_ids in sharing.taken.items():
            take_away(self._store.connection, session_id, message_ids, sharing.owner)
        turns.writer.sessions(prepared.sessions)
        messages = parts = edits = Written()
        for rows in turns.pieces(prepared.messages, *LONG_OF_MESSAGE):
            messages += turns.writer.message_rows(rows)
        for rows in turns.pieces(prepared.contents, 1):
            turns.writer.contents(rows)
        for rows in turns.pieces(prepared.edits, *LONG_OF_EDIT):
            edits += turns.writer.edit_rows(rows)
        for rows in turns.pieces(prepared.parts, *LONG_OF_PART, is_indexed=True):
            parts += turns.writer.part_rows(rows)
        writer = turns.writer
        fold_hook_events(self._store.connection, prepared)
        writer.recount([*ids, *sharing.taken])
        after = writer.session_facts(list(before))
        turns.pause()
        changed = sum(before[session_id] != after[session_id] for session_id in before)
        self._tally.add(
            sessions=Written(len(ids) - len(before), changed, len(before) - changed),
            messages=messages,
            parts=parts,
            edits=edits,
            copied=sharing.copied,
        )


def _without(prepared: Prepared, forgotten: Collection[str]) -> Prepared:
    """What was prepared without sessions that a person took out."""
    if not any(session.id in forgotten for session in prepared.sessions):
        return prepared
    return replace(
        prepared,
        sessions=[session for session in prepared.sessions if session.id not in forgotten],
        messages=[row for row in prepared.messages if row[0] not in forgotten],
        parts=[row for row in prepared.parts if row[0] not in forgotten],
        edits=[row for row in prepared.edits if row[1] not in forgotten],
    )
