"""Shell calls of Gemini CLI: its chat names them, a moment after the events (``formats.md`` 5.3)."""

import sqlite3

from byline.frozen import dataclass, replace
from byline.ingest.agent_event import read_event
from byline.ingest.fields import optional_text
from byline.ingest.gemini_hook import AGENT, calls_of, messages_of
from byline.ingest.reading import Item, Json, Reading
from byline.ingest.shell_edits import bare_edit, shell_edits
from byline.ingest.shell_event import SHELL_TOOLS
from byline.ingest.shell_window import Window
from byline.record import Edit, Message, Part, Session
from byline.store.text_form import as_json

# The event of the call was stored before the call had an id.
_NAME_PART = """
UPDATE OR IGNORE parts SET part_id = :call, tool_call_id = :call WHERE id = (
  SELECT id FROM parts WHERE session_id = :session AND message_id = :message AND type = 'tool'
  AND tool = :tool AND input = :input AND tool_call_id IS NULL ORDER BY id LIMIT 1)
"""


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A shell call that the chat has, and the window it ran in."""

    session: Session
    message: Message
    part: Part
    facts: Edit
    window: Window

    def added_to(self, reading: Reading) -> Reading:
        """A reading with its message, part and edits.

        Raises:
            GitError: what the files were before cannot be read from the repository.
        """
        edits = shell_edits(self.facts, self.window, self.window.end_ns // 1_000_000)
        records: list[Message | Part | Edit] = [self.message, self.part, *edits]
        items = [Item(at, self.session, record) for at, record in enumerate(records, len(reading.items))]
        return replace(reading, items=(*reading.items, *items))


def read_shell_call(value: Json, window: Window, received_ms: int) -> KnownCall | None:
    """The call that a window was open for, by an event's chat; None as long as that does not tell of it."""
    event = read_event(AGENT, value, received_ms)
    told = window.key.rpartition("\0")[2]
    calls = calls_of(messages_of(optional_text(value, "transcript_path")))
    same = [
        each
        for each in calls
        if str(each.call.get("name")) in SHELL_TOOLS and as_json(each.call.get("args")) == told
    ]
    end_ms = window.end_ns // 1_000_000
    found = min(same, key=lambda each: abs(each.time_ms - end_ms), default=None)
    if found is None:
        return None
    session, call_id, message_id = event.session, str(found.call["id"]), str(found.message["id"])
    model, tool = optional_text(found.message, "model"), str(found.call["name"])
    status = "error" if found.call.get("status") == "error" else "completed"
    part = Part(
        session.id, message_id, call_id, "tool", "", found.time_ms, tool=tool, tool_call_id=call_id,
        input=told, status=status,
    )  # fmt: skip
    return KnownCall(
        session,
        Message(session.id, message_id, "assistant", found.time_ms, model_id=model),
        part,
        bare_edit(session, tool, call_id, model, message_id),
        window,
    )


def name_part(connection: sqlite3.Connection, part: Part) -> None:
    """Give the stored part of a call, which had none, the call's id; the caller holds the transaction."""
    facts = {
        "call": part.tool_call_id, "session": part.session_id, "message": part.message_id,
        "tool": part.tool, "input": part.input,
    }  # fmt: skip
    connection.execute(_NAME_PART, facts)
