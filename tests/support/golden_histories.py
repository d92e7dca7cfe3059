"""The readers' fixtures as their agents would have them on disk, and what is stored of each: its golden.

A golden ``<agent>/<shape>.golden.json`` lies beside its history: a file or a folder ``<shape>…``. Databases
lie there as text and are made anew: ``.sql`` a dump, ``.rows.jsonl`` Cursor's ``cursorDiskKV``,
``.chat.jsonl`` a chat of Cursor's command line. After a change that is meant, this writes all goldens, or
those named, anew; read what changed in them before it is committed::

    python tests/support/golden_histories.py [SHAPE …]
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from stored_histories import Rows, stored

from byline.history import Summary

FIXTURES = Path(__file__).parents[1] / "agents" / "fixtures"
GOLDENS = sorted(FIXTURES.glob("*/**/*.golden.json"))
CHANGED_S = 1_780_000_000
"""When the files were last changed: the time of messages that have none."""


def shape_of(golden: Path) -> str:
    """``<agent>/<shape>``, by which a golden is named."""
    return str(golden.relative_to(FIXTURES)).removesuffix(".golden.json")


def stored_of(golden: Path, scratch: Path) -> tuple[dict[str, Rows], Summary]:
    """What importing a golden's history stores, and the summary.

    Without the history's place, which is in Aider's paths and in the ids that are made of it.
    """
    folder = scratch / "history"
    folder.mkdir()
    found, summary = stored(scratch / "x.db", lay_out(golden, folder))
    text = json.dumps(found).replace(str(folder / shape_of(golden).rpartition("/")[2]), "/folder")
    return json.loads(re.sub(r"(?<!\d)(\d{14})-[0-9a-f]{8}\b", r"\1-place", text)), summary


def source_of(golden: Path) -> Path:
    """The fixture of which a golden tells what is stored."""
    name = golden.name.removesuffix(".golden.json")
    endings = ("", ".json", ".jsonl", ".sql", ".rows.jsonl", ".chat.jsonl")
    (source,) = (path for ending in endings if (path := golden.with_name(name + ending)).exists())
    return source


def lay_out(golden: Path, folder: Path) -> Path:
    """Put a golden's history into an empty folder as its agent would have it; what to import of it."""
    name, source = golden.name.removesuffix(".golden.json"), source_of(golden)
    if source.is_dir():
        shutil.copytree(source, folder / name)
        return folder / name
    if source.name.endswith(".sql"):
        return _database(folder / "opencode.db", source.read_text())
    if source.name.endswith(".rows.jsonl"):
        return state_database(folder / "state.vscdb", rows_of(source))
    if source.name.endswith(".chat.jsonl"):
        return chat_store(folder / "chats" / "0f" / "c4a7-1" / "store.db", *chat_of(source))
    if golden.parent.name == "cursor":
        folder = folder / "projects" / "w-my-app" / "agent-transcripts" / "c0ffee-2"
        folder.mkdir(parents=True)
        shutil.copy(source, folder / "c0ffee-2.jsonl")
        os.utime(folder / "c0ffee-2.jsonl", (CHANGED_S, CHANGED_S))
        return folder / "c0ffee-2.jsonl"
    # With what lies beside it: Copilot tells a session's name in a file of its own.
    for each in (each for each in golden.parent.iterdir() if each.is_file() and each != golden):
        if each == source or golden.parent.parent != FIXTURES:
            shutil.copy(each, folder / each.name)
    return folder / source.name


def rows_of(path: Path) -> list[tuple[str, Any]]:
    """The rows of a dump, one object with key and value per line."""
    records = [json.loads(line) for line in path.read_text().split("\n") if line]
    return [(record["key"], record["value"]) for record in records]


def chat_of(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a dumped chat says of itself, in its first line, and its messages."""
    head, *messages = (json.loads(line) for line in path.read_text().split("\n") if line)
    return head, messages


def state_database(path: Path, rows: Iterable[tuple[str, Any]]) -> Path:
    """A ``state.vscdb`` with these rows; texts as they are, all else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
        connection.execute("CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
        values = [
            (key, value if isinstance(value, str | bytes) else json.dumps(value)) for key, value in rows
        ]
        connection.executemany("INSERT INTO cursorDiskKV VALUES (?, ?)", values)
        connection.commit()
    return path


def chat_store(path: Path, head: dict[str, Any], messages: Iterable[dict[str, Any] | bytes]) -> Path:
    """A ``store.db``: every message a blob by its hash, and a root that names them in order.

    ``head`` is the chat's ``meta``, and under ``workspace`` the folder for the root.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    meta = {key: value for key, value in head.items() if key != "workspace"}
    blobs: dict[str, bytes] = {}
    root = b""
    for message in messages:
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        digest = hashlib.sha256(data)
        blobs[digest.hexdigest()] = data
        root += b"\x0a\x20" + digest.digest()
    if "workspace" in head:
        uri = f"file://{head['workspace']}".encode()
        root += bytes([9 << 3 | 2, len(uri)]) + uri + bytes([10 << 3, 1])
    root_id = hashlib.sha256(root).hexdigest()
    blobs[root_id] = root
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB)")
        connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
        connection.executemany("INSERT INTO blobs VALUES (?, ?)", blobs.items())
        text = json.dumps({"latestRootBlobId": root_id, **meta}).encode().hex()
        connection.execute("INSERT INTO meta VALUES ('0', ?)", (text,))
        connection.commit()
    os.utime(path, (CHANGED_S, CHANGED_S))
    return path


def _database(path: Path, dump: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump)
    return path


def main(shapes: list[str]) -> None:
    """Write the goldens of these shapes, or all, anew."""
    for golden in GOLDENS:
        if not shapes or shape_of(golden) in shapes:
            with tempfile.TemporaryDirectory() as scratch:
                found, _ = stored_of(golden, Path(scratch))
            golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    main(sys.argv[1:])
