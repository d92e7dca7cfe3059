"""What the blocks of a thread say, read a page of messages at a time and forgotten again."""

from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from byline.errors import PatchError
from byline.reading.diff_lines import count_touched
from byline.reading.pieces import LONG_TEXT, split_pieces
from byline.reading.thread import ASIDE, FAILED, LAST, Kind, Run, Thread, build_thread
from byline.store.conversation_facts import (
    FAILED as FAILED_WORDS,
)
from byline.store.conversation_facts import (
    PartFacts,
    Totals,
    Touched,
    read_part_facts,
    read_totals,
    read_touched,
)
from byline.store.conversations import MessageRow, PartRow
from byline.store.edits import EditRow
from byline.store.sessions import SessionRow
from byline.store.skeletons import Skeleton
from byline.store.store import Store

PAGE = 32
PAGES_KEPT = 64
SPLIT_KEPT = 4
"""Long texts whose pieces are kept."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a conversation. ``text`` is foreign and raw: it is made safe when drawn.

    ``message`` is given with the last text of a message: what it cost is told there.
    """

    kind: Kind
    text: str
    message_id: str | None = None
    time_ms: int = 0
    label: str = ""
    part: PartRow | None = None
    touched: tuple[Touched, ...] = ()
    link: SessionRow | None = None
    run: Run | None = None
    message: MessageRow | None = None
    is_person: bool = False
    is_aside: bool = False
    failed: bool = False


class Source(Protocol):
    """Where a conversation's texts come from."""

    def messages(self, start: int, stop: int) -> Sequence[MessageRow]:
        """The messages at these places."""

    def edit(self, edit_id: int) -> EditRow | None:
        """An edit with its patch."""


class Pages:
    """A thread's blocks by their place. Each thread that asks reads the store through its own connection."""

    def __init__(self, thread: Thread, source: Source) -> None:
        self.thread = thread
        self.source = source
        self._pages: OrderedDict[int, Sequence[MessageRow]] = OrderedDict()
        self._split: OrderedDict[int, Sequence[str]] = OrderedDict()

    def block(self, index: int) -> Block:
        """The block at a place."""
        thread = self.thread
        kind, place = thread.kind(index), thread.messages[index]
        if kind == "session":
            link = thread.links[index]
            return Block(kind, link.title or link.id, time_ms=link.started_ms or 0, link=link)
        if index in thread.loose:
            return Block(kind, "", touched=thread.loose[index])
        if place < 0:
            return Block(kind, thread.words.get(index, ""))
        skeleton, flags = thread.skeleton, thread.flags[index]
        message_id, time_ms = skeleton.message_ids[place], skeleton.times_ms[place]
        is_person = skeleton.roles[place] == "user"
        if thread.parts[index] < 0:
            words, run = thread.words.get(index, ""), thread.groups.get(index)
            return Block(kind, words, message_id, time_ms, run=run, is_person=is_person)
        part = self.part(thread.parts[index], place)
        text = part.text
        if kind in {"prompt", "answer"}:
            text = self._piece(thread.parts[index], text, thread.pieces[index])
        message = self._message(place) if flags & LAST else None
        label = _LABELS.get(skeleton.kinds[place] or "", skeleton.kinds[place] or "")
        return Block(
            kind, text, message_id, part.generated_at_unix_ms, label, part,
            thread.touched.get(part.tool_call_id, ()) if part.tool_call_id else (), None, None, message,
            is_person, bool(flags & ASIDE), bool(flags & FAILED),
        )  # fmt: skip

    def part(self, place: int, message: int | None = None) -> PartRow:
        """The part at a place of the skeleton; an empty one if it was taken out of the store since."""
        skeleton = self.thread.skeleton
        if message is None:
            message = skeleton.message_of(place)
        parts, places = self._message(message).parts, skeleton.parts_of(message)
        if len(parts) == len(places):
            return parts[place - places.start]
        return PartRow("", skeleton.part_types[place], "", 0, None, None, None, None, None)

    def edits(self, block: Block) -> list[EditRow]:
        """What a call changed, with its patches."""
        found = (self.source.edit(touched.edit_id) for touched in block.touched)
        return [edit for edit in found if edit is not None]

    def _piece(self, part: int, text: str, number: int) -> str:
        if len(text) <= LONG_TEXT:
            return text.strip("\n")
        pieces = self._split.get(part)
        if pieces is None:
            pieces = self._split[part] = tuple(split_pieces(text))
            if len(self._split) > SPLIT_KEPT:
                self._split.popitem(last=False)
        return pieces[number] if number < len(pieces) else ""

    def _message(self, place: int) -> MessageRow:
        number = place // PAGE
        page = self._pages.get(number)
        if page is None:
            start = number * PAGE
            page = self.source.messages(start, min(start + PAGE, len(self.thread.skeleton)))
            self._pages[number] = page
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[place - number * PAGE]


_LABELS = {
    "injected": "context given by the agent's program",
    "compaction": "the conversation so far, summarised",
    "rewound": "taken back",
}


# Where they come from ---------------------------------------------------------------------------------


def open_conversation(store: Store, session_id: str) -> Pages | None:
    """A session's conversation with its edits and sub-agents; None when there is no such session.

    Raises:
        StoreError: the store cannot be read.
    """
    session = store.sessions.get(session_id)
    if session is None:
        return None
    skeleton = store.conversations.skeleton(session_id)
    return _pages(
        session,
        skeleton,
        read_part_facts(store.database, skeleton),
        read_touched(store.database, session_id),
        read_totals(store.database, session_id),
        store.sessions.children(session_id),
        _Stored(store, skeleton),
    )


def open_beginning(store: Store, session_id: str, count: int) -> Pages | None:
    """The first ``count`` messages of a session (at most 500), without sub-agents: a look at it.

    Raises:
        StoreError: the store cannot be read.
    """
    session = store.sessions.get(session_id)
    if session is None:
        return None
    messages = store.conversations.beginning(session_id, count)
    said = {part.tool_call_id for message in messages for part in message.parts}
    touched = read_touched(store.database, session_id)
    known = {call: edits for call, edits in touched.items() if call in said}
    return pages_of(session, messages, known, store=store)


def pages_of(
    session: SessionRow,
    messages: Sequence[MessageRow],
    touched: Mapping[str, tuple[Touched, ...]],
    children: Sequence[SessionRow] = (),
    *,
    edits: Mapping[int, EditRow] | None = None,
    store: Store | None = None,
) -> Pages:
    """Messages that were read already, as a conversation; edits' patches are in ``edits`` or ``store``."""
    skeleton = _skeleton_of(session.id, messages)
    given = [message.tokens or {} for message in messages]
    costs = [message.cost for message in messages if message.cost is not None]
    totals = Totals(
        sum(tokens.get(name, 0) for tokens in given for name in ("input", "cache_read", "cache_write")),
        sum(tokens.get("output", 0) for tokens in given),
        sum(costs) if costs else None,
    )
    source = _Read(messages, edits or {}, store)
    return _pages(session, skeleton, _facts_of(messages), touched, totals, children, source)


def touched_by(edits: Sequence[EditRow]) -> Mapping[str, tuple[Touched, ...]]:
    """As :func:`read_touched`, of edits read with their patches; 0 lines where one is unreadable."""
    found: dict[str, list[Touched]] = {}
    for edit in edits:
        try:
            added, removed = count_touched(edit.patch().files)
        except PatchError:
            added = removed = 0
        touched = Touched(edit.id, edit.path, added, removed)
        found.setdefault(edit.tool_call_id or "", []).append(touched)
    return {call: tuple(own) for call, own in found.items()}


def _pages(
    session: SessionRow,
    skeleton: Skeleton,
    facts: PartFacts,
    touched: Mapping[str, tuple[Touched, ...]],
    totals: Totals,
    children: Sequence[SessionRow],
    source: Source,
) -> Pages:
    # Building asks for a few parts: those are read through pages of a thread that has no blocks yet.
    reading = Pages(Thread(session, skeleton, facts, touched, totals), source)
    reading.thread = build_thread(session, skeleton, facts, touched, totals, children, reading.part)
    return reading


class _Stored:
    """A conversation in the store."""

    def __init__(self, store: Store, skeleton: Skeleton) -> None:
        self._store = store
        self._skeleton = skeleton

    def messages(self, start: int, stop: int) -> Sequence[MessageRow]:
        return self._store.conversations.page(self._skeleton, start, stop)

    def edit(self, edit_id: int) -> EditRow | None:
        return self._store.edits.get(edit_id)


class _Read:
    """A conversation in memory, its edits there too or in a store."""

    def __init__(
        self, messages: Sequence[MessageRow], edits: Mapping[int, EditRow], store: Store | None
    ) -> None:
        self._messages = messages
        self._edits = edits
        self._store = store

    def messages(self, start: int, stop: int) -> Sequence[MessageRow]:
        return self._messages[start:stop]

    def edit(self, edit_id: int) -> EditRow | None:
        if self._store is not None:
            return self._store.edits.get(edit_id)
        return self._edits.get(edit_id)


def _skeleton_of(session_id: str, messages: Sequence[MessageRow]) -> Skeleton:
    starts = array("q", [0])
    for message in messages:
        starts.append(starts[-1] + len(message.parts))
    return Skeleton(
        session_id,
        array("q", range(1, len(messages) + 1)),
        [message.message_id for message in messages],
        [message.role for message in messages],
        array("q", [message.generated_at_unix_ms for message in messages]),
        [message.model_id for message in messages],
        [message.kind for message in messages],
        starts,
        array("q", range(1, starts[-1] + 1)),
        [part.type for message in messages for part in message.parts],
    )


def _facts_of(messages: Sequence[MessageRow]) -> PartFacts:
    parts = [part for message in messages for part in message.parts]
    return PartFacts(
        [part.tool for part in parts],
        [part.tool_call_id for part in parts],
        bytearray(part.status in FAILED_WORDS for part in parts),
        array("q", [len(part.text.strip("\t\n\r ")) + len(part.input or "") for part in parts]),
    )
