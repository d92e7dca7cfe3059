"""The console script ``byline-ingest``. It never fails its caller: without ``--strict`` it exits with 0."""

import gc
import os
import sys
from typing import TYPE_CHECKING

from byline.errors import BylineError, StoreError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from byline.ingest.payloads import Call
    from byline.ingest.words import Words

FINE, USAGE_ERROR, NOT_ALL_STORED, STORE_FAILURE = 0, 2, 3, 4
"""Exit codes under ``--strict``."""

SPOOLED_PER_CALL = 20
"""How many waiting payloads one call stores besides its own: the caller waits for it."""


def main(argv: list[str] | None = None) -> int:
    """Run the entrypoint on ``argv`` (without the program's name; ``sys.argv`` by default); the exit code."""
    if argv is not None:
        return _main(argv)
    gc.disable()
    try:
        return _main(sys.argv[1:])
    finally:
        # The process ends here, and Python need not look for garbage on its way out: 8 of 55 ms.
        gc.freeze()


def _main(arguments: list[str]) -> int:
    if os.environ.get("BYLINE_DISABLED", "").strip().lower() in {"1", "true", "yes", "on"}:
        return FINE
    from byline.ingest.words import read_words  # noqa: PLC0415 - a disabled hook need not pay for it

    try:
        words = read_words(arguments)
    except UsageError as error:
        _complain(f"{error} (byline-ingest --help tells more)")
        return USAGE_ERROR if "--strict" in arguments else FINE
    code = _run(words)
    return code if words.strict else FINE


def _run(words: "Words") -> int:
    if words.command == "help":
        from byline.ingest.words import USAGE  # noqa: PLC0415 - as in main

        _say(USAGE)
        return FINE
    from byline.paths import database_path  # noqa: PLC0415 - as in main

    try:
        database = database_path(words.database)
    except (OSError, RuntimeError) as error:
        # No such home, or a working folder that is gone: there is not even a place for a spool.
        _complain(f"{words.command}: there is no telling where the store is: {error}; name it with --db")
        return STORE_FAILURE
    if words.command == "post-commit":
        return _post_commit(words, database)
    return _payload(words, database)


def _payload(words: "Words", database: "Path") -> int:
    import time  # noqa: PLC0415 - as in main

    from byline.ingest.payloads import Call, store_call  # noqa: PLC0415 - as in main

    call = Call(words.command, _standard_input(), time.time_ns() // 1_000_000)
    try:
        result = store_call(call, database)
    except StoreError as error:
        _complain(f"{call.kind}: {error}")
        _spool(call, database)
        return STORE_FAILURE
    for complaint in result.complaints:
        _complain(f"{call.kind}: {complaint}")
    if result.summary is not None:
        _say(result.summary + "\n")
    _store_spooled(database)
    return NOT_ALL_STORED if result.complaints else FINE


def _spool(call: "Call", database: "Path") -> None:
    from byline.ingest import spool  # noqa: PLC0415 - needed only when the store cannot be written

    try:
        entry = spool.Spooled((call.kind,), _working_folder(), call.received_ms, call.data)
        path = spool.put(database, entry)
    except StoreError as error:
        _complain(f"{call.kind}: the payload is lost: {error}")
    else:
        _complain(f"{call.kind}: kept in {path}, the next call stores it")


def _store_spooled(database: "Path") -> None:
    """Store what waits in the spool, oldest first; what cannot be stored yet keeps waiting."""
    from byline.ingest import spool  # noqa: PLC0415 - as in main

    paths = spool.waiting(database)[:SPOOLED_PER_CALL]
    if not paths:
        return
    from byline.ingest.payloads import Call, store_call  # noqa: PLC0415 - mostly nothing waits

    for path in paths:
        try:
            entry = spool.take(path)
        except StoreError as error:
            _complain(str(error))
            continue
        if entry is None:
            continue
        try:
            store_call(Call(entry.words[0], entry.payload, entry.received_ms), database)
            path.unlink(missing_ok=True)
        except (StoreError, OSError) as error:
            _complain(f"spool: {error}")
            return


def _post_commit(words: "Words", database: "Path") -> int:
    gc.enable()  # a large commit may leave much behind
    from byline.ingest.post_commit import attribute_commit  # noqa: PLC0415 - loads peewee: no other command may

    # An edit of this commit may be waiting.
    _store_spooled(database)
    try:
        attribute_commit(database, words.commit, words.remote_url)
    except StoreError as error:
        _complain(f"post-commit: {error}")
        return STORE_FAILURE
    except (BylineError, OSError) as error:
        _complain(f"post-commit: {error}")
        return NOT_ALL_STORED
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not fail the commit
        _complain(f"post-commit: internal error, please report it: {type(error).__name__}: {error}")
        return NOT_ALL_STORED
    return FINE


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - a text for the spool; the folder may be gone
    except OSError:
        return ""


def _standard_input() -> bytes:
    """All of standard input; nothing when it is closed."""
    try:
        return sys.stdin.buffer.read() if sys.stdin is not None else b""
    except OSError as error:
        _complain(f"standard input cannot be read: {error}")
        return b""


def _say(text: str) -> None:
    """Write to standard output, if anybody listens."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        # Python would try again at exit, and fail the caller.
        sys.stdout = None


def _complain(sentence: str) -> None:
    """One line on standard error. Never elsewhere: standard output may be fed to a model."""
    if sys.stderr is None:
        return
    from byline.text import safe_line  # noqa: PLC0415 - most calls have nothing to say

    try:
        sys.stderr.write(f"byline-ingest: {safe_line(sentence)}\n")
        sys.stderr.flush()
    except OSError:
        sys.stderr = None
