"""What every raw hook event of Claude Code says: whose session, when, where (``formats.md`` 1.6)."""

import os
from collections.abc import Iterator

from byline.errors import FormatError
from byline.frozen import dataclass, replace
from byline.ingest.fields import LATEST_MS, optional_text, required_text
from byline.ingest.reading import Json
from byline.ingest.transcript_tail import AssistantRecord
from byline.record import PREFIXES, Session, prefixed

AGENT = "claude"


@dataclass(frozen=True, slots=True)
class ClaudeEvent:
    """An event. A sub-agent's belongs to the sub-agent's session, with the parent's as its parent."""

    name: str
    session: Session
    time_ms: int
    value: Json

    def transcripts(self) -> Iterator[str]:
        """Where the records of this event's session may be, likeliest first; they need not exist.

        A sub-agent's calls come with its parent's transcript; its own lies below it, in older
        layouts beside it or within it (``formats.md`` 1.1).
        """
        own = optional_text(self.value, "agent_transcript_path")
        if own is not None:
            yield own
        main = optional_text(self.value, "transcript_path")
        if main is None:
            return
        agent_id = optional_text(self.value, "agent_id")
        if agent_id is not None and "/" not in agent_id:
            yield f"{main.removesuffix('.jsonl')}/subagents/agent-{agent_id}.jsonl"
            yield os.path.join(os.path.dirname(main), f"agent-{agent_id}.jsonl")  # noqa: PTH118, PTH120 - text: a hook loads no pathlib
        yield main


def read_event(value: Json, received_ms: int) -> ClaudeEvent:
    """The facts that every event has.

    ``received_ms`` is its time unless it tells one itself (``timestamp``, ISO 8601 or Unix ms).

    Raises:
        FormatError: it names no event or no session.
    """
    name = required_text(value, "hook_event_name")
    session_id = prefixed(AGENT, required_text(value, "session_id"))
    agent_id = optional_text(value, "agent_id")
    own_id = prefixed(AGENT, agent_id) if agent_id is not None else session_id
    session = Session(
        own_id,
        AGENT,
        own_id.removeprefix(PREFIXES[AGENT]),
        cwd=optional_text(value, "cwd"),
        parent_id=session_id if agent_id is not None else None,
    )
    time_ms = timestamp_ms(value.get("timestamp"))
    return ClaudeEvent(name, session, received_ms if time_ms is None else time_ms, value)


def located(session: Session, record: AssistantRecord | None) -> Session:
    """The session with what the transcript's record adds: the branch and the agent's version."""
    if record is None:
        return session
    return replace(session, branch=record.branch, agent_version=record.version)


def timestamp_ms(value: object) -> int | None:
    """Unix ms of an ISO 8601 text or a whole number of milliseconds; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LATEST_MS:
        return value
    if not isinstance(value, str):
        return None
    from datetime import UTC, datetime  # noqa: PLC0415 - a hook loads what it needs

    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(round(aware.timestamp() * 1000), 0)


def required_tool(event: ClaudeEvent) -> tuple[str, Json]:
    """The event's tool and its input.

    Raises:
        FormatError: there is none.
    """
    tool_input = event.value.get("tool_input")
    if tool_input is not None and not isinstance(tool_input, dict):
        raise FormatError("tool_input must be an object")
    return required_text(event.value, "tool_name"), tool_input or {}
