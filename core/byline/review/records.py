"""What the reviews of one run read, each thing once: the repository's objects, and the store's edits."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

from byline.attribution import Version, comparable
from byline.git.batch import Batch
from byline.git.model import PathVersion, end_of_second_ms
from byline.git.path_history import PathHistories
from byline.git.repository import Repository
from byline.patch import FilePatch
from byline.review.bounded import Bounded
from byline.review.limits import Limits
from byline.review.observations import is_own_window
from byline.review.path_edits import Entries, PathEdits
from byline.review.places import Place, Places
from byline.review.recorded_file import RecordedFile
from byline.review.repositories import bind_sessions, repository_row
from byline.review.versions import StoredVersion
from byline.store.edits import EditRow
from byline.store.repositories import RepositoryRow
from byline.store.store import Store
from byline.store.text_form import storable

_LINES = 32_000_000
"""Characters of contents that are remembered as lines."""

_FILES = 4_000_000
"""Lines that the files hold whose edits are remembered with what they came to."""

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
        self._versions: dict[tuple[str, int], tuple[list[PathVersion], list[Version]]] = {}
        self._lines: Bounded[str, Lines] = Bounded(_LINES, _size_of_lines)
        self._patches: Bounded[int, tuple[str, FilePatch | None]] = Bounded(
            _PATCHES, lambda kept: len(kept[0])
        )
        self._files: Bounded[Hashable, RecordedFile] = Bounded(_FILES, RecordedFile.weight)
        self._rows: dict[str, list[EditRow]] = {}
        self._located: dict[int, Place | str | None] = {}
        self._path_edits: dict[str, tuple[dict[str, PathEdits], list[EditRow]]] = {}
        self._readable: set[int] = set()
        self._own_windows: dict[tuple[int, str], bool] = {}
        self._trees: Bounded[str, frozenset[str]] = Bounded(500_000, len)
        self._recorded: list[str] | None = None
        self._are_bound = False
        self._data_version: int | None = None

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
        """Ask the store anew which edits there are, if another connection wrote to it since it was asked."""
        (version,) = self.store.connection.execute("PRAGMA data_version").fetchone()
        if version == self._data_version:
            return
        self._data_version = version
        self._forget_rows()
        self._own_windows.clear()
        self._files.keep(lambda file: not file.is_open)
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
        self._forget_rows()
        self._recorded = None
        return True

    def _forget_rows(self) -> None:
        self._rows.clear()
        self._located.clear()
        self._path_edits.clear()
        self._readable.clear()

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

    def path_edits(
        self, names: Collection[str], places: Callable[[], Places]
    ) -> tuple[dict[str, PathEdits], list[EditRow]]:
        """The edits of files with these names whose place holds for every commit, by path of the repository,
        and those whose place is to be told by the commit: all of no known root.
        """
        self.named([name for name in names if name not in self._path_edits])
        # Binding sessions to their repositories may have made all that was known void.
        missing = [name for name in names if name not in self._path_edits]
        for name in missing:
            self._path_edits[name] = self._by_path(self.named([name]), places)
        known: dict[str, PathEdits] = {}
        foreign: list[EditRow] = []
        for name in names:
            known |= self._path_edits[name][0]
            foreign += self._path_edits[name][1]
        return known, foreign

    def _by_path(
        self, rows: Sequence[EditRow], places: Callable[[], Places]
    ) -> tuple[dict[str, PathEdits], list[EditRow]]:
        by_path: defaultdict[str, Entries] = defaultdict(list)
        foreign: list[EditRow] = []
        for row in rows:
            place = places().locate(row)
            if isinstance(place, Place):
                by_path[place.path].append((place, row))
            elif place is not None:
                foreign.append(row)
        return {path: PathEdits(self, entries) for path, entries in by_path.items()}, foreign

    def patch(self, row: EditRow) -> FilePatch | None:
        """The patch of an edit, None where the record has no file. Raises: PatchError."""
        if row.id not in self._patches or self._patches[row.id][0] != row.patch_json:
            files = row.patch().files
            self._patches[row.id] = row.patch_json, files[0] if files else None
        return self._patches[row.id][1]

    def has_patch(self, row: EditRow) -> bool:
        """Whether an edit has a patch that can be read. Raises: PatchError, if what is stored is damaged."""
        if row.id not in self._readable and self.patch(row) is not None:
            self._readable.add(row.id)
        return row.id in self._readable

    def is_own_window(self, row: EditRow, root: str) -> bool:
        """Whether what changed in a shell call's window is the call's; as :func:`is_own_window`."""
        key = row.id, root
        if key not in self._own_windows:
            store = self.store
            self._own_windows[key] = is_own_window(row, store.conversations, store.edits, root)
        return self._own_windows[key]

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

    def recorded_file(self, key: Hashable, rows: Sequence[EditRow]) -> RecordedFile:
        """What is remembered of the file of a checkout, by what tells it from others, if it is of these rows.

        Give it back with :meth:`remember` after it was used.
        """
        if key in self._files and self._files[key].continues(rows):
            return self._files[key]
        return RecordedFile(self)

    def remember(self, key: Hashable, file: RecordedFile) -> None:
        """Keep a file for the next commit."""
        self._files[key] = file

    def versions(self, rev: str, path: str, since: int) -> list[Version]:
        """The contents that a path had in the history of a commit since a time (seconds), oldest first, and
        first what it was before. What is asked for again is made of the same objects.
        """
        listed = self._histories.versions(rev, path, since)
        known, made = self._versions.setdefault((path, since), ([], []))
        same = min(len(known), len(listed))
        if known[:same] != listed[:same]:
            known, made = self._versions[path, since] = [], []
        for version in listed[len(known) :]:
            known.append(version)
            made.append(StoredVersion(self.blob_lines, end_of_second_ms(version.commit_time), version.oid))
        return made[: len(listed)]

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
            self._located,
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
