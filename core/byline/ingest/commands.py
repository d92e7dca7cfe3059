"""The commands of ``byline-ingest``: each stores what it can, keeps the rest, says what went otherwise."""

import gc
import os
import time

from byline.config import Config, read_config
from byline.errors import BylineError, StoreBusyError, StoreError
from byline.ingest import spool
from byline.ingest.channels import complain, say, standard_input, tell
from byline.ingest.main import FINE, NOT_ALL_STORED, STORE_FAILURE, deferred
from byline.ingest.place import working_folder
from byline.ingest.words import PAYLOAD_COMMANDS
from byline.own_folder import own_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.ignore import Ignore
    from byline.ingest.words import Words

_SOON = "it is stored as soon as the store can be written"
_UNTIL_TOLD = "until the configuration can be read"

SPOOLED_PER_CALL = 20
"""How many waiting payloads one call stores besides its own: the caller waits for it."""

SPOOLED_PER_COMMIT = 500
"""The same for git's hooks, which want the edits behind the commit to be stored."""

PATIENT_MS = 30_000
"""How long ``drain`` and ``replay`` wait for the store: nobody waits for them."""


def run_command(words: "Words", database: str) -> int:
    """Run what was asked for; the exit code under ``--strict``."""
    config = read_config(own_folder("config"), working_folder())
    for problem in config.problems:
        complain(f"configuration: {problem}")
    if config.flag("disabled") and words.command not in {"drain", "replay"}:
        return FINE
    if config.held and words.command != "post-rewrite":
        return _held(words, database)
    begin = time.monotonic()
    code = _run(words, database, config)
    if words.verbose:
        taken = round((time.monotonic() - begin) * 1000)
        tell(f"{words.command}: ended with {code} after {taken} ms, store {database}")
    return code


def _run(words: "Words", database: str, config: Config) -> int:
    if words.command == "drain":
        return _drain(words, database)
    if words.command == "replay":
        return _replay(words, database, config)
    if words.command in {"post-commit", "post-rewrite", "commit-msg"}:
        return _git_hook(words, database, config)
    return _payload(words, database, config)


def _held(words: "Words", database: str) -> int:
    """Record nothing and lose nothing: what is not to be recorded cannot be told at the moment."""
    if words.command in PAYLOAD_COMMANDS:
        received_ms = time.time_ns() // 1_000_000
        put_aside(tuple(words.kind().split(" ")), standard_input(), database, received_ms, _UNTIL_TOLD)
    elif words.command == "post-commit":
        _put_commit_aside(words, database, _UNTIL_TOLD)
    else:
        complain(f"{words.command}: nothing is done {_UNTIL_TOLD}")
    return STORE_FAILURE


def _payload(words: "Words", database: str, config: Config) -> int:
    from byline.ingest.payloads import Call, store_call  # noqa: PLC0415 - git's hooks need none of it
    from byline.ingest.process_age import process_age_ms  # noqa: PLC0415
    from byline.ingest.retry import patience  # noqa: PLC0415
    from byline.ingest.shell_event import may_be_of_a_shell_call  # noqa: PLC0415

    call = Call(words.kind(), standard_input(), time.time_ns() // 1_000_000, ignored(config))
    if words.agent is not None and may_be_of_a_shell_call(call.data):
        from byline.ingest.shell_hook import look_at_work_tree  # noqa: PLC0415 - a hook loads what it needs

        if look_at_work_tree(words.agent, call.data, database, call.received_ms, config):
            return FINE
    # Who is strict would rather wait than have it put aside because the machine was slow to start this.
    wait = patience(config, spent_ms=0 if words.strict else process_age_ms())
    try:
        result = store_call(call, database, wait)
    except StoreError as error:
        complain(f"{words.command}: {error}")
        put_aside(tuple(words.kind().split(" ")), call.data, database, call.received_ms)
        if isinstance(error, StoreBusyError):
            _start_drain(database)
        return STORE_FAILURE
    for complaint in result.complaints:
        complain(f"{words.command}: {complaint}")
    if words.command != "hook" and result.summary is not None:
        say(result.summary + "\n")
    if words.verbose:
        tell(f"{words.command}: stored {result.stored}, rejected or skipped {result.rejected}")
    if spool.waiting(database):
        from byline.ingest.drain import drain  # noqa: PLC0415 - a hook loads what it needs

        left_ms = round((wait.deadline - time.monotonic()) * 1000)
        done = drain(database, left_ms, SPOOLED_PER_CALL) if left_ms > 0 else SPOOLED_PER_CALL
        if done and spool.waiting(database):
            # The caller has waited long enough for what others left.
            _start_drain(database)
    return NOT_ALL_STORED if result.complaints else FINE


def ignored(config: Config) -> "Ignore | None":
    """What the configuration has ignored; nothing is loaded when it ignores nothing."""
    if not config.patterns("ignore"):
        return None
    from byline.ignore import ignore_of  # noqa: PLC0415 - a hook loads what it needs

    return ignore_of(config)


def _start_drain(database: str) -> None:
    from byline.ingest.background import start_drain  # noqa: PLC0415 - a hook loads what it needs

    start_drain(database)


def put_aside(
    words: tuple[str, ...],
    data: bytes,
    database: str,
    received_ms: int,
    until: str = _SOON,
) -> None:
    """Put a payload into the spool and say where it is."""
    try:
        entry = spool.Spooled(words, working_folder(), received_ms, data)
        path = spool.put(database, entry)
    except StoreError as error:
        complain(f"{words[0]}: the payload is lost: {error}")
    else:
        complain(f"{words[0]}: kept in {path}, {until}")


def _drain(words: "Words", database: str) -> int:
    from byline.ingest.drain import drain_and_wait  # noqa: PLC0415 - a hook loads what it needs

    stored = drain_and_wait(database, PATIENT_MS)
    left = len(spool.waiting(database))
    if words.verbose:
        tell(f"drain: stored {stored}, waiting {left}")
    return STORE_FAILURE if left else FINE


def _replay(words: "Words", database: str, config: Config) -> int:
    from byline.ingest.replay import replay  # noqa: PLC0415 - a hook loads what it needs
    from byline.ingest.retry import patience  # noqa: PLC0415 - a hook loads what it needs

    try:
        if not os.path.exists(database):  # noqa: PTH110 - text: a hook loads no pathlib
            raise StoreError(f"there is no store {database}")
        done = replay(database, patience(config, PATIENT_MS), ignored(config), discard=words.discard)
    except StoreError as error:
        complain(f"replay: {error}")
        return STORE_FAILURE
    dropped = f" discarded={done.rejected}" if words.discard else ""
    say(f"replay: attempted={done.attempted} stored={done.stored} rejected={done.rejected}{dropped}\n")
    if words.verbose:
        for reason in done.reasons:
            tell(f"replay: {reason}")
    return NOT_ALL_STORED if done.rejected and not words.discard else FINE


def _git_hook(words: "Words", database: str, config: Config) -> int:
    if words.command == "commit-msg" and not config.flag("trailer.enabled"):
        return FINE
    gc.enable()  # a large commit may leave much behind
    from byline.ingest import git_hooks  # noqa: PLC0415 - a hook loads what it needs

    if spool.waiting(database):
        # An edit of this commit may be among them.
        from byline.ingest.drain import drain_and_wait  # noqa: PLC0415 - a hook loads what it needs

        drain_and_wait(database, config.number("retry.deadline_ms"), SPOOLED_PER_COMMIT)
    try:
        if words.command == "commit-msg":
            git_hooks.commit_msg(database, words.argument or "", config.text("trailer.name"))
        elif words.command == "post-rewrite":
            # Which commit became which is noted in any case: that tells of no file.
            seconds = 0 if config.held else git_hooks.REWRITE_SECONDS
            git_hooks.post_rewrite(database, standard_input(), working_folder(), seconds, ignored(config))
        else:
            git_hooks.post_commit(database, words.commit, words.remote_url, ignore=ignored(config))
    except StoreError as error:
        complain(f"{words.command}: {error}")
        if words.command == "post-commit":
            _put_commit_aside(words, database)
        return STORE_FAILURE
    except (BylineError, OSError) as error:
        complain(f"{words.command}: {error}")
        return NOT_ALL_STORED
    return FINE


def _put_commit_aside(words: "Words", database: str, until: str = _SOON) -> None:
    """Have the commit attributed later, by its id: the branch may have moved on by then."""
    try:
        later, _ = deferred(words)
    except BylineError as error:
        complain(f"post-commit: {error}")
        return
    put_aside(later, b"", database, time.time_ns() // 1_000_000, until)
