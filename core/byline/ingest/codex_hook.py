"""``hook --agent codex``: all that one raw event of Codex tells, as one reading (``formats.md`` 3.4)."""

import json

from byline.errors import FormatError, PatchError
from byline.ingest.agent_event import AgentEvent, read_event, said
from byline.ingest.fields import optional_text, required_body, required_text
from byline.ingest.reading import DERIVED, Item, Json, Reading, Skipped
from byline.ingest.transcript_tail import lines_holding
from byline.record import Edit, Message, Part
from byline.store.text_form import as_json, storable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byline.agents.codex.changes import FileChange

AGENT = "codex"
FARTHEST = 4 * 1024 * 1024
"""How far back from its end the rollout is looked through for what a call changed, told before the hook."""

_CHANGES = frozenset({"FileChange", "patch_apply_end"})


def read_hook(value: Json, received_ms: int) -> Reading:
    """The event's message and part, its edits, and what it tells of the session.

    An edit that cannot be read costs neither: it is skipped with its reason, and the event kept.

    Raises:
        FormatError: the event has not the shape of its format.
    """
    event = read_event(AGENT, value, received_ms)
    if event.name == "UserPromptSubmit":
        return said(event, "user", required_body(value, "prompt"))
    if event.name == "PostToolUse":
        return _tool(event)
    if event.name == "Stop" and optional_text(value, "last_assistant_message"):
        text = required_text(value, "last_assistant_message")
        return said(event, "assistant", text, optional_text(value, "model"))
    if event.name == "SessionStart":
        return Reading(sessions=(event.session,), time_ms=event.time_ms, is_event=True)
    return Reading(is_event=True)


def _tool(event: AgentEvent) -> Reading:
    """The call's part as the history's reader has it, and the edits that it made."""
    from byline.agents.codex.items import patch_text, read_output  # noqa: PLC0415 - a hook loads what it needs

    value, session = event.value, event.session
    tool, call_id = required_text(value, "tool_name"), required_text(value, "tool_use_id")
    model, tool_input = optional_text(value, "model"), value.get("tool_input")
    patch = patch_text(tool, tool_input)
    output = read_output(value.get("tool_response"))
    message_id = f"{DERIVED}{call_id}"
    message = Message(session.id, message_id, "assistant", event.time_ms, model)
    part = Part(
        session.id,
        message_id,
        call_id,
        "tool",
        storable(output.text),
        event.time_ms,
        tool=tool,
        tool_call_id=call_id,
        input=as_json({"input": patch} if patch is not None else tool_input),
        status=output.status,
    )
    items = [Item(0, session, message), Item(0, session, part)]
    record = _recorded(value, call_id)
    if record is None and (patch is None or output.status == "error"):
        return Reading(tuple(items), is_event=True)
    try:
        items += [Item(0, session, edit) for edit in _edits(event, call_id, record, patch)]
    except (FormatError, PatchError) as error:
        reason = f"{tool}: {error}".partition("\n")[0]
        return Reading(tuple(items), (Skipped(len(items), reason, None),), is_event=True)
    return Reading(tuple(items), is_event=True)


def _edits(event: AgentEvent, call_id: str, record: Json | None, patch: str | None) -> list[Edit]:
    """What the call did: as it was recorded, else by its patch text.

    The history knows the message of an edit by another id, so none is named.

    Raises:
        FormatError: the record has not its shape.
        PatchError: there is no record, and the text is no patch.
    """
    value, cwd = event.value, event.session.cwd
    stated = as_json({"input": patch}) if patch is not None else None
    return [
        Edit(
            event.session.id,
            change.path,
            change.patch,
            event.time_ms,
            AGENT,
            change.precision,
            tool_call_id=call_id,
            model_id=optional_text(value, "model"),
            tool=required_text(value, "tool_name"),
            cwd=cwd,
            before=change.before,
            after=change.after,
            payload=change.payload or (stated if change.precision == "patch_text" else None),
        )
        for change in _changes(record, patch, cwd)
    ]


def _changes(record: Json | None, patch: str | None, cwd: str | None) -> "Sequence[FileChange]":
    from byline.agents.codex import changes  # noqa: PLC0415 - a hook loads what it needs
    from byline.agents.codex.apply_patch import parse_apply_patch  # noqa: PLC0415 - a hook loads what it needs

    made = changes.recorded_changes(record.get("changes"), cwd, ()) if record is not None else ()
    # Of a file that a text changes twice, Codex records the last change only.
    if patch is None or (made and patch.count(" File: ") <= len(made)):
        return made
    try:
        sections = parse_apply_patch(patch)
        stated = changes.text_changes([(section, cwd) for section in sections], cwd, ())
    except (FormatError, PatchError):
        if made:
            return made  # the record knows better than a text that cannot be read
        raise
    by_path = {change.path: change for change in stated}
    whole = [
        change if change.path not in by_path or changes.covers(change, by_path[change.path])
        else by_path[change.path]
        for change in made
    ]  # fmt: skip
    return whole or stated


def _recorded(value: Json, call_id: str) -> Json | None:
    """The rollout's record of what the call changed: its diffs have places, which the event lacks."""
    path = optional_text(value, "transcript_path")
    for line in lines_holding(path, json.dumps(call_id).encode(), FARTHEST) if path else ():
        if b'"changes"' not in line:
            continue
        try:
            payload = json.loads(line)["payload"]
            record = payload["item"] if payload.get("type") == "item_completed" else payload
            if (
                record["type"] in _CHANGES
                and call_id in (record.get("id"), record.get("call_id"))
                and record.get("status") in (None, "completed")
                and record.get("success") is not False
            ):
                return dict(record)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue  # cut, or being written, or something else
    return None
