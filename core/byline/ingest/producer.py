"""Who sent a payload, and what its sessions are called in the store."""

from byline.record import PREFIXES, Session, prefixed

_SUFFIXES = ("-code", "-cli")


def agent_of(tool_name: str) -> str:
    """The agent behind a producer's ``tool_name``: ``Claude Code`` and ``claude_code`` are ``claude``."""
    name = tool_name.strip().lower().replace(" ", "-").replace("_", "-")
    for suffix in _SUFFIXES:
        if name.removesuffix(suffix) in PREFIXES:
            return name.removesuffix(suffix)
    return name if name in PREFIXES else tool_name.strip()


def session_of(
    tool_name: str | None,
    native_id: str,
    *,
    cwd: str | None = None,
    repository_url: str | None = None,
    branch: str | None = None,
    title: str | None = None,
    parent: str | None = None,
    version: str | None = None,
) -> Session:
    """The session a payload speaks of. Without a producer the id stays, and its prefix names the agent.

    ``parent`` is the producer's own id of the session that this one is a part of, ``version`` the agent's.
    """
    if tool_name is None:
        agent = next((name for name, prefix in PREFIXES.items() if native_id.startswith(prefix)), "unknown")
        session_id = native_id
    else:
        agent = agent_of(tool_name)
        session_id = prefixed(agent, native_id)
    return Session(
        session_id,
        agent,
        session_id.removeprefix(PREFIXES.get(agent, "")),
        title=title,
        title_source="agent" if title else None,
        cwd=cwd,
        branch=branch,
        repository_url=repository_url,
        parent_id=prefixed(agent, parent) if parent else None,
        agent_version=version,
    )
