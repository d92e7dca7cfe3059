"""Where Codex keeps its histories (``formats.md`` 3.1)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

HISTORY_SUFFIXES = (".jsonl", ".jsonl.zst")
_FOLDERS = ("sessions", "archived_sessions")


def history_folders() -> list[Path]:
    """The folders of current and archived histories there are, below ``CODEX_HOME`` or ``~/.codex``."""
    configured = os.environ.get("CODEX_HOME")
    home = Path(configured).expanduser() if configured else Path.home() / ".codex"
    return [folder for name in _FOLDERS if (folder := home / name).is_dir()]


def rollouts(folders: list[Path]) -> Iterator[Path]:
    """Every history below the folders, compressed ones included."""
    for folder in folders:
        for parent, _, names in os.walk(folder):
            yield from (Path(parent, name) for name in names if name.endswith(HISTORY_SUFFIXES))


def thread_name(rollout: Path, thread_id: str) -> str | None:
    """The name a thread was last given, from ``session_index.jsonl`` beside the folder of histories."""
    home = next((folder.parent for folder in rollout.parents if folder.name in _FOLDERS), None)
    if home is None:
        return None
    name = None
    try:
        with (home / "session_index.jsonl").open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if thread_id not in line:
                    continue
                try:
                    entry = json.loads(line)
                except (ValueError, RecursionError):
                    continue  # a half-written line of an index: the name is then told without it
                if isinstance(entry, dict) and entry.get("id") == thread_id:
                    name = entry.get("thread_name")
    except OSError:
        return None  # there is no index: it is only written once a thread has a name
    return name.strip() or None if isinstance(name, str) else None
