"""What Cursor's edit tools were told to do (``formats.md`` 6): old and new texts, never a place."""

from byline.agents.json_records import Record, objects_of, text_of
from byline.agents.patch_text import read_patch_text
from byline.agents.recorded_edit import RecordedEdit, replaced_strings, whole_write

_PATHS = ("path", "file_path", "filePath", "target_file", "relativeWorkspacePath")
_WRITING = frozenset({"Write", "write", "create_file", "write_file"})
_REPLACING = frozenset({"StrReplace", "Edit", "MultiEdit", "search_replace", "str_replace", "edit_file"})
_PATCHING = frozenset({"ApplyPatch", "apply_patch"})


def read_edits(tool: str, values: object, cwd: str | None) -> list[RecordedEdit]:
    """The edits of a call with these arguments; none for another tool, or arguments that hold no texts.

    Raises:
        FormatError: a patch text is none.
    """
    if tool in _PATCHING:
        text = text_of(values, "patch", "input", "patchText") if isinstance(values, dict) else values
        return read_patch_text(text, cwd) if isinstance(text, str) else []
    path = text_of(values, *_PATHS) if isinstance(values, dict) else None
    if path is None or not isinstance(values, dict):
        return []
    if tool in _WRITING:
        content = next(
            (values[name] for name in ("contents", "content") if isinstance(values.get(name), str)), None
        )
        return [whole_write(path, content, cwd)] if content is not None else []
    if tool not in _REPLACING:
        return []
    edit = replaced_strings(path, _pairs(values), cwd)
    return [edit] if edit is not None else []


def _pairs(values: Record) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for entry in objects_of(values, "edits") or [values]:
        old, new = (
            next((entry[name] for name in names if isinstance(entry.get(name), str)), None)
            for names in (("old_string", "oldString"), ("new_string", "newString"))
        )
        if old is not None and new is not None:
            pairs.append((old, new))
    return pairs
