"""What is not to be recorded: the configuration's ``ignore``, for hooks and imports alike.

A hook loads this only where there is a pattern.
"""

import json
import os
import posixpath
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from byline.config import Config
from byline.record import Edit, Message, Part
from byline.recorded_path import absolute_path
from byline.text import split_lines

_PATH_KEYS = ("file_path", "notebook_path", "path", "filePath")
_PATCH_HEADS = ("*** Add File", "*** Update File", "*** Delete File", "*** Move to")


class Ignore:
    """The patterns. One without a slash is for names anywhere, others are for paths and all below them."""

    def __init__(self, patterns: Iterable[str], shared: Iterable[str] = (), repository: str = "") -> None:
        """``patterns`` are the user's; ``shared`` those of the file in ``repository``, for its files only."""
        self._names = [pattern.rstrip("/") for pattern in patterns if "/" not in pattern.rstrip("/")]
        self._paths = [
            # A pattern, which pathlib would take for a path and tidy.
            os.path.expanduser(pattern).rstrip("/")  # noqa: PTH111 - see above
            for pattern in patterns
            if "/" in pattern.rstrip("/")
        ]
        self._repository = repository
        self._shared = [pattern.rstrip("/") for pattern in shared]

    def ignores(self, path: str, folder: str | None = None) -> bool:
        """Whether nothing may be recorded of a path; a relative one is of ``folder``."""
        absolute = absolute_path(path, folder)
        if any(_matches_name(pattern, absolute) for pattern in self._names):
            return True
        if any(_matches_path(pattern, absolute) for pattern in self._paths):
            return True
        if not self._repository or not (absolute + "/").startswith(f"{self._repository}/"):
            return False
        inside = posixpath.relpath(absolute, self._repository)
        return any(
            _matches_path(pattern, inside) if "/" in pattern else _matches_name(pattern, inside)
            for pattern in self._shared
        )

    def leaves_out(self, record: Message | Part | Edit, folder: str | None) -> bool:
        """Whether a record of a session in ``folder`` is in an ignored folder or tells of an ignored file."""
        if folder and self.ignores(folder):
            return True
        return any(self.ignores(path, folder) for path in _paths_of(record))


def ignore_of(config: Config) -> Ignore | None:
    """What a configuration ignores; None when it ignores nothing."""
    patterns = config.patterns("ignore")
    if not patterns:
        return None
    own = patterns[: len(patterns) - len(config.shared_ignore)]
    return Ignore(own, config.shared_ignore, config.repository or "")


def _matches_name(pattern: str, path: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in path.split("/"))


def _matches_path(pattern: str, path: str) -> bool:
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*")


def _paths_of(record: Message | Part | Edit) -> Iterator[str]:
    """The paths a record tells of."""
    if isinstance(record, Edit):
        yield record.path
    if not isinstance(record, Part):
        return
    if record.patch is not None:
        for file in json.loads(record.patch)["files"]:
            yield file["new_path"] or file["old_path"]
    if record.input is not None:
        value = json.loads(record.input)
        found = [value.get(key) for key in _PATH_KEYS] if isinstance(value, dict) else []
        yield from (path for path in found if isinstance(path, str) and path)
        text = value.get("input") if isinstance(value, dict) and record.tool == "apply_patch" else None
        for line in split_lines(text) if isinstance(text, str) else ():
            head, colon, path = line.partition(": ")
            if colon and head.strip() in _PATCH_HEADS:
                yield path.strip()
