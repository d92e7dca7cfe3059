"""Read a session from OpenCode's JSON storage tree (to 1.1) or an export of it (``formats.md`` 2.6)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from byline.agents.json_lines import parse_object
from byline.agents.opencode.documents import Account, Json, MessageDocument, SessionDocument, mapping, text
from byline.agents.opencode.places import message_files, part_files, storage_root
from byline.errors import FormatError

_SESSION_KEYS = re.compile(rb'"(projectID|directory)"\s*:')
_EXPORT = re.compile(rb'\s*\{\s*"info"\s*:\s*\{')


def is_session(head: bytes) -> bool:
    """Whether a file that begins so is a session's; it may be longer than its head, and one field damaged."""
    if not head.lstrip().startswith(b"{") or _EXPORT.match(head):
        return False
    try:
        value = parse_object(head.strip())
    except ValueError:
        return len(set(_SESSION_KEYS.findall(head))) == 2 and b'"messageID"' not in head
    told = sum(isinstance(value.get(key), str) for key in ("id", "projectID", "directory"))
    return told + isinstance(value.get("time"), dict) >= 3


def is_export(head: bytes) -> bool:
    """Whether a file that begins so was written by ``opencode export``."""
    return bool(_EXPORT.match(head)) and len(set(_SESSION_KEYS.findall(head))) == 2


def is_first_of_homeless(head: bytes, path: Path) -> bool:
    """Whether a file is the first message of a session that has no file of its own."""
    message = _message(head)
    if message is None:
        return False
    root = storage_root(path)
    session_id = path.parent.name
    if session_id != message["sessionID"] or path.parent.parent.name != "message":
        return False
    if any(root.glob(f"session/*/{session_id}.json")):
        return False
    others = (other for other in message_files(root, session_id) if other < path.absolute())
    return not any(_message(other.read_bytes()) for other in others)


def read_stored(path: Path, account: Account) -> SessionDocument | None:
    """The session of a session's file, or of a message's whose session has none.

    Files that cannot be read are named in ``account``. None when the session's own file is one of them
    and there are no messages either.

    Raises:
        OSError: the file ``path`` cannot be read.
    """
    root = storage_root(path)
    if path.parent.parent.name == "message":
        info: Json | None = {"id": path.parent.name}
    else:
        info = account.parse(path.read_bytes(), path.name)
    if info is None or text(info, "id") is None:
        info = {"id": path.stem}
    session = SessionDocument(info)
    session.messages = list(_messages(root, session.id, account))
    return session if session.messages or len(info) > 1 else None


def read_export(path: Path, account: Account) -> SessionDocument:
    """The session of an ``opencode export``.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is cut off or no export.
    """
    try:
        value: Any = parse_object(path.read_bytes().strip())
    except ValueError as error:
        raise FormatError(str(error)) from error
    info = mapping(value, "info")
    entries = value.get("messages")
    if text(info, "id") is None or not isinstance(entries, list):
        raise FormatError("an export has info with an id, and messages")
    session = SessionDocument(info)
    account.records += 1
    for number, entry in enumerate(entries, 1):
        account.records += 1
        parts = entry.get("parts") if isinstance(entry, dict) else None
        if not isinstance(parts, list) or text(mapping(entry, "info"), "id") is None:
            account.fail(f"message {number}: neither info with an id nor parts")
            continue
        account.records += len(parts)
        session.messages.append(MessageDocument(entry["info"], [part for part in parts if _has_id(part)]))
        lost = len(parts) - len(session.messages[-1].parts)
        if lost:
            account.fail(f"message {number}: {lost} parts without an id")
    return session


def sibling_sessions(path: Path) -> Iterator[SessionDocument]:
    """The other sessions of the same project that can be read, their messages without parts."""
    root = storage_root(path)
    for other in sorted(path.parent.glob("*.json")):
        info = _object(other) if other.name != path.name else None
        if info is None or text(info, "id") is None:
            continue
        found = (_object(file) for file in message_files(root, str(info["id"])))
        yield SessionDocument(info, [MessageDocument(each) for each in found if each and _has_id(each)])


def _messages(root: Path, session_id: str, account: Account) -> Iterator[MessageDocument]:
    for path in message_files(root, session_id):
        info = _read(path, account)
        parts = part_files(root, path.stem)
        if info is None:
            if parts:
                account.fail(
                    f"part/{path.stem}: its {len(parts)} parts cannot be placed without their message"
                )
            continue
        info.setdefault("id", path.stem)
        message = MessageDocument(info)
        for part_path in parts:
            part = _read(part_path, account)
            if part is not None:
                part.setdefault("id", part_path.stem)
                message.parts.append(part)
        yield message


def _read(path: Path, account: Account) -> Json | None:
    name = "/".join(path.parts[-3:])
    try:
        return account.parse(path.read_bytes(), name)
    except OSError as error:
        account.records += 1
        account.fail(f"{name}: {error.strerror or error}")
        return None


def _message(data: bytes) -> Json | None:
    try:
        value = parse_object(data.strip())
    except ValueError:
        return None
    is_message = str(value.get("role")) in {"user", "assistant"} and "time" in value
    return value if is_message and isinstance(value.get("sessionID"), str) else None


def _object(path: Path) -> Json | None:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _has_id(value: object) -> bool:
    return text(value, "id") is not None
