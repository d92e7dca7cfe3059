"""Read a Claude Code transcript into sessions, messages, parts and edits (``formats.md`` 1.2–1.5)."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from byline.agents.claude.blocks import content_text, file_line, questions_text, result_text, usage_tokens
from byline.agents.claude.conversation import AGENT, Conversation, count_tokens
from byline.agents.claude.tool_edit import edit_payload, read_edits
from byline.agents.json_lines import parse_object, read_lines
from byline.agents.prompts import is_continuation, slash_command, title_from, typed_text
from byline.agents.reader import Reading, Unreadable
from byline.agents.session_draft import DraftMessage, DraftPart
from byline.errors import FormatError
from byline.record import Edit, Message, Part

Record = dict[str, Any]

_TITLE_KEYS = {"custom-title": "customTitle", "ai-title": "aiTitle", "agent-name": "agentName"}
# More than a quarter of the lines of real transcripts are progress reports and file snapshots: a glance
# at the bytes spares parsing them. Their place in the chain of uuids is kept.
_PROGRESS = b'"type":"progress","data":{'
_SNAPSHOT = b'{"type":"file-history-'
_UUID = re.compile(rb'"uuid":"([^"]+)"')
_PARENT = re.compile(rb'"parentUuid":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class _Call:
    """A tool call that waits for its result."""

    part: DraftPart
    message: DraftMessage
    name: str
    input: dict[str, Any]


def read_transcript(
    path: Path, native_id: str, agent_of: str | None = None, title: str | None = None
) -> Reading:
    """Read a whole transcript.

    ``native_id`` names the session of records that do not name their own. With ``agent_of``, the session
    that started it, the file is a sub-agent's and everything in it belongs to ``native_id``; ``title`` is
    then what the sub-agent was told to be for.

    A record that says ``forkedFrom`` belongs to the session it was copied from; sidechain records in a
    main file to a sub-agent's session of their own. A last line without its newline is read when it is
    whole, but the offset stays before it.

    Raises:
        OSError: the file cannot be read.
    """
    transcript = _Transcript(native_id, agent_of)
    if title is not None:
        transcript.conversation(native_id).titles["description"] = title
    unreadable: list[Unreadable] = []
    records = offset = 0
    for line in read_lines(path):
        if line.complete:
            offset = line.end
        elif not line.data.endswith(b"}"):
            break
        records += 1
        data = line.data
        if data.startswith(_SNAPSHOT):
            continue
        if _PROGRESS in data and b'"toolUseResult"' not in data:
            transcript.pass_by(data)
            continue
        try:
            transcript.read(parse_object(data), line.number)
        except (ValueError, FormatError) as error:
            if not line.complete:
                records -= 1
                break
            unreadable.append(Unreadable(line.number, str(error)))
    return transcript.reading(str(path), records, unreadable, offset)


class _Transcript:
    """The conversations of one file, as far as it was read."""

    def __init__(self, native_id: str, agent_of: str | None) -> None:
        self._own = native_id
        self._agent_of = agent_of
        self._conversations: dict[str, Conversation] = {}
        self._calls: dict[str, _Call] = {}
        self._calls_of_line: dict[str, list[str]] = {}
        self._message_of: dict[str, str | None] = {}
        """Record uuid to its message's id, or for records without a message to the nearest before it."""
        self._sidechain_of: dict[str, str] = {}
        self._summaries: dict[str, str] = {}
        """Leaf uuid to summary: files also hold summaries of other sessions."""
        self._forked_from: str | None = None
        self._line = 0
        self._kinds: dict[str, Callable[[Record], None]] = {
            "user": self._user,
            "assistant": self._assistant,
            "attachment": self._attachment,
            "system": self._chain_link,
            "progress": self._chain_link,
            "summary": self._summary,
            "custom-title": self._title,
            "ai-title": self._title,
            "agent-name": self._title,
        }

    def conversation(self, native_id: str) -> Conversation:
        """The conversation with this id, begun if it is new."""
        known = self._conversations.get(native_id)
        if known is None:
            known = self._conversations[native_id] = Conversation(AGENT, native_id)
            if native_id == self._own:
                known.parent = self._agent_of
        return known

    def pass_by(self, data: bytes) -> None:
        """Keep a record's place in the chain without parsing it. The last uuids in it are its own."""
        uuids, parents = _UUID.findall(data), _PARENT.findall(data)
        if uuids and parents:
            # An agent_progress record holds a whole record of the sub-agent before its own uuid.
            self._message_of.setdefault(uuids[-1].decode(), self._message_of.get(parents[0].decode()))

    def read(self, record: Record, line: int) -> None:
        """Take in one record; types that are not known, or say nothing here, are passed by.

        Raises:
            FormatError: a record of a known type has not its shape.
        """
        self._line = line
        read = self._kinds.get(str(record.get("type")))
        if read is not None:
            read(record)

    def reading(self, source: str, records: int, unreadable: list[Unreadable], offset: int) -> Reading:
        """Everything read so far, as records."""
        self._settle_titles()
        sessions, messages, parts, edits = [], list[Message](), list[Part](), list[Edit]()
        for conversation in self._conversations.values():
            if not conversation.messages and not conversation.edits:
                continue
            conversation.settle_title()
            sessions.append(conversation.session(source))
            own_messages, own_parts = conversation.records()
            messages += own_messages
            parts += own_parts
            edits += conversation.edits.values()
        return Reading(sessions, messages, parts, edits, records, unreadable, offset)

    # Records

    def _user(self, record: Record) -> None:
        message = _message(record)
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise FormatError("user: message.content is neither text nor a list of blocks")
        time_ms, uuid = _time_ms(record), _text(record, "uuid")
        conversation = self._conversation_of(record)
        results = [block for block in blocks if block.get("type") == "tool_result"]
        said = [block for block in blocks if block.get("type") != "tool_result"]
        if said:
            self._say(conversation, record, uuid, said, time_ms)
        else:
            self._chain_link(record)
        for index, block in enumerate(results):
            self._result(conversation, record, block, index, alone=len(results) == 1)

    def _say(
        self, conversation: Conversation, record: Record, uuid: str, blocks: list[Record], time_ms: int
    ) -> None:
        message = conversation.message(uuid, "user", time_ms)
        message.parent_id = self._parent_message(record)
        self._message_of[uuid] = uuid
        for index, block in enumerate(blocks):
            text = block.get("text")
            if block.get("type") == "text" and isinstance(text, str):
                message.add(DraftPart(f"{uuid}:{index}", "text", text, time_ms))
            else:
                message.add(DraftPart(f"{uuid}:{index}", "file", file_line(block), time_ms))
        texts = message.texts
        message.kind = _user_kind(record, texts)
        if conversation.first_prompt is None and message.kind is None:
            conversation.first_prompt = next((title for text in texts if (title := title_from(text))), None)
        if conversation.first_command is None:
            conversation.first_command = next((name for text in texts if (name := slash_command(text))), None)

    def _assistant(self, record: Record) -> None:
        value = _message(record)
        content = value.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise FormatError("assistant: message.content is neither text nor a list of blocks")
        time_ms, uuid = _time_ms(record), _text(record, "uuid")
        conversation = self._conversation_of(record)
        message_id = value.get("id") if isinstance(value.get("id"), str) else None
        message = conversation.message(message_id or uuid, "assistant", time_ms)
        if message.parent_id is None:
            parent = self._parent_message(record)
            message.parent_id = parent if parent != message.id else None
        self._message_of[uuid] = message.id
        model = value.get("model")
        if model == "<synthetic>":
            message.kind = "injected"
        elif isinstance(model, str):
            message.model = model
        count_tokens(message, usage_tokens(value.get("usage")))
        if isinstance(record.get("costUSD"), int | float):
            message.cost = max(record["costUSD"], message.cost or 0.0)
        for index, block in enumerate(blocks):
            self._block(message, uuid, index, block, time_ms)

    def _block(self, message: DraftMessage, uuid: str, index: int, block: Record, time_ms: int) -> None:
        kind = str(block.get("type"))
        part_id = f"{uuid}:{index}"
        if kind == "text":
            message.add(DraftPart(part_id, "text", str(block.get("text") or ""), time_ms))
        elif kind == "thinking":
            if block.get("thinking"):
                message.add(DraftPart(part_id, "reasoning", str(block["thinking"]), time_ms))
        elif kind.endswith("tool_use"):
            self._call(message, uuid, part_id, block, time_ms)
        elif kind.endswith("tool_result") and block.get("tool_use_id") in self._calls:
            call = self._calls[block["tool_use_id"]]
            call.part.text = content_text(block.get("content"))
            call.part.status = "completed"
        elif kind != "redacted_thinking":
            message.add(DraftPart(part_id, "file", file_line(block), time_ms))

    def _call(self, message: DraftMessage, uuid: str, part_id: str, block: Record, time_ms: int) -> None:
        name, call_id = str(block.get("name") or "tool"), block.get("id")
        tool_input = block.get("input")
        questions = questions_text(tool_input, None) if name == "AskUserQuestion" else None
        part = DraftPart(
            call_id if isinstance(call_id, str) else part_id,
            "question" if questions else "tool",
            questions or "",
            time_ms,
            name,
            call_id if isinstance(call_id, str) else None,
            json.dumps(tool_input, ensure_ascii=False, separators=(",", ":")),
        )
        call = _Call(message.add(part), message, name, tool_input if isinstance(tool_input, dict) else {})
        self._calls.setdefault(part.id, call)
        self._calls_of_line.setdefault(uuid, []).append(part.id)

    def _result(
        self, conversation: Conversation, record: Record, block: Record, index: int, *, alone: bool
    ) -> None:
        structured = record.get("toolUseResult") if alone else None
        failed = block.get("is_error") is True or "toolDenialKind" in record
        call = self._call_of(record, block)
        text = result_text(block, structured)
        if call is None:
            time_ms, uuid = _time_ms(record), _text(record, "uuid")
            message = conversation.message(uuid, "user", time_ms)
            message.kind = message.kind or "injected"
            call_id = block.get("tool_use_id")
            call_id = call_id if isinstance(call_id, str) else None
            part = DraftPart(call_id or f"{uuid}:result:{index}", "tool", "", time_ms, call=call_id)
            call = _Call(message.add(part), message, _tool_of(structured), {})
        if call.part.type == "question":
            text = questions_text(call.input, structured) or call.part.text
        call.part.text = text
        call.part.status = "error" if failed else "completed"
        if not failed:
            self._edit(conversation, record, call, structured)

    def _edit(self, conversation: Conversation, record: Record, call: _Call, structured: object) -> None:
        cwd = record.get("cwd") if isinstance(record.get("cwd"), str) else conversation.cwd
        payload = structured if isinstance(structured, dict) else {}
        for edit in read_edits(call.name, call.input, structured, cwd):
            key = (call.part.call, edit.path)
            if key in conversation.edits:
                continue
            conversation.edits[key] = Edit(
                session_id=conversation.id,
                path=edit.path,
                patch=edit.patch,
                time_ms=_time_ms(record),
                tool_name=AGENT,
                precision=edit.precision,
                message_id=call.message.id,
                tool_call_id=call.part.call,
                model_id=call.message.model,
                tool=call.name,
                tool_version=_optional(record, "version") or conversation.version,
                seq=self._line,
                cwd=cwd,
                before=edit.before,
                after=edit.after,
                payload=edit_payload(payload or call.input, edit),
            )

    def _attachment(self, record: Record) -> None:
        """Of attachments only what a person typed while the agent worked is part of the conversation."""
        attachment = record.get("attachment")
        if not isinstance(attachment, dict) or attachment.get("type") != "queued_command":
            self._chain_link(record)
            return
        prompt = attachment.get("prompt")
        blocks = [{"type": "text", "text": prompt}] if isinstance(prompt, str) else prompt
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise FormatError("attachment: a queued command without its prompt")
        time_ms, uuid = _time_ms(record), _text(record, "uuid")
        conversation = self._conversation_of(record)
        self._say(conversation, record, uuid, blocks, time_ms)
        if attachment.get("commandMode") not in {None, "prompt"}:
            conversation.messages[uuid].kind = "injected"

    def _chain_link(self, record: Record) -> None:
        uuid, parent = record.get("uuid"), record.get("parentUuid") or record.get("logicalParentUuid")
        if isinstance(uuid, str):
            self._message_of.setdefault(uuid, self._message_of.get(parent) if parent else None)
            self._native_id(record)

    def _summary(self, record: Record) -> None:
        leaf, summary = record.get("leafUuid"), record.get("summary")
        if isinstance(summary, str) and summary.strip():
            self._summaries[str(leaf)] = summary.strip()

    def _title(self, record: Record) -> None:
        kind = str(record["type"])
        title = record.get(_TITLE_KEYS[kind])
        if isinstance(title, str) and title.strip():
            native_id = self._own if self._agent_of else str(record.get("sessionId") or self._own)
            self.conversation(native_id).titles[kind] = title.strip()

    # Whose record it is, and what it belongs to

    def _conversation_of(self, record: Record) -> Conversation:
        native_id = self._native_id(record)
        conversation = self.conversation(native_id)
        main = _optional(record, "sessionId") or self._own
        if conversation.parent is None and native_id not in {main, self._forked_from}:
            conversation.parent = main
        elif conversation.parent is None and native_id == main and self._forked_from not in {None, main}:
            conversation.parent = self._forked_from
        conversation.cwd = conversation.cwd or _optional(record, "cwd")
        conversation.branch = _optional(record, "gitBranch") or conversation.branch
        conversation.version = _optional(record, "version") or conversation.version
        return conversation

    def _native_id(self, record: Record) -> str:
        if self._agent_of is not None:
            return self._own
        uuid = str(record.get("uuid"))
        if record.get("isSidechain") is True:
            started_by = self._sidechain_of.get(str(record.get("parentUuid")), uuid)
            self._sidechain_of[uuid] = _optional(record, "agentId") or started_by
            return self._sidechain_of[uuid]
        origin = record.get("forkedFrom")
        if isinstance(origin, dict) and isinstance(origin.get("sessionId"), str):
            self._forked_from = str(origin["sessionId"])
            return self._forked_from
        return _optional(record, "sessionId") or self._own

    def _parent_message(self, record: Record) -> str | None:
        parent = record.get("parentUuid") or record.get("logicalParentUuid")
        return self._message_of.get(parent) if isinstance(parent, str) else None

    def _call_of(self, record: Record, block: Record) -> _Call | None:
        """The call of a result: by its id, else the only one of the line that the result names."""
        call_id = block.get("tool_use_id")
        if isinstance(call_id, str):
            return self._calls.get(call_id)
        calls = self._calls_of_line.get(str(record.get("sourceToolAssistantUUID")), [])
        return self._calls[calls[0]] if len(calls) == 1 else None

    def _settle_titles(self) -> None:
        """Give the main session its summary: one of a leaf in this file, else the only one there is."""
        own = self._conversations.get(self._own)
        if own is None:
            own = next((each for each in self._conversations.values() if each.parent is None), None)
        if own is None:
            return
        here = [text for leaf, text in self._summaries.items() if leaf in self._message_of]
        others = set(self._summaries.values())
        if here:
            own.titles["summary"] = here[-1]
        elif len(others) == 1:
            own.titles["summary"] = others.pop()


def _user_kind(record: Record, texts: list[str]) -> str | None:
    if record.get("isCompactSummary") is True or any(is_continuation(text) for text in texts):
        return "compaction"
    if record.get("isMeta") is True or (texts and not any(typed_text(text) for text in texts)):
        return "injected"
    return None


def _tool_of(structured: object) -> str:
    """The tool of a result whose call is not in the file, by the keys that only its results have."""
    if isinstance(structured, dict) and "filePath" in structured and "structuredPatch" in structured:
        if "edits" in structured:
            return "MultiEdit"
        return "Write" if "content" in structured else "Edit"
    return "tool"


def _message(record: Record) -> Record:
    message = record.get("message")
    if not isinstance(message, dict):
        raise FormatError(f"{record['type']}: no message")
    return message


def _time_ms(record: Record) -> int:
    stamp = record.get("timestamp")
    try:
        time = datetime.fromisoformat(stamp)  # type: ignore[arg-type] # anything else is reported below
    except (TypeError, ValueError) as error:
        raise FormatError(f"{record['type']}: timestamp {str(stamp)[:40]!r} is no time") from error
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return round(time.timestamp() * 1000)


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value:
        raise FormatError(f"{record['type']}: no {name}")
    return value


def _optional(record: Record, name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) and value else None
