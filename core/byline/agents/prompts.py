"""Tell what a person typed from what programs put into a user's messages, and make titles of it.

Coding agents inject reminders, command output, caveats and summaries as user messages. Titles made
from them are what people complain about most (``reading.md`` 2.5).
"""

import re

_TAGS = (
    "command-name|command-message|command-args|command-contents|local-command-stdout|local-command-stderr|"
    "local-command-caveat|system-reminder|task-notification|objective|bash-stdout|bash-stderr|"
    "user-prompt-submit-hook|ide_opened_file|ide_selection|ide_diagnostics|environment_context|"
    "user_instructions|INSTRUCTIONS|new-diagnostics"
)
_INJECTED = re.compile(rf"<({_TAGS})\b[^>]*>.*?</\1>", re.DOTALL)
_BASH_INPUT = re.compile(r"<bash-input>(.*?)</bash-input>", re.DOTALL)
_COMMAND = re.compile(r"<command-name>\s*/?(.*?)\s*</command-name>", re.DOTALL)
_ARGUMENTS = re.compile(r"<command-args>\s*(.*?)\s*</command-args>", re.DOTALL)
_CONTINUED = "This session is being continued from a previous conversation"
_NOT_TYPED = (
    "Caveat: The messages below were generated",
    "[Request interrupted by user",
    "# AGENTS.md instructions",
    "Base directory for this skill:",
)
_TRIVIAL = re.compile(
    r"/(clear|model|login|logout|plan|exit|quit|compact|resume|help|status|cost|config|permissions|mcp|"
    r"context|usage|effort|fast|theme|terminal-setup|doctor|ide|agents|hooks|plugin|memory|add-dir|rename)\b"
    r"[^\n]*\Z"
)
# What Claude Code types for a person who accepts a plan: the plan's own heading is the title.
_ACCEPTED_PLAN = "Implement the following plan:"
_LEAD_IN = re.compile(r"[^\n]{1,80}:\Z")
_HEADING = re.compile(r"^#+\s*(Plan\s*:\s*)?", re.IGNORECASE)
_TITLE_LENGTH = 200


def typed_text(text: str) -> str:
    """What a person typed of a user message's text, without what was injected; empty when nothing is left."""
    if "<" in text:
        text = _BASH_INPUT.sub(r"! \1", text)
        text = _INJECTED.sub("", text)
    text = text.strip()
    return "" if text.startswith((_CONTINUED, *_NOT_TYPED)) else text


def apart(text: str) -> tuple[str, str]:
    """A user message's text as what a person typed, and what a program put beside it into the same text."""
    typed = typed_text(text)
    if not typed or typed == text.strip():
        return text, ""
    return typed, "\n\n".join(found[0] for found in _INJECTED.finditer(text))


def is_continuation(text: str) -> bool:
    """Whether a text is the summary an agent begins with after compacting its context."""
    return text.lstrip().startswith(_CONTINUED)


def slash_command(text: str) -> str | None:
    """The command a person called (``/fix 12``), where the text is the record of one that says something."""
    name = _COMMAND.search(text)
    if name is None:
        return None
    arguments = _ARGUMENTS.search(text)
    command = f"/{name[1]} {arguments[1] if arguments else ''}".strip()
    return None if _TRIVIAL.match(command) else _one_line(command)


def title_from(text: str) -> str | None:
    """A title from a person's text: its first line, and the next as well when the first only leads in."""
    typed = typed_text(text)
    if not typed or _TRIVIAL.match(typed):
        return None
    lines = [line.strip() for line in typed.split("\n") if line.strip()]
    title = lines[0].lstrip("#").strip() or lines[0]
    if len(lines) > 1 and _LEAD_IN.match(title):
        heading = _HEADING.sub("", lines[1])
        title = heading if title == _ACCEPTED_PLAN and heading else f"{title} {heading}"
    return _one_line(title)


def _one_line(text: str) -> str | None:
    title = " ".join(text.split())
    return (title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1] + "…") or None
