"""``hook --agent copilot``: all that one raw event of Copilot CLI tells, as one reading (``formats.md`` 7).

Its own events do not say which they are, what they hold does; newer versions can be asked for events and
fields named as Claude Code names them. Neither names the call or the model: the history does.
"""

from collections.abc import Iterator, Mapping

from byline.errors import FormatError
from byline.ingest.agent_event import (
    AgentEvent,
    Called,
    derived_id,
    event_time_ms,
    said,
    session_of_event,
    told,
)
from byline.ingest.documents import parse_json
from byline.ingest.fields import optional_text, required_body, required_text
from byline.ingest.reading import Json, Reading
from byline.store.text_form import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.agents.recorded_edit import RecordedEdit

AGENT = "copilot"

_NAMES = {
    "sessionStart": "SessionStart",
    "userPromptSubmitted": "UserPromptSubmit",
    "userPromptSubmit": "UserPromptSubmit",
    "postToolUse": "PostToolUse",
    "postToolUseFailure": "PostToolUse",
    "PostToolUseFailure": "PostToolUse",
}


def read_hook(value: Json, received_ms: int) -> Reading:
    """The event's message and part, its edits, and what it tells of the session.

    An edit that cannot be read costs neither: it is skipped with its reason, and the event kept.

    Raises:
        FormatError: the event has not the shape of its format.
    """
    native_id = optional_text(value, "session_id") or required_text(value, "sessionId")
    session = session_of_event(AGENT, native_id, optional_text(value, "cwd"))
    event = AgentEvent(_name(value), session, event_time_ms(value, received_ms), value)
    if event.name == "UserPromptSubmit":
        return said(event, "user", required_body(value, "prompt"))
    if event.name == "PostToolUse":
        return _tool(event)
    if event.name == "SessionStart":
        return Reading(sessions=(session,), time_ms=event.time_ms, is_event=True)
    return Reading(is_event=True)


def _name(value: Json) -> str:
    """Which event it is, by its name or by what it holds; empty for one that tells nothing."""
    named = optional_text(value, "hook_event_name") or optional_text(value, "hookEventName")
    if named is not None:
        return _NAMES.get(named, named)
    if _field(value, "toolResult", "tool_result") is not None:
        return "PostToolUse"
    if "toolName" in value:
        return ""
    if "source" in value or "initialPrompt" in value:
        return "SessionStart"
    return "UserPromptSubmit" if "prompt" in value else ""


def _tool(event: AgentEvent) -> Reading:
    value = event.value
    tool = optional_text(value, "tool_name") or required_text(value, "toolName")
    arguments = _arguments(_field(value, "toolArgs", "tool_input"))
    result = _field(value, "toolResult", "tool_result", "tool_response")
    facts = result if isinstance(result, Mapping) else {}
    kind = _field(facts, "resultType", "result_type")
    failed = (kind is not None and kind != "success") or bool(facts.get("error")) or "error" in value
    text = result if isinstance(result, str) else _field(facts, "textResultForLlm", "text_result_for_llm")
    call_id = optional_text(value, "tool_use_id") or derived_id(
        event.session.id, tool, as_json(arguments), str(event.time_ms)
    )
    called = Called(tool, call_id, arguments, text if isinstance(text, str) else "", failed)
    return told(event, called, () if failed else _edits(event, tool, arguments))


def _edits(event: AgentEvent, tool: str, arguments: object) -> "Iterator[RecordedEdit]":
    from byline.agents.copilot.edits import read_edits  # noqa: PLC0415 - a hook loads what it needs

    yield from read_edits(tool, arguments, None, event.session.cwd)


def _arguments(value: object) -> object:
    """A call's arguments: an object, or JSON text of one; another text (a patch) stays as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    try:
        return parse_json(value)
    except FormatError:
        return value


def _field(value: Json, *names: str) -> object:
    """The first of these fields that is there."""
    return next((value[name] for name in names if value.get(name) is not None), None)
