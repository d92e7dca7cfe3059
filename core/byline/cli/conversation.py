"""A recorded conversation with its edits beside the calls that made them, for all of its printed forms."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from byline.cli.sessions import SessionJson, session_json
from byline.patch import render_patch
from byline.patch.json_keys import PatchJson
from byline.store.conversations import MessageRow, PartRow
from byline.store.edits import EditRow
from byline.store.sessions import SessionRow
from byline.store.store import Store


class PartJson(TypedDict):
    """A piece of a message."""

    part_id: Annotated[str, "the part, within its message"]
    type: Annotated[str, "`text`, `reasoning`, `tool`, `patch`, `question` or `file`"]
    text: Annotated[str, "the words; of a tool call its output; of a question JSON"]
    generated_at_unix_ms: Annotated[int, "when"]
    tool: Annotated[str | None, "the tool that was called; null if it is no call"]
    tool_call_id: Annotated[str | None, "the call; null if it is none"]
    input: Annotated[object, "what the tool was given, as JSON; null if it is no call, or not recorded"]
    status: Annotated[str | None, "what became of the call, as `completed` or `error`; null if not recorded"]
    patch: Annotated[PatchJson | None, "of a patch, what it changes; else null"]


class MessageJson(TypedDict):
    """One message."""

    message_id: Annotated[str, "the message, within its session"]
    role: Annotated[str, "`user` or `assistant`"]
    kind: Annotated[
        str | None, "`injected` (no person typed it), `compaction`, `rewound` …; null for a plain message"
    ]
    model_id: Annotated[str | None, "the model, as the agent names it; null if there is none"]
    parent_id: Annotated[str | None, "the message it answers; null if not recorded"]
    generated_at_unix_ms: Annotated[int, "when"]
    tokens: Annotated[dict[str, int] | None, "what the message cost in tokens, by kind; null if not recorded"]
    cost: Annotated[float | None, "what it cost in dollars, where the agent says so; else null"]
    parts: Annotated[list[PartJson], "in the order of the message"]


class EditJson(TypedDict):
    """What one call did to one file."""

    message_id: Annotated[str | None, "the message of the call; null if not recorded"]
    tool_call_id: Annotated[str | None, "the call; null if not recorded"]
    model_id: Annotated[str | None, "the call's model; null if not recorded"]
    tool: Annotated[str | None, "the tool; null if not recorded"]
    time_ms: Annotated[int, "when the call completed"]
    path: Annotated[str, "the file as the record names it"]
    cwd: Annotated[str | None, "the folder the agent worked in; null if not recorded"]
    precision: Annotated[str, "what the record has: `vendor_diff`, `before_after`, `strings` or `patch_text`"]
    patch: Annotated[PatchJson, "what changed"]


class ConversationJson(TypedDict):
    """A session with all that was said and done in it."""

    session: Annotated[SessionJson, "as `byline sessions --json` has it"]
    messages: Annotated[list[MessageJson], "in reading order"]
    edits: Annotated[list[EditJson], "in the order they were made"]


@dataclass(frozen=True, slots=True)
class RecordedConversation:
    """A session, its messages in reading order, and its edits in the order they were made."""

    session: SessionRow
    messages: Sequence[MessageRow]
    edits: Sequence[EditRow]
    children: Sequence[SessionRow]

    def edits_of(self, part: PartRow) -> list[EditRow]:
        """The edits that a tool call made."""
        if part.tool_call_id is None:
            return []
        return [edit for edit in self.edits if edit.tool_call_id == part.tool_call_id]

    def loose_edits(self) -> list[EditRow]:
        """The edits whose call is in no message: known from a hook alone."""
        calls = {part.tool_call_id for message in self.messages for part in message.parts}
        return [edit for edit in self.edits if edit.tool_call_id not in calls or edit.tool_call_id is None]


def load_conversation(store: Store, session: SessionRow) -> RecordedConversation:
    """Everything recorded of a session."""
    return RecordedConversation(
        session,
        store.conversations.read(session.id),
        store.edits.of_session(session.id),
        store.sessions.children(session.id),
    )


def diff_of(edit: EditRow) -> str:
    """The edit's diff as text, without git's ``diff --git`` line."""
    lines = render_patch(edit.patch()).split("\n")
    return "\n".join(line for line in lines if not line.startswith(("diff --git ", "new file mode "))).rstrip(
        "\n"
    )


def input_of(part: PartRow) -> dict[str, Any] | None:
    """A tool call's input as an object; None when it is missing or something else."""
    try:
        value = json.loads(part.input) if part.input else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def conversation_json(conversation: RecordedConversation) -> ConversationJson:
    """The conversation as JSON values: ``session``, ``messages`` with their ``parts``, and ``edits``."""
    return {
        "session": session_json(conversation.session),
        "messages": [_message_json(message) for message in conversation.messages],
        "edits": [_edit_json(edit) for edit in conversation.edits],
    }


def _message_json(message: MessageRow) -> MessageJson:
    return {
        "message_id": message.message_id,
        "role": message.role,
        "kind": message.kind,
        "model_id": message.model_id,
        "parent_id": message.parent_id,
        "generated_at_unix_ms": message.generated_at_unix_ms,
        "tokens": message.tokens,
        "cost": message.cost,
        "parts": [
            {
                "part_id": part.part_id,
                "type": part.type,
                "text": part.text,
                "generated_at_unix_ms": part.generated_at_unix_ms,
                "tool": part.tool,
                "tool_call_id": part.tool_call_id,
                "input": json.loads(part.input) if part.input else None,
                "status": part.status,
                "patch": json.loads(part.patch) if part.patch else None,
            }
            for part in message.parts
        ],
    }


def _edit_json(edit: EditRow) -> EditJson:
    return {
        "message_id": edit.message_id,
        "tool_call_id": edit.tool_call_id,
        "model_id": edit.model_id,
        "tool": edit.tool,
        "time_ms": edit.time_ms,
        "path": edit.path,
        "cwd": edit.cwd,
        "precision": edit.precision,
        "patch": json.loads(edit.patch_json),
    }
