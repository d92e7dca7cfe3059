"""Paths as agents record them: texts that may be of another machine, with ``/`` or ``\\`` between names."""

import posixpath


def absolute_path(path: str, cwd: str | None) -> str:
    """The recorded path joined to the recorded folder, with ``/`` between components.

    Works on the text alone: the path may be of another machine. A relative path without a folder
    stays relative.
    """
    path = path.replace("\\", "/") if _is_windows(path) or _is_windows(cwd or "") else path
    if path.startswith("/") or _is_windows(path) or not cwd:
        return posixpath.normpath(path)
    return posixpath.normpath(posixpath.join(cwd.replace("\\", "/") if _is_windows(cwd) else cwd, path))


def _is_windows(path: str) -> bool:
    return path.startswith("\\\\") or (len(path) > 2 and path[1] == ":" and path[2] in "\\/")
