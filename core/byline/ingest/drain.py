"""Store what waits in the spool, oldest first; what cannot be stored yet keeps waiting."""

import os
import time

from byline.config import Config, read_config
from byline.errors import BylineError, StoreError, UsageError
from byline.ingest import spool
from byline.ingest.channels import complain
from byline.ingest.commands import PATIENT_MS, ignored
from byline.ingest.drain_lock import try_lock
from byline.ingest.payloads import Call, store_call
from byline.ingest.retry import patience
from byline.ingest.words import PAYLOAD_COMMANDS, Words, read_words
from byline.own_folder import own_folder

__all__ = ["PATIENT_MS", "drain", "drain_and_wait", "drain_with"]

_LOOK_AGAIN_SECONDS = 0.01


def drain_and_wait(database: str, deadline_ms: int, most: int | None = None) -> int:
    """:func:`drain`, and when another process is at it wait for that one, for ``deadline_ms`` in all."""
    end = time.monotonic() + deadline_ms / 1000
    while (stored := drain(database, deadline_ms, most)) is None:
        if not spool.waiting(database) or time.monotonic() > end:
            return 0
        time.sleep(_LOOK_AGAIN_SECONDS)
    return stored


def drain(database: str, deadline_ms: int, most: int | None = None) -> int | None:
    """Store what waits; how many were stored. None when another process is at it.

    Each payload may take ``deadline_ms``. With ``most``, somebody waits: no more than so many payloads are
    stored, and none is begun after ``deadline_ms`` in all.
    """
    folder = spool.spool_folder(database)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - text: a hook loads no pathlib
    except OSError:
        # What waits is in a fallback, and the store's folder is still not to be written.
        return 0
    if not os.access(folder, os.W_OK):
        # As above: a disk that is read-only now.
        return 0
    lock = try_lock(database)
    return None if lock is None else drain_with(database, lock, deadline_ms, most)


def drain_with(database: str, lock: int, deadline_ms: int, most: int | None = None) -> int:
    """:func:`drain` for who holds the lock, which this lets go of.

    What arrives while this ends is not left behind: its process finds the lock taken and goes, so this
    looks again after it has let go.
    """
    stored = 0
    end = time.monotonic() + deadline_ms / 1000
    held: int | None = lock
    spool.clear_unfinished(database)
    while held is not None:
        try:
            limits = None if most is None else (most - stored, end)
            done, goes_on = _round(database, deadline_ms, limits)
        finally:
            os.close(held)
        stored += done
        if not goes_on or not done or not spool.waiting(database) or (most is not None and stored >= most):
            return stored
        held = try_lock(database)
    return stored


def _round(database: str, deadline_ms: int, limits: tuple[int, float] | None) -> tuple[int, bool]:
    """Store what waits now, up to a number and a time; how many, and whether it is any use to go on."""
    stored = 0
    configs: dict[str, Config] = {}
    for path in spool.waiting(database)[: limits and limits[0]]:
        if limits is not None and time.monotonic() > limits[1]:
            return stored, False
        try:
            entry = spool.take(path)
        except StoreError as error:
            complain(str(error))
            continue
        if entry is None:
            continue
        try:
            if entry.cwd not in configs:
                configs[entry.cwd] = read_config(own_folder("config"), entry.cwd)
            if configs[entry.cwd].held:
                # Said by the call that brought it, and by the next one.
                return stored, False
            _store(entry, read_words(list(entry.words)), database, configs[entry.cwd], deadline_ms)
            os.unlink(path)  # noqa: PTH108 - text: a hook loads no pathlib
            stored += 1
        except UsageError as error:
            complain(f"the spooled payload {path} cannot be read: {error}")
        except FileNotFoundError:
            continue
        except (BylineError, OSError) as error:
            complain(f"spool: {error}")
            return stored, False
    return stored, True


def _store(entry: spool.Spooled, words: Words, database: str, config: Config, deadline_ms: int) -> None:
    if config.flag("disabled"):
        return
    if words.command in PAYLOAD_COMMANDS:
        call = Call(words.kind(), entry.payload, entry.received_ms, ignored(config))
        for complaint in store_call(call, database, patience(config, deadline_ms)).complaints:
            complain(f"{words.command}: {complaint}")
        return
    from byline.ingest import git_hooks  # noqa: PLC0415 - a hook loads what it needs

    try:
        git_hooks.post_commit(database, words.commit, words.remote_url, entry.cwd, ignored(config))
    except StoreError:
        raise
    except (BylineError, OSError) as error:
        # The repository or the commit is gone: there is nothing to wait for.
        complain(f"post-commit: {error}")
