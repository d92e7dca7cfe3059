"""What one completed tool call of OpenCode did to files (``formats.md`` 2.4)."""

from collections.abc import Iterable, Iterator

from byline.agents.content_diff import created_hunk, diff_contents
from byline.agents.opencode.documents import Json, mapping, text
from byline.agents.opencode.indentation import LinesByWords, by_words, inner_lines, restore_indentation
from byline.agents.opencode.known_lines import KnownLines
from byline.agents.recorded_edit import (
    RecordedEdit,
    absolute,
    between_contents,
    relative_path,
    replaced_strings,
    whole_write,
)
from byline.errors import FormatError, PatchError
from byline.patch import FileKind, FilePatch, Hunk, parse_patch
from byline.text import split_lines

_PATCH_TOOLS = frozenset({"apply_patch", "patch"})
_KINDS: dict[str, FileKind] = {"add": "added", "delete": "deleted", "move": "renamed"}


def read_edits(tool: str, state: Json, cwd: str | None, known: KnownLines) -> tuple[RecordedEdit, ...]:
    """The edits of a call whose ``state`` is ``completed``; none for a tool that edits nothing.

    ``known`` are the lines that the session shows of its files, to undo what the diffs leave out. An edit
    without hunks but with ``after`` is a file rewritten, over a content that is not known.

    Raises:
        FormatError: the state has not the shape of its tool.
    """
    tool_input, metadata = mapping(state, "input"), mapping(state, "metadata")
    if tool in _PATCH_TOOLS:
        return tuple(_patched(tool_input, metadata, cwd, known))
    if tool not in {"write", "edit", "multiedit"}:
        return ()
    named = text(mapping(metadata, "filediff"), "file") or text(metadata, "filepath")
    path = named or text(tool_input, "filePath")
    if path is None:
        raise FormatError(f"{tool}: neither the input nor the result names the file")
    path = absolute(path, cwd)
    if tool == "multiedit":
        edit = _several(path, tool_input, metadata, cwd)
    elif "content" in tool_input and "oldString" not in tool_input:
        edit = _written(path, tool_input, metadata, cwd)
    else:
        edit = _replaced(path, tool_input, metadata, cwd, known)
    return (edit,) if edit else ()


def _written(path: str, tool_input: Json, metadata: Json, cwd: str | None) -> RecordedEdit | None:
    """A whole file written; ``exists`` tells whether it was there before. Diffs of it are not recorded."""
    content, exists = tool_input["content"], metadata.get("exists")
    if not isinstance(content, str):
        raise FormatError("write: the content is no text")
    if exists is False:
        return between_contents(path, None, content, cwd)
    before = mapping(metadata, "filediff").get("before")
    if isinstance(before, str):
        return between_contents(path, before, content, cwd)
    if exists is True:
        return RecordedEdit(path, _file(path, cwd, "modified", ()), "before_after", None, content)
    return whole_write(path, content, cwd)


def _replaced(
    path: str, tool_input: Json, metadata: Json, cwd: str | None, known: KnownLines
) -> RecordedEdit | None:
    """A string replaced. Contents are recorded to 1.1, a diff for showing from 1.2 on."""
    filediff = mapping(metadata, "filediff")
    before, after = filediff.get("before"), filediff.get("after")
    pair = (tool_input.get("oldString"), tool_input.get("newString"))
    strings = [string for string in pair if isinstance(string, str)]
    creates = len(strings) == 2 and not strings[0]
    if isinstance(before, str) and isinstance(after, str):
        return between_contents(path, None if creates and not before else before, after, cwd)
    try:
        hunks = _hunks(text(filediff, "patch") or text(metadata, "diff") or "")
    except FormatError:
        if len(strings) < 2:
            raise
        hunks = ()
    if creates:
        return between_contents(path, None, _created_content(hunks, strings[1]), cwd)
    restored = restore_indentation(hunks, known.of(path), inner_lines(strings)) if hunks else None
    if restored is not None:
        return RecordedEdit(path, _file(path, cwd, "modified", restored), "vendor_diff")
    if len(strings) < 2:
        raise FormatError("edit: neither a diff that is whole nor the old and new string")
    return replaced_strings(path, [(strings[0], strings[1])], cwd)


def _several(path: str, tool_input: Json, metadata: Json, cwd: str | None) -> RecordedEdit | None:
    """Several strings replaced in one file, one after the other."""
    results = metadata.get("results")
    diffs = [mapping(result, "filediff") for result in results] if isinstance(results, list) else []
    if diffs:
        before, after = diffs[0].get("before"), diffs[-1].get("after")
        if isinstance(before, str) and isinstance(after, str):
            return between_contents(path, before, after, cwd)
    edits = tool_input.get("edits")
    pairs = [
        (edit["oldString"], edit["newString"])
        for edit in (edits if isinstance(edits, list) else ())
        if isinstance(edit, dict)
        and isinstance(edit.get("oldString"), str)
        and isinstance(edit.get("newString"), str)
    ]
    if not pairs:
        raise FormatError("multiedit: neither contents nor strings")
    return replaced_strings(path, pairs, cwd)


def _patched(tool_input: Json, metadata: Json, cwd: str | None, known: KnownLines) -> Iterator[RecordedEdit]:
    """The files of an ``apply_patch`` call."""
    files = metadata.get("files")
    if not isinstance(files, list):
        raise FormatError("apply_patch: the result does not say what it did to which files")
    written = KnownLines()
    written.note_diff("", text(tool_input, "patchText") or "")
    whole = written.of("")
    for entry in files:
        path = text(entry, "filePath")
        if path is None:
            raise FormatError("apply_patch: a file without its path")
        path = absolute(path, cwd)
        edit = _patched_file(path, entry, cwd, whole, known.of(path))
        if edit is not None:
            yield edit


def _patched_file(path: str, entry: Json, cwd: str | None, *whole: LinesByWords) -> RecordedEdit | None:
    kind = _KINDS.get(str(entry.get("type")), "modified")
    target = text(entry, "movePath")
    new_path = absolute(target, cwd) if target else path
    before, after = entry.get("before"), entry.get("after")
    if isinstance(before, str) and isinstance(after, str):
        patch = _file(new_path, cwd, kind, diff_contents(before, after), path)
        return RecordedEdit(new_path, patch, "before_after", before, after)
    hunks = _hunks(text(entry, "patch", "diff") or "")
    restored = restore_indentation(hunks, *whole)
    if kind == "added":
        # OpenCode ends an added file with a newline whatever the patch says.
        content = "".join(f"{line}\n" for line in _added_lines(restored or hunks))
        patch = _file(path, cwd, kind, created_hunk(content))
        return RecordedEdit(path, patch, "before_after", "", content)
    if not hunks and kind == "modified":
        return None
    patch = _file(new_path, cwd, kind, restored if restored is not None else hunks, path)
    return RecordedEdit(new_path, patch, "patch_text" if restored is None else "vendor_diff")


def _created_content(hunks: tuple[Hunk, ...], content: str) -> str:
    """The content of a file created by ``edit``: as it was given, unless a formatter changed it."""
    given = [line.removesuffix("\r") for line in split_lines(content)]
    restored = restore_indentation(hunks, by_words(given))
    shown = _added_lines(restored or ())
    return content if not shown or shown == given else "".join(f"{line}\n" for line in shown)


def _hunks(diff: str) -> tuple[Hunk, ...]:
    try:
        files = parse_patch(diff).files
    except PatchError as error:
        raise FormatError(f"the recorded diff: {error}") from error
    return tuple(hunk for file in files for hunk in file.hunks)


def _added_lines(hunks: Iterable[Hunk]) -> list[str]:
    return [line.content for hunk in hunks for line in hunk.lines if line.kind == "added"]


def _file(
    path: str, cwd: str | None, kind: FileKind, hunks: tuple[Hunk, ...], old_path: str | None = None
) -> FilePatch:
    new = relative_path(path, cwd)
    old = relative_path(old_path, cwd) if old_path else new
    return FilePatch("" if kind == "added" else old, "" if kind == "deleted" else new, kind, hunks)
