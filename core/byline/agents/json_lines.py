"""Read a JSON Lines history: one object per line, the last line perhaps half-written."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from byline.frozen import dataclass

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its 1-based number; ``end`` is the offset behind it, ``complete`` if a newline ends it."""

    number: int
    data: bytes
    end: int
    complete: bool


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file that have something on them.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        yield from lines_of(file)


def lines_of(file: Iterable[bytes], before: int = 0, offset: int = 0) -> Iterator[Line]:
    """The lines of an open binary file that have something on them.

    ``before`` lines with ``offset`` bytes were read already.
    """
    end = offset
    for number, raw in enumerate(file, before + 1):
        end += len(raw)
        data = raw.strip(b" \t\r\n")
        if number == 1:
            data = data.removeprefix(_BOM)
        if data:
            yield Line(number, data, end, raw.endswith(b"\n"))


def head_lines(head: bytes) -> Iterator[bytes]:
    """The complete lines in the first bytes of a file; the only line even when it is cut off."""
    lines = head.removeprefix(_BOM).split(b"\n")
    if len(lines) > 1:
        lines.pop()
    yield from (line for line in lines if line.strip())


def parse_object(data: bytes) -> dict[str, Any]:
    """One line as a JSON object; bytes that are no UTF-8 are read as U+FFFD.

    Raises:
        ValueError: it is not JSON, or not an object; the message says which.
    """
    try:
        value = json.loads(data.decode("utf-8", "replace"))
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"not an object but {type(value).__name__}")
    return value


def reason_of(error: Exception) -> str:
    """Why a record cannot be read: one that is nested deeply can be parsed, and yet not written again."""
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def storable_id(text: str) -> str:
    """An id that can be stored: half a surrogate pair (JSON can hold it, SQLite cannot) becomes a ``?``."""
    return text.encode("utf-8", "replace").decode()
