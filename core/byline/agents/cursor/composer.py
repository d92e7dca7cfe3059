"""Read Cursor's ``state.vscdb``: conversations and their bubbles in ``cursorDiskKV`` (``formats.md`` 6.2)."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from byline.agents.cursor.edits import read_edits
from byline.agents.cursor.transcript import AGENT, model_id
from byline.agents.foreign_database import opened
from byline.agents.json_lines import parse_object
from byline.agents.json_records import (
    Account,
    Record,
    compact_json,
    count_tokens,
    object_of,
    objects_of,
    read_time_ms,
    text_of,
)
from byline.agents.prompts import title_from
from byline.agents.reader import Unreadable
from byline.agents.recorded_edit import RecordedEdit, between_contents, whole_write
from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft
from byline.errors import FormatError

_TOKENS = {"inputTokens": "input", "outputTokens": "output"}
_PERSON = 1


def read_composers(path: Path, account: Account, only: str | None = None) -> Iterator[SessionDraft]:
    """The conversations of a database, or ``only`` one; those in which nothing was said are left out.

    Rows that cannot be read are named in ``account``.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is no such database.
    """
    try:
        with opened(path) as connection:
            rows = _Rows(connection, account)
            for composer_id, composer in rows.objects(
                f"composerData:{only or ''}", is_whole=only is not None
            ):
                draft = _Composer(rows, composer_id, composer).read()
                if draft.messages:
                    yield draft
    except sqlite3.Error as error:
        raise FormatError(f"not a database that can be read: {error}") from error


class _Rows:
    """The rows of ``cursorDiskKV``, found by their keys."""

    def __init__(self, connection: sqlite3.Connection, account: Account) -> None:
        self._connection = connection
        self._account = account

    def objects(self, prefix: str, *, is_whole: bool = False) -> Iterator[tuple[str, Record]]:
        """The rows whose keys begin with ``prefix``: what follows the last colon, and the object."""
        query = "SELECT key, value FROM cursorDiskKV WHERE key >= ? AND key < ? ORDER BY key"
        end = prefix + "\0" if is_whole else prefix[:-1] + chr(ord(prefix[-1]) + 1)
        for key, value in self._connection.execute(query, (prefix, end)).fetchall():
            if value is None:
                continue
            self._account.records += 1
            data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
            try:
                yield str(key).rpartition(":")[2], parse_object(data)
            except ValueError as error:
                self.fail(f"{key}: {error}")

    def text(self, key: str) -> str | None:
        """The value of one row as text."""
        row = self._connection.execute("SELECT value FROM cursorDiskKV WHERE key = ?", (key,)).fetchone()
        value = row[0] if row is not None else None
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def fail(self, reason: str) -> None:
        """Name something that cannot be read."""
        self._account.unreadable.append(Unreadable(0, reason))


class _Composer:
    """One conversation while its bubbles are taken in."""

    def __init__(self, rows: _Rows, composer_id: str, composer: Record) -> None:
        self._rows = rows
        self._composer = composer
        self._model: str | None = None
        self.draft = SessionDraft(AGENT, composer_id)
        self.draft.agent_title = text_of(composer, "name")
        workspace = object_of(object_of(composer, "workspaceIdentifier"), "uri")
        self.draft.cwd = text_of(workspace, "fsPath", "path")

    def read(self) -> SessionDraft:
        """The conversation in the order of its headers; bubbles that these no longer name come last."""
        bubbles = dict(self._rows.objects(f"bubbleId:{self.draft.native_id}:"))
        inline = objects_of(self._composer, "conversation")
        bubbles |= {str(each.get("bubbleId")): each for each in inline}
        headers = objects_of(self._composer, "fullConversationHeadersOnly") or inline
        listed = [str(header.get("bubbleId")) for header in headers]
        created = self._composer.get("createdAt")
        time_ms = 0
        try:
            time_ms = read_time_ms(created) if created is not None else 0
        except FormatError as error:
            self._rows.fail(f"composerData:{self.draft.native_id}: {error}")
        for bubble_id in [*listed, *(each for each in bubbles if each not in listed)]:
            if bubble_id not in bubbles:
                continue
            try:
                time_ms = self._bubble(bubble_id, bubbles[bubble_id], time_ms, is_listed=bubble_id in listed)
            except FormatError as error:
                self._rows.fail(f"bubbleId:{self.draft.native_id}:{bubble_id}: {error}")
        return self.draft

    def _bubble(self, bubble_id: str, bubble: Record, last_ms: int, *, is_listed: bool) -> int:
        """Take in a bubble; its time, or that of the one before it where it has none."""
        created = bubble.get("createdAt")
        time_ms = last_ms if created is None else read_time_ms(created)
        is_person = bubble.get("type") == _PERSON
        thinking = bubble.get("thinking")
        reasoning = text_of(thinking, "text") if isinstance(thinking, dict) else thinking
        text, tool = text_of(bubble, "text"), object_of(bubble, "toolFormerData")
        own_model = text_of(object_of(bubble, "modelInfo"), "modelName")
        if is_person:
            # The model that was chosen for the request that this message makes.
            self._model = own_model
        if not (text or tool or (isinstance(reasoning, str) and reasoning)):
            return time_ms
        message = self.draft.message(bubble_id, "user" if is_person else "assistant", time_ms)
        message.kind = None if is_listed else "rewound"
        message.tokens = {name: count for name, count in _tokens(bubble).items() if count}
        if not is_person:
            message.model = model_id(own_model or self._model)
        if isinstance(reasoning, str) and reasoning:
            message.add(DraftPart(f"{bubble_id}:thinking", "reasoning", reasoning, time_ms))
        if text:
            message.add(DraftPart(f"{bubble_id}:text", "text", text, time_ms))
            if is_person and is_listed and self.draft.prompt_title is None:
                self.draft.prompt_title = title_from(text)
        if tool:
            self._tool(message, tool, time_ms)
        return time_ms

    def _tool(self, message: DraftMessage, tool: Record, time_ms: int) -> None:
        call_id = text_of(tool, "toolCallId") or f"{message.id}:tool"
        values = _values(tool, "params") or _values(tool, "rawArgs")
        error = text_of(_values(tool, "error"), "clientVisibleErrorMessage", "modelVisibleErrorMessage")
        part = message.add(
            DraftPart(
                call_id, "tool", text_of(tool, "result") or error or text_of(tool, "error") or "", time_ms,
                text_of(tool, "name") or "tool", call_id, compact_json(values), text_of(tool, "status"),
            )
        )  # fmt: skip
        if part.status != "completed" or tool.get("userDecision") == "rejected":
            return
        for edit in self._edits(part.tool or "", tool, values):
            self.draft.edit(edit, message, part, time_ms, None)

    def _edits(self, tool: str, record: Record, values: Record) -> list[RecordedEdit]:
        """By the contents before and after, where the database keeps them, else by the arguments."""
        path, result = text_of(values, "relativeWorkspacePath"), _values(record, "result")
        contents = [
            self._rows.text(key) if (key := text_of(result, name)) else None
            for name in ("beforeContentId", "afterContentId")
        ]
        before, after = contents
        if path is not None and after is not None:
            edit = (
                whole_write(path, after, self.draft.cwd)
                if before is None
                else between_contents(path, before, after, self.draft.cwd)
            )
            return [edit] if edit is not None else []
        for arguments in (_values(record, "rawArgs"), values):
            edits = read_edits(tool, arguments, self.draft.cwd)
            if edits:
                return edits
        return []


def _tokens(bubble: Record) -> dict[str, int]:
    return count_tokens(bubble.get("tokenCount"), _TOKENS)


def _values(record: Record, name: str) -> Record:
    """A field that is JSON text of an object, or an object; an empty one otherwise."""
    text = record.get(name)
    if not isinstance(text, str):
        return object_of(record, name)
    try:
        return parse_object(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return {}
