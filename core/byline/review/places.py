"""From a recorded path to a path of the repository (rule 11 of ``attribution.md``)."""

import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from byline.frozen import dataclass
from byline.recorded_path import absolute_path
from byline.store.edits import EditRow
from byline.store.repositories import RepositoryRow


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
        recorded: Callable[[], Iterable[str]],
        located: dict[int, Place | str | None] | None = None,
    ) -> None:
        """``tree`` gives the paths of the commit's and its parent's trees, ``recorded`` every path that
        sessions of the repository recorded; both are asked only if there are paths of unknown roots.

        ``located`` is what holds for every commit, by edit id, and is filled: the place, the path where its
        root is not known, or None where it is of another repository.
        """
        self._located: dict[int, Place | str | None] = {} if located is None else located
        self._own = own
        roots = {checkout: row.id for row in known for checkout in row.checkouts}
        roots |= dict.fromkeys([*own.checkouts, *worktrees], own.id)
        self._roots = sorted(roots.items(), key=lambda entry: -len(entry[0]))
        self._tree = tree
        self._recorded = recorded

    def resolve(self, rows: Sequence[EditRow]) -> dict[int, Place]:
        """The place of each edit, by edit id; edits that are not of this repository are left out.

        A known checkout's folder is taken off first. Else, in a session of this repository, an absolute
        path matches by its longest suffix of at least two components that names a file of the trees.
        What such matches tell of a root holds for every path below it, so that a file at the top is
        found too; without that, a single component matches only where it is the only file of its name.
        """
        found: dict[int, Place] = {}
        foreign: list[tuple[EditRow, str]] = []
        for row in rows:
            place = self.locate(row)
            if isinstance(place, Place):
                found[row.id] = place
            elif place is not None:
                foreign.append((row, place))
        if foreign:
            found |= self._resolve_foreign(foreign)
        return found

    def locate(self, row: EditRow) -> Place | str | None:
        """What of an edit's place holds for every commit: the place, the path where its root is not known, or
        None where it is of another repository.
        """
        if row.id not in self._located:
            self._located[row.id] = self._locate(row)
        return self._located[row.id]

    def _locate(self, row: EditRow) -> Place | str | None:
        path = absolute_path(row.path, row.cwd or row.session_cwd)
        owner = self._checkout_of(path)
        if owner is not None:
            root, repository_id = owner
            return Place(root, path[len(root) :].lstrip("/")) if repository_id == self._own.id else None
        if row.repository_id != self._own.id:
            return None
        return path if _is_absolute(path) else Place("", path)

    def _checkout_of(self, path: str) -> tuple[str, int] | None:
        for root, repository_id in self._roots:
            if path.startswith(root.rstrip("/") + "/"):
                return root, repository_id
        return None

    def _resolve_foreign(self, foreign: Sequence[tuple[EditRow, str]]) -> dict[int, Place]:
        tree = frozenset(self._tree())
        names = Counter(posixpath.basename(path) for path in tree)
        roots = _foreign_roots([*self._recorded(), *(path for _, path in foreign)], tree)
        found: dict[int, Place] = {}
        for row, path in foreign:
            root = next((root for root in roots if path.startswith(f"{root}/")), None)
            folder, name = posixpath.split(path)
            if root is not None:
                found[row.id] = Place(root, path[len(root) + 1 :])
            elif names[name] == 1 and name in tree:
                found[row.id] = Place(folder, name)
        return found


def _foreign_roots(paths: Iterable[str], tree: Collection[str]) -> list[str]:
    """The folders under which recorded paths name files of the tree, innermost first.

    A folder inside another comes from a suffix that is shorter than the truth, and is left out:
    ``packages/a/src/i.ts``, no longer in the tree, would else be taken for ``src/i.ts``. Only work trees
    that agents keep inside the checkout (``.claude/worktrees/x``) are roots of their own.
    """
    roots: set[str] = set()
    for path in dict.fromkeys(paths):
        parts = path.strip("/").split("/")
        for start in range(len(parts) - 1):
            suffix = "/".join(parts[start:])
            if suffix in tree:
                roots.add(path[: -len(suffix)].rstrip("/"))
                break
    kept = [
        root
        for root in roots
        if all(
            _is_worktree(root.removeprefix(f"{other}/")) for other in roots if root.startswith(f"{other}/")
        )
    ]
    return sorted(kept, key=lambda root: (-len(root), root))


def _is_worktree(inner: str) -> bool:
    return any(part.startswith(".") or "worktree" in part for part in inner.split("/"))


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"
