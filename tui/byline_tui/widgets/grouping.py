"""By what the gutter, the legend and the bars of a review tell contributors apart."""

from byline.record import PREFIXES
from byline.review.authors import Who
from byline_tui.diff_shape import Grouping

_UNKNOWN_MODEL = "model unknown"


def grouped(who: Who, grouping: Grouping) -> Who:
    """The contributor that stands for ``who``: a session with its model, or a model or agent named as one."""
    if who.session_id is None or grouping in {"session", "off"}:
        return who
    name = agent_of(who.session_id) if grouping == "agent" else who.model_id or _UNKNOWN_MODEL
    return Who("session", name, name)


def agent_of(session_id: str) -> str:
    """The agent that a session's id tells by its prefix; ``other agent`` where it tells none."""
    return next((agent for agent, prefix in PREFIXES.items() if session_id.startswith(prefix)), "other agent")


def is_group(who: Who) -> bool:
    """Whether it is a model or an agent, and no single session."""
    return who.session_id is not None and who.session_id == who.model_id
