"""The history readers there are."""

from collections.abc import Collection

from byline.agents.aider.history import AiderHistory
from byline.agents.claude.history import ClaudeHistory
from byline.agents.codex.history import CodexHistory
from byline.agents.copilot.history import CopilotHistory
from byline.agents.cursor.history import CursorHistory
from byline.agents.gemini.history import GeminiHistory
from byline.agents.opencode.history import OpenCodeHistory
from byline.agents.pi.history import PiHistory
from byline.agents.reader import Reader
from byline.errors import UsageError

READERS: tuple[Reader, ...] = (
    ClaudeHistory(),
    CodexHistory(),
    PiHistory(),
    GeminiHistory(),
    CopilotHistory(),
    CursorHistory(),
    AiderHistory(),
    OpenCodeHistory(),
)


def readers_for(agents: Collection[str] | None) -> tuple[Reader, ...]:
    """The readers of these agents, or all of them.

    Raises:
        UsageError: there is no reader for one of the names.
    """
    if agents is None:
        return READERS
    known = {reader.name for reader in READERS}
    unknown = sorted(set(agents) - known)
    if unknown:
        raise UsageError(f"no reader for {', '.join(unknown)}: choose from {', '.join(sorted(known))}")
    return tuple(reader for reader in READERS if reader.name in agents)
