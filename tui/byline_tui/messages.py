"""Messages between the app and its screens: they lead from one to another, or say that the store changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from byline_tui.diff_shape import Shape

if TYPE_CHECKING:
    from byline_tui.reviewing import Reading


@dataclass
class OpenConversation(Message):
    """Show a session's conversation, at a tool call (marked and unfolded), else at a message, else whole.

    ``query`` is what was searched for where it is opened from: its hits are marked and stepped through.
    """

    session_id: str
    message_id: str | None = None
    tool_call_id: str | None = None
    query: str = ""


@dataclass
class OpenReview(Message):
    """Show a revision's review, at a line of a file: ``line_number`` counts as in the patch model.

    ``reading`` is what was read of it already.
    """

    rev: str
    path: str | None = None
    line_number: int | None = None
    kind: Literal["added", "removed"] = "added"
    reading: "Reading | None" = None


@dataclass
class DiffShaped(Message):
    """Diffs are to be shown in this form from now on."""

    shape: Shape


@dataclass
class OpenBlame(Message):
    """Show every line of a file with its author, at a revision (None: the work tree) and line (1-based)."""

    path: str
    rev: str | None = None
    line_number: int | None = None


@dataclass
class StoreChanged(Message, bubble=False):
    """Sent by the app to every open screen: another connection wrote to the store.

    It comes at most about once a second. A screen that shows what is in the store reads it again in the
    background, and leaves cursor and scroll offset where they are.
    """


@dataclass
class HistoriesWent(Message):
    """So many bytes of the agents' histories are read, of so many."""

    done: int
    total: int
