"""``summary.diffs`` of a user's message: what changed in the work tree since the prompt (``formats.md`` 2.3).

It is cumulative and holds everything that changed, whoever changed it: an observation, no edit.
"""

from collections.abc import Iterator
from typing import Any

from byline.agents.content_diff import diff_contents
from byline.agents.opencode.documents import text
from byline.errors import PatchError
from byline.patch import FileKind, FilePatch, Patch, parse_patch

_KINDS: dict[str, FileKind] = {"added": "added", "deleted": "deleted", "modified": "modified"}


def read_diffs(diffs: list[Any], session_id: str) -> tuple[Patch, list[str]]:
    """The patch of all files, and the reasons of those that could not be read.

    All three generations are read: contents before and after, the same with a status, and a patch per file.
    Touched lines of a patch are stamped with the session.
    """
    files: list[FilePatch] = []
    reasons: list[str] = []
    for diff in diffs:
        try:
            files += _files(diff, session_id)
        except PatchError as error:
            reasons.append(f"{text(diff, 'file') or 'a file'}: {error}")
    return Patch(tuple(files)), reasons


def _files(diff: object, session_id: str) -> Iterator[FilePatch]:
    name = text(diff, "file")
    if name is None or not isinstance(diff, dict):
        raise PatchError("a diff without the name of its file")
    kind = _KINDS.get(str(diff.get("status")))
    before, after, patch = diff.get("before"), diff.get("after"), diff.get("patch")
    if isinstance(patch, str):
        for file in parse_patch(patch, session_id).files:
            yield _named(name, kind or file.kind, file)
    elif isinstance(before, str) and isinstance(after, str):
        guessed: FileKind = "modified" if before and after else "deleted" if before else "added"
        yield _named(name, kind or guessed, FilePatch(name, name, "modified", diff_contents(before, after)))
    elif diff.get("additions") or diff.get("deletions"):
        raise PatchError("neither a patch nor contents")


def _named(name: str, kind: FileKind, file: FilePatch) -> FilePatch:
    return FilePatch("" if kind == "added" else name, "" if kind == "deleted" else name, kind, file.hunks)
