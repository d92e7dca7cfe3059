"""Read a chat of Cursor's command line: ``~/.cursor/chats/<folder>/<id>/store.db`` (``formats.md`` 6.2).

Messages have no times and, but for reasoning, no model. ``meta.json`` beside the store has its times in
newer versions.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from byline.agents.cursor.blob_tree import messages_below, workspace_of
from byline.agents.cursor.edits import read_edits
from byline.agents.cursor.transcript import AGENT, is_context, model_id, said_by_person
from byline.agents.foreign_database import has_columns, log_of, opened
from byline.agents.json_lines import parse_object
from byline.agents.json_records import (
    Account,
    Record,
    compact_json,
    object_of,
    objects_of,
    read_time_ms,
    text_of,
)
from byline.agents.prompts import title_from, typed_text
from byline.agents.reader import Unreadable
from byline.agents.recorded_edit import RecordedEdit, between_contents
from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft
from byline.errors import FormatError

_UNNAMED = frozenset({"New Agent", "New Chat", "Untitled", "Untitled Session"})


def is_chat_store(path: Path, head: bytes) -> bool:
    """Whether a database is the store of a chat."""
    try:
        tables = {"blobs": {"id", "data"}, "meta": {"key", "value"}}
        return has_columns(path, tables) and _has_meta(path)
    except (OSError, sqlite3.Error):
        # A damaged store is still Cursor's: what is wrong with it is told when it is read.
        return b"CREATE TABLE blobs" in head and b"CREATE TABLE meta" in head


def read_chat_store(path: Path, account: Account) -> SessionDraft:
    """The chat of a store, in the order that its latest state has.

    Where that cannot be told, in the order in which the messages were stored. Blobs that cannot be read are
    named in ``account``.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is no such store.
    """
    try:
        with opened(path) as connection:
            meta = _meta(connection)
            blobs = {str(key): _bytes(data) for key, data in connection.execute("SELECT id, data FROM blobs")}
    except sqlite3.Error as error:
        raise FormatError(f"not a database that can be read: {error}") from error
    chat = _Chat(path, meta, account)
    for blob_id in _ordered(meta, blobs, account):
        account.records += 1
        data = blobs.get(blob_id)
        try:
            if data is None:
                raise FormatError("it is not in the store")
            chat.take(blob_id, parse_object(data))
        except (ValueError, FormatError) as error:
            account.unreadable.append(Unreadable(0, f"message {blob_id[:16]}: {error}"))
    chat.finish(*_place(meta, blobs))
    return chat.draft


class _Chat:
    """A chat while its messages are taken in."""

    def __init__(self, path: Path, meta: Record, account: Account) -> None:
        self.draft = SessionDraft(AGENT, text_of(meta, "agentId") or path.parent.name)
        self._account = account
        self._meta = meta
        sidecar = _sidecar(path)
        title = text_of(sidecar, "title") or text_of(meta, "name")
        self.draft.agent_title = title if title not in _UNNAMED else None
        log = log_of(path)
        changed = max(each.stat().st_mtime_ns for each in (path, log) if each.is_file()) // 1_000_000
        self._changed_ms = _time(sidecar.get("updatedAtMs")) or changed
        self._created_ms = _time(meta.get("createdAt")) or _time(sidecar.get("createdAtMs"))
        self._calls: dict[str, tuple[DraftMessage, DraftPart, object]] = {}
        self._results: dict[str, Record] = {}
        self._told: Counter[str] = Counter()

    def take(self, blob_id: str, record: Record) -> None:
        """Take in one message.

        Raises:
            FormatError: it has not the shape of one.
        """
        content, role = record.get("content"), text_of(record, "role")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if role is None or not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
            raise FormatError("it has no role, or its content is neither text nor a list of blocks")
        options = object_of(object_of(record, "providerOptions"), "cursor")
        if role == "tool":
            for block in blocks:
                self._result(block, options)
            return
        # The same words are the same blob: told twice, they are two messages.
        self._told[blob_id] += 1
        number = self._told[blob_id]
        message_id = blob_id[:32] if number == 1 else f"{blob_id[:32]}:{number}"
        time_ms = self._changed_ms if self.draft.messages else self._created_ms or self._changed_ms
        message = self.draft.message(message_id, "assistant" if role == "assistant" else "user", time_ms)
        for index, block in enumerate(blocks):
            self._block(message, block, f"{message_id}:{index}", time_ms)
        if message.role == "assistant":
            models = [_model(each) for each in (record, *blocks)]
            message.model = model_id(next((model for model in models if model), None))
        else:
            self._kind(message, role, is_summary=options.get("isSummary") is True)

    def finish(self, folder: str | None, branch: str | None) -> None:
        """Take in what can be told at the end: where the chat was held, the last model, the edits."""
        self.draft.cwd, self.draft.branch = folder, branch
        last = model_id(text_of(self._meta, "lastUsedModel"))
        for message in reversed(self.draft.messages.values()):
            if message.role == "user" and message.kind is None:
                break
            if message.role == "assistant":
                message.model = message.model or last
        for call_id, result in self._results.items():
            known = self._calls.get(call_id)
            if known is not None and known[1].status == "completed":
                try:
                    self._edit(*known, result)
                except FormatError as error:
                    self._account.unreadable.append(Unreadable(0, f"call {call_id}: {error}"))

    def _kind(self, message: DraftMessage, role: str, *, is_summary: bool) -> None:
        texts = message.texts
        if is_summary:
            message.kind = "compaction"
        elif role != "user" or not any(typed_text(text) and not is_context(text) for text in texts):
            message.kind = "injected"
        elif self.draft.prompt_title is None:
            self.draft.prompt_title = next((title for text in texts if (title := title_from(text))), None)

    def _block(self, message: DraftMessage, block: Record, part_id: str, time_ms: int) -> None:
        kind, text = text_of(block, "type"), text_of(block, "text") or ""
        if kind == "tool-call":
            call_id = text_of(block, "toolCallId") or part_id
            values = block.get("args")
            name = text_of(block, "toolName") or "tool"
            part = message.add(DraftPart(call_id, "tool", "", time_ms, name, call_id, compact_json(values)))
            self._calls.setdefault(call_id, (message, part, values))
        elif kind == "reasoning":
            if text:
                message.add(DraftPart(part_id, "reasoning", text, time_ms))
        elif kind == "text" and message.role == "user":
            typed, around = said_by_person(text)
            if typed:
                message.add(DraftPart(part_id, "text", typed, time_ms))
            if around:
                message.add(DraftPart(f"{part_id}:around", "file", around, time_ms))
        elif kind == "text":
            if text:
                message.add(DraftPart(part_id, "text", text, time_ms))
        elif kind != "redacted-reasoning":
            message.add(DraftPart(part_id, "file", kind or "block", time_ms))

    def _result(self, block: Record, options: Record) -> None:
        call_id = text_of(block, "toolCallId") or ""
        result = object_of(options, "highLevelToolCallResult")
        text = text_of(block, "result")
        if text is None:
            shown = objects_of(block, "result") or objects_of(block, "experimental_content")
            text = "\n".join(text_of(each, "text") or text_of(each, "type") or "" for each in shown)
        failed = block.get("isError") is True or result.get("isError") is True
        known = self._calls.get(call_id)
        if known is None:
            raise FormatError(f"a result without its call {call_id[:40]}")
        known[1].text, known[1].status = text, "error" if failed or _failed(result) else "completed"
        self._results[call_id] = object_of(object_of(result, "output"), "success")

    def _edit(self, message: DraftMessage, part: DraftPart, values: object, success: Record) -> None:
        """By the whole contents where the result has them, else by what the call was told to do."""
        edits = _by_contents(values, success, self.draft.cwd)
        for edit in edits or read_edits(part.tool or "", values, self.draft.cwd):
            self.draft.edit(edit, message, part, self._changed_ms, None)


def _by_contents(values: object, success: Record, cwd: str | None) -> list[RecordedEdit]:
    after = success.get("afterFullFileContent")
    before = success.get("beforeFullFileContent")
    path = text_of(success, "path") or (text_of(values, "path") if isinstance(values, dict) else None)
    if path is None or not isinstance(after, str) or not isinstance(before, str):
        return []
    edit = between_contents(path, before, after, cwd)
    return [edit] if edit is not None else []


def _failed(result: Record) -> bool:
    """Whether a result's output is another than success: an error, a rejection, a file that is not there."""
    output = object_of(result, "output")
    return (
        bool(output)
        and "success" not in output
        and bool(
            output.keys()
            & {"error", "failure", "rejected", "permissionDenied", "fileNotFound", "writePermissionDenied"}
        )
    )


def _model(value: Record) -> str | None:
    return text_of(object_of(object_of(value, "providerOptions"), "cursor"), "modelName")


def _ordered(meta: Record, blobs: dict[str, bytes], account: Account) -> list[str]:
    """The messages' ids in their order."""
    root = text_of(meta, "latestRootBlobId")
    if root is not None and blobs.get(root):
        try:
            return list(messages_below(root, blobs))
        except ValueError as error:
            reason = f"its latest state cannot be read ({error})"
    else:
        reason = "it does not have its latest state"
    said = list(_said(blobs))
    if said:
        account.unreadable.append(Unreadable(0, f"{reason}: messages are in the order they were stored in"))
    return said


def _said(blobs: dict[str, bytes]) -> Iterator[str]:
    for blob_id, data in blobs.items():
        if data.startswith(b"{") and b'"role"' in data:
            yield blob_id


def _place(meta: Record, blobs: dict[str, bytes]) -> tuple[str | None, str | None]:
    try:
        return workspace_of(blobs.get(text_of(meta, "latestRootBlobId") or "", b""))
    except ValueError:
        return None, None  # said where the messages were sought


def _meta(connection: sqlite3.Connection) -> Record:
    """What the store says of its chat: JSON in hexadecimal digits, or one value per key."""
    rows = connection.execute("SELECT key, value FROM meta").fetchall()
    meta: Record = {}
    for key, value in rows:
        text = _bytes(value)
        try:
            meta |= parse_object(text if text.startswith(b"{") else bytes.fromhex(text.decode("ascii")))
        except ValueError:
            meta[str(key)] = text.decode("utf-8", "replace")
    return meta


def _has_meta(path: Path) -> bool:
    with opened(path) as connection:
        return "latestRootBlobId" in _meta(connection)


def _sidecar(path: Path) -> Record:
    try:
        return parse_object(path.with_name("meta.json").read_bytes())
    except (OSError, ValueError):
        return {}


def _time(value: object) -> int | None:
    try:
        return read_time_ms(value)
    except FormatError:
        return None


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
