"""A conversation while its transcript is being read: messages and parts that later lines complete."""

from dataclasses import dataclass, field
from typing import Literal

from byline.record import Edit, Message, Part, PartType, Role, Session, prefixed

AGENT = "claude"


@dataclass(slots=True)
class OpenPart:
    """A part whose text, status or input a later line may still bring."""

    id: str
    type: PartType
    text: str
    time_ms: int
    tool: str | None = None
    call: str | None = None
    input: str | None = None
    status: str | None = None


@dataclass(slots=True)
class OpenMessage:
    """A message of which further lines may still come; its parts in order, by their ids."""

    id: str
    role: Role
    time_ms: int
    parent_id: str | None = None
    model: str | None = None
    kind: str | None = None
    cost: float | None = None
    tokens: dict[str, int] = field(default_factory=dict)
    parts: dict[str, OpenPart] = field(default_factory=dict)

    def add(self, part: OpenPart) -> OpenPart:
        """Add a part; one that is there already (a line repeated) stays as it is and is returned."""
        return self.parts.setdefault(part.id, part)

    def count(self, tokens: dict[str, int]) -> None:
        """Take in one line's token counts: lines of one message repeat them, early ones with too little."""
        for name, number in tokens.items():
            self.tokens[name] = max(number, self.tokens.get(name, 0))


@dataclass(slots=True)
class Conversation:
    """One session of a transcript; the main one or a sub-agent's."""

    native_id: str
    parent: str | None = None
    cwd: str | None = None
    branch: str | None = None
    version: str | None = None
    titles: dict[str, str] = field(default_factory=dict)
    """The agent's titles by the type of their record; the last one of each type."""
    first_prompt: str | None = None
    first_command: str | None = None
    messages: dict[str, OpenMessage] = field(default_factory=dict)
    edits: dict[tuple[str | None, str], Edit] = field(default_factory=dict)
    """By call and path: a call that the file repeats is one edit."""

    @property
    def id(self) -> str:
        """The store's session id."""
        return prefixed(AGENT, self.native_id)

    def message(self, message_id: str, role: Role, time_ms: int) -> OpenMessage:
        """The message with this id, begun if it is new."""
        known = self.messages.get(message_id)
        if known is None:
            known = self.messages[message_id] = OpenMessage(message_id, role, time_ms)
        return known

    def session(self, source: str | None) -> Session:
        """The session as a record."""
        title, title_source = self._title()
        return Session(
            id=self.id,
            agent=AGENT,
            native_id=self.native_id,
            title=title,
            title_source=title_source,
            cwd=self.cwd,
            branch=self.branch,
            parent_id=prefixed(AGENT, self.parent) if self.parent else None,
            agent_version=self.version,
            source=source,
        )

    def records(self) -> tuple[list[Message], list[Part]]:
        """The messages and their parts as records, in the order in which they began."""
        session_id = self.id
        messages: list[Message] = []
        parts: list[Part] = []
        for message in self.messages.values():
            messages.append(
                Message(
                    session_id, message.id, message.role, message.time_ms, message.model, message.parent_id,
                    tokens=message.tokens or None, cost=message.cost, kind=message.kind,
                )
            )  # fmt: skip
            parts += [
                Part(
                    session_id, message.id, part.id, part.type, part.text, part.time_ms, part.tool,
                    part.call, part.input, part.status,
                )
                for part in message.parts.values()
            ]  # fmt: skip
        return messages, parts

    def _title(self) -> tuple[str | None, Literal["agent", "prompt"] | None]:
        for kind in ("custom-title", "ai-title", "description", "summary", "agent-name"):
            if kind in self.titles:
                return self.titles[kind], "agent"
        prompt = self.first_prompt or self.first_command
        return prompt, ("prompt" if prompt else None)
