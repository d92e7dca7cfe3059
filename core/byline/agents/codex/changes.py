"""What a call of Codex did to files: as recorded, else by the patch text (``formats.md`` 3.5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from byline.agents.codex.apply_patch import AddFile, Chunk, DeleteFile, Section, apply_update
from byline.agents.content_diff import created_hunk, diff_contents
from byline.agents.json_records import compact_json
from byline.agents.recorded_edit import absolute, relative_path
from byline.errors import FormatError, PatchError
from byline.patch import FilePatch, Hunk, parse_patch
from byline.patch.hunk_body import read_hunk
from byline.record import Precision
from byline.text import split_lines

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's change. ``path`` is absolute if the folder is known; ``old_path`` differs if it was moved.

    A patch without hunks but with ``after`` means: the file was written with this content (or removed,
    where ``after`` is empty), and what it was before is not known.
    """

    path: str
    old_path: str
    patch: FilePatch
    precision: Precision
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)
    payload: str | None = field(default=None, repr=False)


def recorded_changes(value: object, cwd: str | None, existing: Collection[str]) -> tuple[FileChange, ...]:
    """The changes that ``patch_apply_end`` and ``FileChange`` record: path to what was done, in no order.

    ``existing`` names the files that are known to be there: writing one of those whole did not create it.

    Raises:
        FormatError: it has not this shape.
    """
    if not isinstance(value, Mapping):
        raise FormatError("changes: not an object of paths")
    return tuple(_recorded(path, value[path], cwd, existing) for path in sorted(value))


def text_changes(
    applied: Sequence[tuple[Section, str | None]], cwd: str | None, existing: Collection[str]
) -> tuple[FileChange, ...]:
    """The changes of sections that were applied, each in its folder: one for each file.

    Hunks have no place (``patch_text``: they count from 0), in the order of the text. A file that the
    text writes whole has its content.
    """
    files: dict[str, FileChange] = {}
    for section, folder in applied:
        path = absolute(section.path, folder)
        known = files.pop(path, None)
        if isinstance(section, AddFile):
            there = path in existing if known is None else known.patch.kind != "added"
            files[path] = _written(path, section.content, cwd, created=not there)
        elif isinstance(section, DeleteFile):
            if known is None or known.patch.kind != "added":
                files[path] = _removed(path, cwd)
        else:
            target = absolute(section.move_to, folder) if section.move_to is not None else path
            change = _updated(known, path, target, section.chunks, cwd)
            files[target] = change
    return tuple(files.values())


def _recorded(path: str, change: object, cwd: str | None, existing: Collection[str]) -> FileChange:
    if not isinstance(change, Mapping):
        raise FormatError("changes: a file's change is not an object")
    path = absolute(path, cwd)
    kind, content = change.get("type"), change.get("content")
    if kind == "add" and isinstance(content, str):
        return _written(path, content, cwd, created=path not in existing)
    if kind == "delete" and isinstance(content, str):
        return _emptied(path, content, cwd)
    diff, target = change.get("unified_diff"), change.get("move_path")
    if kind != "update" or not isinstance(diff, str):
        raise FormatError(f"changes: a file's change has the type {kind!r} and not its content or diff")
    payload = compact_json(change)
    new_path = absolute(target, cwd) if isinstance(target, str) and target else path
    patch = _patch(path, new_path, cwd, _hunks(diff))
    return FileChange(new_path, path, patch, "vendor_diff", payload=payload)


def _hunks(diff: str) -> tuple[Hunk, ...]:
    try:
        files = parse_patch(f"--- a\n+++ b\n{diff}").files if diff.strip() else ()
    except PatchError as error:
        raise FormatError(f"changes: unified_diff: {error}") from error
    return files[0].hunks if files else ()


def _written(path: str, content: str, cwd: str | None, *, created: bool) -> FileChange:
    name = relative_path(path, cwd)
    if not created:
        return FileChange(path, path, FilePatch(name, name, "modified"), "before_after", after=content)
    patch = FilePatch("", name, "added", created_hunk(content))
    return FileChange(path, path, patch, "before_after", "", content)


def _emptied(path: str, content: str, cwd: str | None) -> FileChange:
    """A file removed whose content is recorded."""
    patch = FilePatch(relative_path(path, cwd), "", "deleted", diff_contents(content, ""))
    return FileChange(path, path, patch, "before_after", content, "")


def _removed(path: str, cwd: str | None) -> FileChange:
    """A file removed of which nothing else is recorded."""
    return FileChange(path, path, FilePatch(relative_path(path, cwd), "", "deleted"), "patch_text", after="")


def _updated(
    known: FileChange | None, path: str, target: str, chunks: Sequence[Chunk], cwd: str | None
) -> FileChange:
    """An update, and what the same text did to the file before it."""
    if known is not None and known.after is not None:
        try:
            content = apply_update(known.after, chunks, path)
        except PatchError as error:
            raise FormatError(f"apply_patch: {error}".partition("\n")[0]) from error
        change = _written(target, content, cwd, created=known.patch.kind == "added")
        return replace(change, old_path=known.old_path)
    hunks = tuple(read_hunk(0, 0, chunk.body) for chunk in chunks)
    old_path = known.old_path if known is not None else path
    before = known.patch.hunks if known is not None else ()
    patch = _patch(old_path, target, cwd, before + hunks)
    return FileChange(target, old_path, patch, "patch_text")


def _patch(old_path: str, new_path: str, cwd: str | None, hunks: tuple[Hunk, ...]) -> FilePatch:
    old, new = relative_path(old_path, cwd), relative_path(new_path, cwd)
    return FilePatch(old, new, "modified" if old_path == new_path else "renamed", hunks)


def covers(change: FileChange, stated: FileChange) -> bool:
    """Whether a recorded change has every line that the patch text adds to the file.

    Codex records one change for a file that a text changes twice: that of the last time.
    """
    if change.after is not None:
        return True
    recorded = {line.content.removesuffix("\r") for hunk in change.patch.hunks for line in hunk.lines}
    if stated.after is not None:
        return recorded >= set(split_lines(stated.after))
    wanted = {line.content for hunk in stated.patch.hunks for line in hunk.lines if line.kind == "added"}
    return recorded >= wanted
