"""Read a history and make rows of it: the part of an import that needs no store, so any process can do it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from byline.agents.reader import Reader, Reading, ReadsInTurns, Resumes, Unreadable
from byline.history.candidates import read_head
from byline.history.recordable import Recordable
from byline.history.tree_diffs import with_tree_diffs
from byline.record import Session
from byline.store.rows import Row, edit_row, message_rows, packed_content, part_rows
from byline.store.statements import content_hash


@dataclass(frozen=True, slots=True)
class Task:
    """A history to read: by which agent's reader, and what is left out of it.

    ``since_ms``: sessions that say nothing since then. ``offset`` and ``resume``: what was read before, and
    what the reader needs to go on from there, as long as the first line is the one with that hash.
    """

    path: str
    agent: str
    since_ms: int | None = None
    offset: int = 0
    resume: str | None = None
    first_line_hash: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a history is known by: the hash of its first line (SHA-256), and what its copies share with it."""

    first_line_hash: str
    root: str | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Whole sessions of one history as rows (:mod:`byline.store.rows`); a history is one or several of these.

    ``contents`` holds the packed contents that the edits refer to and that were not in one made before.
    ``left_out`` counts sessions that are too old. The account (``records``, ``unreadable``, ``offset`` and
    ``resume``) is of the whole history and in the last one, which says so.
    """

    head: Head | None = None
    sessions: Sequence[Session] = ()
    messages: Sequence[Row] = ()
    parts: Sequence[Row] = ()
    edits: Sequence[Row] = ()
    contents: Sequence[tuple[str, bytes]] = ()
    left_out: int = 0
    records: int = 0
    unreadable: Sequence[Unreadable] = ()
    offset: int = 0
    resume: str | None = None
    is_last: bool = False
    failure: str | None = None
    """Why nothing more can be read of the history; it is the last one then."""


class Preparation:
    """Makes rows of histories one after the other, and packs a content that many edits share once."""

    def __init__(self) -> None:
        self._packed: set[str] = set()
        self._recordable = Recordable()

    def prepare(self, reader: Reader, task: Task) -> Iterator[Prepared]:
        """The rows of a history, at least one value; of an unreadable file one with ``failure``."""
        try:
            head = _head(reader, task.path)
            last = Reading()
            for reading in _readings(reader, task, head):
                # The account is complete with the last; what it is of comes before.
                last = reading
                if reading.sessions:
                    yield self._rows(with_tree_diffs(reading), task.since_ms, head)
        except OSError as error:
            yield Prepared(failure=error.strerror or str(error), is_last=True)
            return
        yield Prepared(
            head=head,
            records=last.records,
            unreadable=tuple(last.unreadable),
            offset=last.offset,
            resume=last.resume,
            is_last=True,
        )

    def _rows(self, recorded: Reading, since_ms: int | None, head: Head) -> Prepared:
        whole = self._recordable.part_of(recorded)
        reading = whole if since_ms is None else _since(whole, since_ms)
        contents: list[tuple[str, bytes]] = []

        def keep(content: str) -> str:
            digest = content_hash(content)
            if digest not in self._packed:
                self._packed.add(digest)
                contents.append((digest, packed_content(content)))
            return digest

        return Prepared(
            head=head,
            sessions=tuple(reading.sessions),
            messages=message_rows(reading.messages),
            parts=part_rows(reading.parts),
            edits=[edit_row(edit, keep) for edit in reading.edits],
            contents=contents,
            left_out=len(whole.sessions) - len(reading.sessions),
        )


def _head(reader: Reader, path: str) -> Head:
    head = read_head(path)
    return Head(hashlib.sha256(head.partition(b"\n")[0]).hexdigest(), reader.root(head))


def _readings(reader: Reader, task: Task, head: Head) -> Iterator[Reading]:
    path = Path(task.path)
    if task.resume is not None and isinstance(reader, Resumes):
        same = head.first_line_hash == task.first_line_hash
        grown = reader.resume(path, task.offset, json.loads(task.resume)) if same else None
        if grown is not None:
            yield grown
            return
    if isinstance(reader, ReadsInTurns):
        yield from reader.readings(path)
    else:
        yield reader.read(path)


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
