"""Where Claude Code keeps its histories (``formats.md`` 1.1)."""

import os
from collections.abc import Iterator
from pathlib import Path


def projects_folders() -> list[Path]:
    """The ``projects`` folders there are: of ``CLAUDE_CONFIG_DIR``, else those of the home folder."""
    configured = os.environ.get("CLAUDE_CONFIG_DIR")
    if configured:
        # Several folders, separated by commas, as other readers of these files take them.
        homes = [Path(part.strip()).expanduser() for part in configured.split(",") if part.strip()]
    else:
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        homes = [Path.home() / ".claude", config / "claude"]
    folders = [home / "projects" for home in homes]
    return [folder for folder in folders if folder.is_dir()]


def transcripts(folders: list[Path]) -> Iterator[Path]:
    """Every transcript below the folders, sub-agents' included."""
    for folder in folders:
        for parent, _, names in os.walk(folder):
            yield from (Path(parent, name) for name in names if name.endswith(".jsonl"))
