"""Raw hook events of Claude Code as messages and parts (``conversation-trace``)."""

from collections.abc import Mapping

from byline.ingest.claude_event import ClaudeEvent, located, read_event, required_tool, timestamp_ms
from byline.ingest.fields import optional_text, required_body, required_text
from byline.ingest.reading import DERIVED, Item, Json, Reading
from byline.ingest.transcript_tail import AssistantRecord, FindCall, find_call, find_reply
from byline.record import Message, Part, Role, Session
from byline.store.text_form import as_json, storable

# Whole files and their diffs, which the input and the edit hold already.
_NOT_OUTPUT = frozenset({"originalFile", "originalFileContents", "original_file", "updated_file"})
_TOOL_STATUS = {"PostToolUse": "completed", "PostToolUseFailure": "error"}


def read_conversation(value: Json, received_ms: int, find: FindCall = find_call) -> Reading:
    """What an event tells of the conversation; events that tell nothing give nothing.

    ``UserPromptSubmit`` is a user message, ``PostToolUse`` (and its failure) a tool part of the
    assistant's message, ``Stop`` and ``SubagentStop`` its last words; ``SessionStart`` and
    ``SubagentStart`` tell of the session.

    Raises:
        FormatError: the event has not the shape of its format.
    """
    event = read_event(value, received_ms)
    if event.name == "UserPromptSubmit":
        return _said(event, event.session, "user", required_body(value, "prompt"), None)
    if event.name in _TOOL_STATUS:
        return _tool(event, _TOOL_STATUS[event.name], find)
    if event.name in {"Stop", "SubagentStop"} and optional_text(value, "last_assistant_message"):
        text = required_text(value, "last_assistant_message")
        record = find_reply(event.transcripts(), text)
        return _said(event, located(event.session, record), "assistant", text, record)
    if event.name in {"SessionStart", "SubagentStart"}:
        return Reading(sessions=(_titled(event),), time_ms=event.time_ms, is_event=True)
    return Reading(is_event=True)


def _said(
    event: ClaudeEvent, session: Session, role: Role, text: str, record: AssistantRecord | None
) -> Reading:
    if not text.strip():
        return Reading(is_event=True)
    message = Message(
        session.id,
        record.message_id if record else _derived_id(event, session.id, role, text),
        role,
        _time(event, record),
        model_id=record.model_id if record else None,
    )
    part = Part(session.id, message.message_id, None, "text", text, message.generated_at_unix_ms)
    return Reading((Item(0, session, message), Item(0, session, part)), is_event=True)


def _tool(event: ClaudeEvent, status: str, find: FindCall) -> Reading:
    tool, tool_input = required_tool(event)
    call = optional_text(event.value, "tool_use_id")
    record = find(event.transcripts(), call) if call is not None else None
    session = located(event.session, record)
    derived = f"{DERIVED}{call}" if call else _derived_id(event, session.id, tool, as_json(tool_input))
    message = Message(
        session.id,
        record.message_id if record else derived,
        "assistant",
        _time(event, record),
        model_id=optional_text(event.value, "model") or (record.model_id if record else None),
    )
    answer = event.value.get("tool_response" if status == "completed" else "error")
    part = Part(
        session.id,
        message.message_id,
        call,
        "tool",
        storable(_output(answer)),
        message.generated_at_unix_ms,
        tool=tool,
        tool_call_id=call,
        input=as_json(tool_input),
        status=status,
    )
    return Reading((Item(0, session, message), Item(0, session, part)), is_event=True)


def _titled(event: ClaudeEvent) -> Session:
    title = optional_text(event.value, "session_title")
    session = event.session
    return Session(
        session.id,
        session.agent,
        session.native_id,
        title=title,
        title_source="agent" if title else None,
        cwd=session.cwd,
        parent_id=session.parent_id,
    )


def _time(event: ClaudeEvent, record: AssistantRecord | None) -> int:
    said = timestamp_ms(record.timestamp) if record else None
    return event.time_ms if said is None else said


def _derived_id(event: ClaudeEvent, session_id: str, speaker: str, text: str) -> str:
    """An id from what was said and which prompt caused it, the same whenever the event comes again."""
    prompt_id = optional_text(event.value, "prompt_id") or ""
    content = f"{session_id}\0{speaker}\0{prompt_id}\0{text}"
    import hashlib  # noqa: PLC0415 - a hook loads what it needs

    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass"))
    return f"{DERIVED}{digest.hexdigest()[:24]}"


def _output(answer: object) -> str:
    """A tool's answer as people read it: a command's output, the text of blocks, else the JSON of it."""
    if answer is None:
        return ""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, list):
        texts = [block.get("text") for block in answer if isinstance(block, Mapping)]
        if len(texts) == len(answer) and all(isinstance(text, str) for text in texts):
            return "\n".join(str(text) for text in texts)
    if isinstance(answer, Mapping):
        streams = [answer.get("stdout"), answer.get("stderr")]
        if isinstance(streams[0], str):
            return "\n".join(stream for stream in streams if isinstance(stream, str) and stream)
        return as_json({key: value for key, value in answer.items() if key not in _NOT_OUTPUT})
    return as_json(answer)
