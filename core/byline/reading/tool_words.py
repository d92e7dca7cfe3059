"""A tool call in words: what it was asked, on one line and in full. Inputs have any shape at all."""

import json
import re
from collections.abc import Mapping
from typing import Any

from byline.errors import PatchError
from byline.patch import FilePatch, Hunk, TouchedLine, patch_from_json
from byline.store.conversations import PartRow
from byline.text import split_lines

# What says most about a call, in order. Tools of different agents share most of these names.
_PATHS = ("file_path", "filePath", "notebook_path", "path")
_TELLING = (
    *_PATHS, "command", "cmd", "pattern", "query", "url",
    "description", "prompt", "question", "skill", "name", "input",
)  # fmt: skip
# Codex's own patch format, the whole input of its tool.
_PATCH_TEXT = "*** Begin Patch"
_PATCHED_FILE = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+?)\r?$", re.MULTILINE)
_OLD = ("old_string", "oldString", "old_str")
_NEW = ("new_string", "newString", "new_str")
_WHOLE = ("content", "file_text", "new_source")


def tool_input(part: PartRow) -> Mapping[str, Any]:
    """A call's input as a mapping; what is none stands under ``input``."""
    if not part.input:
        return {}
    try:
        value = json.loads(part.input)
    except ValueError:
        return {"input": part.input}
    return value if isinstance(value, dict) else {"input": value}


def one_line(part: PartRow, cwd: str | None = None) -> str:
    """What a call was asked, in one line of foreign text; a path under ``cwd`` is shown relative to it."""
    given = tool_input(part)
    for key in _TELLING:
        value = given.get(key)
        if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            value = " ".join(value)
        if isinstance(value, str) and value.lstrip().startswith(_PATCH_TEXT):
            return ", ".join(_PATCHED_FILE.findall(value))
        if isinstance(value, str) and value.strip():
            first, _, more = value.strip().partition("\n")
            if cwd and first.startswith(cwd.rstrip("/") + "/"):
                first = first[len(cwd.rstrip("/")) + 1 :]
            return f"{first} …" if more else first
    values = (f"{key}: {value}" for key, value in given.items() if isinstance(value, str | int | float))
    return ", ".join(values).partition("\n")[0]


def asked(part: PartRow, *, shows_diff: bool) -> list[tuple[str, str]]:
    """The input key by key; beside a diff without the path and the texts that it shows."""
    shown = {*_PATHS, *_OLD, *_NEW, *_WHOLE, "edits"} if shows_diff else set()
    rows: list[tuple[str, str]] = []
    for key, value in tool_input(part).items():
        patch_text = isinstance(value, str) and value.lstrip().startswith(_PATCH_TEXT)
        if key in shown or (shows_diff and (patch_text or value is False)):
            continue
        rows.append((key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))
    return rows


def questions(text: str) -> list[tuple[str, str]] | None:
    """A question part's questions with their answers, ``""`` where none is recorded; None if it is prose."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    entries = value if isinstance(value, list) else [value]
    if not entries or not all(isinstance(entry, dict) and "question" in entry for entry in entries):
        return None
    return [(str(entry["question"]), _answer(entry.get("answer"))) for entry in entries]


def _answer(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def asked_diff(part: PartRow) -> FilePatch | None:
    """The change that a call's input asks for, as a patch without line numbers; None if it asks for none.

    What really happened is in the store's edits; this shows calls that failed or were not recorded there.
    """
    given = tool_input(part)
    path = next((str(given[key]) for key in _PATHS if isinstance(given.get(key), str)), "")
    edits = given.get("edits")
    pairs = [_strings(edit) for edit in edits if isinstance(edit, dict)] if isinstance(edits, list) else []
    pairs.append(_strings(given))
    hunks = tuple(_hunk(*pair) for pair in pairs if pair is not None)
    return FilePatch(path, path, "modified", hunks) if hunks and path else None


def stored_patch(part: PartRow) -> tuple[FilePatch, ...] | None:
    """A patch part's files; None when it has none that can be read."""
    if not part.patch:
        return None
    try:
        return patch_from_json(json.loads(part.patch)).files
    except (ValueError, PatchError):
        return None


def delegated(part: PartRow, native_id: str, title: str | None) -> bool:
    """Whether a call started a sub-agent: its id is in the call's record, or its title in what was asked."""
    native = native_id.removeprefix("agent-")
    if native and (native in part.text or native in (part.input or "")):
        return True
    if not title:
        return False
    given = tool_input(part)
    return any(
        isinstance(value, str) and value.strip().startswith(title.rstrip("…"))
        for value in (given.get("description"), given.get("prompt"))
    )


def place_asked(part: PartRow) -> tuple[str, int] | None:
    """The file that a call is about, and the line in it (1-based; 1 where none is said)."""
    given = tool_input(part)
    path = next((given[key] for key in _PATHS if isinstance(given.get(key), str) and given[key]), None)
    if path is None:
        patched = _PATCHED_FILE.search(part.input or "")
        return (patched[1], 1) if patched else None
    line = given.get("offset", given.get("line", 1))
    return path, line if isinstance(line, int) and not isinstance(line, bool) and line > 0 else 1


def _strings(given: Mapping[str, Any]) -> tuple[str, str] | None:
    old = next((given[key] for key in _OLD if isinstance(given.get(key), str)), None)
    new = next((given[key] for key in (*_NEW, *_WHOLE) if isinstance(given.get(key), str)), None)
    return None if new is None else (old or "", new)


def _hunk(old: str, new: str) -> Hunk:
    removed, added = split_lines(old), split_lines(new)
    lines = [TouchedLine("removed", 0, line) for line in removed]
    lines += [TouchedLine("added", 0, line) for line in added]
    return Hunk(0, len(removed), 0, len(added), tuple(lines))
