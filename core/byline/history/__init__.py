"""Bring in the histories that coding agents keep: agents, store and git together.

The names are loaded when they are asked for: the processes that read histories need none of them, nor the
database behind them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byline.history.aider_commits import import_aider_commits
    from byline.history.forget import Forgotten, forget_sessions
    from byline.history.imports import import_histories
    from byline.history.refreshing import refresh
    from byline.history.summary import Summary

__all__ = ["Forgotten", "Summary", "forget_sessions", "import_aider_commits", "import_histories", "refresh"]

_PLACES = {
    "Forgotten": "byline.history.forget",
    "Summary": "byline.history.summary",
    "forget_sessions": "byline.history.forget",
    "import_aider_commits": "byline.history.aider_commits",
    "import_histories": "byline.history.imports",
    "refresh": "byline.history.refreshing",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the names above
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
