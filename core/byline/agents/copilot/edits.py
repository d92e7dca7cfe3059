"""What the edit tools of Copilot CLI and of Copilot in VS Code did (``formats.md`` 7)."""

from collections.abc import Iterable

from byline.agents.json_records import Record, text_of
from byline.agents.patch_text import read_patch_text
from byline.agents.recorded_edit import (
    RecordedEdit,
    absolute,
    between_contents,
    numbered_hunks,
    replaced_strings,
    whole_write,
)
from byline.errors import FormatError, PatchError
from byline.patch import FilePatch, parse_patch

_CREATING = frozenset({"create", "create_file", "write"})
_REPLACING = frozenset({"edit", "str_replace", "replace_string_in_file", "insert"})
_PATCHING = frozenset({"apply_patch"})
# The editor tool names what it does in its arguments.
_EDITOR = "str_replace_editor"


def read_edits(tool: str, arguments: object, detailed: str | None, cwd: str | None) -> list[RecordedEdit]:
    """The edits of a call that succeeded; none for another tool, or when nothing changed.

    ``detailed`` is the result's diff. It is trusted for edits; of a created file the argument has the
    whole content, and the diff tells that there was none before.

    Raises:
        FormatError: the arguments do not say what was written where.
    """
    values = arguments if isinstance(arguments, dict) else {}
    does = str(values.get("command")) if tool == _EDITOR else tool
    if does in _PATCHING:
        return _patched(arguments if isinstance(arguments, str) else values, detailed, cwd)
    if does not in _CREATING | _REPLACING:
        return []
    path = text_of(values, "path", "filePath", "file_path")
    if path is None:
        raise FormatError(f"{tool}: the arguments name no path")
    edit = (
        _created(path, values, detailed, cwd) if does in _CREATING else _edited(path, values, detailed, cwd)
    )
    return [edit] if edit is not None else []


def _created(path: str, arguments: Record, detailed: str | None, cwd: str | None) -> RecordedEdit | None:
    content = next(
        (arguments[name] for name in ("file_text", "content") if isinstance(arguments.get(name), str)), None
    )
    if content is None:
        raise FormatError("the arguments of a created file hold no content")
    if detailed is not None and ("create file mode" in detailed or "--- a/dev/null" in detailed):
        return between_contents(path, None, content, cwd)
    return whole_write(path, content, cwd)


def _edited(path: str, arguments: Record, detailed: str | None, cwd: str | None) -> RecordedEdit | None:
    files = _diff(detailed)
    if len(files) == 1 and all(hunk.old_count for hunk in files[0].hunks):
        edit = numbered_hunks(path, files[0].hunks, cwd)
        if edit is not None:
            return edit
    old, new = (
        next((arguments[name] for name in names if isinstance(arguments.get(name), str)), None)
        for names in (("old_str", "oldString", "old_string"), ("new_str", "newString", "new_string"))
    )
    return replaced_strings(path, [(old, new or "")], cwd) if old else None


def _patched(arguments: Record | str, detailed: str | None, cwd: str | None) -> list[RecordedEdit]:
    """The files of a patch: by the result's diff when it has them all with numbers, else by its text."""
    text = arguments if isinstance(arguments, str) else text_of(arguments, "input", "patch", "patchText")
    unplaced = read_patch_text(text, cwd) if text is not None else []
    numbered = {edit.path: edit for edit in _numbered(_diff(detailed), cwd)}
    if not unplaced:
        return list(numbered.values())
    return [numbered.get(edit.path, edit) for edit in unplaced]


def _numbered(files: Iterable[FilePatch], cwd: str | None) -> list[RecordedEdit]:
    edits: list[RecordedEdit] = []
    for file in files:
        # Of created files the patch's text has the whole content.
        created = file.old_path in {"", "dev/null"}
        if file.new_path and not created and all(hunk.old_count for hunk in file.hunks):
            edit = numbered_hunks(_recorded_path(file.new_path, cwd), file.hunks, cwd)
            edits += [edit] if edit is not None else []
    return edits


def _recorded_path(name: str, cwd: str | None) -> str:
    """The path of a diff's name: absolute paths have lost their first slash to the prefix ``a``."""
    inside = (cwd or "").strip("/")
    return f"/{name}" if inside and name.startswith(f"{inside}/") else absolute(name, cwd)


def _diff(detailed: str | None) -> tuple[FilePatch, ...]:
    if detailed is None or "diff --git" not in detailed:
        return ()
    try:
        return parse_patch(detailed.lstrip("\n")).files
    except PatchError:
        return ()
