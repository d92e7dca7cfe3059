"""What the raw hook events of agents have in common: whose session, when, what was said, what was called."""

from collections.abc import Iterable

from byline.errors import FormatError
from byline.frozen import dataclass
from byline.ingest.claude_event import timestamp_ms
from byline.ingest.fields import optional_text, required_text
from byline.ingest.reading import DERIVED, Item, Json, Reading, Skipped
from byline.record import PREFIXES, Edit, Message, Part, PartType, Role, Session, prefixed
from byline.store.text_form import as_json, storable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.agents.recorded_edit import RecordedEdit


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """An event with its session. ``time_ms`` is Unix ms: its own, else when it was received."""

    name: str
    session: Session
    time_ms: int
    value: Json


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call that ended. ``call_id`` is the agent's own, or derived (:func:`derived_id`)."""

    tool: str
    call_id: str
    input: object
    output: str
    failed: bool
    model_id: str | None = None


def read_event(agent: str, value: Json, received_ms: int) -> AgentEvent:
    """The facts that every event has.

    Raises:
        FormatError: it names no event or no session.
    """
    name = required_text(value, "hook_event_name")
    session = session_of_event(agent, required_text(value, "session_id"), optional_text(value, "cwd"))
    return AgentEvent(name, session, event_time_ms(value, received_ms), value)


def session_of_event(agent: str, native_id: str, cwd: str | None) -> Session:
    """The session with the agent's own id."""
    session_id = prefixed(agent, native_id)
    return Session(session_id, agent, session_id.removeprefix(PREFIXES[agent]), cwd=cwd)


def event_time_ms(value: Json, received_ms: int) -> int:
    """When an event says that it happened (``timestamp``), else when it was received; Unix ms."""
    time_ms = timestamp_ms(value.get("timestamp"))
    return received_ms if time_ms is None else time_ms


def said(
    event: AgentEvent,
    role: Role,
    text: str,
    model_id: str | None = None,
    turn: str | None = None,
    part_type: PartType = "text",
) -> Reading:
    """A message of one text; its id is derived, until the history brings the agent's own.

    ``turn`` is what the agent calls the request that this belongs to.
    """
    if not text.strip():
        return Reading(is_event=True)
    place = turn or optional_text(event.value, "turn_id") or ""
    message_id = derived_id(
        event.session.id, role, place, text, *([part_type] if part_type != "text" else [])
    )
    message = Message(event.session.id, message_id, role, event.time_ms, model_id)
    part = Part(event.session.id, message_id, None, part_type, text, event.time_ms)
    return Reading((Item(0, event.session, message), Item(0, event.session, part)), is_event=True)


def told(event: AgentEvent, called: Called, edits: "Iterable[RecordedEdit]") -> Reading:
    """A tool call as a message of its own, with its part and its edits.

    ``edits`` is read last: what cannot be read of it costs neither call nor message, and is skipped with
    its reason.
    """
    session, call_id = event.session, called.call_id
    message_id = call_id if call_id.startswith(DERIVED) else f"{DERIVED}{call_id}"
    message = Message(session.id, message_id, "assistant", event.time_ms, called.model_id)
    part = Part(
        session.id,
        message_id,
        call_id,
        "tool",
        storable(called.output),
        event.time_ms,
        tool=called.tool,
        tool_call_id=call_id,
        input=as_json(called.input),
        status="error" if called.failed else "completed",
    )
    items = [Item(0, session, message), Item(0, session, part)]
    try:
        items += [Item(0, session, edit_of(event, called, made)) for made in edits]
    except FormatError as error:
        return Reading(tuple(items), (Skipped(len(items), str(error), None),), is_event=True)
    return Reading(tuple(items), is_event=True)


def edit_of(event: AgentEvent, called: Called, made: "RecordedEdit") -> Edit:
    """What a call did to a file. The history knows its message by another id, so none is named."""
    return Edit(
        event.session.id,
        made.path,
        made.patch,
        event.time_ms,
        event.session.agent,
        made.precision,
        tool_call_id=called.call_id,
        model_id=called.model_id,
        tool=called.tool,
        cwd=event.session.cwd,
        before=made.before,
        after=made.after,
    )


def derived_id(*content: str) -> str:
    """An id from content, the same whenever the event comes again."""
    import hashlib  # noqa: PLC0415 - a hook loads what it needs

    digest = hashlib.sha256("\0".join(content).encode("utf-8", "surrogatepass"))
    return f"{DERIVED}{digest.hexdigest()[:24]}"
