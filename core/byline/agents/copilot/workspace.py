"""``workspace.yaml``: what Copilot CLI keeps beside a session's events."""

import re
from pathlib import Path

_TITLE = re.compile(r"^(name|summary):[ \t]*(\S.*)?$(?:\n[ \t]+(\S.*)$)?", re.MULTILINE)
_BLOCKS = frozenset({"|", "|-", ">", ">-"})
_EMPTY = frozenset({"", "null", "~"})


def workspace_title(events: Path) -> str | None:
    """The session's name, else its summary; None when the file is missing, or says neither."""
    try:
        text = (events.parent / "workspace.yaml").read_text("utf-8", "replace")
    except OSError:
        return None
    titles: dict[str, str] = {}
    for key, value, following in _TITLE.findall(text):
        words = (following if value.strip() in _BLOCKS else value).strip().strip("\"'")
        if words not in _EMPTY:
            titles[key] = words
    return titles.get("name") or titles.get("summary")
