"""Standard input as documents: one JSON document, or JSON Lines."""

import json

from byline.errors import FormatError
from byline.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its bytes as they came, and its value, or the reason why there is none."""

    raw: bytes
    value: object = None
    reason: str | None = None


def read_documents(data: bytes) -> list[Document]:
    """The documents in ``data``: one, or one a line. What cannot be read has a reason, nothing is left out.

    UTF-8 is expected; a byte order mark, UTF-16 and UTF-32 are understood as JSON's own rules have it.
    """
    whole = _read(data)
    if whole.reason is None or b"\n" not in data.strip():
        return [whole]
    lines = [_read(line) for line in data.split(b"\n") if line.strip()]
    # A pretty-printed document that was cut has no line of its own that is an object, unless indented.
    if any(line.reason is None and line.raw.startswith(b"{") for line in lines):
        return lines
    return [whole]


def parse_json(text: str) -> object:
    """Parse JSON strictly.

    Raises:
        FormatError: it is no JSON, or nested deeper than can be read.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise FormatError(f"not valid JSON: {error}") from error
    except RecursionError as error:
        raise FormatError("not valid JSON: nested too deeply") from error


def _read(data: bytes) -> Document:
    if not data.strip():
        return Document(data, reason="nothing on standard input: expected a JSON document")
    try:
        text = data.decode(json.detect_encoding(data), "surrogatepass")
    except UnicodeDecodeError as error:
        return Document(data, reason=f"not valid JSON: not UTF-8 text ({error.reason} at byte {error.start})")
    try:
        return Document(data, parse_json(text))
    except FormatError as error:
        return Document(data, reason=str(error))


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")
