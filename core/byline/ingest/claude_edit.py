"""Raw ``PostToolUse`` events of Claude Code's tools as edits (``diff-trace``)."""

from byline.agents.claude.tool_edit import EDIT_TOOLS, edit_payload, read_edits
from byline.ingest.claude_event import AGENT, located, read_event, required_tool
from byline.ingest.fields import optional_text
from byline.ingest.reading import Item, Json, Reading
from byline.ingest.transcript_tail import FindCall, find_call
from byline.record import Edit


def read_edit_event(value: Json, raw: str, received_ms: int, find: FindCall = find_call) -> Reading:
    """The edits of the event's call: an edit tool's one, or those of a shell command (``bashEditDiff``).

    Other events and tools give nothing. ``raw`` is the event's text, which is kept with the edit of an edit
    tool; with those of a command, its result. The model is the event's, else that of the assistant record
    with this call, else not known.

    Raises:
        FormatError: the event has not the shape of its format.
    """
    event = read_event(value, received_ms)
    nothing = Reading(is_event=True)
    if event.name != "PostToolUse":
        return nothing
    tool, tool_input = required_tool(event)
    cwd, response = event.session.cwd, value.get("tool_response")
    edits = read_edits(tool, tool_input, response, cwd)
    if not edits:
        return nothing
    call = optional_text(value, "tool_use_id")
    record = find(event.transcripts(), call) if call is not None else None
    session = located(event.session, record)
    items = [
        Item(
            place,
            session,
            Edit(
                event.session.id,
                made.path,
                made.patch,
                event.time_ms,
                AGENT,
                made.precision,
                message_id=record.message_id if record else None,
                tool_call_id=call,
                model_id=optional_text(value, "model") or (record.model_id if record else None),
                tool=tool,
                tool_version=record.version if record else None,
                cwd=cwd,
                before=made.before,
                after=made.after,
                payload=raw
                if tool in EDIT_TOOLS or not isinstance(response, dict)
                else edit_payload(response, made),
            ),
        )
        for place, made in enumerate(edits)
    ]
    return Reading(tuple(items), is_event=True)
