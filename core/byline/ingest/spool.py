"""The spool: payloads that wait beside a store that cannot be written now (``ingest.md``, promise 2).

A file holds a line of JSON (arguments, working folder, time of receipt) and then the payload as it
came. It is written under a temporary name, flushed to the disk and renamed, so that what has its final
name is whole. Names begin with the time of receipt, which orders them.
"""

import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from byline.errors import StoreError

SUFFIX = ".payload"


class Spooled(NamedTuple):
    """A payload that waits. ``words`` are the arguments it came with, ``received_ms`` is Unix ms."""

    words: tuple[str, ...]
    cwd: str
    received_ms: int
    payload: bytes


def spool_folder(database: Path) -> Path:
    """``<database>-spool``; it need not exist."""
    return Path(f"{database}-spool")


def put(database: Path, entry: Spooled) -> Path:
    """Put a payload into the spool; returns its file.

    Raises:
        StoreError: the spool cannot be written either.
    """
    folder = spool_folder(database)
    path = folder / f"{entry.received_ms:016d}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
    head = {"words": entry.words, "cwd": entry.cwd, "received_ms": entry.received_ms}
    data = json.dumps(head).encode() + b"\n" + entry.payload
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_whole(path, data)
    except OSError as error:
        raise StoreError(f"cannot write to the spool {folder}: {error}") from error
    return path


def waiting(database: Path) -> list[Path]:
    """The files of the spool, oldest first."""
    try:
        names = os.listdir(spool_folder(database))  # noqa: PTH208 - names alone: usually there are none
    except OSError:
        return []
    return [spool_folder(database) / name for name in sorted(names) if name.endswith(SUFFIX)]


def take(path: Path) -> Spooled | None:
    """Read a file of the spool; None when another process has stored it in the meantime.

    Raises:
        StoreError: it cannot be read, or is no file of the spool.
    """
    try:
        head, _, payload = path.read_bytes().partition(b"\n")
        facts = json.loads(head)
        words = tuple(str(word) for word in facts["words"])
        if not words:
            raise ValueError("it names no command")
        return Spooled(words, str(facts["cwd"]), int(facts["received_ms"]), payload)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the spooled payload {path} cannot be read: {error}") from error


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    temporary.rename(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
