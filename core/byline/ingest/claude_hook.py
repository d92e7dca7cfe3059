"""``hook --agent claude``: all that one raw event of Claude Code tells, as one reading."""

from collections.abc import Iterable

from byline.errors import FormatError
from byline.frozen import replace
from byline.ingest.claude_conversation import read_conversation
from byline.ingest.claude_edit import read_edit_event
from byline.ingest.reading import Json, Reading, Skipped
from byline.ingest.transcript_tail import AssistantRecord, FindCall, find_call


def read_hook(value: Json, raw: str, received_ms: int) -> Reading:
    """The event's message and parts, its edit, and what it tells of the session.

    An edit that cannot be read costs neither: it is skipped with its reason, and the event kept.

    Raises:
        FormatError: the event has not the shape of its format.
    """
    find = _remembering()
    said = read_conversation(value, received_ms, find)
    if value.get("hook_event_name") != "PostToolUse":
        return said
    try:
        edit = read_edit_event(value, raw, received_ms, find)
    except FormatError as error:
        return replace(said, skipped=(Skipped(len(said.items), str(error), None),))
    return replace(said, items=said.items + edit.items)


def _remembering() -> FindCall:
    """:func:`find_call` that looks once: a transcript may be long."""
    found: dict[str, AssistantRecord | None] = {}

    def find(paths: Iterable[str], tool_use_id: str) -> AssistantRecord | None:
        if tool_use_id not in found:
            found[tool_use_id] = find_call(paths, tool_use_id)
        return found[tool_use_id]

    return find
