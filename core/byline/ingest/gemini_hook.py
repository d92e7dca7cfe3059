"""``hook --agent gemini``: all that one raw event of Gemini CLI tells, as one reading (``formats.md`` 5.3).

Events name neither the call nor the model, and a call's edit must be the one that the history brings: the
chat tells both, a moment after ``AfterTool``. So every event stores the edits that the end of the chat has
by then, and ``AfterAgent`` the last of the turn. Without a chat the event's own edit is stored.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from byline.errors import FormatError
from byline.frozen import dataclass, replace
from byline.ingest.agent_event import AgentEvent, derived_id, read_event, said
from byline.ingest.claude_event import timestamp_ms
from byline.ingest.fields import optional_text, required_body, required_text
from byline.ingest.reading import Item, Json, Reading, Skipped
from byline.ingest.transcript_tail import lines_holding
from byline.record import Edit, Message, Part
from byline.store.text_form import as_json, storable

AGENT = "gemini"
FARTHEST = 1024 * 1024
"""How far back from its end the chat is looked through: what is further was there at earlier events."""

_SETTLED = frozenset({"BeforeTool", "AfterTool", "AfterAgent", "SessionEnd"})


@dataclass(frozen=True, slots=True)
class ChatCall:
    """A call that the chat has, with the message it belongs to."""

    message: Json
    call: dict[str, Any]
    time_ms: int


def read_hook(value: Json, received_ms: int) -> Reading:
    """The event's message and part, the edits that are known by then, and what it tells of the session.

    An edit that cannot be read costs neither: it is skipped with its reason, and the event kept.

    Raises:
        FormatError: the event has not the shape of its format.
    """
    event = read_event(AGENT, value, received_ms)
    if event.name == "BeforeAgent":
        return said(event, "user", required_body(value, "prompt"))
    if event.name == "SessionStart":
        return Reading(sessions=(event.session,), time_ms=event.time_ms, is_event=True)
    if event.name not in _SETTLED:
        return Reading(is_event=True)
    messages = messages_of(optional_text(value, "transcript_path"))
    calls = calls_of(messages)
    reading = _tool(event, messages, calls) if event.name == "AfterTool" else Reading(is_event=True)
    items, skipped = list(reading.items), list(reading.skipped)
    for each in calls:
        try:
            edit = _edit(event, each.call, each.time_ms, each.message)
        except FormatError as error:
            skipped.append(Skipped(len(items) + len(skipped), str(error), None))
        else:
            items += [Item(0, event.session, edit)] if edit is not None else []
    return replace(reading, items=tuple(items), skipped=tuple(skipped))


def _tool(event: AgentEvent, messages: list[Json], calls: list[ChatCall]) -> Reading:
    """The call's part, in the message that the chat has for it; without a chat also its edit."""
    value, session = event.value, event.session
    tool, arguments = required_text(value, "tool_name"), value.get("tool_input")
    response = value.get("tool_response")
    response = response if isinstance(response, Mapping) else {}
    failed = bool(response.get("error"))
    derived = derived_id(session.id, tool, as_json(arguments), str(event.time_ms))
    same = [each for each in calls if each.call.get("name") == tool and each.call.get("args") == arguments]
    known = min(same, key=lambda each: abs(each.time_ms - event.time_ms), default=None)
    record = known.message if known is not None else _latest(messages, event.time_ms)
    call_id = known.call["id"] if known is not None else derived if record is None else None
    message = Message(
        session.id,
        str(record["id"]) if record is not None else derived,
        "assistant",
        _time(record, event.time_ms),
        model_id=optional_text(record, "model") if record is not None else None,
    )
    part = Part(
        session.id,
        message.message_id,
        call_id,
        "tool",
        storable(_output(response)),
        event.time_ms,
        tool=tool,
        tool_call_id=call_id,
        input=as_json(arguments),
        status="error" if failed else "completed",
    )
    items = (Item(0, session, message), Item(0, session, part))
    if os.path.exists(optional_text(value, "transcript_path") or ""):  # noqa: PTH110 - text: a hook loads no pathlib
        return Reading(items, is_event=True)
    display = response.get("returnDisplay")
    call = {
        "id": derived, "name": tool, "args": arguments, "resultDisplay": display,
        "status": "error" if failed else "success",
    }  # fmt: skip
    try:
        edit = _edit(event, call, event.time_ms, None)
    except FormatError as error:
        return Reading(items, (Skipped(len(items), str(error), None),), is_event=True)
    return Reading(items + ((Item(0, session, edit),) if edit is not None else ()), is_event=True)


def _edit(event: AgentEvent, call: dict[str, Any], time_ms: int, message: Json | None) -> Edit | None:
    """The edit of a call, as the history's reader has it."""
    from byline.agents.gemini.edits import read_edit  # noqa: PLC0415 - a hook loads what it needs

    made = read_edit(call, event.session.cwd)
    if made is None:
        return None
    display = call.get("resultDisplay")
    stat = display.get("diffStat") if isinstance(display, dict) else None
    return Edit(
        event.session.id,
        made.path,
        made.patch,
        time_ms,
        AGENT,
        made.precision,
        message_id=str(message["id"]) if message is not None else None,
        tool_call_id=call["id"],
        model_id=optional_text(message, "model") if message is not None else None,
        tool=call["name"],
        cwd=event.session.cwd,
        before=made.before,
        after=made.after,
        payload=as_json({"diffStat": stat}) if stat else None,
    )


def messages_of(path: str | None) -> list[Json]:
    """The model's messages at the end of a chat, the latest first; of one written again the last."""
    found: dict[str, Json] = {}
    for line in lines_holding(path, b'"type":"gemini"', FARTHEST) if path else ():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue  # cut, or being written
        if isinstance(record, dict) and isinstance(record.get("id"), str) and record.get("type") == "gemini":
            found.setdefault(record["id"], record)
    return list(found.values())


def calls_of(messages: list[Json]) -> list[ChatCall]:
    """The calls of the messages, in the order in which they were made."""
    found: list[ChatCall] = []
    for message in reversed(messages):
        calls = message.get("toolCalls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict) and isinstance(call.get("id"), str) and call["id"]:
                time_ms = timestamp_ms(call.get("timestamp"))
                found.append(ChatCall(message, call, _time(message, 0) if time_ms is None else time_ms))
    return found


def _latest(messages: list[Json], time_ms: int) -> Json | None:
    """The message that was the model's last at a time: the one that made the call."""
    return next((each for each in messages if _time(each, time_ms) <= time_ms), None)


def _time(message: Json | None, otherwise: int) -> int:
    time_ms = timestamp_ms(message.get("timestamp")) if message is not None else None
    return otherwise if time_ms is None else time_ms


def _output(response: Json) -> str:
    """What the tool gave back: as it was shown, else as the model got it."""
    for name in ("returnDisplay", "llmContent"):
        shown = response.get(name)
        if isinstance(shown, str) and shown:
            return shown
    content = response.get("llmContent")
    return as_json(content) if content else ""
