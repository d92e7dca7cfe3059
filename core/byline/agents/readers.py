"""The history readers there are."""

from collections.abc import Collection

from byline.agents.claude.history import ClaudeHistory
from byline.agents.reader import Reader
from byline.errors import UsageError

READERS: tuple[Reader, ...] = (ClaudeHistory(),)


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
