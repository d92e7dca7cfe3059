"""The commands of ``byline-ingest``: each stores what it can, keeps the rest, says what went otherwise."""

import gc
import os
import time

from byline.config import Config, read_config
from byline.errors import BylineError, StoreError
from byline.ingest import spool
from byline.ingest.channels import complain, say, standard_input, tell
from byline.ingest.main import FINE, NOT_ALL_STORED, STORE_FAILURE
from byline.ingest.payloads import Call, store_call
from byline.ingest.place import own_folder, working_folder
from byline.ingest.retry import patience

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.ingest.ignore import Ignore
    from byline.ingest.words import Words

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


def _payload(words: "Words", database: str, config: Config) -> int:
    call = Call(words.kind(), standard_input(), time.time_ns() // 1_000_000, ignored(config))
    try:
        result = store_call(call, database, patience(config))
    except StoreError as error:
        complain(f"{words.command}: {error}")
        put_aside(tuple(words.kind().split(" ")), call.data, database, call.received_ms)
        return STORE_FAILURE
    for complaint in result.complaints:
        complain(f"{words.command}: {complaint}")
    if words.command != "hook" and result.summary is not None:
        say(result.summary + "\n")
    if words.verbose:
        tell(f"{words.command}: stored {result.stored}, rejected or skipped {result.rejected}")
    if spool.waiting(database):
        from byline.ingest.drain import drain  # noqa: PLC0415 - a hook loads what it needs

        drain(database, config.number("retry.deadline_ms"), SPOOLED_PER_CALL)
    return NOT_ALL_STORED if result.complaints else FINE


def ignored(config: Config) -> "Ignore | None":
    """What the configuration has ignored; nothing is loaded when it ignores nothing."""
    if not config.patterns("ignore"):
        return None
    from byline.ingest.ignore import ignore_of  # noqa: PLC0415 - a hook loads what it needs

    return ignore_of(config)


def put_aside(words: tuple[str, ...], data: bytes, database: str, received_ms: int) -> None:
    """Put a payload into the spool and say where it is."""
    try:
        entry = spool.Spooled(words, working_folder(), received_ms, data)
        path = spool.put(database, entry)
    except StoreError as error:
        complain(f"{words[0]}: the payload is lost: {error}")
    else:
        complain(f"{words[0]}: kept in {path}, the next call stores it")


def _drain(words: "Words", database: str) -> int:
    from byline.ingest.drain import drain  # noqa: PLC0415 - a hook loads what it needs

    stored = drain(database, PATIENT_MS)
    left = len(spool.waiting(database))
    if words.verbose:
        tell(f"drain: stored {stored}, waiting {left}")
    return STORE_FAILURE if left else FINE


def _replay(words: "Words", database: str, config: Config) -> int:
    from byline.ingest.replay import replay  # noqa: PLC0415 - a hook loads what it needs

    try:
        if not os.path.exists(database):  # noqa: PTH110 - text: a hook loads no pathlib
            raise StoreError(f"there is no store {database}")
        done = replay(database, patience(config, PATIENT_MS), ignored(config))
    except StoreError as error:
        complain(f"replay: {error}")
        return STORE_FAILURE
    say(f"replay: attempted={done.attempted} stored={done.stored} rejected={done.rejected}\n")
    if words.verbose:
        for reason in done.reasons:
            tell(f"replay: {reason}")
    return NOT_ALL_STORED if done.rejected else FINE


def _git_hook(words: "Words", database: str, config: Config) -> int:
    if words.command == "commit-msg" and not config.flag("trailer.enabled"):
        return FINE
    gc.enable()  # a large commit may leave much behind
    from byline.ingest import git_hooks  # noqa: PLC0415 - a hook loads what it needs

    # An edit of this commit may be waiting.
    if spool.waiting(database):
        from byline.ingest.drain import drain  # noqa: PLC0415 - a hook loads what it needs

        drain(database, config.number("retry.deadline_ms"), SPOOLED_PER_COMMIT)
    try:
        if words.command == "commit-msg":
            git_hooks.commit_msg(database, words.argument or "", config.text("trailer.name"))
        elif words.command == "post-rewrite":
            git_hooks.post_rewrite(database, standard_input(), working_folder())
        else:
            git_hooks.post_commit(database, words.commit, words.remote_url)
    except StoreError as error:
        complain(f"{words.command}: {error}")
        if words.command == "post-commit":
            _put_commit_aside(words, database)
        return STORE_FAILURE
    except (BylineError, OSError) as error:
        complain(f"{words.command}: {error}")
        return NOT_ALL_STORED
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not fail the commit
        complain(f"{words.command}: internal error, please report it: {type(error).__name__}: {error}")
        return NOT_ALL_STORED
    return FINE


def _put_commit_aside(words: "Words", database: str) -> None:
    """Have the commit attributed later, by its id: the branch may have moved on by then."""
    from byline.ingest import git_hooks  # noqa: PLC0415 - a hook loads what it needs

    try:
        later = git_hooks.later(words.commit, words.remote_url)
    except BylineError as error:
        complain(f"post-commit: {error}")
        return
    put_aside(later, b"", database, time.time_ns() // 1_000_000)
