"""The command with which a person goes on with a recorded session in its agent.

Sources: the agents' own help (``claude --resume ID``, ``codex resume ID``, ``gemini --resume ID``,
``opencode --session ID``, ``pi --session ID``, ``copilot --resume=ID``, ``cursor-agent --resume ID``). Aider
knows no sessions.
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
