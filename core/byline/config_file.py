"""Set a value in the user's ``config.toml``, and the JSON Schema of the file. Off the hot path."""

import json
import os
import tomllib
from pathlib import Path

from byline.config import KEYS, USER_FILE, Key, Value, line_of, parse, problem_with
from byline.errors import BylineError, UsageError


def value_of(key: Key, text: str) -> Value:
    """The value that a person wrote for a key: a bare word for text, TOML for the rest.

    Raises:
        UsageError: it does not fit the key.
    """
    value: object = text
    if not isinstance(key.default, str):
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            # One pattern by itself is a list of one; anything else is refused below.
            value = [text] if isinstance(key.default, tuple) else text
    if isinstance(key.default, tuple) and isinstance(value, str):
        value = [value]
    problem = problem_with(key, value)
    if problem is not None:
        raise UsageError(f"{problem}, not {text!r}")
    return tuple(value) if isinstance(value, list) else value  # type: ignore[return-value] # it fits the key


def shown(value: Value) -> str:
    """A value as TOML has it."""
    return json.dumps(value, ensure_ascii=False)


def set_value(folder: Path, key: Key, value: Value) -> Path:
    """Set a key in the file of ``folder``, leaving every other line as it is; returns the file (0600).

    Raises:
        BylineError: the file cannot be read or written, or a line of it cannot be replaced by itself.
    """
    path = folder / USER_FILE
    before, text = parse(str(path))
    changed = _with_line(text, key.name, shown(value), replaces=key.name in before)
    if _flattened(changed) != before | {key.name: list(value) if isinstance(value, tuple) else value}:
        raise BylineError(f"{path}: cannot set {key.name} without changing more: edit the file by hand")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(changed.encode())
        temporary.replace(path)
    except OSError as error:
        raise BylineError(f"{path}: cannot be written: {error}") from error
    return path


def config_schema() -> dict[str, object]:
    """The JSON Schema of ``config.toml``, made from :data:`~byline.config.KEYS`."""
    root: dict[str, object] = {}
    for key in KEYS:
        properties = root
        *tables, name = key.name.split(".")
        for table in tables:
            nested = properties.setdefault(
                table, {"type": "object", "additionalProperties": False, "properties": {}}
            )
            properties = nested["properties"]  # type: ignore[index] # just made
        properties[name] = _schema_of(key)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Byline: config.toml and .byline.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": root,
    }


def _schema_of(key: Key) -> dict[str, object]:
    where = "" if key.shared else " Not in a repository's .byline.toml."
    described: dict[str, object] = {"description": key.meaning + where}
    if isinstance(key.default, bool):
        return described | {"type": "boolean", "default": key.default}
    if isinstance(key.default, int):
        bounds = {"minimum": key.least, "maximum": key.most}
        return described | {"type": "integer", "default": key.default} | bounds
    if isinstance(key.default, str):
        return described | {
            "type": "string",
            "default": key.default,
            "pattern": "^[A-Za-z0-9-]*[A-Za-z0-9][A-Za-z0-9-]*$",
        }
    items = {"type": "string", "pattern": "\\S"}
    return described | {"type": "array", "default": list(key.default), "items": items}


def _with_line(text: str, name: str, value: str, *, replaces: bool) -> str:
    lines = text.removesuffix("\n").split("\n") if text else []
    if replaces:
        at = line_of(text, name) - 1
        written = lines[at].partition("=")[0].rstrip()
        lines[at] = f"{written} = {value}"
    else:
        # A dotted key stands before the first table: behind it, it would belong to that.
        first = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
        table, _, last = name.rpartition(".")
        header = f"[{table}]"
        if table and header in lines:
            lines.insert(lines.index(header) + 1, f"{last} = {value}")
        else:
            lines.insert(first, f"{name} = {value}")
    return "\n".join(lines) + "\n"


def _flattened(text: str) -> dict[str, object] | None:
    found: dict[str, object] = {}
    try:
        pending: list[tuple[str, object]] = [("", tomllib.loads(text))]
    except tomllib.TOMLDecodeError:
        return None
    while pending:
        name, value = pending.pop()
        if isinstance(value, dict):
            pending += [(f"{name}.{key}" if name else key, nested) for key, nested in value.items()]
        else:
            found[name] = value
    return found
