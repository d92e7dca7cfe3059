"""Store what waits without the caller waiting for it: ``--defer``."""

import os

from byline.ingest.drain_lock import try_lock


def start_drain(database: str) -> None:
    """Start a detached drain, unless one is at work: that one looks at the spool again before it ends.

    A fork, not a new interpreter: nothing has to be started and found again. Where there is no fork
    (Windows), a new process.
    """
    lock = try_lock(database)
    if lock is None:
        return
    if not hasattr(os, "fork"):
        os.close(lock)
        _start_process(database)
        return
    try:
        child = os.fork()
    except OSError:
        # No process to be had: the next call stores it.
        child = -1
    if child == 0:
        _drain_and_exit(database, lock)
    # The child holds the lock through its own copy.
    os.close(lock)


def _drain_and_exit(database: str, lock: int) -> None:
    """Never returns: the rest of the program is the parent's."""
    try:
        from byline.ingest.channels import detach  # noqa: PLC0415 - a hook loads what it needs

        detach()
        os.closerange(3, lock)
        os.closerange(lock + 1, 256)
        from byline.ingest.drain import PATIENT_MS, drain_with  # noqa: PLC0415 - a hook loads what it needs

        drain_with(database, lock, PATIENT_MS)
    except Exception as error:  # noqa: BLE001 - nobody hears a traceback here: the log has it, the spool the payload
        from byline.ingest.channels import complain  # noqa: PLC0415 - a hook loads what it needs

        complain(f"drain: internal error, please report it: {type(error).__name__}: {error}")
    finally:
        os._exit(0)


def _start_process(database: str) -> None:
    import subprocess  # noqa: PLC0415 - a hook loads what it needs
    import sys  # noqa: PLC0415 - a hook loads what it needs

    subprocess.Popen(
        [sys.executable, "-m", "byline.ingest", "--db", database, "drain"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
    )
