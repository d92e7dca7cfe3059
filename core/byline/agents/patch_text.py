"""``apply_patch`` texts of agents other than Codex: no line numbers, and no word on what was there before."""

from byline.agents.codex.apply_patch import AddFile, UpdateFile, parse_apply_patch
from byline.agents.recorded_edit import RecordedEdit, absolute, relative_path, whole_write
from byline.errors import FormatError, PatchError
from byline.patch import FileKind, FilePatch
from byline.patch.hunk_body import read_hunk


def read_patch_text(text: str, cwd: str | None) -> list[RecordedEdit]:
    """What a patch text that was applied did, file by file; deletions name no lines and are left out.

    Raises:
        FormatError: the text is no such patch.
    """
    try:
        sections = parse_apply_patch(text)
    except PatchError as error:
        raise FormatError(f"apply_patch: {error}") from error
    edits: list[RecordedEdit] = []
    for section in sections:
        if isinstance(section, AddFile):
            edits.append(whole_write(section.path, section.content, cwd))
        elif isinstance(section, UpdateFile):
            hunks = tuple(read_hunk(0, 0, chunk.body) for chunk in section.chunks)
            path = absolute(section.move_to or section.path, cwd)
            old, new = (relative_path(name, cwd) for name in (absolute(section.path, cwd), path))
            kind: FileKind = "renamed" if section.move_to else "modified"
            if any(hunk.lines for hunk in hunks):
                edits.append(RecordedEdit(path, FilePatch(old, new, kind, hunks), "patch_text"))
    return edits
