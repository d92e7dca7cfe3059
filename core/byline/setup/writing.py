"""Write a file whole or not at all: beside it, flushed, renamed over it."""

import os
from pathlib import Path

from byline.errors import BylineError


def read(path: Path) -> bytes | None:
    """The content of a file, links followed; None when there is no file.

    Raises:
        BylineError: it cannot be read, or is something else than a file.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise BylineError(f"{path} is a link to nothing: remove it, or make what it links to") from None
        return None
    except OSError as error:
        raise BylineError(f"{path} cannot be read: {error.strerror}") from error


def write(path: Path, data: bytes | None, mode: int) -> None:
    """Give the file this content (None deletes it), links followed; its mode stays, a new one gets ``mode``.

    Folders above a new file are made; nothing else is left behind.

    Raises:
        BylineError: it cannot be written; it is as it was then.
    """
    place = path.resolve()
    try:
        if data is None:
            place.unlink()
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        exists = place.exists()
        if exists:
            mode = place.stat().st_mode & 0o7777
            if not os.access(place, os.W_OK):
                # Its folder may let it be replaced; but somebody wants it as it is.
                raise PermissionError(13, "it is read-only")
        _replace(place, data, mode, exact=exists)
    except OSError as error:
        raise BylineError(f"{path} cannot be written: {error.strerror}") from error


def _replace(place: Path, data: bytes, mode: int, *, exact: bool) -> None:
    """``exact``: the mode is a file's own, and not what the user's umask leaves of it."""
    temporary = place.with_name(f".{place.name}.{os.getpid()}.byline")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if exact:
            temporary.chmod(mode)
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
