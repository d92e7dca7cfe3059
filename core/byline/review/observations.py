"""Records that show what happened without being edits of their own (rule 6 of ``attribution.md``)."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from byline.store.edits import EditRow, Edits

if TYPE_CHECKING:
    from byline.store.conversations import Conversations, ToolCall

SHELL_TOOLS = frozenset(
    {
        "Bash",
        "bash",
        "shell",
        "local_shell",
        "exec_command",
        "run_shell_command",
        "PowerShell",
        "run_terminal_cmd",
        "Shell",
    }
)
READ_TOOLS = frozenset({"Read", "read", "read_file"})

# Commands that bring text which others wrote: nothing that changes while they run is the call's.
_VERSION_CONTROL = re.compile(
    r"\b(?:git|hg|jj|svn|gh|sl)\b[^|;&\n]*?\b(?:merge|rebase|checkout|switch|restore|reset|pull|stash|apply|am|"
    r"cherry-pick|revert|read-tree|worktree|clone|update|import|patch|unshelve|new|edit|squash|split|undo)\b"
)
_NUMBERED = re.compile(r"^\s*(\d+)(?:→|\t)(.*)$")


def is_window(row: EditRow) -> bool:
    """Whether an edit is what changed while a shell command ran."""
    return row.tool in SHELL_TOOLS


def cumulative(rows: Sequence[EditRow]) -> dict[int, int]:
    """Which of the rows are diffs that a session sent per message while it also sent its tool calls: by
    index, with the index of the session's first call.

    Such a diff grows with the message and contains what others wrote meanwhile.
    """
    first_calls: dict[str, int] = {}
    for index, row in enumerate(rows):
        if row.tool_call_id:
            first_calls.setdefault(row.session_id, index)
    return {
        index: first_calls[row.session_id]
        for index, row in enumerate(rows)
        if not row.tool_call_id and row.message_id is not None and row.session_id in first_calls
    }


def is_own_window(row: EditRow, conversations: "Conversations", edits: Edits, root: str) -> bool:
    """Whether what changed in a shell call's window can be the call's: it ran no version control, no other
    shell call ran in the checkout meanwhile, no other session edited there, no other call the same file, and
    it made no mere copy. A call whose command is not known is not trusted.
    """
    call = conversations.tool_call(row.session_id, row.tool_call_id) if row.tool_call_id else None
    command = _command(call)
    if call is None or command is None or _VERSION_CONTROL.search(command):
        return False
    window = edits.shell_window(row.id)
    if window is not None and (not window.own or edits.edited_meanwhile(row, window.begin_ms)):
        return False
    begin_ms = call.time_ms if window is None else window.begin_ms
    return not edits.others_between(row.session_id, root, begin_ms, row.time_ms)


def content_read(
    row: EditRow, conversations: "Conversations", same_file: Callable[[str], bool]
) -> str | None:
    """The whole content that the session last read of the file before an edit, if it read all of it."""
    for call in conversations.calls_before(row.session_id, READ_TOOLS, row.time_ms):
        given = _input(call)
        path = given.get("file_path", given.get("path", given.get("filePath")))
        if not isinstance(path, str) or not same_file(path):
            continue
        if given.get("offset") or given.get("limit"):
            return None
        return _unnumbered(call.output.split("\n"))
    return None


def _unnumbered(lines: Iterable[str]) -> str | None:
    """The content behind ``cat -n`` style line numbers, counted from 1 without a gap."""
    content: list[str] = []
    for line in lines:
        found = _NUMBERED.match(line)
        if found is None:
            break
        if int(found[1]) != len(content) + 1:
            return None
        content.append(found[2])
    return "".join(f"{line}\n" for line in content) if content else None


def _command(call: "ToolCall | None") -> str | None:
    if call is None:
        return None
    command = _input(call).get("command", _input(call).get("cmd"))
    if isinstance(command, list):
        return " ".join(word for word in command if isinstance(word, str))
    return command if isinstance(command, str) else None


def _input(call: "ToolCall") -> dict[str, object]:
    try:
        value = json.loads(call.input or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
