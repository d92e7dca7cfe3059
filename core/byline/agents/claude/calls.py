"""Tool calls of a transcript: what came of them, and which edits they made (``formats.md`` 1.3, 1.4)."""

import json
from collections.abc import Iterable

from byline.agents.claude.beside import Beside
from byline.agents.claude.blocks import content_text, questions_text, result_text
from byline.agents.claude.chain import Chain
from byline.agents.claude.conversation import AGENT, Call, Conversation
from byline.agents.claude.records import Record, needed, optional, record_time_ms, tool_of
from byline.agents.claude.resume import NeedsWholeError
from byline.agents.claude.tool_edit import edit_payload, read_edits
from byline.agents.session_draft import DraftMessage, DraftPart
from byline.agents.started_session import naming_session
from byline.record import Edit

_DELEGATING = frozenset({"Task", "Agent"})
"""The tools that start sub-agents."""


class Calls:
    """The calls of one transcript, as far as it was read; puts their edits into the conversations."""

    def __init__(self, chain: Chain, beside: Beside, waiting: Iterable[Call] = ()) -> None:
        """``waiting`` are the calls without a result that a reading left which ended."""
        self._chain = chain
        self._beside = beside
        self._calls = {call.part.id: call for call in waiting}
        self._of_line: dict[str, list[str]] = {}

    @property
    def ids(self) -> Iterable[str]:
        """The ids of all."""
        return self._calls

    @property
    def waiting(self) -> list[Call]:
        """Those without a result."""
        return [call for call in self._calls.values() if call.part.status is None]

    def begin(self, message: DraftMessage, uuid: str, part_id: str, block: Record, time_ms: int) -> None:
        """Take in a call. Raises NeedsWholeError when it was read before, and is not kept."""
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
        self._chain.refuse_seen(part.id)
        call = Call(message.add(part), message, name, tool_input if isinstance(tool_input, dict) else {})
        self._calls.setdefault(part.id, call)
        self._of_line.setdefault(uuid, []).append(part.id)

    def end_within(self, block: Record) -> bool:
        """Take in a result that stands in the agent's own message; whether the call is known."""
        call = self._named(block.get("tool_use_id"))
        if call is not None:
            call.part.text = content_text(block.get("content"))
            call.part.status = "completed"
        return call is not None

    def end(
        self,
        conversation: Conversation,
        record: Record,
        block: Record,
        place: tuple[int, int],
        *,
        alone: bool,
    ) -> None:
        """Take in a call's result, of which there may be several in a record.

        ``place`` is the record's line and the block's number in it; ``alone``: the record's structured
        result is this block's.

        Raises:
            FormatError: the record has not its shape.
            NeedsWholeError: the call was read before, and is not kept.
        """
        line, index = place
        structured = record.get("toolUseResult") if alone else None
        failed = block.get("is_error") is True or "toolDenialKind" in record
        call = self._of_result(record, block)
        text = self._beside.whole_output(result_text(block, structured), structured)
        if call is None:
            call = _stray(conversation, record, block, index, structured)
        if call.part.type == "question":
            text = questions_text(call.input, structured) or call.part.text
        elif call.name in _DELEGATING:
            text = self._with_subagent(text, call, structured)
        call.part.text = text
        call.part.status = "error" if failed else "completed"
        if not failed:
            _keep_edits(conversation, record, call, structured, line)

    def _with_subagent(self, text: str, call: Call, structured: object) -> str:
        """The output of a call that started a sub-agent, with the sub-agent's id."""
        agent = structured.get("agentId") if isinstance(structured, dict) else None
        if not isinstance(agent, str):
            agent = self._beside.subagent_of(call.part.id)
        return naming_session(text, "agentId", agent)

    def _of_result(self, record: Record, block: Record) -> Call | None:
        """The call of a result: by its id, else the only one of the line that the result names."""
        call_id = block.get("tool_use_id")
        if isinstance(call_id, str):
            return self._named(call_id)
        if self._chain.goes_on:
            raise NeedsWholeError
        calls = self._of_line.get(str(record.get("sourceToolAssistantUUID")), [])
        return self._calls[calls[0]] if len(calls) == 1 else None

    def _named(self, call_id: object) -> Call | None:
        call = self._calls.get(call_id) if isinstance(call_id, str) else None
        if call is None:
            self._chain.refuse_seen(call_id)
        return call


def _stray(conversation: Conversation, record: Record, block: Record, index: int, structured: object) -> Call:
    """What stands for the call of a result whose own is not in the file."""
    time_ms, uuid = record_time_ms(record), needed(record, "uuid")
    message = conversation.message(uuid, "user", time_ms)
    message.kind = message.kind or "injected"
    call_id = block.get("tool_use_id")
    call_id = call_id if isinstance(call_id, str) else None
    part = DraftPart(call_id or f"{uuid}:result:{index}", "tool", "", time_ms, call=call_id)
    return Call(message.add(part), message, tool_of(structured), {})


def _keep_edits(
    conversation: Conversation, record: Record, call: Call, structured: object, line: int
) -> None:
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
            seq=line,
            cwd=cwd,
            before=edit.before,
            after=edit.after,
            payload=edit_payload(payload or call.input, edit),
        )
