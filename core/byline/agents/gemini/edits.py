"""What Gemini CLI's ``write_file`` and ``replace`` calls did (``formats.md`` 5.2)."""

from byline.agents.json_records import Record, object_of, text_of
from byline.agents.recorded_edit import (
    RecordedEdit,
    between_contents,
    numbered_hunks,
    replaced_strings,
    whole_write,
)
from byline.errors import FormatError, PatchError
from byline.patch import Hunk, parse_patch

EDIT_TOOLS = frozenset({"write_file", "replace"})


def read_edit(call: Record, cwd: str | None) -> RecordedEdit | None:
    """The edit of a tool call; None when it did not succeed, is no edit, or changed nothing.

    In this order: the contents before and after, the recorded diff, the arguments' texts. Where the
    person changed the proposal before it was written, the agent's edit is its own proposal, as far as
    that is recorded.

    Raises:
        FormatError: a successful edit does not name its file.
    """
    tool = text_of(call, "name")
    if tool not in EDIT_TOOLS or call.get("status") != "success":
        return None
    arguments, display = object_of(call, "args"), object_of(call, "resultDisplay")
    path = text_of(display, "filePath") or text_of(arguments, "file_path", "path")
    if path is None:
        raise FormatError(f"{tool}: neither the result nor the arguments name the file")
    before, after = display.get("originalContent"), display.get("newContent")
    is_new = display.get("isNewFile") is True
    if isinstance(after, str) and (isinstance(before, str) or is_new):
        proposal = arguments.get("ai_proposed_content")
        if isinstance(proposal, str) and _is_changed_by_user(arguments, display):
            after = proposal
        return between_contents(path, None if is_new else before, after, cwd)
    hunks = _recorded_hunks(display)
    if hunks:
        return numbered_hunks(path, hunks, cwd, created=is_new)
    content, old, new = (arguments.get(name) for name in ("content", "old_string", "new_string"))
    if tool == "write_file" and isinstance(content, str):
        return whole_write(path, content, cwd)
    if isinstance(old, str) and isinstance(new, str):
        return replaced_strings(path, [(old, new)], cwd)
    return None


def _is_changed_by_user(arguments: Record, display: Record) -> bool:
    stat = object_of(display, "diffStat")
    return arguments.get("modified_by_user") is True or any(
        stat.get(name) for name in ("user_added_lines", "user_removed_lines")
    )


def _recorded_hunks(display: Record) -> tuple[Hunk, ...]:
    diff = text_of(display, "fileDiff")
    if diff is None:
        return ()
    try:
        files = parse_patch(diff).files
    except PatchError:
        return ()
    return files[0].hunks if len(files) == 1 else ()
