"""The edits that may have written a commit's lines, as the engine takes them, file by file."""

import posixpath
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from byline.attribution import Construction, Document, Edit, Version
from byline.errors import PatchError
from byline.git.model import FileChange
from byline.review.lineage import edits_under_earlier_names
from byline.review.path_edits import Entries, PathEdits, in_time
from byline.review.places import Place, Places
from byline.review.recorded_file import RecordedFile
from byline.review.records import Records
from byline.store.edits import EditRow


class Lines:
    """Lines that are in one of several containers."""

    def __init__(self, parts: Iterable[Container[str]]) -> None:
        self._parts = tuple(parts)

    def __contains__(self, line: object) -> bool:
        return any(line in part for part in self._parts)


class Candidates:
    """Gathers the edits of the changed files, resolved to places in the repository."""

    def __init__(
        self,
        records: Records,
        changes: Sequence[FileChange],
        parent: str | None,
        rev: str | None,
    ) -> None:
        self._records = records
        self._changes = changes
        self._revs = [name for name in (parent, rev) if name]
        self._parent = parent
        self._rev = rev
        self._edits: dict[str, tuple[PathEdits, int]] = {}
        """By path its edits, and how many of them are not later than the commit."""
        self._renamed: dict[str, Entries] = {}
        """By path the edits that were made under an earlier name."""
        self._told: dict[int | str, str] = {}

    @property
    def problems(self) -> list[str]:
        """Sentences about records that could not be used; each cost that edit only."""
        told = {about: said for edits, _ in self._edits.values() for about, said in edits.problems.items()}
        return [*(said for about, said in told.items() if about not in self._told), *self._told.values()]

    def gather(self, until_ms: int) -> None:
        """Fetch the edits of the changed files; those completed after ``until_ms`` are only remembered."""
        paths = {path for change in self._changes for path in (change.old_path, change.new_path) if path}
        known, foreign = self._records.path_edits(
            sorted({posixpath.basename(path) for path in paths}), lambda: self._places
        )
        found = {path: known[path] for path in paths if path in known}
        if foreign:
            found |= self._with_foreign(paths, known, foreign)
        self._edits = {path: (edits, edits.count_until(until_ms)) for path, edits in found.items()}
        renamed = edits_under_earlier_names(
            self._records, self._resolve, self._changes, self._first_edit, self._still_there
        )
        for path, entries in renamed.items():
            readable = [(place, row) for place, row in entries if self._has_patch(row)]
            self._renamed[path] = [(place, row) for place, row in readable if row.time_ms <= until_ms]

    def _with_foreign(
        self, paths: Collection[str], known: Mapping[str, PathEdits], foreign: Sequence[EditRow]
    ) -> dict[str, PathEdits]:
        """The edits of the paths that have some whose place only the trees of this commit tell."""
        resolved = self._resolve(foreign)
        by_path: defaultdict[str, Entries] = defaultdict(list)
        for row in foreign:
            place = resolved.get(row.id)
            if place is not None and place.path in paths:
                by_path[place.path].append((place, row))
        return {
            path: known[path].along_with(entries) if path in known else PathEdits(self._records, entries)
            for path, entries in by_path.items()
        }

    def _first_edit(self, path: str) -> EditRow | None:
        edits, count = self._edits.get(path, (None, 0))
        return edits.first(count) if edits is not None else None

    def concern(self, change: FileChange) -> bool:
        """Whether any edit, earlier or later, was of this file."""
        known = any(name in self._edits or name in self._renamed for name in _names(change))
        return known or bool(self._moved_away(change))

    def documents(self, change: FileChange) -> list[tuple[list[Edit], list[Version]]]:
        """The edits of the file, one list per checkout in causal order, each with the versions to try.

        Edits of the old path of a rename belong to the same document.
        """
        return [(edits, versions) for edits, versions, _ in self._each_document(change)]

    def constructed(self, change: FileChange) -> list[Document]:
        """The documents of the file, constructed. They hold until those of another commit are asked for."""
        return [
            construction.document(edits, versions)
            for edits, versions, construction in self._each_document(change)
        ]

    def _each_document(self, change: FileChange) -> Iterator[tuple[list[Edit], list[Version], Construction]]:
        by_root: defaultdict[str, list[EditRow]] = defaultdict(list)
        names = [name for name in _names(change) if name in self._edits]
        for name in names:
            edits_of, count = self._edits[name]
            for root, rows in edits_of.by_root(count).items():
                by_root[root] = by_root[root] + rows if root in by_root else rows
        renamed = [entry for name in _names(change) for entry in self._renamed.get(name, ())]
        for place, row in renamed:
            by_root[place.root] = [*by_root[place.root], row]
        moved_away = self._moved_away(change)
        for place, row in moved_away:
            by_root[place.root] = [*by_root[place.root], row]
        gone = {row.id for _, row in moved_away}
        for root in sorted(by_root):
            rows = by_root[root]
            if len(names) > 1 or renamed or moved_away:
                rows = sorted(rows, key=in_time)
            key = (root, *_names(change))
            file = RecordedFile(self._records) if gone else self._records.recorded_file(key, rows)
            edits, problems = file.edits(rows, self._records.patch)
            for about, said in problems.items():
                self._told[about or change.path] = said if about else f"{change.path}: {said}"
            if gone:
                edits = [_emptied(edit) if edit.origin.edit_id in gone else edit for edit in edits]
            needs_base = any(edit.before is None for edit in edits)
            yield edits, self._versions(change, rows[0].time_ms) if needs_base else [], file.construction
            if not gone:
                self._records.remember(key, file)

    def _moved_away(self, change: FileChange) -> Entries:
        """The edits that gave a file another name, where git sees no rename: they removed its lines."""
        if change.status != "deleted":
            return []
        found: Entries = []
        entries = [entry for renamed in self._renamed.values() for entry in renamed]
        for path, (edits, count) in self._edits.items():
            for root, rows in edits.by_root(count).items():
                entries += [(Place(root, path), row) for row in rows]
        for place, row in entries:
            patch = self._records.patch(row)
            if patch is None or patch.kind != "renamed" or not place.path.endswith(patch.new_path):
                continue
            if place.path.removesuffix(patch.new_path) + patch.old_path == change.old_path:
                found.append((place, row))
        return found

    def later_lines(self, change: FileChange) -> Lines:
        """The lines that edits recorded after the commit added to this file."""
        known = [self._edits[name] for name in _names(change) if name in self._edits]
        return Lines(edits.added_later(count) for edits, count in known)

    def window_lines(self, change: FileChange) -> Lines:
        """The lines that came to this file while a shell command ran, and are not the command's."""
        known = [self._edits[name] for name in _names(change) if name in self._edits]
        return Lines(edits.added_in_windows(count) for edits, count in known)

    def contents_at(self, revs: Sequence[str], change: FileChange) -> list[str | None]:
        """What the file is, under its new or old name, at some commits."""
        found: list[str | None] = []
        for rev in revs:
            blobs = self._records.batch.blobs(f"{rev}:{name}" for name in _names(change))
            found.append(next((content for content in blobs.values() if content is not None), None))
        return found

    def _resolve(self, rows: Sequence[EditRow]) -> Mapping[int, Place]:
        if not rows:
            return {}
        return self._places.resolve(rows)

    @cached_property
    def _places(self) -> Places:
        paths = {path for change in self._changes for path in _names(change)}
        return self._records.places(self._revs, paths)

    def _still_there(self, path: str) -> bool:
        """Whether the reviewed side still has a file of this name."""
        if self._rev is None:
            return self._records.repository.worktree_text(path) is not None
        return self._records.batch.sizes([f"{self._rev}:{path}"]).popitem()[1] is not None

    def _has_patch(self, row: EditRow) -> bool:
        try:
            return self._records.has_patch(row)
        except PatchError as error:
            self._told.setdefault(row.id, f"{row.path}: {error}")
            return False

    def _versions(self, change: FileChange, first_ms: int) -> list[Version]:
        # The commit's own content is the base of edits that may be later than it by their clocks.
        rev = self._rev or self._parent
        if rev is None:
            return []
        first = first_ms // 1000
        return [version for name in _names(change) for version in self._records.versions(rev, name, first)]


def _emptied(edit: Edit) -> Edit:
    """What giving a file another name did to the file of the old one."""
    return Edit(edit.origin, (), edit.before, ())


def _names(change: FileChange) -> list[str]:
    """The paths whose edits count for a change: a copy's source keeps its own."""
    names = [change.new_path]
    if change.status != "copied":
        names.append(change.old_path)
    return [name for name in dict.fromkeys(names) if name]
