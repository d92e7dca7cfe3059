"""A conversation while its transcript is being read: its titles and counts, as Claude Code tells them."""

from dataclasses import dataclass, field
from typing import Any

from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft

AGENT = "claude"


@dataclass(slots=True)
class Conversation(SessionDraft):
    """One session of a transcript; the main one or a sub-agent's."""

    titles: dict[str, str] = field(default_factory=dict)
    """The agent's titles by the type of their record; the last one of each type."""
    first_prompt: str | None = None
    first_command: str | None = None
    is_stored: bool = False
    """Whether the transcript was read before, and the conversation had something in it then."""

    def settle_title(self) -> None:
        """Choose among the titles; without any, the first prompt is one, or else the first command."""
        kinds = ("custom-title", "ai-title", "description", "summary", "agent-name")
        self.agent_title = next((self.titles[kind] for kind in kinds if kind in self.titles), None)
        self.prompt_title = self.first_prompt or self.first_command


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that waits for its result."""

    part: DraftPart
    message: DraftMessage
    name: str
    input: dict[str, Any]


def count_tokens(message: DraftMessage, tokens: dict[str, int]) -> None:
    """Take in one line's token counts: lines of one message repeat them, early ones with too little."""
    for name, number in tokens.items():
        message.tokens[name] = max(number, message.tokens.get(name, 0))
