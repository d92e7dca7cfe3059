"""What Pi's ``edit`` and ``write`` calls did, from their arguments and results (``formats.md`` 4.2)."""

import re

from byline.agents.json_records import Record, object_of, objects_of, text_of
from byline.agents.recorded_edit import RecordedEdit, numbered_hunks, replaced_strings, whole_write
from byline.errors import FormatError, PatchError
from byline.patch import Hunk, parse_patch
from byline.patch.hunk_body import read_hunk
from byline.text import split_lines

EDIT_TOOLS = frozenset({"edit", "write"})

_NUMBERED = re.compile(r"([ +-]) *(\d+)(?: (.*))?")


def read_edit(tool: str, arguments: Record, details: object, cwd: str | None) -> RecordedEdit | None:
    """The edit of a call that succeeded; None for another tool, or when nothing changed.

    In this order: ``details.patch`` (0.87 and later), ``details.diff`` (its line numbers), the old and new
    texts of the arguments. ``write`` records only what it wrote.

    Raises:
        FormatError: the arguments do not name the file, or hold no content to write.
    """
    if tool not in EDIT_TOOLS:
        return None
    path = text_of(arguments, "path", "file_path")
    if path is None:
        raise FormatError(f"{tool}: the arguments name no path")
    if tool == "write":
        content = arguments.get("content")
        if not isinstance(content, str):
            raise FormatError("write: the arguments hold no content")
        return whole_write(path, content, cwd)
    hunks = _recorded_hunks(details if isinstance(details, dict) else {})
    if hunks:
        return numbered_hunks(path, hunks, cwd)
    return replaced_strings(path, _pairs(arguments), cwd)


def _recorded_hunks(details: Record) -> tuple[Hunk, ...]:
    """The hunks of the result; none when it has no diff that can be read: the arguments remain."""
    patch, diff = text_of(details, "patch"), text_of(details, "diff")
    if patch is not None:
        try:
            files = parse_patch(patch).files
        except PatchError:
            files = ()
        if len(files) == 1:
            return files[0].hunks
    return read_numbered_diff(diff) if diff is not None else ()


def read_numbered_diff(text: str) -> tuple[Hunk, ...]:
    r"""Pi's own diff: ``<sign><line number, padded> <line>``, ``...`` for lines left out.

    Context and removed lines have the old file's number, added ones the new file's. Returns no hunks
    when the numbers do not add up.
    """
    blocks: list[list[tuple[str, int, str]]] = [[]]
    for line in split_lines(text):
        numbered = _NUMBERED.fullmatch(line)
        if numbered is not None:
            blocks[-1].append((numbered[1], int(numbered[2]), numbered[3] or ""))
        elif line.strip() == "...":
            blocks.append([])
        else:
            return ()
    hunks: list[Hunk] = []
    shift = 0
    for block in blocks:
        hunk = _hunk(block, shift) if block else None
        if block and hunk is None:
            return ()
        if hunk is not None:
            shift += hunk.new_count - hunk.old_count
            hunks.append(hunk)
    return tuple(hunk for hunk in hunks if hunk.lines)


def _hunk(block: list[tuple[str, int, str]], shift: int) -> Hunk | None:
    """The hunk of one run of lines; None when its numbers contradict each other."""
    mark, number, _ = block[0]
    old, new = (number - shift, number) if mark == "+" else (number, number + shift)
    start_old, start_new = old, new
    for mark, number, _ in block:
        if number != (new if mark == "+" else old):
            return None
        old += mark != "+"
        new += mark != "-"
    return read_hunk(
        # In the unified format an empty side is named by the line before it.
        start_old - (old == start_old),
        start_new - (new == start_new),
        [mark + content for mark, _, content in block],
    )


def _pairs(arguments: Record) -> list[tuple[str, str]]:
    pairs = []
    for entry in objects_of(arguments, "edits") or [arguments, object_of(arguments, "edits")]:
        old, new = entry.get("oldText"), entry.get("newText")
        if isinstance(old, str) and isinstance(new, str):
            pairs.append((old, new))
    return pairs
