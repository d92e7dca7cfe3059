"""A session while its history is being read: messages and parts that later records complete."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from byline.agents.json_lines import storable_id
from byline.agents.prompts import apart, typed_text
from byline.agents.recorded_edit import RecordedEdit
from byline.record import Edit, Message, Part, PartType, Role, Session, prefixed


@dataclass(slots=True)
class DraftPart:
    """A part whose text, status or input a later record may still bring."""

    id: str
    type: PartType
    text: str
    time_ms: int
    tool: str | None = None
    call: str | None = None
    input: str | None = None
    status: str | None = None
    patch: str | None = None


@dataclass(slots=True)
class DraftMessage:
    """A message with its parts in order, by their ids."""

    id: str
    role: Role
    time_ms: int
    parent_id: str | None = None
    model: str | None = None
    kind: str | None = None
    cost: float | None = None
    tokens: dict[str, int] = field(default_factory=dict)
    parts: dict[str, DraftPart] = field(default_factory=dict)

    def add(self, part: DraftPart) -> DraftPart:
        """Add a part; one that is there already stays as it is and is returned."""
        return self.parts.setdefault(part.id, part)

    def append(self, kind: PartType, text: str, time_ms: int) -> DraftPart:
        """Add a part that has no id of its own: it is known by its place in the message."""
        return self.add(DraftPart(f"{self.id}:{len(self.parts)}", kind, text, time_ms))

    @property
    def texts(self) -> list[str]:
        """The texts of the message."""
        return [part.text for part in self.parts.values() if part.type == "text"]


@dataclass(slots=True)
class ConversationDraft:
    """What one session of a history is and says: its head, and its messages in order.

    ``agent_title`` is the agent's own, ``prompt_title`` made of a prompt.
    """

    agent: str
    native_id: str
    parent: str | None = None
    cwd: str | None = None
    branch: str | None = None
    repository_url: str | None = None
    version: str | None = None
    agent_title: str | None = None
    prompt_title: str | None = None
    messages: dict[str, DraftMessage] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The store's session id."""
        return _id(self.agent, self.native_id)

    def message(self, message_id: str, role: Role, time_ms: int) -> DraftMessage:
        """The message with this id, begun if it is new."""
        known = self.messages.get(message_id)
        if known is None:
            known = self.messages[message_id] = DraftMessage(message_id, role, time_ms)
        return known

    def session(self, source: str | None) -> Session:
        """The session as a record."""
        title = self.agent_title or self.prompt_title
        return Session(
            id=self.id,
            agent=self.agent,
            native_id=self.native_id,
            title=title,
            title_source=None if title is None else "agent" if self.agent_title else "prompt",
            cwd=self.cwd,
            branch=self.branch,
            repository_url=self.repository_url,
            parent_id=_id(self.agent, self.parent) if self.parent else None,
            agent_version=self.version,
            source=source,
        )

    def records(self) -> tuple[list[Message], list[Part]]:
        """The messages and their parts as records, in the order in which they began."""
        session_id = self.id
        messages: list[Message] = []
        parts: list[Part] = []
        for message in _with_injected_apart(self.messages.values()):
            messages.append(
                Message(
                    session_id, message.id, message.role, message.time_ms, message.model, message.parent_id,
                    tokens=message.tokens or None, cost=message.cost, kind=message.kind,
                )
            )  # fmt: skip
            parts += [
                Part(
                    session_id, message.id, part.id, part.type, part.text, part.time_ms, part.tool,
                    part.call, part.input, part.status, part.patch,
                )
                for part in message.parts.values()
            ]  # fmt: skip
        return messages, parts


@dataclass(slots=True)
class SessionDraft(ConversationDraft):
    """One session of a history with its edits."""

    edits: dict[tuple[str | None, str], Edit] = field(default_factory=dict)
    """By call and path: a call that the history repeats is one edit."""

    def edit(
        self, edit: RecordedEdit, message: DraftMessage, part: DraftPart, time_ms: int, payload: str | None
    ) -> None:
        """Take in what a call that succeeded did to a file; the same again changes nothing.

        ``seq`` is the number of the edit in the session.
        """
        key = (part.call, edit.path)
        if key in self.edits:
            return
        self.edits[key] = Edit(
            session_id=self.id,
            path=edit.path,
            patch=edit.patch,
            time_ms=time_ms,
            tool_name=self.agent,
            precision=edit.precision,
            message_id=message.id,
            tool_call_id=part.call,
            model_id=message.model,
            tool=part.tool,
            tool_version=self.version,
            seq=len(self.edits) + 1,
            cwd=self.cwd,
            repository_url=self.repository_url,
            before=edit.before,
            after=edit.after,
            payload=payload,
        )


def _with_injected_apart(messages: Iterable[DraftMessage]) -> Iterator[DraftMessage]:
    """The messages, each prompt without what a program put into it: that is a message behind it."""
    for message in messages:
        if message.role != "user" or message.kind not in {None, "rewound"}:
            yield message
            continue
        said = replace(message, parts={})
        injected = DraftMessage(
            f"{message.id}-injected", "user", message.time_ms, message.id, kind="injected"
        )
        for part in message.parts.values():
            typed, around = apart(part.text) if part.type == "text" else (part.text, "")
            if part.type == "text" and part.text.strip() and not typed_text(part.text):
                injected.add(part)
                continue
            said.add(part if typed == part.text else replace(part, text=typed))
            if around:
                injected.add(replace(part, id=f"{part.id}:around", text=around))
        yield said
        if injected.parts:
            yield injected


def _id(agent: str, native_id: str) -> str:
    return storable_id(prefixed(agent, native_id))
