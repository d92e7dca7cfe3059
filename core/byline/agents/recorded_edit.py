"""What one tool call did to one file, as far as its record says: for agents without a form of their own.

The hook path loads this module: standard library only.
"""

import posixpath
from collections.abc import Iterable

from byline.agents.content_diff import apply_hunks, created_hunk, diff_contents, diff_strings
from byline.frozen import dataclass, field
from byline.patch import FilePatch, Hunk
from byline.record import Precision
from byline.text import split_lines


@dataclass(frozen=True, slots=True)
class RecordedEdit:
    """One edit. ``path`` is absolute where it can be; the patch's is relative to the working folder."""

    path: str
    patch: FilePatch
    precision: Precision
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)


def absolute(path: str, cwd: str | None) -> str:
    """``path`` below ``cwd`` when it is relative and ``cwd`` is known. Text only: no disk."""
    import ntpath  # noqa: PLC0415 - a hook loads what it needs

    if not cwd or path.startswith(("/", "~", "\\\\")) or ntpath.splitdrive(path)[0]:
        return path
    return posixpath.normpath(posixpath.join(cwd.replace("\\", "/") if "\\" in cwd else cwd, path))


def relative_path(path: str, cwd: str | None) -> str:
    """``path`` with ``/`` and relative to ``cwd`` when under it, else as recorded. Text only: no disk."""
    folder = cwd or ""
    windows = path[1:3] in {":\\", ":/"} or path.startswith("\\\\")
    if windows:
        path, folder = path.replace("\\", "/"), folder.replace("\\", "/")
        path, folder = path[:1].lower() + path[1:], folder[:1].lower() + folder[1:]
    folder = folder.rstrip("/") + "/"
    if not path.startswith(("/", folder)) and not windows:
        return path
    normal = posixpath.normpath(path)
    return normal[len(folder) :] if cwd and normal.startswith(folder) else path


def whole_write(path: str, content: str, cwd: str | None) -> RecordedEdit:
    """A file written whole, by a record that does not say what was there before."""
    path = absolute(path, cwd)
    return RecordedEdit(path, _added(path, cwd, created_hunk(content)), "strings", None, content)


def between_contents(path: str, before: str | None, after: str, cwd: str | None) -> RecordedEdit | None:
    """An edit by the whole contents before (None: there was no file) and after; None when they are equal."""
    path = absolute(path, cwd)
    if before is None:
        return RecordedEdit(path, _added(path, cwd, created_hunk(after)), "before_after", "", after)
    if before == after:
        return None
    return RecordedEdit(
        path, _modified(path, cwd, diff_contents(before, after)), "before_after", before, after
    )


def replaced_strings(path: str, pairs: Iterable[tuple[str, str]], cwd: str | None) -> RecordedEdit | None:
    """Old strings replaced by new ones, without a place; None when nothing changes.

    An empty old string alone is a file written whole.
    """
    pairs = list(pairs)
    if len(pairs) == 1 and not pairs[0][0]:
        return whole_write(path, pairs[0][1], cwd) if pairs[0][1] else None
    path = absolute(path, cwd)
    hunks = tuple(hunk for old, new in pairs for hunk in diff_strings(old, new))
    return RecordedEdit(path, _modified(path, cwd, hunks), "strings") if hunks else None


def numbered_hunks(
    path: str, hunks: tuple[Hunk, ...], cwd: str | None, *, created: bool = False, after: str | None = None
) -> RecordedEdit | None:
    """The agent's own diff, with line numbers; None when it touches nothing.

    ``after`` is the content afterwards, kept where a created file's hunks make just that.
    """
    if not any(hunk.lines for hunk in hunks):
        return None
    path = absolute(path, cwd)
    if not created:
        return RecordedEdit(path, _modified(path, cwd, hunks), "vendor_diff")
    whole = after is not None and apply_hunks("", hunks) == split_lines(after)
    return RecordedEdit(path, _added(path, cwd, hunks), "vendor_diff", "", after if whole else None)


def _added(path: str, cwd: str | None, hunks: tuple[Hunk, ...]) -> FilePatch:
    return FilePatch("", relative_path(path, cwd), "added", hunks)


def _modified(path: str, cwd: str | None, hunks: tuple[Hunk, ...]) -> FilePatch:
    name = relative_path(path, cwd)
    return FilePatch(name, name, "modified", hunks)
