"""Where OpenCode keeps its histories (``formats.md`` 2.6)."""

import os
from collections.abc import Iterator
from pathlib import Path

_COMPANIONS = ("-wal", "-shm", "-journal")
_KINDS = frozenset({"message", "part", "session_diff", "project", "todo", "share"})


def data_folder() -> Path:
    """OpenCode's data folder; it need not exist."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "opencode"


def databases(folder: Path) -> Iterator[Path]:
    """The databases of all channels, and the one that ``OPENCODE_DB`` names."""
    found = dict.fromkeys(sorted(folder.glob("opencode*.db")))
    named = os.environ.get("OPENCODE_DB")
    if named and named != ":memory:":
        found.setdefault(folder / Path(named).expanduser())
    yield from (path for path in found if path.is_file())


def stored_sessions(folder: Path) -> Iterator[Path]:
    """The source of every session of the storage tree below the data folder.

    It is the session's own file; for messages whose session has none, the first of the messages.
    """
    storage = folder / "storage"
    sessions = sorted(storage.glob("session/*/*.json"))
    yield from sessions
    known = {path.stem for path in sessions}
    for messages in sorted(storage.glob("message/*")):
        if messages.name not in known:
            yield from sorted(messages.glob("*.json"))[:1]


def storage_root(path: Path) -> Path:
    """The storage tree that a session's or a message's file is in: two folders up."""
    parents = path.absolute().parents
    return parents[min(2, len(parents) - 1)]


def message_files(root: Path, session_id: str) -> list[Path]:
    """A session's messages in a storage tree, in their order."""
    return sorted((root / "message" / session_id).glob("*.json"))


def part_files(root: Path, message_id: str) -> list[Path]:
    """A message's parts in a storage tree, in their order."""
    return sorted((root / "part" / message_id).glob("*.json"))


def belongs_to_history(path: Path) -> bool:
    """Whether a file is kept beside OpenCode's histories: in a storage tree, or a database's log."""
    if path.name.endswith(tuple(f".db{end}" for end in _COMPANIONS)):
        return True
    for folder in path.absolute().parents[:2]:
        if folder.name in _KINDS and _is_storage(folder.parent):
            return True
    return path.name == "migration" and _is_storage(path.parent)


def _is_storage(folder: Path) -> bool:
    return (folder / "message").is_dir() and (folder / "part").is_dir()
