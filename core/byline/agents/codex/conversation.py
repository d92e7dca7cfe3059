"""A thread while its history is being read: messages and parts that later records complete."""

import zlib
from dataclasses import dataclass, field

from byline.agents.codex.items import usage_tokens
from byline.record import Edit, Message, Part, PartType, Role, Session, prefixed

AGENT = "codex"


@dataclass(slots=True)
class OpenPart:
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
class OpenMessage:
    """A message of which further items may still come; its parts in order, by their ids."""

    id: str
    role: Role
    time_ms: int
    model: str | None = None
    kind: str | None = None
    parent_id: str | None = None
    stated: bool = False
    """Whether an event of the history says that a person typed it."""
    tokens: dict[str, int] = field(default_factory=dict)
    parts: dict[str, OpenPart] = field(default_factory=dict)

    def add(self, kind: PartType, text: str, time_ms: int) -> OpenPart:
        """Add a part that has no id of its own: it is known by its place in the message."""
        part_id = f"{self.id}:{len(self.parts)}"
        return self.parts.setdefault(part_id, OpenPart(part_id, kind, text, time_ms))

    @property
    def texts(self) -> list[str]:
        """The texts of the message."""
        return [part.text for part in self.parts.values() if part.type == "text"]

    def count(self, usage: object) -> None:
        """Add the tokens of one response."""
        for name, number in usage_tokens(usage).items():
            self.tokens[name] = self.tokens.get(name, 0) + number


@dataclass(slots=True)
class Conversation:
    """One thread: what its head says, its messages in order and its edits by their calls."""

    native_id: str
    parent: str | None = None
    cwd: str | None = None
    branch: str | None = None
    repository_url: str | None = None
    version: str | None = None
    title: str | None = None
    """The name the thread was given."""
    prompt: str | None = None
    """A title made of the first thing a person typed."""
    messages: dict[str, OpenMessage] = field(default_factory=dict)
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    """How many messages of a turn were named by their place in it."""

    @property
    def id(self) -> str:
        """The store's session id."""
        return prefixed(AGENT, self.native_id)

    def begin(
        self, role: Role, time_ms: int, native_id: str | None, turn: str | None, seed: str
    ) -> OpenMessage:
        """A new message.

        Its id is Codex's own; else its place in the turn; else, before turns had ids, its place in the
        thread and what it says (``seed``). All three outlive that the thread grows or is forked.
        """
        message_id = native_id or ""
        if not message_id or message_id in self.messages:
            named = turn or f"{zlib.crc32(seed.encode('utf-8', 'surrogatepass')):08x}"
            place = self._places.get(named, 0)
            if turn is None:
                place = max(place, len(self.messages))
            message_id = f"{named}:{place}"
            self._places[named] = place + 1
        parent = next(reversed(self.messages), None)
        message = OpenMessage(message_id, role, time_ms, parent_id=parent)
        self.messages[message_id] = message
        return message

    def session(self, source: str | None) -> Session:
        """The session as a record."""
        return Session(
            id=self.id,
            agent=AGENT,
            native_id=self.native_id,
            title=self.title or self.prompt,
            title_source="agent" if self.title else "prompt" if self.prompt else None,
            cwd=self.cwd,
            branch=self.branch,
            repository_url=self.repository_url,
            parent_id=prefixed(AGENT, self.parent) if self.parent else None,
            agent_version=self.version,
            source=source,
        )

    def records(self) -> tuple[list[Message], list[Part], list[Edit]]:
        """The messages, their parts and the edits as records, in the order in which they began."""
        session_id = self.id
        messages: list[Message] = []
        parts: list[Part] = []
        for message in self.messages.values():
            messages.append(
                Message(
                    session_id, message.id, message.role, message.time_ms, message.model, message.parent_id,
                    tokens=message.tokens or None, kind=message.kind,
                )
            )  # fmt: skip
            parts += [
                Part(
                    session_id, message.id, part.id, part.type, part.text, part.time_ms, part.tool,
                    part.call, part.input, part.status, part.patch,
                )
                for part in message.parts.values()
            ]  # fmt: skip
        edits = [edit for made in self.edits.values() for edit in made]
        return messages, parts, sorted(edits, key=lambda edit: edit.seq)
