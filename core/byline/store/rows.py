"""Rows for the store's tables, made of records: what a :class:`~byline.store.writer.Writer` binds.

Pure functions over values, so that rows can be made in another process than the one that writes them.
Standard library only; the hook path and imports share it.
"""

import zlib
from collections.abc import Callable, Iterable

from byline.record import Edit, Message, Part, Session
from byline.store import statements as sql
from byline.store.text_form import as_json, content_bytes, storable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Row = tuple["Any", ...]
"""The values of one row, in the order of its table's columns in :mod:`byline.store.statements`."""

COMPRESSION = 3
"""zlib's level: a seventh larger than with the default, in about half the time (8 MB of transcripts)."""

LONG_OF_MESSAGE, LONG_OF_PART, LONG_OF_EDIT = (9,), (4, 8), (14, 20)
"""The numbers of the columns that may hold long texts."""

BY_MESSAGE = "message\0"
"""How the key of an edit begins that is known by its message only (see ``statements.edit_key``)."""


def session_row(session: Session, first_ms: int | None, last_ms: int | None) -> Row:
    """The values of ``UPSERT_SESSION``; the times are Unix ms, where known apart from messages."""
    return _storable_row(
        session.id, session.agent, session.native_id, session.title or None, session.title_source,
        session.cwd, session.branch, session.repository_url, session.parent_id, session.agent_version,
        session.source, first_ms, last_ms,
    )  # fmt: skip


def message_rows(messages: Iterable[Message]) -> list[Row]:
    """Rows of ``MESSAGE_COLUMNS``."""
    return [
        _storable_row(
            message.session_id, message.message_id, message.role, message.generated_at_unix_ms,
            message.model_id, message.parent_id, message.agent,
            as_json(message.tokens) if message.tokens is not None else None,
            message.cost, message.summary_diffs, message.kind,
        )
        for message in messages
    ]  # fmt: skip


def part_rows(parts: Iterable[Part]) -> list[Row]:
    """Rows of ``PART_COLUMNS``."""
    return [
        _storable_row(
            part.session_id, part.message_id, part.part_id, part.type, part.text,
            part.generated_at_unix_ms, part.tool, part.tool_call_id, part.input, part.status, part.patch,
        )
        for part in parts
    ]  # fmt: skip


def edit_row(edit: Edit, keep: Callable[[str], str]) -> Row:
    """A row of ``EDIT_COLUMNS``. ``keep`` is given each whole content and returns its hash."""
    from byline.patch import Patch, patch_to_json  # noqa: PLC0415 - a hook loads what it needs

    patch_json = as_json(patch_to_json(Patch((edit.patch,))))
    lines = [line for hunk in edit.patch.hunks for line in hunk.lines]
    added = sum(line.kind == "added" for line in lines)
    return _storable_row(
        sql.edit_key(edit, patch_json), edit.session_id, edit.message_id, edit.tool_call_id,
        edit.model_id, edit.tool, edit.tool_name, edit.tool_version, edit.time_ms, edit.seq,
        edit.path, edit.path.replace("\\", "/").rpartition("/")[2], edit.cwd,
        edit.repository_url, patch_json, added, len(lines) - added, edit.precision,
        None if edit.before is None else keep(edit.before),
        None if edit.after is None else keep(edit.after),
        compressed(edit.payload.encode("utf-8", "surrogatepass")) if edit.payload else None,
    )  # fmt: skip


def packed_content(content: str) -> bytes:
    """A whole content as the table ``contents`` keeps it."""
    return compressed(content_bytes(content))


def compressed(data: bytes) -> bytes:
    """Bytes as the columns ``data`` and ``payload`` keep them (zlib)."""
    return zlib.compress(data, COMPRESSION)


def _storable_row(*values: object) -> Row:
    """The values of one row, texts as SQLite can keep them."""
    return tuple([storable(value) if isinstance(value, str) else value for value in values])
