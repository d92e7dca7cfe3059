"""``hook --agent cursor``: all that one raw event of Cursor tells, as one reading (``formats.md`` 6.1).

Cursor tells of an edit twice: when the file was written (``afterFileEdit``), and in newer versions when the
call has ended (``postToolUse``), which alone names the call. Either is enough, and both are one edit.
"""

from collections.abc import Iterator

from byline.frozen import replace
from byline.ingest.agent_event import (
    AgentEvent,
    Called,
    derived_id,
    edit_of,
    event_time_ms,
    said,
    session_of_event,
    told,
)
from byline.ingest.fields import optional_text, required_body, required_text
from byline.ingest.reading import Item, Json, Reading
from byline.store.text_form import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.agents.recorded_edit import RecordedEdit

AGENT = "cursor"

_CHOSEN_BY_CURSOR = frozenset({"default", "auto"})
_ENDED = {"postToolUse": False, "postToolUseFailure": True}
_WRITTEN = {"afterFileEdit": "Edit", "afterTabFileEdit": "Tab"}


def read_hook(value: Json, received_ms: int) -> Reading:
    """The event's message and part, its edits, and what it tells of the session.

    An edit that cannot be read costs neither: it is skipped with its reason, and the event kept.

    Raises:
        FormatError: the event has not the shape of its format.
    """
    name = required_text(value, "hook_event_name")
    native_id = optional_text(value, "conversation_id") or required_text(value, "session_id")
    session = session_of_event(AGENT, native_id, _folder(value))
    event = AgentEvent(name, session, event_time_ms(value, received_ms), value)
    turn = optional_text(value, "generation_id")
    if name == "beforeSubmitPrompt":
        return said(event, "user", required_body(value, "prompt"), turn=turn)
    if name == "afterAgentResponse":
        return said(event, "assistant", required_body(value, "text"), _model(value), turn)
    if name == "afterAgentThought":
        return said(event, "assistant", required_body(value, "text"), _model(value), turn, "reasoning")
    if name in _ENDED:
        return _tool(event, failed=_ENDED[name])
    if name in _WRITTEN:
        return _written(event, _WRITTEN[name])
    if name == "sessionStart":
        return Reading(sessions=(session,), time_ms=event.time_ms, is_event=True)
    return Reading(is_event=True)


def _tool(event: AgentEvent, *, failed: bool) -> Reading:
    value = event.value
    tool, arguments = required_text(value, "tool_name"), value.get("tool_input")
    turn = optional_text(value, "generation_id") or ""
    call_id = optional_text(value, "tool_use_id") or derived_id(
        event.session.id, turn, tool, as_json(arguments)
    )
    output = value.get("error_message" if failed else "tool_output")
    text = output if isinstance(output, str) else as_json(output) if output is not None else ""
    called = Called(tool, call_id, arguments, text, failed, _model(value))
    return replace(told(event, called, () if failed else _edits(event, tool, arguments)), tells_twice=True)


def _written(event: AgentEvent, tool: str) -> Reading:
    """The edit alone: the call's own event, where there is one, tells of the call."""
    value = event.value
    path, edits = required_text(value, "file_path"), value.get("edits")
    turn = optional_text(value, "generation_id") or ""
    arguments = {"file_path": path, "edits": edits}
    called = Called(
        tool, derived_id(event.session.id, turn, as_json(arguments)), arguments, "", False, _model(value)
    )
    items = [
        Item(0, event.session, edit_of(event, called, made)) for made in _edits(event, "Edit", arguments)
    ]
    return Reading(tuple(items), is_event=True, tells_twice=True)


def _edits(event: AgentEvent, tool: str, arguments: object) -> "Iterator[RecordedEdit]":
    from byline.agents.cursor.edits import read_edits  # noqa: PLC0415 - a hook loads what it needs

    yield from read_edits(tool, arguments, event.session.cwd)


def _folder(value: Json) -> str | None:
    """Where the session is: the call's folder may be below it, and every event has the workspace."""
    roots = value.get("workspace_roots")
    first = roots[0] if isinstance(roots, list) and roots else None
    return first if isinstance(first, str) and first.strip() else optional_text(value, "cwd")


def _model(value: Json) -> str | None:
    """The model; None when Cursor chose it and does not say which."""
    model = optional_text(value, "model")
    return None if model in _CHOSEN_BY_CURSOR else model
