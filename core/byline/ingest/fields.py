"""Read the fields of a payload, each checked as ``ingest.md`` has it.

Strings are non-empty after trimming; times are whole Unix milliseconds. An optional field that is
null counts as absent. Every function raises FormatError naming the field.
"""

from collections.abc import Mapping

from byline.errors import FormatError
from byline.ingest.reading import Json
from byline.store.text_form import as_json, storable

LATEST_MS = 2**63 - 1
"""The latest time there can be: SQLite's largest integer."""


def required_object(value: object, what: str) -> Json:
    """``value`` as a JSON object; ``what`` names it."""
    if not isinstance(value, Mapping):
        raise FormatError(f"{what} must be an object, not {_kind(value)}")
    return value


def required_text(payload: Json, name: str) -> str:
    """A string that is not blank."""
    value = payload.get(name)
    if value is None:
        raise FormatError(f"{name} is missing")
    if not isinstance(value, str):
        raise FormatError(f"{name} must be a string, not {_kind(value)}")
    if not value.strip():
        raise FormatError(f"{name} must not be empty")
    return storable(value)


def optional_text(payload: Json, name: str) -> str | None:
    """A string that is not blank, or None where there is none."""
    return None if payload.get(name) is None else required_text(payload, name)


def required_body(payload: Json, name: str) -> str:
    """A string that may be empty: what was said."""
    value = payload.get(name)
    if not isinstance(value, str):
        raise FormatError(
            f"{name} is missing" if value is None else f"{name} must be a string, not {_kind(value)}"
        )
    return storable(value)


def required_time(payload: Json, name: str) -> int:
    """A time in Unix ms: a whole number from 0 to 2^63-1, and not a bool, a float or a string."""
    value = payload.get(name)
    if value is None:
        raise FormatError(f"{name} is missing")
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"{name} must be a whole number of Unix milliseconds, not {_kind(value)}")
    if not 0 <= value <= LATEST_MS:
        raise FormatError(f"{name} must be between 0 and 2^63-1")
    return value


def optional_tokens(payload: Json, name: str) -> dict[str, int] | None:
    """Token counts. Nested ones become one level: ``cache: {read: 1}`` is ``cache_read: 1``."""
    value = payload.get(name)
    if value is None:
        return None
    counts: dict[str, int] = {}
    for key, count in required_object(value, name).items():
        nested = count.items() if isinstance(count, Mapping) else [("", count)]
        for inner, number in nested:
            if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= LATEST_MS:
                raise FormatError(f"{name} must hold whole numbers only")
            counts[f"{key}_{inner}" if inner else key] = number
    return counts


def optional_cost(payload: Json, name: str) -> float | None:
    """A cost: a number that is not negative."""
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST_MS:
        raise FormatError(f"{name} must be a number that is not negative")
    return float(value)


def optional_json(payload: Json, name: str) -> str | None:
    """Any value as JSON text; a string is taken as the text itself."""
    value = payload.get(name)
    if value is None:
        return None
    return storable(value if isinstance(value, str) else as_json(value))


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "a bool", int: "a number", float: "a number", str: "a string", list: "an array"}
    return names.get(type(value), "an object")
