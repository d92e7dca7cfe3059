"""What the raw hook events of Codex and Gemini CLI have in common: whose session, when, what was said."""

from byline.frozen import dataclass
from byline.ingest.claude_event import timestamp_ms
from byline.ingest.fields import optional_text, required_text
from byline.ingest.reading import DERIVED, Item, Json, Reading
from byline.record import PREFIXES, Message, Part, Role, Session, prefixed


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """An event with its session. ``time_ms`` is Unix ms: its own, else when it was received."""

    name: str
    session: Session
    time_ms: int
    value: Json


def read_event(agent: str, value: Json, received_ms: int) -> AgentEvent:
    """The facts that every event has.

    Raises:
        FormatError: it names no event or no session.
    """
    name = required_text(value, "hook_event_name")
    session_id = prefixed(agent, required_text(value, "session_id"))
    native_id = session_id.removeprefix(PREFIXES[agent])
    session = Session(session_id, agent, native_id, cwd=optional_text(value, "cwd"))
    time_ms = timestamp_ms(value.get("timestamp"))
    return AgentEvent(name, session, received_ms if time_ms is None else time_ms, value)


def said(event: AgentEvent, role: Role, text: str, model_id: str | None = None) -> Reading:
    """A message of one text; its id is derived, until the history brings the agent's own."""
    if not text.strip():
        return Reading(is_event=True)
    turn = optional_text(event.value, "turn_id") or ""
    message_id = derived_id(event.session.id, role, turn, text)
    message = Message(event.session.id, message_id, role, event.time_ms, model_id)
    part = Part(event.session.id, message_id, None, "text", text, event.time_ms)
    return Reading((Item(0, event.session, message), Item(0, event.session, part)), is_event=True)


def derived_id(*content: str) -> str:
    """An id from content, the same whenever the event comes again."""
    import hashlib  # noqa: PLC0415 - a hook loads what it needs

    digest = hashlib.sha256("\0".join(content).encode("utf-8", "surrogatepass"))
    return f"{DERIVED}{digest.hexdigest()[:24]}"
