"""Read a Copilot CLI session's events into sessions, messages, parts and edits (``formats.md`` 7)."""

import json
from collections.abc import Callable
from pathlib import Path

from byline.agents.copilot.edits import read_edits
from byline.agents.copilot.workspace import workspace_title
from byline.agents.json_records import (
    Record,
    compact_json,
    object_of,
    objects_of,
    read_time_ms,
    take_records,
    text_of,
)
from byline.agents.prompts import title_from, typed_text
from byline.agents.reader import Reading
from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft
from byline.agents.started_session import naming_session
from byline.errors import FormatError
from byline.record import Edit, Message, Part, Role

AGENT = "copilot"
_AUTO = "auto"
"""What stands for a model while Copilot chooses one."""


def read_events(path: Path) -> Reading:
    """Read a whole session: its own conversation, and those of its sub-agents as sessions below it.

    Raises:
        OSError: the file cannot be read.
    """
    events = _Events(path.parent.name if path.name == "events.jsonl" else path.stem)
    account = take_records(path, events.take)
    events.main.agent_title = workspace_title(path) or events.main.agent_title
    events.name_started()
    sessions, messages, parts, edits = [], list[Message](), list[Part](), list[Edit]()
    for draft in events.drafts.values():
        own_messages, own_parts = draft.records()
        if own_messages:
            sessions.append(draft.session(str(path)))
            messages += own_messages
            parts += own_parts
            edits += draft.edits.values()
    return Reading(sessions, messages, parts, edits, account.records, account.unreadable, account.offset)


class _Call:
    """A tool call that waits for its result."""

    def __init__(
        self, draft: SessionDraft, message: DraftMessage, part: DraftPart, arguments: object
    ) -> None:
        self.draft, self.message, self.part, self.arguments = draft, message, part, arguments


class _Events:
    """A session's events as far as they were read."""

    def __init__(self, native_id: str) -> None:
        self.main = SessionDraft(AGENT, native_id)
        self.drafts: dict[str, SessionDraft] = {"": self.main}
        """By sub-agent; the main conversation's is the empty one."""
        self._calls: dict[str, _Call] = {}
        self._models: dict[str, str | None] = {}
        """The model that each sub-agent was last said to use."""
        self._assumed: set[str] = set()
        """Messages that do not say their model themselves."""
        self._message_of: dict[str, str | None] = {}
        """Event id to its message's id, or for events that are none to the nearest message before it."""
        self._titles: dict[str, str] = {}
        self._started_by: dict[str, str] = {}
        """Sub-agents to the calls that started them."""
        self._kinds: dict[str, Callable[[Record, Record], None]] = {
            "session.start": self._start,
            "session.resume": self._start,
            "session.context_changed": self._context_changed,
            "session.title_changed": self._title_changed,
            "session.model_change": self._model_change,
            "session.auto_mode_resolved": self._model_change,
            "session.compaction_complete": self._compaction,
            "session.snapshot_rewind": self._rewind,
            "session.error": self._notice,
            "session.warning": self._notice,
            "subagent.started": self._subagent,
            "system.message": self._system,
            "user.message": self._user,
            "assistant.message": self._assistant,
            "tool.execution_start": self._tool_start,
            "tool.execution_complete": self._tool_complete,
        }

    def take(self, event: Record, _line: int) -> None:
        """Take in one event; types that are not known, or say nothing here, are passed by.

        Raises:
            FormatError: an event of a known type has not its shape.
        """
        event_id = text_of(event, "id")
        read = self._kinds.get(str(event.get("type")))
        if read is not None:
            if not isinstance(event.get("data"), dict):
                raise FormatError(f"{event['type']}: no data")
            read(event, event["data"])
        if event_id is not None:
            self._message_of.setdefault(event_id, self._parent(event))

    # The session

    def _start(self, event: Record, data: Record) -> None:
        main = self.main
        if event["type"] == "session.start":
            main.native_id = text_of(data, "sessionId") or main.native_id
            main.parent = text_of(data, "detachedFromSpawningParentSessionId")
        main.version = text_of(data, "copilotVersion") or main.version
        self._context_changed(event, object_of(data, "context"))
        selected = text_of(data, "selectedModel")
        if selected is not None:
            self._models[""] = selected

    def _context_changed(self, _event: Record, context: Record) -> None:
        main = self.main
        main.cwd = text_of(context, "cwd") or main.cwd
        main.branch = text_of(context, "branch") or main.branch
        repository, host = text_of(context, "repository"), text_of(context, "repositoryHost")
        if repository is not None and (host or context.get("hostType") == "github"):
            main.repository_url = f"https://{host or 'github.com'}/{repository}"

    def _title_changed(self, _event: Record, data: Record) -> None:
        self.main.agent_title = text_of(data, "title") or self.main.agent_title

    def _model_change(self, event: Record, data: Record) -> None:
        model = text_of(data, "newModel", "chosenModel")
        if model is not None:
            self._models[text_of(event, "agentId") or ""] = model

    def _subagent(self, event: Record, data: Record) -> None:
        title = text_of(data, "agentDisplayName", "agentName")
        agent, call = text_of(event, "agentId"), text_of(data, "toolCallId")
        if agent is not None and call is not None:
            self._started_by[agent] = call
        for name in (agent, call):
            if name is not None and title is not None:
                self._titles[name] = title
                self._models.setdefault(name, text_of(data, "model"))

    def _rewind(self, _event: Record, data: Record) -> None:
        """Mark the messages from an event on: the person went back behind them."""
        target = self._message_of.get(text_of(data, "upToEventId") or "")
        ids = list(self.main.messages)
        for message_id in ids[ids.index(target) :] if target in ids else ():
            self.main.messages[message_id].kind = self.main.messages[message_id].kind or "rewound"

    # Messages

    def _user(self, event: Record, data: Record) -> None:
        draft = self._draft(event, data)
        message = self._begin(draft, event, "user")
        message.add(DraftPart(f"{message.id}:0", "text", _content(data), message.time_ms))
        for index, attachment in enumerate(objects_of(data, "attachments"), 1):
            name = text_of(attachment, "path", "filePath", "displayName", "type") or "attachment"
            message.add(DraftPart(f"{message.id}:{index}", "file", name, message.time_ms))
        source = text_of(data, "source")
        is_program = source not in {None, "user"} or data.get("isAutopilotContinuation") is True
        text = text_of(data, "content") or ""
        if draft is self.main and (is_program or not typed_text(text)):
            message.kind = "injected"
        elif draft.prompt_title is None:
            draft.prompt_title = title_from(text)

    def _assistant(self, event: Record, data: Record) -> None:
        draft = self._draft(event, data)
        message = self._begin(draft, event, "assistant", text_of(data, "messageId"))
        event_id, time_ms = text_of(event, "id") or message.id, read_time_ms(event.get("timestamp"))
        message.model = text_of(data, "model") or message.model
        if message.model is None:
            model = self._models.get(_agent_of(event, data))
            message.model = model if model != _AUTO else None
            self._assumed.add(message.id)
        output = data.get("outputTokens")
        if isinstance(output, int):
            message.tokens["output"] = max(output, message.tokens.get("output", 0))
        reasoning, text = text_of(data, "reasoningText"), text_of(data, "content")
        if reasoning is not None:
            message.add(DraftPart(f"{event_id}:reasoning", "reasoning", reasoning, time_ms))
        if text is not None:
            message.add(DraftPart(f"{event_id}:text", "text", text, time_ms))
        for request in objects_of(data, "toolRequests"):
            call_id, name = text_of(request, "toolCallId"), text_of(request, "name")
            if call_id is not None:
                self._call(draft, message, call_id, name or "tool", request.get("arguments"), time_ms)

    def _system(self, event: Record, data: Record) -> None:
        self._inject(event, data, _content(data), "user", "injected")

    def _notice(self, event: Record, data: Record) -> None:
        self._inject(event, data, text_of(data, "message"), "assistant", "injected")

    def _compaction(self, event: Record, data: Record) -> None:
        self._inject(event, data, text_of(data, "summaryContent"), "user", "compaction")

    def _inject(self, event: Record, data: Record, text: str | None, role: Role, kind: str) -> None:
        if text:
            message = self._begin(self._draft(event, data), event, role)
            message.kind = kind
            message.add(DraftPart(f"{message.id}:0", "text", text, message.time_ms))

    # Tool calls

    def _tool_start(self, event: Record, data: Record) -> None:
        call_id = text_of(data, "toolCallId")
        if call_id is None:
            raise FormatError("tool.execution_start: no toolCallId")
        if call_id not in self._calls:
            draft = self._draft(event, data)
            message = self._begin(draft, event, "assistant")
            name = text_of(data, "toolName") or "tool"
            self._call(draft, message, call_id, name, data.get("arguments"), message.time_ms)

    def _call(
        self,
        draft: SessionDraft,
        message: DraftMessage,
        call_id: str,
        name: str,
        arguments: object,
        time_ms: int,
    ) -> None:
        values = _arguments(arguments)
        part = DraftPart(call_id, "tool", "", time_ms, name, call_id, compact_json(values))
        self._calls.setdefault(call_id, _Call(draft, message, message.add(part), values))

    def _tool_complete(self, event: Record, data: Record) -> None:
        call = self._calls.get(text_of(data, "toolCallId") or "")
        if call is None:
            raise FormatError("tool.execution_complete: there is no call with its toolCallId")
        result = object_of(data, "result")
        text = text_of(result, "content", "text_result_for_llm", "textResultForLlm")
        call.part.text = text or text_of(object_of(data, "error"), "message") or ""
        succeeded = _succeeded(data, result)
        call.part.status = "completed" if succeeded else "error"
        model = text_of(data, "model")
        if model is not None and call.message.id in self._assumed:
            call.message.model = model
        if not succeeded:
            return
        detailed = text_of(result, "detailedContent")
        time_ms = read_time_ms(event.get("timestamp"))
        payload = compact_json({"detailedContent": detailed}) if detailed else None
        for edit in read_edits(call.part.tool or "", call.arguments, detailed, call.draft.cwd):
            call.draft.edit(edit, call.message, call.part, time_ms, payload)

    def name_started(self) -> None:
        """Let calls that started sub-agents say which sessions these are."""
        for agent, draft in self.drafts.items():
            call = self._calls.get(self._started_by.get(agent, agent))
            if call is not None and draft is not call.draft:
                call.part.text = naming_session(call.part.text, "session", draft.native_id)

    # Where an event belongs

    def _draft(self, event: Record, data: Record) -> SessionDraft:
        """The conversation of an event: the main one, or its sub-agent's."""
        agent = _agent_of(event, data)
        known = self.drafts.get(agent)
        if known is None:
            main = self.main
            known = self.drafts[agent] = SessionDraft(
                AGENT, f"{main.native_id}:{agent}", main.native_id, main.cwd, main.branch,
                main.repository_url, main.version, agent_title=self._titles.get(agent),
            )  # fmt: skip
        return known

    def _begin(
        self, draft: SessionDraft, event: Record, role: Role, message_id: str | None = None
    ) -> DraftMessage:
        event_id = text_of(event, "id")
        if event_id is None:
            raise FormatError(f"{event['type']}: no id")
        message = draft.message(message_id or event_id, role, read_time_ms(event.get("timestamp")))
        parent = self._parent(event)
        if message.parent_id is None and parent != message.id and parent in draft.messages:
            message.parent_id = parent
        self._message_of[event_id] = message.id
        return message

    def _parent(self, event: Record) -> str | None:
        parent = event.get("parentId")
        return self._message_of.get(parent) if isinstance(parent, str) else None


def _agent_of(event: Record, data: Record) -> str:
    return text_of(event, "agentId") or text_of(data, "parentToolCallId") or ""


def _content(data: Record) -> str:
    content = data.get("content")
    if not isinstance(content, str):
        raise FormatError("a message without content")
    return content


def _arguments(value: object) -> object:
    """A call's arguments: an object, or JSON text of one; another text (a patch) stays as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _succeeded(data: Record, result: Record) -> bool:
    """Whether a call succeeded; before ``success`` the result said so. What says neither did not."""
    if "success" in data:
        return data["success"] is True
    return text_of(result, "result_type", "resultType") == "success"
