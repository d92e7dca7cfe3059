"""What one tool call of Claude Code did to one file, from its input and result (``formats.md`` 1.4).

The hook path loads this module: standard library only.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from byline.agents.claude.structured_patch import read_structured_patch, restore_tabs, tabs_apart
from byline.agents.content_diff import apply_hunks, created_hunk, diff_contents, diff_strings
from byline.agents.recorded_edit import relative_path
from byline.errors import FormatError
from byline.frozen import dataclass, field
from byline.patch import FilePatch, Hunk
from byline.record import Precision
from byline.text import split_lines

EDIT_TOOLS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToolEdit:
    """One edit. ``path`` is as recorded; the patch's is relative to the working folder when under it.

    With precision ``strings`` the one hunk is unplaced: it starts at 0, and its first and last line
    may be fragments (see :func:`byline.agents.content_diff.diff_strings`). A patch without hunks but with
    ``after`` means: the file was rewritten with this content, and what it was before is not known.
    """

    path: str
    patch: FilePatch
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    precision: Precision


def read_edits(tool: str, tool_input: Json, response: object, cwd: str | None) -> tuple[ToolEdit, ...]:
    """Every edit of a call: that of an edit tool, or those a shell command made (``bashEditDiff``).

    Raises:
        FormatError: the result has not the shape of its format.
    """
    if tool in EDIT_TOOLS:
        edit = read_edit(tool, tool_input, response, cwd)
        return (edit,) if edit else ()
    shell = response.get("bashEditDiff") if isinstance(response, Mapping) else None
    if not isinstance(shell, Mapping):
        return ()
    return tuple(_shell_edits(shell, cwd))


def read_edit(tool: str, tool_input: Json, response: object, cwd: str | None) -> ToolEdit | None:
    """The edit of a call to ``Edit``, ``Write``, ``MultiEdit`` or ``NotebookEdit``.

    ``response`` is the structured result (``toolUseResult``, ``tool_response``); None where the record
    of a call that succeeded has none. The result is trusted before the input, which a hook or the
    user may have changed. In this order: the agent's own hunks (``vendor_diff``, or ``before_after`` when
    they do not fit the recorded contents); a diff of the contents before and after; a created file's
    content; the old and new strings (``strings``).

    Returns None when nothing was written: the call failed (a string, ``success: false``, an error),
    was held for review (``staged``), changed nothing, or the tool is none of these.

    Raises:
        FormatError: the result has not the shape of its format.
    """
    if tool not in EDIT_TOOLS or (response is not None and not isinstance(response, Mapping)):
        return None
    result: Json = response or {}
    if result.get("staged") is True or result.get("success") is False or result.get("is_error") is True:
        return None
    path = _string(result, "filePath", "notebook_path") or _string(tool_input, "file_path", "notebook_path")
    if not path:
        raise FormatError(f"{tool}: neither the result nor the input names the file")
    if tool == "NotebookEdit":
        return _notebook(path, tool_input, result, cwd)
    if tool == "Write":
        return _write(path, tool_input, result, cwd)
    return _replace(path, tool_input, result, cwd)


def _write(path: str, tool_input: Json, result: Json, cwd: str | None) -> ToolEdit | None:
    """A whole file written. Without a word on whether it was there before, it is taken for created."""
    content = _string(result, "content")
    if content is None:
        content = _string(tool_input, "content")
    before = _string(result, "originalFile", "originalFileContents")
    hunks = read_structured_patch(result.get("structuredPatch"))
    if hunks:
        return _from_vendor(path, hunks, before, content, (), cwd)
    if content is None:
        return None
    kind = result.get("type")
    if before is not None and kind != "create":
        return _from_contents(path, before, content, cwd)
    if kind == "update":
        return ToolEdit(path, _file(path, cwd, ()), None, content, "before_after")
    patch = _file(path, cwd, created_hunk(content), created=True)
    if kind == "create":
        return ToolEdit(path, patch, "", content, "before_after")
    return ToolEdit(path, patch, None, content, "strings")


def _replace(path: str, tool_input: Json, result: Json, cwd: str | None) -> ToolEdit | None:
    """Strings replaced in a file. ``Edit`` with an empty old string creates it."""
    pairs = list(_pairs(result)) or list(_pairs(tool_input))
    before = _string(result, "originalFile", "originalFileContents")
    hunks = read_structured_patch(result.get("structuredPatch"))
    creates = bool(pairs) and not pairs[0][0] and not before
    after = _replaced("" if creates else before, pairs)
    if creates and after is not None:
        written = apply_hunks("", hunks or ())
        if written and written != split_lines(after):
            after = _joined(written, "")
        patch = _file(path, cwd, created_hunk(after), created=True)
        return ToolEdit(path, patch, "", after, "before_after") if after else None
    if hunks:
        return _from_vendor(path, hunks, before, after, pairs, cwd)
    if before is not None and after is not None:
        return _from_contents(path, before, after, cwd)
    unplaced = tuple(hunk for old, new, _ in pairs for hunk in diff_strings(old, new))
    return ToolEdit(path, _file(path, cwd, unplaced), None, None, "strings") if unplaced else None


def _notebook(path: str, tool_input: Json, result: Json, cwd: str | None) -> ToolEdit | None:
    """A notebook's cell changed: the contents are the whole file's JSON, the strings one cell's source."""
    if result.get("error"):
        return None
    before, after = _string(result, "original_file"), _string(result, "updated_file")
    if before is not None and after is not None:
        return _from_contents(path, before, after, cwd)
    old = _string(result, "old_source") or ""
    new = _string(result, "new_source")
    unplaced = diff_strings(old, new if new is not None else _string(tool_input, "new_source") or "")
    return ToolEdit(path, _file(path, cwd, unplaced), None, None, "strings") if unplaced else None


def _from_vendor(
    path: str,
    hunks: tuple[Hunk, ...],
    before: str | None,
    after: str | None,
    pairs: Sequence[tuple[str, str, bool]],
    cwd: str | None,
) -> ToolEdit | None:
    """The agent's hunks, checked against the content before where there is one.

    ``after`` is what the strings or the written content make of it. Hunks that do not apply, or only
    with tabs shown as spaces, give way to a diff of the two contents; otherwise hunks that lead
    elsewhere are believed, because the input may have been changed on its way.
    """
    if before is None:
        texts = [text for old, new, _ in pairs for text in (old, new)] + ([after] if after else [])
        kept = _file(path, cwd, restore_tabs(hunks, *texts))
        return ToolEdit(path, kept, None, after if not pairs else None, "vendor_diff")
    applied = apply_hunks(before, hunks)
    if after is not None and (applied is None or tabs_apart(applied, split_lines(after))):
        return _from_contents(path, before, after, cwd)
    if applied is None:
        return ToolEdit(path, _file(path, cwd, hunks), before, None, "vendor_diff")
    same = after is not None and applied == split_lines(after)
    text = after if same else _joined(applied, before)
    return ToolEdit(path, _file(path, cwd, hunks), before, text, "vendor_diff")


def _from_contents(path: str, before: str, after: str, cwd: str | None) -> ToolEdit | None:
    if before == after:
        return None
    return ToolEdit(path, _file(path, cwd, diff_contents(before, after)), before, after, "before_after")


def _shell_edits(shell: Json, cwd: str | None) -> Iterator[ToolEdit]:
    """The files a shell command changed, as far as their hunks are recorded (at most five files)."""
    files = shell.get("files")
    for entry in files if isinstance(files, list) else ():
        path = _string(entry, "filePath") if isinstance(entry, Mapping) else None
        if path is None:
            raise FormatError("bashEditDiff: a file without filePath")
        hunks = read_structured_patch(entry.get("hunks"))
        if hunks:
            created = all(hunk.old_start == hunk.old_count == 0 for hunk in hunks)
            yield ToolEdit(path, _file(path, cwd, hunks, created=created), None, None, "vendor_diff")


def _file(path: str, cwd: str | None, hunks: tuple[Hunk, ...], *, created: bool = False) -> FilePatch:
    name = relative_path(path, cwd)
    return FilePatch("" if created else name, name, "added" if created else "modified", hunks)


def _pairs(value: Json) -> Iterator[tuple[str, str, bool]]:
    """Old string, new string and whether all are replaced, from a result or an input."""
    edits = value.get("edits")
    for edit in edits if isinstance(edits, list) else [value]:
        if isinstance(edit, Mapping):
            old, new = _string(edit, "oldString", "old_string"), _string(edit, "newString", "new_string")
            if old is not None and new is not None:
                yield old, new, (edit.get("replaceAll") or edit.get("replace_all")) is True


def _replaced(before: str | None, pairs: Sequence[tuple[str, str, bool]]) -> str | None:
    """The content with the strings replaced in order; None when that is not certain."""
    if before is None or not pairs:
        return None
    content = before
    for old, new, everywhere in pairs:
        if old == "" and content == "":
            content = new
        elif old and (content.count(old) == 1 or (everywhere and old in content)):
            content = content.replace(old, new)
        else:
            return None
    return content


def _joined(lines: Sequence[str], before: str) -> str:
    """The lines as a content; it ends as ``before`` does."""
    text = "\n".join(lines)
    return text + "\n" if lines and (before.endswith("\n") or not before) else text


def _string(value: Json, *names: str) -> str | None:
    for name in names:
        found = value.get(name)
        if isinstance(found, str):
            return found
    return None


def edit_payload(response: Json, edit: ToolEdit) -> str:
    """The result as JSON text to keep beside its edit, without whole contents that the edit holds itself."""
    kept = (edit.before, edit.after)
    contents = ("originalFile", "originalFileContents", "content", "original_file", "updated_file")
    return json.dumps(
        {name: value for name, value in response.items() if not (name in contents and value in kept)},
        ensure_ascii=False,
        separators=(",", ":"),
    )
