"""What was recorded, as values: session, message, part and edit.

Agents' readers and the ingest entrypoint make these, the store keeps them. Times are Unix
milliseconds. Session ids carry their producer's prefix (``cc_`` …, see ``ingest.md``).
"""

from byline.frozen import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from byline.patch import FilePatch

    Role = Literal["user", "assistant"]
    TitleSource = Literal["agent", "renamed", "prompt"]
    PartType = Literal["text", "reasoning", "tool", "patch", "question", "file"]
    Precision = Literal["vendor_diff", "before_after", "strings", "patch_text"]
    """How exactly an edit's place is known: the agent's own diff with line numbers; whole content before
    and after; old and new strings without a place; patch text without line numbers."""
else:
    # A hook need not load typing, which takes a tenth of all that it does.
    Role = TitleSource = PartType = Precision = str

PART_TYPES: tuple[PartType, ...] = ("text", "reasoning", "tool", "patch", "question", "file")

PREFIXES = {
    "claude": "cc_",
    "opencode": "oc_",
    "codex": "cx_",
    "pi": "pi_",
    "gemini": "gm_",
    "copilot": "cp_",
    "cursor": "cu_",
    "aider": "ai_",
}
"""Agent to session id prefix (``ingest.md``)."""


def prefixed(agent: str, native_id: str) -> str:
    """The store's session id for an agent's own: the prefix is added once; unknown agents keep theirs."""
    prefix = PREFIXES.get(agent, "")
    return native_id if native_id.startswith(prefix) else prefix + native_id


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation with an agent; a sub-agent's is a session of its own with a parent."""

    id: str
    agent: str
    native_id: str
    title: str | None = None
    title_source: TitleSource | None = None
    cwd: str | None = None
    branch: str | None = None
    repository_url: str | None = None
    parent_id: str | None = None
    agent_version: str | None = None
    source: str | None = None
    """The file the history was read from; None when it came by hooks."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a session. ``tokens`` counts the whole API message once."""

    session_id: str
    message_id: str
    role: Role
    generated_at_unix_ms: int
    model_id: str | None = None
    parent_id: str | None = None
    agent: str | None = None
    tokens: dict[str, int] | None = None
    cost: float | None = None
    summary_diffs: str | None = None
    kind: str | None = None
    """What it is when it is not plainly a person's or a model's: ``injected``, ``compaction`` …"""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message, in the order of the message.

    ``text`` is what is read: the words, or a tool call's output, or a patch's raw text. ``input`` is a
    tool call's input as JSON text. ``patch`` is the JSON text of a parsed patch.
    """

    session_id: str
    message_id: str
    part_id: str | None
    type: PartType
    text: str
    generated_at_unix_ms: int
    tool: str | None = None
    tool_call_id: str | None = None
    input: str | None = None
    status: str | None = None
    patch: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One successful edit of one file by one tool call.

    ``patch`` has the path as recorded. ``before`` and ``after`` are the whole content where the
    record carries it (``before == ""`` with kind ``added`` for a created file). ``time_ms`` is when the
    call completed; ``seq`` its position in the session, for records with equal times.
    """

    session_id: str
    path: str
    patch: "FilePatch"
    time_ms: int
    tool_name: str
    precision: Precision
    message_id: str | None = None
    tool_call_id: str | None = None
    model_id: str | None = None
    tool: str | None = None
    tool_version: str | None = None
    seq: int = 0
    cwd: str | None = None
    repository_url: str | None = None
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)
    payload: str | None = field(default=None, repr=False)
