"""The command with which a person goes on with a recorded session in its agent.

Sources, read in November 2026. The programs' own help and code: Codex 0.169 (``codex resume
[SESSION_ID]``), OpenCode 1.18 (``-s, --session``), Pi 0.87 (its ``docs/cli.md``: ``--session <path|id>``,
looked for first in the project of the folder), Gemini CLI 0.61 (``--resume``: its help names "latest" and
an index, its code tries the whole id first, among the sessions of the folder). Documentation: Claude Code's
CLI reference (``claude --resume ID``), Cursor's (``cursor-agent --resume ID``, of late also ``agent``), and
Copilot CLI, which prints ``copilot --resume=ID`` when it is left. Aider knows no sessions: it has one
history for a folder.
"""

import re
import shlex

_COMMANDS: dict[str, tuple[str, ...]] = {
    "claude": ("claude", "--resume", "{id}"),
    "codex": ("codex", "resume", "{id}"),
    "opencode": ("opencode", "--session", "{id}"),
    "pi": ("pi", "--session", "{id}"),
    "gemini": ("gemini", "--resume", "{id}"),
    "copilot": ("copilot", "--resume={id}"),
    "cursor": ("cursor-agent", "--resume", "{id}"),
}
# What is pasted into a shell came from somebody's file: an id is letters, digits and a few signs.
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}")


def resume_command(agent: str, native_id: str, cwd: str | None) -> str | None:
    """A line for a POSIX shell, or None where the agent has no such command (or the id is no id).

    Agents find a session from the folder that it was in, so the line begins by going there.
    """
    words = _COMMANDS.get(agent)
    if words is None or not _ID.fullmatch(native_id):
        return None
    command = shlex.join(word.format(id=native_id) for word in words)
    if not cwd or not cwd.isprintable():
        return command
    return f"cd {shlex.quote(cwd)} && {command}"
