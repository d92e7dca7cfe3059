"""Take in the records of a JSON Lines history one by one, and account for those that cannot be read."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from byline.agents.json_lines import parse_object, read_lines, reason_of
from byline.agents.reader import Unreadable
from byline.errors import FormatError

Record = dict[str, Any]

_LATEST_MS = 253_402_300_800_000
"""The year 10000: no record is from later."""
_MILLISECONDS_FROM = 100_000_000_000
"""A number at least as large counts milliseconds (since 1973), a smaller one seconds (until 5138)."""


@dataclass(slots=True)
class Account:
    """How many records were looked at, which could not be read, and where the last whole line ends."""

    records: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    offset: int = 0


def take_records(path: Path, take: Callable[[Record, int], None]) -> Account:
    """Give every record with its line number (1-based) to ``take``; its FormatErrors are accounted for.

    A last line without its newline is read when it is whole, but the offset stays before it.

    Raises:
        OSError: the file cannot be read.
    """
    account = Account()
    for line in read_lines(path):
        if line.complete:
            account.offset = line.end
        elif not line.data.endswith(b"}"):
            break
        try:
            record = parse_object(line.data)
        except ValueError as error:
            if not line.complete:
                break
            account.unreadable.append(Unreadable(line.number, str(error)))
        else:
            try:
                take(record, line.number)
            except (FormatError, RecursionError) as error:
                account.unreadable.append(Unreadable(line.number, reason_of(error)))
        account.records += 1
    return account


def read_time_ms(value: object) -> int:
    """A time in Unix milliseconds, from ISO 8601 text (without a zone: UTC) or from seconds or milliseconds.

    Raises:
        FormatError: it is no time.
    """
    time_ms: float = -1
    if isinstance(value, int | float) and not isinstance(value, bool):
        time_ms = value if value >= _MILLISECONDS_FROM else value * 1000
    elif isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
        except ValueError as error:
            raise FormatError(f"timestamp {value[:40]!r} is no time") from error
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        time_ms = time.timestamp() * 1000
    if not 0 <= time_ms < _LATEST_MS:
        raise FormatError(f"timestamp {str(value)[:40]!r} is no time")
    return round(time_ms)


def text_of(record: Record, *names: str) -> str | None:
    """The first of these fields that is a text and not empty."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def object_of(record: Record, name: str) -> Record:
    """A field that is an object; an empty one where it is missing or something else."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def objects_of(record: Record, name: str) -> list[Record]:
    """The objects of a field that is a list; none where it is missing or something else."""
    value = record.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def count_tokens(usage: object, names: dict[str, str]) -> dict[str, int]:
    """The token counts of ``usage``: its field names to ours (input, output, cache_read, cache_write …)."""
    if not isinstance(usage, dict):
        return {}
    return {
        ours: usage[theirs]
        for theirs, ours in names.items()
        if isinstance(usage.get(theirs), int) and not isinstance(usage[theirs], bool)
    }


def compact_json(value: object) -> str:
    """A value as JSON text, as short as it goes.

    Raises:
        FormatError: it is nested too deeply.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError as error:
        raise FormatError("nested too deeply") from error
