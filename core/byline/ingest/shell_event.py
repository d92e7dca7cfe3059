"""Which raw hook events begin and end a shell call, and what they say of it (``formats.md``).

The hook path looks at the bytes of every event first: only what may be a shell call's is parsed.
"""

import os

from byline.frozen import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.ingest.reading import Json

SHELL_TOOLS = frozenset({"Bash", "PowerShell", "bash", "run_shell_command", "Shell"})
"""What agents call their shell in hook events."""

_BEGINS = frozenset({"PreToolUse", "BeforeTool", "preToolUse"})
_ENDS = frozenset({"PostToolUse", "PostToolUseFailure", "AfterTool", "postToolUse", "postToolUseFailure"})
_SETTLES = frozenset(
    {
        "UserPromptSubmit", "Stop", "SubagentStop", "StopFailure", "SessionStart", "SessionEnd",
        "BeforeAgent", "AfterAgent", "beforeSubmitPrompt", "stop", "sessionStart", "sessionEnd",
    }
)  # fmt: skip
"""The events at which no call of their session is at work any more."""

_MARKS = tuple(f'"{name}"'.encode() for name in sorted(_BEGINS | _ENDS))
_TOOL_MARKS = tuple(f'"{name}"'.encode() for name in sorted(SHELL_TOOLS))


@dataclass(frozen=True, slots=True)
class ShellCall:
    """A shell call as an event tells of it.

    ``speaker`` is its session (and sub-agent), as the agent calls them; ``call`` what makes it one of theirs:
    its id, or else what it was told to do. ``cwd`` is where it begins, empty when that is not told.
    """

    agent: str
    speaker: str
    call: str
    cwd: str
    begins: bool

    def key(self) -> str:
        """What its beginning and its end have in common."""
        return f"{self.agent}\0{self.speaker}\0{self.call}"


def may_be_of_a_shell_call(data: bytes) -> bool:
    """Whether a payload has to be parsed to know; most have not."""
    return any(mark in data for mark in _MARKS) and any(mark in data for mark in _TOOL_MARKS)


def parse_shell_call(agent: str, data: bytes) -> ShellCall | None:
    """The shell call that a payload begins or ends; None for anything else, unreadable payloads too."""
    from byline.ingest.documents import read_documents  # noqa: PLC0415 - a hook loads what it needs

    documents = read_documents(data)
    value = documents[0].value
    return shell_call(agent, value) if len(documents) == 1 and isinstance(value, dict) else None


def shell_call(agent: str, value: "Json") -> ShellCall | None:
    """The shell call that an event begins or ends; None for any other event."""
    name, tool = value.get("hook_event_name"), value.get("tool_name")
    if not isinstance(tool, str) or not isinstance(name, str):
        return None
    if tool not in SHELL_TOOLS or name not in _BEGINS | _ENDS:
        return None
    told = value.get("tool_input")
    call = value.get("tool_use_id")
    if not isinstance(call, str) or not call:
        from byline.store.text_form import as_json  # noqa: PLC0415 - a hook loads what it needs

        call = as_json(told)
    return ShellCall(agent, speaker_of(value), call, _folder(value, told), name in _BEGINS)


def speaker_of(value: "Json") -> str:
    """Whose event it is: the session, and the sub-agent where it is one's."""
    session = value.get("conversation_id") or value.get("session_id") or ""
    return f"{session}\0{value.get('agent_id') or ''}"


def settles(value: "Json") -> bool:
    """Whether no call of the event's speaker is at work any more."""
    name = value.get("hook_event_name")
    return isinstance(name, str) and name in _SETTLES


def _folder(value: "Json", told: object) -> str:
    """Where the command begins: its own folder, the agent's, or the workspace's."""
    roots = value.get("workspace_roots")
    given = told if isinstance(told, dict) else {}
    own = [given.get(name) for name in ("workdir", "working_directory", "dir_path")]
    folder = ""
    # From the widest to the narrowest: each may be relative to the one before.
    for place in [*(roots[:1] if isinstance(roots, list) else ()), value.get("cwd"), *own]:
        if isinstance(place, str) and place:
            folder = os.path.normpath(os.path.join(folder, place))  # noqa: PTH118 - text: a hook loads no pathlib
    return folder if folder.startswith("/") else ""
