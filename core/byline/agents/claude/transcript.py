"""Read a Claude Code transcript into sessions, messages, parts and edits (``formats.md`` 1.2–1.5)."""

import copy
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from byline.agents.claude.beside import Beside
from byline.agents.claude.blocks import content_text, file_line, questions_text, result_text, usage_tokens
from byline.agents.claude.branches import Branches
from byline.agents.claude.conversation import AGENT, Call, Conversation, count_tokens
from byline.agents.claude.records import (
    Record,
    blocks_of,
    message_of,
    needed,
    optional,
    record_time_ms,
    tool_of,
    user_kind,
)
from byline.agents.claude.resume import (
    MOST_CALLS,
    NeedsWholeError,
    State,
    checksum,
    fingerprint,
    pack_state,
    unpack_state,
)
from byline.agents.claude.tool_edit import edit_payload, read_edits
from byline.agents.prompts import slash_command, title_from
from byline.agents.reader import Reading, Unreadable
from byline.agents.recorded_edit import relative_path
from byline.agents.session_draft import DraftMessage, DraftPart
from byline.agents.started_session import naming_session
from byline.errors import FormatError
from byline.record import Edit, Message, Part

DELEGATING = frozenset({"Task", "Agent"})
"""The tools that start sub-agents."""
_TITLE_KEYS = {"custom-title": "customTitle", "ai-title": "aiTitle", "agent-name": "agentName"}
_UUID = re.compile(rb'"uuid":"([^"]+)"')
_PARENT = re.compile(rb'"parentUuid":"([^"]+)"')


class Transcript:
    """The conversations of one file, as far as it was read."""

    def __init__(self, native_id: str, agent_of: str | None, beside: Beside) -> None:
        self._own = native_id
        self._agent_of = agent_of
        self._beside = beside
        self._conversations: dict[str, Conversation] = {}
        self._calls: dict[str, Call] = {}
        self._calls_of_line: dict[str, list[str]] = {}
        self._message_of: dict[str, str | None] = {}
        """Record uuid to its message's id, or for records without a message to the nearest before it."""
        self._sidechain_of: dict[str, str] = {}
        self._summaries: dict[str, str] = {}
        """Leaf uuid to summary: files also hold summaries of other sessions."""
        self._forked_from: str | None = None
        self._branches = Branches()
        self._branched: frozenset[int] = frozenset()
        """Checksums of the uuids that prompts followed in what was read before."""
        self.lines = 0
        """The number of the last whole line."""
        self._line = 0
        self._seen: frozenset[int] = frozenset()
        """Checksums of the ids of what was read before and is not kept."""
        self._kept: dict[tuple[str, str], DraftMessage] = {}
        """Conversation and message id to a message that was begun before, as it was then."""
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
            uuid = uuids[-1].decode()
            self._refuse_seen(uuid)
            self._message_of.setdefault(uuid, self._message_behind(parents[0].decode()))

    def read(self, record: Record, line: int) -> None:
        """Take in one record; types that are not known, or say nothing here, are passed by.

        Raises:
            FormatError: a record of a known type has not its shape.
        """
        self._line = line
        if self._seen:
            self._refuse_seen(record.get("uuid"))
        read = self._kinds.get(str(record.get("type")))
        if read is not None:
            read(record)

    def reading(self, source: str, records: int, unreadable: list[Unreadable], offset: int) -> Reading:
        """Everything read so far, as records."""
        self._settle_titles()
        sessions, messages, parts, edits = [], list[Message](), list[Part](), list[Edit]()
        for conversation in self._conversations.values():
            self._branches.mark_rewound(conversation.messages)
            for message_id, message in list(conversation.messages.items()):
                if self._kept.get((conversation.native_id, message_id)) == message:
                    del conversation.messages[message_id]
            if not conversation.messages and not conversation.edits and not conversation.is_stored:
                continue
            conversation.settle_title()
            sessions.append(conversation.session(source))
            own_messages, own_parts = conversation.records()
            messages += own_messages
            parts += own_parts
            edits += conversation.edits.values()
        return Reading(sessions, messages, parts, edits, records, unreadable, offset)

    # Where it ends, and going on there

    def state(self, path: Path, offset: int) -> State | None:
        """What it takes to go on at ``offset``; None for the transcripts of which that is too much.

        Those with sub-agents' records among their own, forks and those with summaries: all of old versions,
        which do not grow any more. And those that were rewound: which branch goes on is not told before.
        """
        waiting = [call for call in self._calls.values() if call.part.status is None]
        is_old = self._sidechain_of or self._forked_from or self._summaries
        if is_old or self._branches.are_there or len(waiting) > MOST_CALLS:
            return None
        links, conversations = self._message_of, self._conversations.values()
        branched = self._branched.union(map(checksum, self._branches.prompts))
        return pack_state(
            self.lines, fingerprint(path, offset), links, conversations, waiting, self._seen_now(), branched
        )

    def go_on(self, state: State) -> None:
        """Take up where the reading ended that had this state."""
        before = unpack_state(state)
        self.lines, self._seen, self._message_of = before.lines, before.seen, before.links
        self._branched = before.branched
        self._conversations = {each.native_id: each for each in before.conversations}
        self._calls = {call.part.id: call for call in before.calls}
        self._kept = {
            (conversation.native_id, message.id): copy.deepcopy(message)
            for conversation in before.conversations
            for message in conversation.messages.values()
        }

    def _seen_now(self) -> Iterable[int]:
        """Checksums of the ids of everything read up to here."""
        messages = (name for each in self._conversations.values() for name in each.messages)
        return self._seen.union(map(checksum, (*self._message_of, *messages, *self._calls)))

    def _refuse_seen(self, identity: object) -> None:
        """Raises NeedsWholeError when something was read before, but is not kept."""
        if self._seen and isinstance(identity, str) and checksum(identity) in self._seen:
            raise NeedsWholeError

    def _message_behind(self, uuid: str) -> str | None:
        """The message of a record, or the nearest before it. Raises: see :meth:`_refuse_seen`."""
        if uuid not in self._message_of:
            self._refuse_seen(uuid)
        return self._message_of.get(uuid)

    # Records

    def _user(self, record: Record) -> None:
        blocks = blocks_of("user", message_of(record).get("content"))
        time_ms, uuid = record_time_ms(record), needed(record, "uuid")
        conversation = self._conversation_of(record)
        results = [block for block in blocks if block.get("type") == "tool_result"]
        said = [block for block in blocks if block.get("type") != "tool_result"]
        if said:
            message = self._say(conversation, record, uuid, said, time_ms)
            if message.kind is None:
                self._branch(record, uuid)
        else:
            self._chain_link(record)
        for index, block in enumerate(results):
            self._result(conversation, record, block, index, alone=len(results) == 1)

    def _say(
        self, conversation: Conversation, record: Record, uuid: str, blocks: list[Record], time_ms: int
    ) -> DraftMessage:
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
        message.kind = user_kind(record, texts)
        if conversation.first_prompt is None and message.kind is None:
            conversation.first_prompt = next((title for text in texts if (title := title_from(text))), None)
        if conversation.first_command is None:
            conversation.first_command = next((name for text in texts if (name := slash_command(text))), None)
        return message

    def _branch(self, record: Record, uuid: str) -> None:
        """Note which record a prompt follows."""
        follows = record.get("parentUuid")
        if isinstance(follows, str):
            if checksum(follows) in self._branched:
                raise NeedsWholeError
            self._branches.add(follows, uuid)

    def _assistant(self, record: Record) -> None:
        value = message_of(record)
        blocks = blocks_of("assistant", value.get("content"))
        time_ms, uuid = record_time_ms(record), needed(record, "uuid")
        conversation = self._conversation_of(record)
        message_id = value.get("id") if isinstance(value.get("id"), str) else None
        if message_id is not None and message_id not in conversation.messages:
            self._refuse_seen(message_id)
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
        elif kind.endswith("tool_result") and (call := self._call_named(block.get("tool_use_id"))):
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
        self._refuse_seen(part.id)
        call = Call(message.add(part), message, name, tool_input if isinstance(tool_input, dict) else {})
        self._calls.setdefault(part.id, call)
        self._calls_of_line.setdefault(uuid, []).append(part.id)

    def _result(
        self, conversation: Conversation, record: Record, block: Record, index: int, *, alone: bool
    ) -> None:
        structured = record.get("toolUseResult") if alone else None
        failed = block.get("is_error") is True or "toolDenialKind" in record
        call = self._call_of(record, block)
        text = self._beside.whole_output(result_text(block, structured), structured)
        if call is None:
            time_ms, uuid = record_time_ms(record), needed(record, "uuid")
            message = conversation.message(uuid, "user", time_ms)
            message.kind = message.kind or "injected"
            call_id = block.get("tool_use_id")
            call_id = call_id if isinstance(call_id, str) else None
            part = DraftPart(call_id or f"{uuid}:result:{index}", "tool", "", time_ms, call=call_id)
            call = Call(message.add(part), message, tool_of(structured), {})
        if call.part.type == "question":
            text = questions_text(call.input, structured) or call.part.text
        elif call.name in DELEGATING:
            text = self._with_subagent(text, call, structured)
        call.part.text = text
        call.part.status = "error" if failed else "completed"
        if not failed:
            self._edit(conversation, record, call, structured)

    def _with_subagent(self, text: str, call: Call, structured: object) -> str:
        """The output of a call that started a sub-agent, with the sub-agent's id."""
        agent = structured.get("agentId") if isinstance(structured, dict) else None
        if not isinstance(agent, str):
            agent = self._beside.subagent_of(call.part.id)
        return naming_session(text, "agentId", agent)

    def _edit(self, conversation: Conversation, record: Record, call: Call, structured: object) -> None:
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
                time_ms=record_time_ms(record),
                tool_name=AGENT,
                precision=edit.precision,
                message_id=call.message.id,
                tool_call_id=call.part.call,
                model_id=call.message.model,
                tool=call.name,
                tool_version=optional(record, "version") or conversation.version,
                seq=self._line,
                cwd=cwd,
                before=edit.before,
                after=edit.after,
                payload=edit_payload(payload or call.input, edit),
            )

    def _attachment(self, record: Record) -> None:
        """What a person typed while the agent worked, and what the agent was told of changed files."""
        attachment = record.get("attachment")
        kind = attachment.get("type") if isinstance(attachment, dict) else None
        if isinstance(attachment, dict) and kind == "queued_command":
            self._queued(record, attachment)
            return
        self._chain_link(record)
        if isinstance(attachment, dict) and kind == "edited_text_file":
            self._changed_outside(record, attachment)

    def _queued(self, record: Record, attachment: Record) -> None:
        blocks = blocks_of("attachment: queued_command", attachment.get("prompt"))
        time_ms, uuid = record_time_ms(record), needed(record, "uuid")
        message = self._say(self._conversation_of(record), record, uuid, blocks, time_ms)
        if attachment.get("commandMode") not in {None, "prompt"}:
            message.kind = "injected"

    def _changed_outside(self, record: Record, attachment: Record) -> None:
        """A file that changed without a call of the agent's: a person or a shell command changed it."""
        time_ms, uuid, name = record_time_ms(record), needed(record, "uuid"), optional(attachment, "filename")
        if name is None:
            raise FormatError("attachment: an edited file without its name")
        conversation = self._conversation_of(record)
        message = conversation.message(uuid, "user", time_ms)
        message.kind, message.parent_id = "injected", self._parent_message(record)
        shown = relative_path(name, optional(record, "cwd") or conversation.cwd)
        snippet = optional(attachment, "snippet") or ""
        text = f"changed outside the agent's calls: {shown}\n\n{snippet}".rstrip()
        message.add(DraftPart(f"{uuid}:0", "file", text, time_ms, status="changed outside"))

    def _chain_link(self, record: Record) -> None:
        uuid = record.get("uuid")
        if isinstance(uuid, str):
            self._message_of.setdefault(uuid, self._parent_message(record))
            self._native_id(record)

    def _summary(self, record: Record) -> None:
        if self._seen:
            raise NeedsWholeError
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
        main = optional(record, "sessionId") or self._own
        if conversation.parent is None and native_id not in {main, self._forked_from}:
            conversation.parent = main
        elif conversation.parent is None and native_id == main and self._forked_from not in {None, main}:
            conversation.parent = self._forked_from
        conversation.cwd = conversation.cwd or optional(record, "cwd")
        conversation.branch = optional(record, "gitBranch") or conversation.branch
        conversation.version = optional(record, "version") or conversation.version
        return conversation

    def _native_id(self, record: Record) -> str:
        if self._agent_of is not None:
            return self._own
        uuid = str(record.get("uuid"))
        if self._seen and (record.get("isSidechain") is True or "forkedFrom" in record):
            raise NeedsWholeError
        if record.get("isSidechain") is True:
            started_by = self._sidechain_of.get(str(record.get("parentUuid")), uuid)
            self._sidechain_of[uuid] = optional(record, "agentId") or started_by
            return self._sidechain_of[uuid]
        origin = record.get("forkedFrom")
        if isinstance(origin, dict) and isinstance(origin.get("sessionId"), str):
            self._forked_from = str(origin["sessionId"])
            return self._forked_from
        return optional(record, "sessionId") or self._own

    def _parent_message(self, record: Record) -> str | None:
        parent = record.get("parentUuid") or record.get("logicalParentUuid")
        return self._message_behind(parent) if isinstance(parent, str) else None

    def _call_of(self, record: Record, block: Record) -> Call | None:
        """The call of a result: by its id, else the only one of the line that the result names."""
        call_id = block.get("tool_use_id")
        if isinstance(call_id, str):
            return self._call_named(call_id)
        if self._seen:
            raise NeedsWholeError
        calls = self._calls_of_line.get(str(record.get("sourceToolAssistantUUID")), [])
        return self._calls[calls[0]] if len(calls) == 1 else None

    def _call_named(self, call_id: object) -> Call | None:
        """Raises: see :meth:`_refuse_seen`."""
        call = self._calls.get(call_id) if isinstance(call_id, str) else None
        if call is None:
            self._refuse_seen(call_id)
        return call

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
