"""A path as it was typed, as a path of the repository."""

import os
from pathlib import Path

from byline.errors import UsageError
from byline.git.repository import Repository


def path_in_repository(word: str, repository: Repository) -> str:
    """The path relative to the top of the work tree, with ``/`` between components; ``.`` for the top.

    In a bare repository a relative path is one of its trees already.

    Raises:
        UsageError: it is outside of the repository.
    """
    if repository.bare and not Path(word).is_absolute():
        return Path(os.path.normpath(word)).as_posix()
    place = Path(os.path.abspath(word))  # noqa: PTH100 - Path.absolute keeps "..", resolve follows the last link
    for candidate in (place, place.parent.resolve() / place.name):
        if candidate.is_relative_to(repository.root):
            return candidate.relative_to(repository.root).as_posix()
    raise UsageError(f"{word} is outside of the repository {repository.root}")
