"""The console script ``byline-ingest``. It never fails its caller: without ``--strict`` it exits with 0."""

import gc
import os
import sys

from byline.ingest.place import working_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.ingest.words import Words

FINE, USAGE_ERROR, NOT_ALL_STORED, STORE_FAILURE = 0, 2, 3, 4
"""Exit codes under ``--strict``."""


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
    from byline.errors import UsageError  # noqa: PLC0415 - a hook loads what it needs
    from byline.ingest.words import read_words  # noqa: PLC0415 - a hook loads what it needs

    try:
        words = read_words(arguments)
    except UsageError as error:
        _complain(f"{error} (byline-ingest --help tells more)")
        return USAGE_ERROR if "--strict" in arguments else FINE
    try:
        code = _run(words)
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not fail an agent or a commit
        _complain(f"{words.command}: internal error, please report it: {type(error).__name__}: {error}")
        code = STORE_FAILURE
    return code if words.strict else FINE


def _run(words: "Words") -> int:
    if words.command == "help":
        from byline.ingest.channels import say  # noqa: PLC0415 - a hook loads what it needs
        from byline.ingest.words import USAGE  # noqa: PLC0415 - a hook loads what it needs

        say(USAGE)
        return FINE
    from byline.ingest.place import database_name  # noqa: PLC0415 - a hook loads what it needs

    try:
        database = database_name(words.database)
    except (OSError, RuntimeError) as error:
        # No such home, or a working folder that is gone: there is not even a place for a spool.
        _complain(f"{words.command}: there is no telling where the store is: {error}; name it with --db")
        return STORE_FAILURE
    if words.defer or _put_off(words):
        return _defer(words, database)
    from byline.ingest.commands import run_command  # noqa: PLC0415 - a hook loads what it needs

    return run_command(words, database)


def _put_off(words: "Words") -> bool:
    """Whether the payload is better put aside: the caller has waited long on a machine with much to do.

    ``BYLINE_DEFER=never`` has it stored at once all the same.
    """
    if os.environ.get("BYLINE_DEFER") == "never":
        return False
    from byline.ingest.process_age import is_swamped  # noqa: PLC0415 - a hook loads what it needs
    from byline.ingest.words import PAYLOAD_COMMANDS  # noqa: PLC0415 - a hook loads what it needs

    # Who is strict asks whether it was stored.
    return words.command in PAYLOAD_COMMANDS and not words.strict and is_swamped()


def _defer(words: "Words", database: str) -> int:
    """Put the payload aside, start a drain and return: nothing is read of it but that of a shell call."""
    import time  # noqa: PLC0415 - a hook loads what it needs

    from byline.errors import GitError, StoreError  # noqa: PLC0415 - a hook loads what it needs
    from byline.ingest.spool import Spooled, put  # noqa: PLC0415 - a hook loads what it needs

    received_ms = time.time_ns() // 1_000_000
    try:
        kind, payload = deferred(words)
    except GitError as error:
        _complain(f"{words.command}: {error}")
        return NOT_ALL_STORED
    if words.agent is not None and _is_looked_at(words.agent, payload, database, received_ms):
        return FINE
    entry = Spooled(kind, working_folder(), received_ms, payload)
    try:
        put(database, entry)
    except StoreError as error:
        _complain(f"{words.command}: the payload is lost: {error}")
        return STORE_FAILURE
    from byline.ingest.background import start_drain  # noqa: PLC0415 - a hook loads what it needs

    start_drain(database)
    return FINE


def _is_looked_at(agent: str, payload: bytes, database: str, received_ms: int) -> bool:
    """Look at the work tree where a shell call begins or ends; whether that was all there is to do."""
    from byline.ingest.shell_event import may_be_of_a_shell_call  # noqa: PLC0415 - a hook loads what it needs

    if not may_be_of_a_shell_call(payload):
        return False
    from byline.ingest.shell_hook import look_at_work_tree  # noqa: PLC0415 - a hook loads what it needs

    return look_at_work_tree(agent, payload, database, received_ms)


def deferred(words: "Words") -> tuple[tuple[str, ...], bytes]:
    """The words and the payload to put aside: a commit by its id, for the branch may have moved on by then.

    Raises:
        GitError: there is no such commit.
    """
    if words.command != "post-commit":
        from byline.ingest.channels import standard_input  # noqa: PLC0415 - a hook loads what it needs

        return tuple(words.kind().split(" ")), standard_input()
    from byline.ingest.commit_id import commit_id  # noqa: PLC0415 - a hook loads what it needs

    later = ("post-commit", "--commit", commit_id(words.commit))
    return (later if words.remote_url is None else (*later, "--remote-url", words.remote_url)), b""


def _complain(sentence: str) -> None:
    from byline.ingest.channels import complain  # noqa: PLC0415 - a hook loads what it needs

    complain(sentence)
