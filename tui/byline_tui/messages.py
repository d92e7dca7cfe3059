"""Messages that the app itself answers: they lead from one screen to another."""

from dataclasses import dataclass
from typing import Literal

from textual.message import Message


@dataclass
class OpenConversation(Message):
    """Show a session's conversation, at a tool call (marked and unfolded), else at a message, else whole."""

    session_id: str
    message_id: str | None = None
    tool_call_id: str | None = None


@dataclass
class OpenReview(Message):
    """Show a revision's review, at a line of a file: ``line_number`` counts as in the patch model."""

    rev: str
    path: str | None = None
    line_number: int | None = None
    kind: Literal["added", "removed"] = "added"
