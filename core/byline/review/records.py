"""What the reviews of one run read, each thing once: the repository's objects, and the store's edits."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Self

from byline.attribution import comparable
from byline.git.batch import Batch
from byline.git.model import PathVersion
from byline.git.path_history import PathHistories
from byline.git.repository import Repository
from byline.patch import FilePatch
from byline.review.bounded import Bounded
from byline.review.limits import Limits
from byline.review.places import Places
from byline.review.repositories import bind_sessions, repository_row
from byline.store.edits import EditRow
from byline.store.repositories import RepositoryRow
from byline.store.store import Store
from byline.store.text_form import storable

MAX_VERSIONS = 200
"""How many contents of a file, the newest first, an edit without a before-state is tried on."""

_LINES = 32_000_000
"""Characters of contents that are remembered as lines."""

_PATCHES = 32_000_000
"""Characters of JSON whose patches are remembered."""

Lines = tuple[str, ...]


class Records:
    """One repository with its store, for as long as one run reads commits. Close it, or use it as a context.

    What git and the store say of a commit, a content or an edit by its id does not change; which edits
    there are may, and is asked anew after :meth:`refresh`. Not for several threads at once.
    """

    def __init__(self, store: Store, repository: Repository, tip: str | None = None) -> None:
        """``tip`` is the full id of a commit in whose history most of what is asked for lies."""
        self.store = store
        self.repository = repository
        self.batch = Batch(repository)
        self.limits = Limits.configured(repository.root)
        self._histories = PathHistories(repository, tip)
        self._lines: Bounded[str, Lines] = Bounded(_LINES, _size_of_lines)
        self._patches: Bounded[int, tuple[str, FilePatch | None]] = Bounded(
            _PATCHES, lambda kept: len(kept[0])
        )
        self._rows: dict[str, list[EditRow]] = {}
        self._trees: Bounded[str, frozenset[str]] = Bounded(500_000, len)
        self._recorded: list[str] | None = None
        self._are_bound = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End git's processes."""
        self.batch.close()

    def refresh(self) -> None:
        """Ask the store anew which edits there are."""
        self._rows.clear()
        self._recorded = None
        self._are_bound = False

    @cached_property
    def own(self) -> RepositoryRow:
        """The repository as the store knows it."""
        return repository_row(self.store, self.repository)

    @cached_property
    def worktrees(self) -> list[str]:
        """The paths of every work tree of the repository."""
        return self.repository.worktrees()

    def bind(self) -> bool:
        """Give sessions without a repository theirs, once; whether there were any."""
        if self._are_bound:
            return False
        self._are_bound = True
        if not bind_sessions(self.store):
            return False
        self._rows.clear()
        self._recorded = None
        return True

    def named(self, names: Collection[str]) -> list[EditRow]:
        """The edits of files with these names, as :meth:`byline.store.edits.Edits.named` gives them."""
        rows = self._named(names)
        if any(row.repository_id is None for row in rows) and self.bind():
            rows = self._named(names)
        return rows

    def _named(self, names: Collection[str]) -> list[EditRow]:
        wanted = {storable(name) for name in names}
        missing = wanted - self._rows.keys()
        if missing:
            self._rows |= {name: [] for name in missing}
            for row in self.store.edits.named(missing):
                self._rows[row.path.replace("\\", "/").rpartition("/")[2]].append(row)
        rows = [row for name in wanted for row in self._rows[name]]
        return sorted(rows, key=lambda row: (row.time_ms, row.session_id, row.seq, row.id))

    def patch(self, row: EditRow) -> FilePatch | None:
        """The patch of an edit, None where the record has no file. Raises: PatchError."""
        if row.id not in self._patches or self._patches[row.id][0] != row.patch_json:
            files = row.patch().files
            self._patches[row.id] = row.patch_json, files[0] if files else None
        return self._patches[row.id][1]

    def contents(self, digests: Iterable[str]) -> dict[str, Lines]:
        """The lines of whole contents that records carry, by hash, as far as they are stored and readable."""
        return self._remembered(digests, self.store.edits.contents)

    def blob_lines(self, oids: Iterable[str]) -> dict[str, Lines]:
        """The lines of blobs, by id, as far as git can read them."""
        return self._remembered(oids, self.batch.blobs)

    def _remembered(
        self, names: Iterable[str], read: Callable[[list[str]], Mapping[str, str | None]]
    ) -> dict[str, Lines]:
        # A content that records carry and a blob of the same id are one content.
        found: dict[str, Lines] = {}
        missing: list[str] = []
        for name in dict.fromkeys(names):
            if name in self._lines:
                found[name] = self._lines[name]
            else:
                missing.append(name)
        for name, text in (read(missing) if missing else {}).items():
            if text is not None:
                found[name] = self._lines[name] = comparable(text)
        return found

    def versions(self, rev: str, path: str, since: int) -> list[PathVersion]:
        """The contents that a path had in the history of a commit since a time (seconds), newest first, and
        what it was before.
        """
        return self._histories.versions(rev, path, since, MAX_VERSIONS)

    def places(self, revs: Collection[str], paths: Collection[str]) -> Places:
        """Where recorded paths are: ``revs`` are the commits in whose trees, and ``paths`` what else, a path
        of a root that is not known is looked for.
        """
        return Places(
            self.own,
            self._repositories,
            self.worktrees,
            lambda: frozenset(paths).union(*(self._tree(rev) for rev in revs)),
            self._recorded_paths,
        )

    @cached_property
    def _repositories(self) -> list[RepositoryRow]:
        return self.store.repositories.all()

    def _tree(self, rev: str) -> frozenset[str]:
        if rev not in self._trees:
            self._trees[rev] = frozenset(self.repository.files(rev))
        return self._trees[rev]

    def _recorded_paths(self) -> list[str]:
        if self._recorded is None:
            self._recorded = self.store.edits.absolute_paths(self.own.id)
        return self._recorded


def _size_of_lines(lines: Lines) -> int:
    return sum(map(len, lines)) + 50 * len(lines)
