"""Read a Claude Code transcript into sessions, messages, parts and edits (``formats.md`` 1.2–1.5)."""

import copy
from collections.abc import Callable
from pathlib import Path

from byline.agents.claude.beside import Beside
from byline.agents.claude.blocks import file_line, usage_tokens
from byline.agents.claude.branches import Branches
from byline.agents.claude.calls import Calls
from byline.agents.claude.chain import Chain
from byline.agents.claude.conversation import Conversation, count_tokens
from byline.agents.claude.conversations import Conversations
from byline.agents.claude.records import (
    Record,
    blocks_of,
    message_of,
    needed,
    optional,
    record_time_ms,
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
from byline.agents.prompts import slash_command, title_from
from byline.agents.reader import Reading, Unreadable
from byline.agents.recorded_edit import relative_path
from byline.agents.session_draft import DraftMessage, DraftPart
from byline.errors import FormatError
from byline.record import Edit, Message, Part


class Transcript:
    """What one file says, as far as it was read."""

    def __init__(
        self, native_id: str, agent_of: str | None, beside: Beside, state: State | None = None
    ) -> None:
        """With ``state`` it goes on where the reading ended that had this state."""
        before = None if state is None else unpack_state(state)
        self._chain = Chain() if before is None else Chain(before.links, before.seen)
        begun = [] if before is None else before.conversations
        self._conversations = Conversations(native_id, agent_of, self._chain, begun)
        self._calls = Calls(self._chain, beside, () if before is None else before.calls)
        self._branches = Branches()
        self._branched: frozenset[int] = frozenset() if before is None else before.branched
        """Checksums of the uuids that prompts followed in what was read before."""
        self.lines = 0 if before is None else before.lines
        """The number of the last whole line."""
        self._line = 0
        self._kept = {
            (conversation.native_id, message.id): copy.deepcopy(message)
            for conversation in begun
            for message in conversation.messages.values()
        }
        """Conversation and message id to a message that was begun before, as it was then."""
        self._kinds: dict[str, Callable[[Record], None]] = {
            "user": self._user,
            "assistant": self._assistant,
            "attachment": self._attachment,
            "system": self._chain_link,
            "progress": self._chain_link,
            "summary": self._conversations.summary,
            "custom-title": self._conversations.title,
            "ai-title": self._conversations.title,
            "agent-name": self._conversations.title,
        }

    def describe(self, native_id: str, title: str) -> None:
        """Say what a sub-agent was told to be for."""
        self._conversations.named(native_id).titles["description"] = title

    def pass_by(self, data: bytes) -> None:
        """Keep a record's place in the chain without parsing it."""
        self._chain.pass_by(data)

    def read(self, record: Record, line: int) -> None:
        """Take in one record; types that are not known, or say nothing here, are passed by.

        Raises:
            FormatError: a record of a known type has not its shape.
            NeedsWholeError: it refers to what was read before, and is not kept.
        """
        self._line = line
        self._chain.refuse_seen(record.get("uuid"))
        read = self._kinds.get(str(record.get("type")))
        if read is not None:
            read(record)

    def reading(self, source: str, records: int, unreadable: list[Unreadable], offset: int) -> Reading:
        """Everything read so far, as records."""
        self._conversations.settle_summary()
        sessions, messages, parts, edits = [], list[Message](), list[Part](), list[Edit]()
        for conversation in self._conversations.by_id.values():
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

    def state(self, path: Path, offset: int) -> State | None:
        """What it takes to go on at ``offset``; None for the transcripts of which that is too much.

        Those of old versions, and those that were rewound: which branch goes on is not told before.
        """
        waiting = self._calls.waiting
        if self._conversations.is_old or self._branches.are_there or len(waiting) > MOST_CALLS:
            return None
        conversations = self._conversations.by_id.values()
        messages = (name for each in conversations for name in each.messages)
        seen = self._chain.seen_with((*messages, *self._calls.ids))
        branched = self._branched.union(map(checksum, self._branches.prompts))
        mark = fingerprint(path, offset)
        return pack_state(self.lines, mark, self._chain.links, conversations, waiting, seen, branched)

    # Records

    def _user(self, record: Record) -> None:
        blocks = blocks_of("user", message_of(record).get("content"))
        time_ms, uuid = record_time_ms(record), needed(record, "uuid")
        conversation = self._conversations.of(record)
        results = [block for block in blocks if block.get("type") == "tool_result"]
        said = [block for block in blocks if block.get("type") != "tool_result"]
        if said:
            message = self._say(conversation, record, uuid, said, time_ms)
            if message.kind is None:
                self._branch(record, uuid)
        else:
            self._chain_link(record)
        for index, block in enumerate(results):
            place = self._line, index
            self._calls.end(conversation, record, block, place, alone=len(results) == 1)

    def _say(
        self, conversation: Conversation, record: Record, uuid: str, blocks: list[Record], time_ms: int
    ) -> DraftMessage:
        message = conversation.message(uuid, "user", time_ms)
        message.parent_id = self._chain.parent_message(record)
        self._chain.links[uuid] = uuid
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
        conversation = self._conversations.of(record)
        message_id = value.get("id") if isinstance(value.get("id"), str) else None
        if message_id is not None and message_id not in conversation.messages:
            self._chain.refuse_seen(message_id)
        message = conversation.message(message_id or uuid, "assistant", time_ms)
        if message.parent_id is None:
            parent = self._chain.parent_message(record)
            message.parent_id = parent if parent != message.id else None
        self._chain.links[uuid] = message.id
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
            self._calls.begin(message, uuid, part_id, block, time_ms)
        elif kind.endswith("tool_result") and self._calls.end_within(block):
            return
        elif kind != "redacted_thinking":
            message.add(DraftPart(part_id, "file", file_line(block), time_ms))

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
        message = self._say(self._conversations.of(record), record, uuid, blocks, time_ms)
        if attachment.get("commandMode") not in {None, "prompt"}:
            message.kind = "injected"

    def _changed_outside(self, record: Record, attachment: Record) -> None:
        """A file that changed without a call of the agent's: a person or a shell command changed it."""
        time_ms, uuid, name = record_time_ms(record), needed(record, "uuid"), optional(attachment, "filename")
        if name is None:
            raise FormatError("attachment: an edited file without its name")
        conversation = self._conversations.of(record)
        message = conversation.message(uuid, "user", time_ms)
        message.kind, message.parent_id = "injected", self._chain.parent_message(record)
        shown = relative_path(name, optional(record, "cwd") or conversation.cwd)
        snippet = optional(attachment, "snippet") or ""
        text = f"changed outside the agent's calls: {shown}\n\n{snippet}".rstrip()
        message.add(DraftPart(f"{uuid}:0", "file", text, time_ms, status="changed outside"))

    def _chain_link(self, record: Record) -> None:
        uuid = record.get("uuid")
        if isinstance(uuid, str):
            self._chain.links.setdefault(uuid, self._chain.parent_message(record))
            self._conversations.whose(record)
