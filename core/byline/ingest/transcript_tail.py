"""Find a record near the end of a Claude Code transcript, which may be huge (``formats.md`` 1.3).

Hooks do not say which model made a call, nor the ids of messages: the assistant record of the
transcript does. Records are matched as bytes and parsed only when they can be the one.
"""

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator

from byline.frozen import dataclass
from byline.ingest.reading import Json

BLOCK = 128 * 1024
FARTHEST_CALL = 32 * 1024 * 1024
FARTHEST_REPLY = 256 * 1024
"""How far back from the end is looked: a hook comes right after its record was written, but calls that
run side by side may each leave a long result before it."""


@dataclass(frozen=True, slots=True)
class AssistantRecord:
    """What an assistant record says about a message: its id, model and place."""

    message_id: str
    model_id: str | None
    timestamp: str | None
    version: str | None
    branch: str | None


FindCall = Callable[[Iterable[str], str], AssistantRecord | None]
"""How the record of a tool call is found, as :func:`find_call` does."""


def find_call(paths: Iterable[str], tool_use_id: str) -> AssistantRecord | None:
    """The assistant record that holds the tool call, in the first of these transcripts that has it.

    None when none has it (yet: a transcript may be written some time after the hook was called) or
    can be read: the record is stored all the same, and importing the history adds what is missing.
    """
    needle = json.dumps(tool_use_id).encode()
    for path in paths:
        for line in lines_holding(path, needle, FARTHEST_CALL):
            found = _assistant_record(line, "tool_use", "id", tool_use_id)
            if found is not None:
                return found
    return None


def find_reply(paths: Iterable[str], text: str) -> AssistantRecord | None:
    """The last assistant record near the end that says exactly ``text``; see :func:`find_call`."""
    for path in paths:
        for line in lines_holding(path, b'"assistant"', FARTHEST_REPLY):
            found = _assistant_record(line, "text", "text", text)
            if found is not None:
                return found
    return None


def lines_holding(path: str, needle: bytes, farthest: int) -> Iterator[bytes]:
    """The lines of a file that hold ``needle``, last first, without reading more than is asked for.

    ``farthest`` is how many bytes from the end are looked at; a file that cannot be read has none.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return
    with os.fdopen(descriptor, "rb") as file:
        position = status.st_size
        floor = max(position - farthest, 0)
        pending = b""
        block = BLOCK
        while position > floor:
            size = min(block, position - floor)
            position -= size
            file.seek(position)
            data = file.read(size) + pending
            begin = data.find(b"\n") + 1 if position > 0 else 0
            if begin == 0 and position > 0:
                pending, block = data, block * 2
                continue
            yield from _holding(data, begin, needle)
            pending, block = data[:begin], BLOCK


def _holding(data: bytes, begin: int, needle: bytes) -> Iterator[bytes]:
    end = len(data)
    while (found := data.rfind(needle, begin, end)) >= 0:
        start = data.rfind(b"\n", begin, found) + 1 or begin
        stop = data.find(b"\n", found)
        yield data[start : stop if stop >= 0 else len(data)]
        end = start


def _assistant_record(line: bytes, block_type: str, key: str, wanted: str) -> AssistantRecord | None:
    if b'"assistant"' not in line:
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        # A line that was cut, or is being written: not the one.
        return None
    message = record.get("message") if isinstance(record, dict) else None
    if not isinstance(message, dict) or record.get("type") != "assistant":
        return None
    content = message.get("content")
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict) and block.get("type") == block_type and block.get(key) == wanted:
            return _facts(record, message)
    return None


def _facts(record: Json, message: Json) -> AssistantRecord | None:
    message_id = _text(message, "id") or _text(record, "uuid")
    if message_id is None:
        return None
    model = _text(message, "model")
    return AssistantRecord(
        message_id,
        None if model == "<synthetic>" else model,
        _text(record, "timestamp"),
        _text(record, "version"),
        _text(record, "gitBranch"),
    )


def _text(value: Json, name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) and found.strip() else None
