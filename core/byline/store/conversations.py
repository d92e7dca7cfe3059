"""A conversation: the messages of a session with their parts, in reading order."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from peewee import SqliteDatabase

from byline.frozen import dataclass
from byline.store.models import Message, Part
from byline.store.skeletons import Skeleton, read_skeleton


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part. ``input`` is JSON text, ``patch`` the JSON text of a parsed patch."""

    part_id: str
    type: str
    text: str
    generated_at_unix_ms: int
    tool: str | None
    tool_call_id: str | None
    input: str | None
    status: str | None
    patch: str | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message with its parts in order. ``kind`` is None, ``injected``, ``compaction`` or ``rewound``."""

    message_id: str
    role: str
    generated_at_unix_ms: int
    model_id: str | None
    parent_id: str | None
    tokens: dict[str, int] | None
    cost: float | None
    kind: str | None
    parts: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call as stored: its input as JSON text, its output, and when it was made (Unix ms)."""

    tool_call_id: str | None
    tool: str | None
    input: str | None
    output: str
    time_ms: int


_MESSAGE = (
    Message.message_id,
    Message.role,
    Message.generated_at_unix_ms,
    Message.model_id,
    Message.parent_id,
    Message.tokens,
    Message.cost,
    Message.kind,
)
_PART = (
    Part.part_id,
    Part.type,
    Part.text,
    Part.generated_at_unix_ms,
    Part.tool,
    Part.tool_call_id,
    Part.input,
    Part.status,
    Part.patch,
)


class Conversations:
    """Reads of the tables ``messages`` and ``parts``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def read(self, session_id: str) -> list[MessageRow]:
        """The whole conversation, oldest message first: for exports. Viewers take :meth:`skeleton`.

        Parts whose message is missing come as messages of their own with the role ``assistant``, so that
        nothing recorded stays out of sight.
        """
        parts: dict[str, list[PartRow]] = {}
        query = (
            Part.select(Part.message_id, *_PART)
            .where(Part.session_id == session_id)
            .order_by(Part.generated_at_unix_ms, Part.id)
        )
        for row in query.tuples().execute(self._database):
            parts.setdefault(row[0], []).append(PartRow(*row[1:]))
        messages = (
            Message.select(*_MESSAGE)
            .where(Message.session_id == session_id)
            .order_by(Message.generated_at_unix_ms, Message.id)
        )
        rows = [_message(row, parts.pop(row[0], ())) for row in messages.tuples().execute(self._database)]
        if parts:
            orphans = [
                _message((message_id, "assistant", own[0].generated_at_unix_ms, *[None] * 5), own)
                for message_id, own in parts.items()
            ]
            rows = sorted([*rows, *orphans], key=lambda row: row.generated_at_unix_ms)
        return rows

    def skeleton(self, session_id: str) -> Skeleton:
        """The order and the kinds of everything in a conversation, without what was said; see :meth:`page`.

        In the order of :meth:`read`, a third of its time or less, whatever the length of the texts.
        """
        return read_skeleton(self._database, session_id)

    def page(self, skeleton: Skeleton, start: int, stop: int) -> list[MessageRow]:
        """The messages at the places ``start`` to ``stop`` (exclusive) of a skeleton, with their parts.

        What was taken out of the store since is left out of the parts; a message then has none, so that
        places stay.
        """
        start, stop = max(start, 0), min(stop, len(skeleton))
        if start >= stop:
            return []
        places = range(skeleton.part_starts[start], skeleton.part_starts[stop])
        parts = {
            row[0]: PartRow(*row[1:])
            for row in self._by_key(Part, (Part.id, *_PART), [skeleton.part_keys[place] for place in places])
        }
        heads = {
            row[0]: row[1:]
            for row in self._by_key(Message, (Message.id, *_MESSAGE), skeleton.message_keys[start:stop])
        }
        return [
            _message(
                heads.get(skeleton.message_keys[place]) or _lost_message(skeleton, place),
                [
                    parts[skeleton.part_keys[part]]
                    for part in skeleton.parts_of(place)
                    if skeleton.part_keys[part] in parts
                ],
            )
            for place in range(start, stop)
        ]

    def _by_key(self, table: Any, columns: Sequence[Any], keys: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), 500):
            query = table.select(*columns).where(table.id.in_(list(keys[start : start + 500])))
            yield from query.tuples().execute(self._database)

    def beginning(self, session_id: str, count: int) -> list[MessageRow]:
        """The first ``count`` messages (at most 500) with their parts: enough to recognise a conversation."""
        messages = (
            Message.select(*_MESSAGE)
            .where(Message.session_id == session_id)
            .order_by(Message.generated_at_unix_ms, Message.id)
            .limit(min(count, 500))
        )
        heads = list(messages.tuples().execute(self._database))
        parts: dict[str, list[PartRow]] = {}
        query = (
            Part.select(Part.message_id, *_PART)
            .where(Part.session_id == session_id, Part.message_id.in_([row[0] for row in heads]))
            .order_by(Part.generated_at_unix_ms, Part.id)
        )
        for row in query.tuples().execute(self._database):
            parts.setdefault(row[0], []).append(PartRow(*row[1:]))
        return [_message(row, parts.get(row[0], ())) for row in heads]

    def tool_call(self, session_id: str, tool_call_id: str) -> ToolCall | None:
        """One tool call of a session."""
        query = self._calls().where(Part.session_id == session_id, Part.tool_call_id == tool_call_id)
        rows = list(query.limit(1).tuples().execute(self._database))
        return ToolCall(*rows[0]) if rows else None

    def calls_before(self, session_id: str, tools: Collection[str], time_ms: int) -> Iterator[ToolCall]:
        """The calls of some tools in a session up to a time, latest first."""
        query = (
            self._calls()
            .where(
                Part.session_id == session_id,
                Part.tool.in_(sorted(tools)),
                Part.generated_at_unix_ms <= time_ms,
            )
            .order_by(Part.generated_at_unix_ms.desc(), Part.id.desc())
        )
        for row in query.tuples().execute(self._database):
            yield ToolCall(*row)

    def _calls(self) -> Any:
        return Part.select(
            Part.tool_call_id, Part.tool, Part.input, Part.text, Part.generated_at_unix_ms
        ).where(Part.type == "tool")

    def prompt_before(self, session_id: str, message_id: str | None, time_ms: int) -> str | None:
        """The text a person typed last before a message (else before a time), if it was recorded."""
        limit = time_ms
        if message_id is not None:
            stored = (
                Message.select(Message.generated_at_unix_ms)
                .where(Message.session_id == session_id, Message.message_id == message_id)
                .scalar(self._database)
            )
            limit = int(stored) if stored is not None else time_ms
        query = (
            Part.select(Part.text)
            .join(
                Message,
                on=(Part.session_id == Message.session_id) & (Part.message_id == Message.message_id),
            )
            .where(
                Message.session_id == session_id,
                Message.role == "user",
                Message.kind.is_null(),
                Message.generated_at_unix_ms <= limit,
                Part.type == "text",
            )
            .order_by(Message.generated_at_unix_ms.desc(), Message.id.desc(), Part.id)
            .limit(1)
        )
        rows = list(query.tuples().execute(self._database))
        return rows[0][0] if rows else None


def _lost_message(skeleton: Skeleton, place: int) -> tuple[Any, ...]:
    """The columns of a message that was not recorded, or is not there any more."""
    time_ms, model = skeleton.times_ms[place], skeleton.models[place]
    return (
        skeleton.message_ids[place], skeleton.roles[place], time_ms, model, None, None, None,
        skeleton.kinds[place],
    )  # fmt: skip


def _message(row: Sequence[Any], parts: Sequence[PartRow]) -> MessageRow:
    tokens = json.loads(row[5]) if row[5] else None
    return MessageRow(row[0], row[1], row[2], row[3], row[4], tokens, row[6], row[7], tuple(parts))
