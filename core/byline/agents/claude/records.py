"""The fields of a transcript's records, read with a word on what is wrong with them (``formats.md`` 1.2)."""

from datetime import UTC, datetime
from typing import Any

from byline.agents.prompts import is_continuation, typed_text
from byline.errors import FormatError

Record = dict[str, Any]


def message_of(record: Record) -> Record:
    """The message that a record holds. Raises FormatError when it holds none."""
    message = record.get("message")
    if not isinstance(message, dict):
        raise FormatError(f"{record['type']}: no message")
    return message


def blocks_of(kind: str, content: object) -> list[Record]:
    """A message's content as blocks; a text is one. Raises FormatError for any other shape."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise FormatError(f"{kind}: message.content is neither text nor a list of blocks")
    return blocks


def record_time_ms(record: Record) -> int:
    """When a record was written, in Unix ms. Raises FormatError when it does not say."""
    stamp = record.get("timestamp")
    try:
        time = datetime.fromisoformat(stamp)  # type: ignore[arg-type] # anything else is reported below
    except (TypeError, ValueError) as error:
        raise FormatError(f"{record['type']}: timestamp {str(stamp)[:40]!r} is no time") from error
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return round(time.timestamp() * 1000)


def needed(record: Record, name: str) -> str:
    """A field that is a text and not empty. Raises FormatError when there is none."""
    value = record.get(name)
    if not isinstance(value, str) or not value:
        raise FormatError(f"{record['type']}: no {name}")
    return value


def optional(record: Record, name: str) -> str | None:
    """A field that is a text and not empty, if it is one."""
    value = record.get(name)
    return value if isinstance(value, str) and value else None


def user_kind(record: Record, texts: list[str]) -> str | None:
    """What a user's record is when no person typed it, as :attr:`byline.record.Message.kind`."""
    if record.get("isCompactSummary") is True or any(is_continuation(text) for text in texts):
        return "compaction"
    if record.get("isMeta") is True or (texts and not any(typed_text(text) for text in texts)):
        return "injected"
    return None


def tool_of(structured: object) -> str:
    """The tool of a result whose call is not in the file, by the keys that only its results have."""
    if isinstance(structured, dict) and "filePath" in structured and "structuredPatch" in structured:
        if "edits" in structured:
            return "MultiEdit"
        return "Write" if "content" in structured else "Edit"
    return "tool"
