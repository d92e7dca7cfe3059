"""Cursor's histories: which files they are, and what reads them (``formats.md`` 6.2)."""

import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from byline.agents.cursor.chat_store import is_chat_store, read_chat_store
from byline.agents.cursor.composer import read_composers
from byline.agents.cursor.transcript import AGENT, read_transcript
from byline.agents.foreign_database import MAGIC, has_columns
from byline.agents.json_lines import head_lines, parse_object
from byline.agents.json_records import Account, Record, text_of
from byline.agents.reader import HEAD_BYTES, Reading, Unreadable, joined
from byline.agents.session_draft import SessionDraft
from byline.errors import FormatError
from byline.record import Edit

_ROLES = frozenset({"user", "assistant", "tool"})
_CHAT = "store.db"
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]+")
_STATE = Path("User", "globalStorage", "state.vscdb")


class CursorHistory:
    """Reads ``state.vscdb`` and the command line's chats, and ``agent-transcripts`` as far as neither of
    those holds the same.
    """

    @property
    def name(self) -> str:
        """``cursor``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The database of Cursor's own conversations, the command line's chats, all projects' transcripts."""
        yield from _state_databases()
        yield from _chat_stores()
        projects = Path.home() / ".cursor" / "projects"
        for folder in sorted(projects.glob("*/agent-transcripts")):
            for parent, _, names in os.walk(folder):
                yield from (Path(parent, name) for name in names if name.endswith(".jsonl"))

    def sniff(self, head: bytes, path: Path) -> bool:
        """Whether a file is Cursor's database, or begins with a message of a transcript."""
        if head.startswith(MAGIC):
            return _is_database(path, head) or is_chat_store(path, head)
        for line in head_lines(head):
            try:
                record = parse_object(line)
            except ValueError:
                continue
            if _is_message(record):
                return True
        return False

    def accompanies(self, path: Path) -> bool:
        """Whether a file is a log or a backup that lies beside a database, or tells of a chat."""
        if path.name in {"meta.json", "prompt_history.json"}:
            return path.with_name(_CHAT).is_file()
        return path.name.startswith(("state.vscdb-", "state.vscdb.", f"{_CHAT}-"))

    def root(self, head: bytes) -> str | None:  # noqa: ARG002 - conversations have ids of their own
        """None: a conversation has no copies."""
        return None

    def read(self, path: Path) -> Reading:
        """Read all conversations of a database, or a transcript."""
        return joined(self.readings(path))

    def readings(self, path: Path) -> Iterator[Reading]:
        """Read a database conversation by conversation, or a chat or transcript whole."""
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        account = Account()
        if not head.startswith(MAGIC):
            draft, account = read_transcript(path)
            yield _without_known(_reading(path, draft, account), draft)
        elif _is_database(path, head):
            for composer in _readable_composers(path, account):
                yield _reading(path, composer, Account())
            yield Reading(records=account.records, unreadable=account.unreadable, offset=account.offset)
        else:
            try:
                yield _reading(path, read_chat_store(path, account), account)
            except FormatError as error:
                yield Reading(records=1, unreadable=[Unreadable(0, str(error))])


def _is_database(path: Path, head: bytes) -> bool:
    try:
        return has_columns(path, {"cursorDiskKV": {"key", "value"}})
    except (OSError, sqlite3.Error):
        # A damaged database is still Cursor's: what is wrong with it is told when it is read.
        return b"CREATE TABLE cursorDiskKV" in head


def _readable_composers(path: Path, account: Account) -> Iterator[SessionDraft]:
    """The conversations up to where the database cannot be read any more, which is named in ``account``."""
    try:
        yield from read_composers(path, account)
    except FormatError as error:
        account.unreadable.append(Unreadable(0, str(error)))


def _without_known(reading: Reading, draft: SessionDraft) -> Reading:
    """A transcript's reading without what a database tells better: all, or everything but the edits.

    The databases have models and results, Cursor's own also times, but often not what was written.
    """
    for database, known in _known(draft.native_id):
        edits = [] if known.edits else [_alone(edit) for edit in reading.edits]
        session = known.session(str(database))
        return Reading([session], (), (), edits, reading.records, reading.unreadable, reading.offset)
    return reading


def _known(native_id: str) -> Iterator[tuple[Path, SessionDraft]]:
    """The databases that hold a conversation, with what they say of it."""
    for database in _state_databases():
        try:
            yield from ((database, draft) for draft in read_composers(database, Account(), native_id))
        except FormatError:
            # The database's own import names what is wrong with it.
            continue
    for store in _chat_stores(native_id):
        try:
            draft = read_chat_store(store, Account())
        except (OSError, FormatError):
            continue
        if draft.messages:
            yield store, draft


def _alone(edit: Edit) -> Edit:
    return Edit(
        edit.session_id, edit.path, edit.patch, edit.time_ms, edit.tool_name, edit.precision,
        tool_call_id=edit.tool_call_id, model_id=edit.model_id, tool=edit.tool, seq=edit.seq, cwd=edit.cwd,
        before=edit.before, after=edit.after,
    )  # fmt: skip


def _reading(path: Path, draft: SessionDraft, account: Account) -> Reading:
    messages, parts = draft.records()
    if not messages:
        return Reading(records=account.records, unreadable=account.unreadable, offset=account.offset)
    return Reading(
        [draft.session(str(path))],
        messages,
        parts,
        list(draft.edits.values()),
        account.records,
        account.unreadable,
        account.offset,
    )


def _state_databases() -> list[Path]:
    """The databases there are, in the places of Linux, macOS and Windows."""
    homes = [
        Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "Cursor",
        Path.home() / "Library" / "Application Support" / "Cursor",
    ]
    roaming = os.environ.get("APPDATA")
    homes += [Path(roaming) / "Cursor"] if roaming else []
    return [path for home in homes if (path := home / _STATE).is_file()]


def _chat_stores(native_id: str = "*") -> list[Path]:
    """The stores of all chats, or of one."""
    chats = Path.home() / ".cursor" / "chats"
    if native_id != "*" and not _PLAIN_ID.fullmatch(native_id):
        return []
    return [path for path in sorted(chats.glob(f"*/{native_id}/{_CHAT}")) if path.is_file()]


def _is_message(record: Record) -> bool:
    message = record.get("message")
    return (
        text_of(record, "role") in _ROLES
        and isinstance(message, dict)
        and isinstance(message.get("content"), str | list)
        and not record.keys() & {"uuid", "sessionId", "type", "id"}
    )
