"""Check a value against the Agent Trace schema, which lies beside this module.

Reads the schema itself rather than restating it, and knows the keywords that it uses: a small part of
JSON Schema 2020-12. A test holds that the jsonschema package agrees, and that there are no others.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

SCHEMA_PATH = Path(__file__).with_name("agent-trace.schema.json")
SCHEMA_URL = "https://agent-trace.dev/schemas/v1/trace-record.json"
SPEC_VERSION = "0.1.0"

_Schema = Mapping[str, Any]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")


def validate_trace(value: object) -> list[str]:
    """What is wrong with an Agent Trace record, as sentences that begin with a JSON path; empty if nothing.

    ``value`` is what ``json.loads`` gives. Formats (uuid, date-time, uri) are checked too. Quoted values are
    ASCII and cut short, so that the sentences are safe to show.
    """
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return list(_problems(value, schema, schema, "$"))


def _problems(value: object, schema: _Schema, root: _Schema, path: str) -> Iterator[str]:
    reference = schema.get("$ref")
    if reference is not None:
        schema = root["$defs"][reference.removeprefix("#/$defs/")]
    wanted = schema.get("type")
    if wanted is not None and not _TYPES[wanted](value):
        yield f"{path}: expected {_article(wanted)}, found {_shown(value)}"
        return
    if isinstance(value, str):
        yield from _string_problems(value, schema, path)
    elif isinstance(value, dict):
        yield from _object_problems(value, schema, root, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems(item, schema.get("items", {}), root, f"{path}[{index}]")
    elif isinstance(value, (int, float)) and value < schema.get("minimum", value):
        yield f"{path}: {_shown(value)} is less than {schema['minimum']}"


def _object_problems(value: Mapping[str, object], schema: _Schema, root: _Schema, path: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f'{path}: the required key "{name}" is missing'
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from _problems(value[name], inner, root, f"{path}.{name}")


def _string_problems(value: str, schema: _Schema, path: str) -> Iterator[str]:
    choices: Sequence[str] | None = schema.get("enum")
    if choices is not None and value not in choices:
        yield f"{path}: {_shown(value)} is none of {', '.join(choices)}"
    pattern: str | None = schema.get("pattern")
    if pattern is not None and not re.search(pattern, value):
        yield f"{path}: {_shown(value)} does not match {pattern}"
    limit: int | None = schema.get("maxLength")
    if limit is not None and len(value) > limit:
        yield f"{path}: {len(value)} characters, at most {limit} are allowed"
    form: str | None = schema.get("format")
    if form is not None and not _FORMATS[form](value):
        yield f"{path}: {_shown(value)} is no {form}"


def _is_date_time(value: str) -> bool:
    """RFC 3339: a real day and time, with an offset; second 60 is a leap second."""
    found = _DATE_TIME.fullmatch(value)
    if found is None or int(found[3]) > 60:
        return False
    try:
        datetime.fromisoformat(f"{found[1]}T{found[2]}:00Z")
    except ValueError:
        return False
    return True


_TYPES: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    # As JSON Schema has it, 1.0 is an integer and true is not.
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    ),
}

_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "uuid": lambda value: _UUID.fullmatch(value) is not None,
    "date-time": _is_date_time,
    "uri": lambda value: _URI.fullmatch(value) is not None,
}


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aio' else 'a'} {name}"


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:59] + "..."
