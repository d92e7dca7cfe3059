"""The parsed patch as JSON, an interchange format (``design.md`` "Parsed patch JSON").

Byline's further keys per line (``model_id``, ``message_id``, ``tool_call_id``, ``match``) and per hunk
(``context``) are written only where there is something to say; readers ignore keys they do not know.
"""

from collections.abc import Mapping
from typing import Any

from byline.errors import PatchError
from byline.patch.model import ContextLine, FilePatch, Hunk, Patch, TouchedLine

JsonObject = dict[str, Any]


def patch_to_json(patch: Patch) -> JsonObject:
    """The patch as plain JSON values."""
    return {"files": [_file_to_json(file) for file in patch.files]}


def patch_from_json(value: object) -> Patch:
    """Read the JSON form; unknown keys are ignored, optional ones may be missing.

    Raises:
        PatchError: the value is not a parsed patch.
    """
    try:
        files = value["files"]  # type: ignore[index] # anything else raises and is reported below
        return Patch(tuple(_file_from_json(file) for file in files))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise PatchError(f"not the JSON of a parsed patch: {type(error).__name__} {error}") from error


def _file_to_json(file: FilePatch) -> JsonObject:
    return {
        "old_path": file.old_path,
        "new_path": file.new_path,
        "kind": file.kind,
        "hunks": [_hunk_to_json(hunk) for hunk in file.hunks],
    }


def _hunk_to_json(hunk: Hunk) -> JsonObject:
    value: JsonObject = {
        "old_start": hunk.old_start,
        "old_count": hunk.old_count,
        "new_start": hunk.new_start,
        "new_count": hunk.new_count,
        "model_id": hunk.model_id,
        "lines": [_line_to_json(line) for line in hunk.lines],
    }
    if hunk.context:
        value["context"] = [[line.line_number, line.content] for line in hunk.context]
    return value


def _line_to_json(line: TouchedLine) -> JsonObject:
    value: JsonObject = {
        "kind": line.kind,
        "line_number": line.line_number,
        "content": line.content,
        "session_id": line.session_id,
    }
    for key in ("model_id", "message_id", "tool_call_id", "match"):
        fact = getattr(line, key)
        if fact is not None:
            value[key] = fact
    return value


def _file_from_json(value: Mapping[str, Any]) -> FilePatch:
    if value["kind"] not in {"added", "modified", "deleted", "renamed"}:
        raise ValueError(f"kind {value['kind']!r}")
    hunks = tuple(_hunk_from_json(hunk) for hunk in value["hunks"])
    return FilePatch(str(value["old_path"]), str(value["new_path"]), value["kind"], hunks)


def _hunk_from_json(value: Mapping[str, Any]) -> Hunk:
    return Hunk(
        int(value["old_start"]),
        int(value["old_count"]),
        int(value["new_start"]),
        int(value["new_count"]),
        tuple(_line_from_json(line) for line in value["lines"]),
        tuple(ContextLine(int(number), str(content)) for number, content in value.get("context", ())),
        value.get("model_id"),
    )


def _line_from_json(value: Mapping[str, Any]) -> TouchedLine:
    if value["kind"] not in {"added", "removed"}:
        raise ValueError(f"line kind {value['kind']!r}")
    return TouchedLine(
        value["kind"],
        int(value["line_number"]),
        str(value["content"]),
        value.get("session_id"),
        value.get("model_id"),
        value.get("message_id"),
        value.get("tool_call_id"),
        value.get("match"),
    )
