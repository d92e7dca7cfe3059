"""Standard input of one call that brings payloads, from bytes to stored rows."""

import sqlite3
from collections.abc import Callable

from byline.config import read_config
from byline.errors import FormatError, StoreError
from byline.frozen import dataclass, replace
from byline.ingest.documents import Document, read_documents
from byline.ingest.fields import required_object
from byline.ingest.reading import Json, Reading
from byline.ingest.retry import Patience, patience, retried
from byline.ingest.storing import Outcome, Rejected, keep_rejected, store_all
from byline.store.connection import connect, store_error, transaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeVar

    from byline.ignore import Ignore
    from byline.ingest.hook_around import HookAround

    _Answer = TypeVar("_Answer")

_EVENT = "hook_event_name"
"""The key that makes a document a raw hook event (without ``--agent``: of Claude Code)."""

HOOK = "hook --agent "
"""How the kind of raw events begins that bring everything at once; the agent follows."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it was asked to store, and its standard input. ``received_ms`` is Unix ms.

    ``ignore`` says what is not to be recorded; None for everything. ``replayed`` is the row of
    ``rejected_payloads`` that the payload comes from: it goes when the payload is accounted for again.
    """

    kind: str
    data: bytes
    received_ms: int
    ignore: "Ignore | None" = None
    replayed: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a call did. ``summary`` is the line for standard output, None where nothing is to be said.

    ``stored`` counts the records that the store now has of it, ``rejected`` what could not be read.
    """

    complaints: tuple[str, ...]
    summary: str | None
    stored: int = 0
    rejected: int = 0


def store_call(call: Call, database: "str | Path", wait: Patience | None = None) -> Result:
    """Read the call's payloads and store them, or keep them with the reason why they were rejected.

    ``wait`` is a hook's patience by default.

    Raises:
        StoreError: the store cannot be opened or written, or stayed locked for longer than the call's
            patience; nothing of the call was stored.
    """
    wait = wait or patience(read_config("", ""))
    try:
        return _store(call, database, wait)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - a mistake of ours must cost neither the caller nor the payload
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
    rejected = [Rejected(call.data, reason)]

    def keep(connection: sqlite3.Connection) -> None:
        _forget_replayed(connection, call)
        keep_rejected(connection, call.kind, rejected, call.received_ms)

    in_transaction(database, keep, wait)
    return Result((f"rejected: {reason}",), None, rejected=1)


def in_transaction(
    database: "str | Path", write: "Callable[[sqlite3.Connection], _Answer]", wait: Patience
) -> "_Answer":
    """Open the store and call ``write`` in one transaction, with the patience that is asked for.

    Raises:
        StoreError: see :func:`store_call`.
    """

    def attempt(timeout_ms: int) -> "_Answer":
        try:
            connection.execute(f"PRAGMA busy_timeout = {timeout_ms}")
            with transaction(connection):
                return write(connection)
        except sqlite3.Error as error:
            raise store_error(error, database) from error

    def opened(timeout_ms: int) -> sqlite3.Connection:
        return connect(database, timeout_ms)

    connection = retried(opened, wait.opening, wait.deadline, persistent=wait.persistent)
    try:
        return retried(attempt, wait.query, wait.deadline, persistent=wait.persistent)
    finally:
        connection.close()


def _store(call: Call, database: "str | Path", wait: Patience) -> Result:
    around = _around(call, str(database))
    readings, rejected = _read(call, around)

    def write(connection: sqlite3.Connection) -> Outcome:
        _forget_replayed(connection, call)
        outcome = store_all(connection, call.kind, readings, rejected, call.received_ms)
        if around is not None:
            around.note(connection)
        return outcome

    def transact(write: "Callable[[sqlite3.Connection], _Answer]") -> "_Answer":
        return in_transaction(database, write, wait)

    if not rejected and not any(each.items or each.skipped or each.sessions for each in readings):
        # An event that tells nothing, or is to be ignored: there may not even be a store yet.
        if call.replayed is not None:
            transact(lambda connection: _forget_replayed(connection, call))
        if around is not None:
            around.conclude(transact)
        return Result((), _summary(call.kind, readings, Outcome(())))
    outcome = transact(write)
    if around is not None:
        around.conclude(transact)
    complaints = [f"rejected: {entry.reason}" for entry in rejected]
    for place, entry in outcome.skipped:
        where = f"document {place + 1}, item {entry.number}" if len(readings) > 1 else f"item {entry.number}"
        complaints.append(f"{where} skipped: {entry.reason}")
    stored = sum(len(each.items) + len(each.skipped) for each in readings) - len(outcome.skipped)
    summary = _summary(call.kind, readings, outcome)
    return Result(tuple(complaints), summary, stored, len(rejected) + len(outcome.skipped))


def _forget_replayed(connection: sqlite3.Connection, call: Call) -> None:
    if call.replayed is not None:
        connection.execute("DELETE FROM rejected_payloads WHERE id = ?", (call.replayed,))


def _around(call: Call, database: str) -> "HookAround | None":
    if not call.kind.startswith(HOOK):
        return None
    from byline.ingest.hook_around import HookAround  # noqa: PLC0415 - a hook loads what it needs

    return HookAround(call.kind.removeprefix(HOOK), database, call.received_ms)


def _read(call: Call, around: "HookAround | None") -> tuple[list[Reading], list[Rejected]]:
    readings: list[Reading] = []
    rejected: list[Rejected] = []
    for document in read_documents(call.data):
        if document.reason is not None:
            rejected.append(Rejected(document.raw, document.reason))
            continue
        try:
            reading = replace(_read_document(call, document), raw=document.raw)
            reading = _recordable(reading, call.ignore)
            if around is not None:
                reading = around.completed(reading, required_object(document.value, "the document"))
        except FormatError as error:
            rejected.append(Rejected(document.raw, str(error)))
        else:
            readings.append(reading)
    return readings, rejected


def _recordable(reading: Reading, ignore: "Ignore | None") -> Reading:
    if ignore is None:
        return reading
    from byline.ingest.ignore import without_ignored  # noqa: PLC0415 - a hook loads what it needs

    return without_ignored(reading, ignore)


def _read_document(call: Call, document: Document) -> Reading:
    value = required_object(document.value, "the document")
    if call.kind == "conversation-trace":
        return _conversation(value, call.received_ms)
    if call.kind == "diff-trace":
        return _edit(value, document.raw.decode("utf-8", "replace"), call.received_ms)
    return _hook(
        call.kind.removeprefix(HOOK), value, document.raw.decode("utf-8", "replace"), call.received_ms
    )


def _hook(agent: str, value: Json, raw: str, received_ms: int) -> Reading:
    # Each of these loads what it needs, and a call needs one of them.
    if agent == "claude":
        from byline.ingest import claude_hook  # noqa: PLC0415 - a hook loads what it needs

        return claude_hook.read_hook(value, raw, received_ms)
    if agent == "codex":
        from byline.ingest import codex_hook  # noqa: PLC0415 - a hook loads what it needs

        return codex_hook.read_hook(value, received_ms)
    if agent == "gemini":
        from byline.ingest import gemini_hook  # noqa: PLC0415 - a hook loads what it needs

        return gemini_hook.read_hook(value, received_ms)
    if agent == "cursor":
        from byline.ingest import cursor_hook  # noqa: PLC0415 - a hook loads what it needs

        return cursor_hook.read_hook(value, received_ms)
    if agent == "copilot":
        from byline.ingest import copilot_hook  # noqa: PLC0415 - a hook loads what it needs

        return copilot_hook.read_hook(value, received_ms)
    if agent in {"opencode", "pi"}:
        from byline.ingest import plugin_hook  # noqa: PLC0415 - a hook loads what it needs

        return plugin_hook.read_hook(agent, value, raw)
    raise FormatError(f"this Byline does not read hook events of {agent}: upgrade it, then replay")


def _conversation(value: Json, received_ms: int) -> Reading:
    # Each of these loads what it needs, and a call needs one of them.
    if _EVENT in value:
        from byline.ingest.claude_conversation import read_conversation  # noqa: PLC0415 - a hook loads what it needs

        return read_conversation(value, received_ms)
    from byline.ingest.envelope import read_envelope  # noqa: PLC0415 - a hook loads what it needs

    return read_envelope(value)


def _edit(value: Json, raw: str, received_ms: int) -> Reading:
    if _EVENT in value:
        from byline.ingest.claude_edit import read_edit_event  # noqa: PLC0415 - a hook loads what it needs

        return read_edit_event(value, raw, received_ms)
    from byline.ingest.edit_payload import read_edit_payload  # noqa: PLC0415 - a hook loads what it needs

    return read_edit_payload(value, raw)


def _summary(kind: str, readings: list[Reading], outcome: Outcome) -> str | None:
    """The one line on standard output: for normalised payloads only (``ingest.md``, promise 5)."""
    if all(reading.is_event for reading in readings):
        return None
    attempted = sum(len(reading.items) + len(reading.skipped) for reading in readings)
    if kind == "conversation-trace":
        stored = f"persisted_messages={outcome.messages.persisted} persisted_parts={outcome.parts.persisted}"
    else:
        stored = f"persisted_edits={outcome.edits.persisted}"
    return (
        f"{kind}: attempted={attempted} {stored} updated={outcome.total.updated} "
        f"duplicates={outcome.total.duplicates} skipped={len(outcome.skipped)}"
    )
