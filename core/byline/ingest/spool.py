"""The spool: payloads that wait beside a store that cannot be written now (``ingest.md``, promise 2).

A file holds a line of JSON (arguments, working folder, time of receipt) and then the payload as it
came. It is written under a temporary name, flushed to the disk and renamed, so that what has its final
name is whole. Names begin with the time of receipt, which orders them. Paths are text, and nothing but
``os`` and ``time`` is loaded to write one: ``--defer`` does nothing else.
"""

import os
import time

from byline.errors import StoreError
from byline.frozen import dataclass
from byline.own_folder import own_folder

SUFFIX = ".payload"
_UNFINISHED = ".tmp"
_ABANDONED_SECONDS = 3600
"""An unfinished file this old is of a process that was killed; nobody was told that it is kept."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A payload that waits. ``words`` are the arguments it came with, ``received_ms`` is Unix ms."""

    words: tuple[str, ...]
    cwd: str
    received_ms: int
    payload: bytes


def spool_folder(database: str) -> str:
    """``<database>-spool``; it need not exist."""
    return f"{database}-spool"


def fallback_folders(database: str) -> tuple[str, ...]:
    """Where a payload goes when the spool's own folder cannot be written: state folder, temporary folder."""
    import zlib  # noqa: PLC0415 - a hook loads what it needs

    name = f"{zlib.crc32(os.fsencode(database)):08x}-spool"
    user = os.getuid() if hasattr(os, "getuid") else 0
    # Looked at for what others may have put there, see _is_ours.
    temporary = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - see above
    places = (os.path.join(own_folder("state"), name), os.path.join(temporary, f"byline-{user}", name))  # noqa: PTH118 - text: a hook loads no pathlib
    return tuple(folder for folder in places if _is_ours(folder))


def put(database: str, entry: Spooled) -> str:
    """Put a payload into the spool, else into the first fallback that can be written; returns its file.

    Raises:
        StoreError: none of them can be written.
    """
    name = f"{entry.received_ms:016d}-{time.time_ns():020d}-{os.getpid()}-{os.urandom(4).hex()}"
    data = (
        f'{{"words": [{", ".join(map(_quoted, entry.words))}], "cwd": {_quoted(entry.cwd)}, '
        f'"received_ms": {entry.received_ms}}}\n'.encode()
        + entry.payload
    )
    folder = spool_folder(database)
    try:
        return _write_whole(folder, name, data)
    except OSError as error:
        problem = error
    for fallback in fallback_folders(database):
        try:
            return _write_whole(fallback, name, data)
        except OSError:
            # The first problem is the one to tell; the next place may do.
            continue
    raise StoreError(f"cannot write to the spool {folder}: {problem}") from problem


def waiting(database: str) -> list[str]:
    """The files of the spool, oldest first, those of the fallbacks among them."""
    found: list[tuple[str, str]] = []
    for folder in (spool_folder(database), *fallback_folders(database)):
        try:
            names = os.listdir(folder)  # noqa: PTH208 - text: a hook loads no pathlib
        except OSError:
            continue
        found += [(name, folder) for name in names if name.endswith(SUFFIX)]
    return [f"{folder}/{name}" for name, folder in sorted(found)]


def clear_unfinished(database: str) -> None:
    """Remove what killed processes left half written."""
    folder = spool_folder(database)
    try:
        names = [name for name in os.listdir(folder) if name.endswith(_UNFINISHED)]  # noqa: PTH208 - text: a hook loads no pathlib
        for name in names:
            path = f"{folder}/{name}"
            if os.stat(path).st_mtime < time.time() - _ABANDONED_SECONDS:  # noqa: PTH116 - text: a hook loads no pathlib
                os.unlink(path)  # noqa: PTH108 - text: a hook loads no pathlib
    except OSError:
        # No spool, or another process cleared it just now.
        return


def take(path: str) -> Spooled | None:
    """Read a file of the spool; None when another process has stored it in the meantime.

    Raises:
        StoreError: it cannot be read, or is no file of the spool.
    """
    import json  # noqa: PLC0415 - a hook loads what it needs

    try:
        with open(path, "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            head, _, payload = file.read().partition(b"\n")
        facts = json.loads(head)
        words = tuple(str(word) for word in facts["words"])
        if not words:
            raise ValueError("it names no command")
        return Spooled(words, str(facts["cwd"]), int(facts["received_ms"]), payload)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the spooled payload {path} cannot be read: {error}") from error


def _quoted(text: str) -> str:
    """A JSON string; json itself is loaded for unusual text only."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    import json  # noqa: PLC0415 - a hook loads what it needs

    return json.dumps(text)


def _write_whole(folder: str, name: str, data: bytes) -> str:
    temporary, path = f"{folder}/{name}{_UNFINISHED}", f"{folder}/{name}{SUFFIX}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - text: a hook loads no pathlib
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - text: a hook loads no pathlib
        descriptor = os.open(temporary, flags, 0o600)
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(temporary, path)  # noqa: PTH104 - text: a hook loads no pathlib
    except OSError:
        os.unlink(temporary)  # noqa: PTH108 - text: a hook loads no pathlib
        raise
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
    return path


def _is_ours(folder: str) -> bool:
    """Whether no other user can have made the folder's parent, which may be in a place that all can write."""
    try:
        facts = os.lstat(os.path.dirname(folder))  # noqa: PTH120 - text: a hook loads no pathlib
    except OSError:
        return True
    return not hasattr(os, "getuid") or facts.st_uid == os.getuid()
