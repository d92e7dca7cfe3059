"""Read git's ``--raw -z -p`` output. Names, modes and status come from the raw part alone.

Patch text follows the raw entries, in their order; a type change owns two patches. The hunk reader
counts lines, so that nothing inside a hunk can be taken for a header.
"""

import re

from byline.errors import GitError
from byline.frozen import replace
from byline.git.model import ChangeStatus, DiffHunk, FileChange, known_oid
from byline.patch.names import unquote

_STATUS: dict[str, ChangeStatus] = {
    "A": "added",
    "M": "modified",
    "D": "deleted",
    "R": "renamed",
    "C": "copied",
    "T": "type-changed",
    "U": "modified",
}
_HEADER = "diff --git "
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)", re.DOTALL)


class _FilePatch:
    __slots__ = ("binary", "header", "hunks")

    def __init__(self, header: str, binary: bool, hunks: list[DiffHunk]) -> None:
        self.header = header
        self.binary = binary
        self.hunks = hunks


def read_diff(output: bytes, *, is_worktree: bool = False) -> list[FileChange]:
    """The changes in the output of ``git diff-tree -r -z --raw -p`` (or diff-index, or diff) for one commit.

    Contents are decoded as UTF-8 with replacement characters, names so that they survive a round trip.
    ``is_worktree``: git has not looked into files whose time alone tells of a change. Those without one have
    no patch, and are left out.

    Raises:
        GitError: the output does not have that form.
    """
    entries, start = _raw_entries(output)
    # A file in conflict comes twice where git can show its lines.
    shown = {entry.path for entry in entries if not entry.conflict}
    entries = [entry for entry in entries if not (entry.conflict and entry.path in shown)]
    has_patches = start < len(output)
    patches = _patches(output[start:].decode("utf-8", "replace"))
    changes: list[FileChange] = []
    at = 0
    for entry in entries:
        if entry.conflict or not has_patches:
            changes.append(entry)
            continue
        if is_worktree and not (at < len(patches) and _is_of(patches[at], entry)):
            continue
        owned = patches[at : at + (2 if entry.status == "type-changed" else 1)]
        at += len(owned)
        changes.append(
            replace(
                entry,
                binary=any(patch.binary for patch in owned),
                hunks=tuple(hunk for patch in owned for hunk in patch.hunks),
            )
        )
    if at != len(patches):
        raise GitError(f"git's diff has {len(patches)} patches for {len(entries)} files")
    return changes


def _is_of(patch: _FilePatch, entry: FileChange) -> bool:
    """Whether a patch's header names the entry's file."""
    old, new = (
        name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for name in (entry.old_path or entry.new_path, entry.new_path or entry.old_path)
    )
    if '"' not in patch.header:
        return patch.header == f"a/{old} b/{new}"
    # Only names with quotes, backslashes or controls are quoted here; the new one comes last.
    last = patch.header[:-1].rpartition(' "')[2] if patch.header.endswith('"') else None
    return unquote(f'"{last}"') == f"b/{new}" if last is not None else patch.header.endswith(f" b/{new}")


def _raw_entries(output: bytes) -> tuple[list[FileChange], int]:
    """The raw entries and where the patch text begins: behind the empty field that ends them."""
    entries: list[FileChange] = []
    at = 0
    while at < len(output) and output[at : at + 1] == b":":
        end = output.index(b"\0", at)
        old_mode, new_mode, *oids, letter = output[at + 1 : end].decode("ascii").split(" ")
        old_oid, new_oid = map(known_oid, oids)
        status = _STATUS.get(letter[:1])
        if status is None:
            raise GitError(f"git's diff has the unknown status {letter!r}")
        name_end = output.index(b"\0", end + 1)
        old_path = new_path = output[end + 1 : name_end].decode("utf-8", "surrogateescape")
        at = name_end + 1
        if status in {"renamed", "copied"}:
            name_end = output.index(b"\0", at)
            new_path = output[at:name_end].decode("utf-8", "surrogateescape")
            at = name_end + 1
        if status == "added":
            old_path = ""
        elif status == "deleted":
            new_path = ""
        entries.append(
            FileChange(
                status, old_path, new_path, old_mode, new_mode, old_oid, new_oid, conflict=letter == "U"
            )
        )
    if at < len(output) and output[at : at + 1] == b"\0":
        at += 1
    return entries, at


def _patches(text: str) -> list[_FilePatch]:
    lines = text.split("\n")
    patches: list[_FilePatch] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(_HEADER):
            patches.append(_FilePatch(line.removeprefix(_HEADER), binary=False, hunks=[]))
        elif line.startswith(("Binary files ", "GIT binary patch")) and patches:
            patches[-1].binary = True
        elif patches and (header := _HUNK.match(line)):
            hunk, at = _hunk(header, lines, at + 1)
            patches[-1].hunks.append(hunk)
            continue
        at += 1
    return patches


def _hunk(header: re.Match[str], lines: list[str], at: int) -> tuple[DiffHunk, int]:
    old_count = int(header[2]) if header[2] is not None else 1
    new_count = int(header[4]) if header[4] is not None else 1
    old_left, new_left = old_count, new_count
    body: list[str] = []
    while (old_left > 0 or new_left > 0) and at < len(lines):
        line = lines[at]
        mark = line[:1]
        if mark == "-":
            old_left -= 1
        elif mark == "+":
            new_left -= 1
        elif mark != "\\":
            old_left -= 1
            new_left -= 1
        if mark != "\\":
            body.append(line if mark else " ")
        at += 1
    return DiffHunk(int(header[1]), old_count, int(header[3]), new_count, header[5], tuple(body)), at
