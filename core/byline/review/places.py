"""From a recorded path to a path of the repository (rule 11 of ``attribution.md``)."""

import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from byline.store.edits import EditRow
from byline.store.repositories import RepositoryRow
from byline.store.statements import absolute_path


@dataclass(frozen=True, slots=True)
class Place:
    """A file in a checkout: ``root`` is the checkout's folder, empty when unknown; ``path`` is inside it."""

    root: str
    path: str


class Places:
    """Resolves the paths of edits for one repository."""

    def __init__(
        self,
        own: RepositoryRow,
        known: Iterable[RepositoryRow],
        worktrees: Collection[str],
        tree: Callable[[], Collection[str]],
    ) -> None:
        """``tree`` gives the paths of the commit's and its parent's trees; it is asked only if needed."""
        self._own = own
        roots = {checkout: row.id for row in known for checkout in row.checkouts}
        roots |= dict.fromkeys([*own.checkouts, *worktrees], own.id)
        self._roots = sorted(roots.items(), key=lambda entry: -len(entry[0]))
        self._tree = tree
        self._names: Counter[str] | None = None
        self._paths: frozenset[str] = frozenset()

    def resolve(self, rows: Sequence[EditRow]) -> dict[int, Place]:
        """The place of each edit, by edit id; edits that are not of this repository are left out.

        A known checkout's folder is taken off first. Else, in a session of this repository, an absolute
        path matches by its longest suffix of at least two components that names a file of the trees;
        what such matches tell of a root holds for the other edits too; a single component matches
        only where it is the only file of that name.
        """
        found: dict[int, Place] = {}
        foreign: list[tuple[EditRow, str]] = []
        for row in rows:
            path = absolute_path(row.path, row.cwd or row.session_cwd)
            owner = self._checkout_of(path)
            if owner is not None:
                root, repository_id = owner
                if repository_id == self._own.id:
                    found[row.id] = Place(root, path[len(root) :].lstrip("/"))
            elif row.repository_id == self._own.id:
                if _is_absolute(path):
                    foreign.append((row, path))
                else:
                    found[row.id] = Place("", path)
        if foreign:
            found |= self._resolve_foreign(foreign)
        return found

    def _checkout_of(self, path: str) -> tuple[str, int] | None:
        for root, repository_id in self._roots:
            if path.startswith(root.rstrip("/") + "/"):
                return root, repository_id
        return None

    def _resolve_foreign(self, foreign: Sequence[tuple[EditRow, str]]) -> dict[int, Place]:
        if self._names is None:
            self._paths = frozenset(self._tree())
            self._names = Counter(posixpath.basename(path) for path in self._paths)
        found: dict[int, Place] = {}
        roots: set[str] = set()
        left: list[tuple[EditRow, str]] = []
        for row, path in foreign:
            suffix = self._suffix(path)
            if suffix is None:
                left.append((row, path))
                continue
            root = path[: -len(suffix)].rstrip("/")
            roots.add(root)
            found[row.id] = Place(root, suffix)
        for row, path in left:
            folder, name = posixpath.split(path)
            if folder in roots or (self._names[name] == 1 and name in self._paths):
                found[row.id] = Place(folder, name)
        return found

    def _suffix(self, path: str) -> str | None:
        """The longest suffix of at least two components that names a file of the trees."""
        parts = path.strip("/").split("/")
        for start in range(len(parts) - 1):
            suffix = "/".join(parts[start:])
            if suffix in self._paths:
                return suffix
        return None


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"
