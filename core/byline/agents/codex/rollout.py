"""Read a Codex history (a "rollout") into a session, messages, parts and edits (``formats.md`` 3.2–3.5)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from byline.agents.codex import items
from byline.agents.codex.calls import Calls, Standing
from byline.agents.codex.compressed import damage, open_history
from byline.agents.codex.conversation import AGENT, Conversation
from byline.agents.codex.places import thread_name
from byline.agents.codex.typed import folder_in, is_injected, prompt_title
from byline.agents.json_lines import lines_of, parse_object, reason_of
from byline.agents.json_records import compact_json, read_time_ms, text_of
from byline.agents.reader import Reading, Unreadable
from byline.agents.session_draft import DraftMessage, DraftPart
from byline.errors import FormatError, PatchError
from byline.patch import parse_patch, patch_to_json

Record = dict[str, Any]

_ENVELOPES = frozenset(
    {"session_meta", "turn_context", "response_item", "event_msg", "compacted", "token_usage_record"}
)
# Records that say nothing here, told by a glance at the bytes: what the environment looks like, and what
# items completed that the response items repeat.
_PASSED_BY = re.compile(
    rb'^\{"timestamp":"[^"]*",(?:"ordinal":\d+,)?"type":'
    rb'(?:"world_state"|"event_msg","payload":\{"type":"(?:agent_message|agent_reasoning|task_complete|'
    rb'exec_command_begin|exec_command_output_delta|agent_reasoning_section_break)")'
)
_ID_IN_NAME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def read_rollout(path: Path) -> Reading:
    """Read a whole history, compressed or not.

    A last line without its newline is read when it is whole, but the offset stays before it.

    Raises:
        OSError: the file cannot be read.
    """
    found = _ID_IN_NAME.findall(path.name)
    thread = _Thread(found[-1] if found else path.name.removesuffix(".zst").removesuffix(".jsonl"))
    unreadable: list[Unreadable] = []
    records = offset = number = 0
    with open_history(path) as file:
        try:
            for line in lines_of(file):
                number = line.number
                if line.complete:
                    offset = line.end
                elif not line.data.endswith(b"}"):
                    break
                records += 1
                if _PASSED_BY.match(line.data):
                    continue
                try:
                    thread.read(parse_object(line.data))
                except (ValueError, FormatError, RecursionError) as error:
                    if not line.complete:
                        records -= 1
                        break
                    unreadable.append(Unreadable(line.number, reason_of(error)))
        except damage() as error:
            unreadable.append(Unreadable(number + 1, f"the compressed data is damaged from here on: {error}"))
    return thread.reading(path, records, unreadable, offset)


class _Thread:
    """The conversation of one file, as far as it was read."""

    def __init__(self, native_id: str) -> None:
        self._conversation = Conversation(AGENT, native_id)
        self._is_named = False
        """Whether the file has said which thread it is."""
        self._response: DraftMessage | None = None
        """The model's message that is still being told."""
        self._last: DraftMessage | None = None
        """The model's last message: tokens are told after it."""
        self._stated: set[str] = set()
        """The messages of which an event of the history says that a person typed them, by their ids."""
        self._now = Standing()
        self._calls = Calls(self._conversation, self._now)
        self._total: object = None
        self._kinds: dict[str, Callable[[Record], None]] = {
            "session_meta": self._meta,
            "turn_context": self._context,
            "response_item": self._item,
            "event_msg": self._event,
            "compacted": self._compacted,
            "token_usage_record": self._usage_record,
        }
        self._events: dict[str, Callable[[Record], None]] = {
            "user_message": self._user_message,
            "item_completed": self._item_completed,
            "patch_apply_end": self._patch_applied,
            "exec_command_end": self._command_ended,
            "token_count": self._token_count,
            "task_started": self._turn_started,
            "thread_name_updated": self._renamed,
            "turn_diff": self._turn_diff,
        }

    def read(self, record: Record) -> None:
        """Take in one record; types that are not known, or say nothing here, are passed by.

        Raises:
            FormatError: a record of a known type has not its shape.
        """
        if record.get("timestamp") is not None:
            self._now.time_ms = read_time_ms(record["timestamp"])
        kind = str(record.get("type"))
        payload = record.get("payload")
        if kind in _ENVELOPES:
            if not isinstance(payload, dict):
                raise FormatError(f"{kind}: no payload")
            self._kinds[kind](payload)
        elif "type" in record and "payload" not in record:
            self._item(record)
        elif "type" not in record and "id" in record and "instructions" in record:
            self._meta(record)

    def reading(self, path: Path, records: int, unreadable: list[Unreadable], offset: int) -> Reading:
        """Everything read so far, as records."""
        thread = self._conversation
        if not thread.messages and not thread.edits:
            return Reading((), (), (), (), records, unreadable, offset)
        for message in thread.messages.values():
            if thread.prompt_title is None and message.role == "user" and message.kind is None:
                thread.prompt_title = next(
                    (title for text in message.texts if (title := prompt_title(text))), None
                )
        thread.agent_title = thread.agent_title or thread_name(path, thread.native_id)
        messages, parts = thread.records()
        return Reading(
            [thread.session(str(path))], messages, parts, thread.made(), records, unreadable, offset
        )

    # What the thread is and where it stands

    def _meta(self, meta: Record) -> None:
        thread = self._conversation
        own, parent = text_of(meta, "id"), _parent(meta)
        if not self._is_named and own:
            thread.native_id = own
            thread.parent = parent
            self._is_named = True
        elif own and own != thread.native_id:
            # A fork repeats its origin's records, the head among them.
            thread.parent = thread.parent or own
            return
        git = meta.get("git")
        git = git if isinstance(git, dict) else {}
        thread.cwd = thread.cwd or text_of(meta, "cwd")
        self._now.cwd = text_of(meta, "cwd") or self._now.cwd
        thread.version = text_of(meta, "cli_version") or thread.version
        thread.branch = text_of(git, "branch") or thread.branch
        thread.repository_url = text_of(git, "repository_url") or thread.repository_url

    def _context(self, context: Record) -> None:
        self._now.turn = text_of(context, "turn_id") or self._now.turn
        self._now.model = text_of(context, "model") or self._now.model
        self._now.cwd = text_of(context, "cwd") or self._now.cwd
        self._conversation.cwd = self._conversation.cwd or self._now.cwd

    def _turn_started(self, event: Record) -> None:
        self._now.turn = text_of(event, "turn_id") or self._now.turn
        self._response = None

    def _renamed(self, event: Record) -> None:
        if text_of(event, "thread_id") in {None, self._conversation.native_id}:
            self._conversation.agent_title = (text_of(event, "thread_name") or "").strip() or None

    def _event(self, event: Record) -> None:
        read = self._events.get(str(event.get("type")))
        if read is not None:
            read(event)

    # What was said

    def _item(self, item: Record) -> None:
        kind = str(item.get("type"))
        if kind == "message":
            self._message(item)
        elif kind == "reasoning":
            if text := items.reasoning_text(item):
                self._said(item).append("reasoning", text, self._now.time_ms)
            else:
                self._said(item)
        elif kind.endswith(("_output", "_result")):
            self._response = None
            self._calls.end(item)
        elif kind.endswith("_call"):
            self._calls.begin(item, self._said(item))

    def _said(self, item: Record) -> DraftMessage:
        """The model's message that an item belongs to: one goes on until an output or a person follows."""
        if self._response is None:
            call = text_of(item, "id", "call_id")
            seed = "" if call or self._now.turn else compact_json(item)
            self._response = self._conversation.begin(
                "assistant", self._now.time_ms, call, self._now.turn, seed
            )
            self._response.model = self._now.model
            self._last = self._response
        return self._response

    def _message(self, item: Record) -> None:
        blocks = items.content_blocks(item.get("content"))
        if item.get("role") == "assistant":
            message = self._said(item)
            for kind, text in blocks:
                message.append("text" if kind == "text" else "file", text, self._now.time_ms)
            return
        self._response = None
        known = self._awaited([text for kind, text in blocks if kind == "text"])
        if known is not None:
            if len(blocks) > len(known.parts):
                known.parts.clear()
                self._fill(known, blocks)
            return
        message = self._begin_user(text_of(item, "id"), blocks)
        if is_injected(item, message.texts):
            message.kind = "injected"
            if self._now.cwd is None:
                folders = (folder_in(text) for text in message.texts)
                self._now.cwd = self._conversation.cwd = next((each for each in folders if each), None)

    def _begin_user(self, native_id: str | None, blocks: list[tuple[str, str]]) -> DraftMessage:
        seed = "".join(text for _, text in blocks)
        message = self._conversation.begin("user", self._now.time_ms, native_id, self._now.turn, seed)
        self._fill(message, blocks)
        return message

    def _fill(self, message: DraftMessage, blocks: list[tuple[str, str]]) -> None:
        for kind, text in blocks:
            message.append("text" if kind == "text" else "file", text, self._now.time_ms)

    def _user_message(self, event: Record) -> None:
        """What a person typed, told apart from what is injected; the item of the same stands beside it."""
        text = event.get("message")
        blocks = [("text", text)] if isinstance(text, str) and text else []
        self._typed(blocks, None)

    def _typed(self, blocks: list[tuple[str, str]], native_id: str | None) -> None:
        texts = [text for kind, text in blocks if kind == "text"]
        open_ones = [message for message in self._since_the_model() if message.id not in self._stated]
        same = next((message for message in open_ones if _same(message.texts, texts)), None)
        typed = same or next((message for message in open_ones if message.kind is None), None)
        if typed is None and blocks:
            self._response = None
            typed = self._begin_user(native_id, blocks)
        for message in open_ones:
            # Where events tell what was typed, what stands before it and is not told of was not.
            message.kind = message.kind or "injected"
        if typed is not None:
            self._stated.add(typed.id)
            typed.kind = None

    def _awaited(self, texts: list[str]) -> DraftMessage | None:
        """A person's message that was told by an event, and now comes as an item."""
        stated = (each for each in self._since_the_model() if each.id in self._stated)
        return next((each for each in stated if _same(each.texts, texts)), None)

    def _since_the_model(self) -> list[DraftMessage]:
        """The user's messages after the model's last one, the latest first."""
        found: list[DraftMessage] = []
        for message in reversed(self._conversation.messages.values()):
            if message.role == "assistant":
                break
            found.append(message)
        return found

    def _compacted(self, record: Record) -> None:
        self._response = None
        text = text_of(record, "message")
        if text:
            self._begin_user(None, [("text", text)]).kind = "compaction"

    # Events

    def _patch_applied(self, event: Record) -> None:
        self._calls.changed(event, text_of(event, "call_id"), self._now.time_ms)

    def _command_ended(self, event: Record) -> None:
        self._calls.command_ended(event, text_of(event, "call_id"))

    def _item_completed(self, event: Record) -> None:
        item = event.get("item")
        if not isinstance(item, dict):
            raise FormatError("item_completed: no item")
        kind = item.get("type")
        if kind == "UserMessage":
            blocks = items.content_blocks(item.get("content"))
            self._typed(blocks, text_of(item, "id"))
        elif kind == "FileChange":
            done = event.get("completed_at_ms")
            time_ms = read_time_ms(done) if done is not None else self._now.time_ms
            self._calls.changed(item, text_of(item, "id"), time_ms)
        elif kind == "CommandExecution":
            self._calls.command_ended(item, text_of(item, "id"))

    def _turn_diff(self, event: Record) -> None:
        """The turn's cumulative diff: an observation, told again as it grows."""
        text = text_of(event, "unified_diff")
        if text is None or self._last is None:
            return
        part_id = f"{self._now.turn or self._last.id}:diff"
        try:
            patch = compact_json(patch_to_json(parse_patch(text, self._conversation.id)))
        except PatchError as error:
            raise FormatError(f"turn_diff: {error}") from error
        for message in self._conversation.messages.values():
            message.parts.pop(part_id, None)
        self._last.parts[part_id] = DraftPart(part_id, "patch", text, self._now.time_ms, patch=patch)

    # Tokens

    def _token_count(self, event: Record) -> None:
        info = event.get("info")
        if isinstance(info, dict):
            self._count(info.get("last_token_usage"), info.get("total_token_usage"))

    def _usage_record(self, record: Record) -> None:
        self._count(record.get("usage"), record.get("thread_token_usage"))

    def _count(self, usage: object, total: object) -> None:
        """Count a response's tokens. The same is told several times: only a total that moved is new."""
        if total is not None and total == self._total:
            return
        self._total = total
        if self._last is not None:
            tokens = self._last.tokens
            for name, number in items.usage_tokens(usage).items():
                tokens[name] = tokens.get(name, 0) + number


def _same(texts: list[str], others: list[str]) -> bool:
    """Whether what a message says is what an event tells: pictures stand between an item's texts."""
    said, told = "".join(texts).strip(), "".join(others).strip()
    return said == told or (bool(told) and any(text.strip() == told for text in texts))


def _parent(meta: Record) -> str | None:
    """The thread this one came from: forked, or started as a sub-agent of."""
    own = text_of(meta, "id")
    source = meta.get("source")
    started: object = source.get("subagent") if isinstance(source, dict) else None
    spawned = started.get("thread_spawn") if isinstance(started, dict) else None
    found = [text_of(meta, "forked_from_id"), text_of(meta, "parent_thread_id")]
    if isinstance(spawned, dict):
        found.append(text_of(spawned, "parent_thread_id"))
    found.append(text_of(meta, "session_id"))
    return next((parent for parent in found if parent and parent != own), None)
