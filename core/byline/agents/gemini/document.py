"""A chat's file: a log of changes to a document, or the document itself (``formats.md`` 5.1)."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from byline.agents.json_lines import parse_object
from byline.agents.json_records import Account, Record, objects_of, take_records
from byline.agents.reader import Unreadable
from byline.errors import FormatError

_MESSAGES = re.compile(r'"messages"\s*:\s*\[')


@dataclass(slots=True)
class ChatDocument:
    """A chat: its header's fields, and its messages by id in the order in which they began.

    ``rewound`` are the messages that the person went back behind: they were said, and are kept.
    """

    header: Record = field(default_factory=dict)
    messages: dict[str, Record] = field(default_factory=dict)
    rewound: set[str] = field(default_factory=set)

    def take(self, record: Record, line: int) -> None:
        """Take in one line of a log: a header, a message, a change (``$set``), a ``$rewindTo``.

        Raises:
            FormatError: the line has none of these shapes.
        """
        if "$rewindTo" in record:
            self._rewind(record["$rewindTo"])
        elif isinstance(record.get("$set"), dict):
            self._set(record["$set"])
        elif "sessionId" in record or "projectHash" in record:
            self._set(record)
        elif isinstance(record.get("type"), str):
            self._add(record, f"line-{line}")

    def _set(self, fields: Record) -> None:
        if "messages" in fields and not isinstance(fields["messages"], list):
            raise FormatError("messages is no list")
        for index, message in enumerate(objects_of(fields, "messages")):
            self._add(message, f"message-{index}")
        self.header |= {name: value for name, value in fields.items() if name != "messages"}

    def _add(self, message: Record, fallback_id: str) -> None:
        """Add a message, or replace the one that it writes anew."""
        native_id = message.get("id")
        message_id = native_id if isinstance(native_id, str) and native_id else fallback_id
        self.messages[message_id] = message
        self.rewound.discard(message_id)

    def _rewind(self, message_id: object) -> None:
        """Mark a message and all after it; an id that is not known goes back to the beginning."""
        ids = list(self.messages)
        start = ids.index(message_id) if isinstance(message_id, str) and message_id in self.messages else 0
        self.rewound.update(ids[start:])


def read_document(path: Path) -> tuple[ChatDocument, Account]:
    """A chat's file, whichever its form, and the account of what could not be read.

    Raises:
        OSError: the file cannot be read.
    """
    document = ChatDocument()
    if path.suffix != ".json" and not _is_one_document(path):
        return document, take_records(path, document.take)
    data = path.read_bytes()
    account = Account(offset=len(data))
    try:
        document.take(parse_object(data), 1)
    except (ValueError, FormatError) as error:
        account.unreadable.append(Unreadable(0, f"{error}; its whole messages were read"))
        _salvage(data.decode("utf-8", "replace"), document)
    account.records = len(document.messages)
    return document, account


def _is_one_document(path: Path) -> bool:
    """Whether the first line is only the beginning of a JSON document."""
    with path.open("rb") as file:
        return file.readline().strip(b"\xef\xbb\xbf \t\r\n") == b"{"


def _salvage(text: str, document: ChatDocument) -> None:
    """Take the messages that are whole out of a document that is cut off or damaged behind them."""
    found = _MESSAGES.search(text)
    if found is None:
        return
    for name in ("sessionId", "projectHash", "startTime"):
        value = re.search(rf'"{name}"\s*:\s*"([^"\\]+)"', text)
        if value is not None:
            document.header[name] = value[1]
    decoder = json.JSONDecoder()
    at = found.end()
    messages: list[object] = []
    while True:
        at += len(text[at : at + 10_000]) - len(text[at : at + 10_000].lstrip(" \t\r\n,"))
        try:
            message, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        messages.append(message)
    document.take({"$set": {"messages": messages}}, 0)
