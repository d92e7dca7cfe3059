"""One drain at a time: a lock file in the spool's folder, held by the process that stores what waits.

The operating system lets go of it when its holder ends, however it ends.
"""

import os

from byline.ingest.spool import spool_folder

NAME = "drain.lock"


def try_lock(database: str) -> int | None:
    """Take the lock; the open file that holds it, or None when another process has it (or nothing waits).

    Who gets None may go: the holder looks at the spool once more after it has let go of the lock.
    """
    try:
        descriptor = os.open(f"{spool_folder(database)}/{NAME}", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt  # noqa: PLC0415 - a hook loads what it needs

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined] # Windows only
        return
    import fcntl  # noqa: PLC0415 - a hook loads what it needs

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
