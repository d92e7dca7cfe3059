"""Read a Pi session file into a session, its messages, parts and edits (``formats.md`` 4.1)."""

from collections.abc import Callable
from pathlib import Path

from byline.agents.json_records import (
    Record,
    compact_json,
    count_tokens,
    object_of,
    read_time_ms,
    take_records,
    text_of,
)
from byline.agents.pi.edits import read_edit
from byline.agents.prompts import title_from, typed_text
from byline.agents.reader import Reading
from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft
from byline.errors import FormatError

AGENT = "pi"
_TOKENS = {"input": "input", "output": "output", "cacheRead": "cache_read", "cacheWrite": "cache_write"}


def read_session_file(path: Path) -> Reading:
    """Read a whole session file: every branch of its tree, in the order of the file.

    Raises:
        OSError: the file cannot be read.
    """
    file = _SessionFile(path.stem.rpartition("_")[2])
    account = take_records(path, file.take)
    draft = file.draft
    messages, parts = draft.records()
    sessions = [draft.session(str(path))] if messages else []
    return Reading(
        sessions,
        messages,
        parts,
        list(draft.edits.values()),
        account.records,
        account.unreadable,
        account.offset,
    )


class _SessionFile:
    """A session file as far as it was read."""

    def __init__(self, native_id: str) -> None:
        self.draft = SessionDraft(AGENT, native_id)
        self._calls: dict[str, tuple[DraftMessage, DraftPart, Record]] = {}
        self._message_of: dict[str, str | None] = {}
        """Entry id to its message's id, or for entries that are none to the nearest message before it."""
        self._entries: dict[str, Callable[[Record, str, int], None]] = {
            "message": self._message,
            "custom_message": self._custom_message,
            "compaction": self._summary,
            "compactionSummary": self._summary,
            "branch_summary": self._summary,
            "branchSummary": self._summary,
        }
        self._roles: dict[str, Callable[[Record, str, int, Record], None]] = {
            "user": self._user,
            "assistant": self._assistant,
            "toolResult": self._tool_result,
            "bashExecution": self._bash,
        }

    def take(self, record: Record, line: int) -> None:
        """Take in one entry; types that are not known, or say nothing here, are passed by.

        Raises:
            FormatError: an entry of a known type has not its shape.
        """
        kind = record.get("type")
        if kind == "session":
            self._header(record)
            return
        if kind == "session_info":
            self.draft.agent_title = text_of(record, "name") or self.draft.agent_title
        entry_id = text_of(record, "id") or f"line-{line}"
        read = self._entries.get(str(kind))
        if read is not None:
            read(record, entry_id, _entry_time(record))
        if entry_id not in self._message_of:
            self._message_of[entry_id] = self._parent(record)

    def _header(self, record: Record) -> None:
        self.draft.native_id = text_of(record, "id") or self.draft.native_id
        self.draft.cwd = text_of(record, "cwd")
        forked = text_of(record, "parentSession", "branchedFrom")
        if forked is not None:
            # A path on the machine where it was forked: <time>_<id>.jsonl.
            name = forked.replace("\\", "/").rpartition("/")[2].removesuffix(".jsonl")
            self.draft.parent = name.rpartition("_")[2] or None

    def _message(self, record: Record, entry_id: str, time_ms: int) -> None:
        message = record.get("message")
        if not isinstance(message, dict):
            raise FormatError("message: the entry holds no message")
        read = self._roles.get(str(message.get("role")), self._injected)
        if message.get("timestamp") is not None:
            time_ms = read_time_ms(message["timestamp"])
        read(message, entry_id, time_ms, record)

    def _begin(
        self, role: str, entry_id: str, time_ms: int, record: Record, kind: str | None = None
    ) -> DraftMessage:
        message = self.draft.message(entry_id, "assistant" if role == "assistant" else "user", time_ms)
        message.parent_id = self._parent(record)
        message.kind = kind
        self._message_of[entry_id] = entry_id
        return message

    def _user(self, value: Record, entry_id: str, time_ms: int, record: Record) -> None:
        message = self._begin("user", entry_id, time_ms, record)
        _add_blocks(message, value.get("content"), time_ms)
        texts = [part.text for part in message.parts.values() if part.type == "text"]
        if texts and not any(typed_text(text) for text in texts):
            message.kind = "injected"
        elif self.draft.prompt_title is None:
            self.draft.prompt_title = next((title for text in texts if (title := title_from(text))), None)

    def _assistant(self, value: Record, entry_id: str, time_ms: int, record: Record) -> None:
        message = self._begin("assistant", entry_id, time_ms, record)
        model = [name for name in (text_of(value, "provider"), text_of(value, "model")) if name]
        message.model = "/".join(model) if text_of(value, "model") else None
        usage = object_of(value, "usage")
        message.tokens = count_tokens(usage, _TOKENS)
        cost = object_of(usage, "cost").get("total")
        message.cost = float(cost) if isinstance(cost, int | float) and cost else None
        for part, block in _add_blocks(message, value.get("content"), time_ms):
            if part.type == "tool" and part.call:
                self._calls[part.call] = (message, part, object_of(block, "arguments"))
        failure = text_of(value, "errorMessage")
        if failure is not None:
            message.add(DraftPart(f"{entry_id}:error", "text", failure, time_ms, status="error"))

    def _tool_result(self, value: Record, entry_id: str, time_ms: int, record: Record) -> None:
        call_id = text_of(value, "toolCallId")
        text = _text(value.get("content"))
        status = "error" if value.get("isError") is True else "completed"
        known = self._calls.get(call_id or "")
        if known is None:
            message = self._begin("user", entry_id, time_ms, record, "injected")
            message.add(
                DraftPart(
                    call_id or f"{entry_id}:0", "tool", text, time_ms, text_of(value, "toolName"), call_id,
                    status=status,
                )
            )  # fmt: skip
            return
        message, part, arguments = known
        part.text, part.status = text, status
        self._message_of[entry_id] = message.id
        if status == "completed":
            details = value.get("details")
            edit = read_edit(part.tool or "", arguments, details, self.draft.cwd)
            if edit is not None:
                payload = compact_json(details) if isinstance(details, dict) else None
                self.draft.edit(edit, message, part, time_ms, payload)

    def _bash(self, value: Record, entry_id: str, time_ms: int, record: Record) -> None:
        """A command that the person ran with ``!``."""
        message = self._begin("user", entry_id, time_ms, record)
        command = text_of(value, "command") or ""
        failed = value.get("cancelled") is True or value.get("exitCode") not in (0, None)
        message.add(DraftPart(f"{entry_id}:0", "text", f"! {command}", time_ms))
        message.add(
            DraftPart(
                f"{entry_id}:1", "tool", text_of(value, "output") or "", time_ms, "bash",
                input=compact_json({"command": command}), status="error" if failed else "completed",
            )
        )  # fmt: skip

    def _injected(self, value: Record, entry_id: str, time_ms: int, record: Record) -> None:
        """What an extension or Pi itself says: the system prompt, its sections, summaries."""
        kind = "compaction" if value.get("role") == "compactionSummary" else "injected"
        sections = [text for text in object_of(value, "sections").values() if isinstance(text, str) and text]
        text = _text(value.get("content")) or text_of(value, "summary") or "\n\n".join(sections)
        if text:
            message = self._begin("user", entry_id, time_ms, record, kind)
            message.add(DraftPart(f"{entry_id}:0", "text", text, time_ms))

    def _custom_message(self, record: Record, entry_id: str, time_ms: int) -> None:
        self._injected(record, entry_id, time_ms, record)

    def _summary(self, record: Record, entry_id: str, time_ms: int) -> None:
        summary = text_of(record, "summary")
        if summary is not None:
            message = self._begin("user", entry_id, time_ms, record, "compaction")
            message.add(DraftPart(f"{entry_id}:0", "text", summary, time_ms))

    def _parent(self, record: Record) -> str | None:
        parent = record.get("parentId")
        return self._message_of.get(parent) if isinstance(parent, str) else None


def _entry_time(record: Record) -> int:
    return read_time_ms(record.get("timestamp"))


def _add_blocks(message: DraftMessage, content: object, time_ms: int) -> list[tuple[DraftPart, Record]]:
    """Add a message's blocks as its parts; every part with its block."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise FormatError("message: content is neither text nor a list of blocks")
    added: list[tuple[DraftPart, Record]] = []
    for index, block in enumerate(blocks):
        part = _part(block, f"{message.id}:{index}", time_ms)
        if part is not None:
            added.append((message.add(part), block))
    return added


def _part(block: Record, part_id: str, time_ms: int) -> DraftPart | None:
    kind = block.get("type")
    if kind == "text":
        return DraftPart(part_id, "text", str(block.get("text") or ""), time_ms)
    if kind == "thinking":
        thinking = text_of(block, "thinking")
        return DraftPart(part_id, "reasoning", thinking, time_ms) if thinking else None
    if kind == "toolCall":
        call = text_of(block, "id")
        tool = text_of(block, "name") or "tool"
        return DraftPart(
            call or part_id, "tool", "", time_ms, tool, call, compact_json(block.get("arguments"))
        )
    return DraftPart(part_id, "file", _file_line(block), time_ms)


def _text(content: object) -> str:
    """The text of a string or of a list of blocks; pictures as one line each."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    blocks = [block for block in content if isinstance(block, dict)]
    return "\n".join(text_of(block, "text") or _file_line(block) for block in blocks)


def _file_line(block: Record) -> str:
    """One line that says what a picture or an unknown block is; its data is not kept."""
    words = [text_of(block, "mimeType", "type") or "block"]
    data = block.get("data")
    if isinstance(data, str):
        words.append(f"{len(data) * 3 // 4:,} bytes")
    return ", ".join(words)
