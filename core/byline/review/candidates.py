"""The edits that may have written a commit's lines, as the engine takes them, file by file."""

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from byline.attribution import Construction, Document, Edit, Version
from byline.errors import PatchError
from byline.git.model import FileChange
from byline.patch import FilePatch
from byline.review.lineage import Entries, edits_under_earlier_names
from byline.review.observations import is_window, without_cumulative
from byline.review.places import Place, Places
from byline.review.recorded_file import RecordedFile
from byline.review.records import Records
from byline.store.edits import EditRow


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
        self._places: Places | None = None
        self._by_path: dict[str, Entries] = {}
        self._later: dict[str, list[EditRow]] = {}
        self._windows: dict[str, list[EditRow]] = {}
        self._told: dict[int | str, str] = {}

    @property
    def problems(self) -> list[str]:
        """Sentences about records that could not be used; each cost that edit only."""
        return list(self._told.values())

    def gather(self, until_ms: int) -> None:
        """Fetch the edits of the changed files; those completed after ``until_ms`` are only remembered."""
        paths = {path for change in self._changes for path in (change.old_path, change.new_path) if path}
        names = {posixpath.basename(path) for path in paths}
        rows = self._records.named(names)
        resolved = self._resolve(rows)
        by_path: defaultdict[str, Entries] = defaultdict(list)
        later: defaultdict[str, list[EditRow]] = defaultdict(list)
        for row in rows:
            place = resolved.get(row.id)
            if place is None or place.path not in paths:
                continue
            if row.time_ms > until_ms:
                later[place.path].append(row)
            else:
                by_path[place.path].append((place, row))
        for path, entries in by_path.items():
            by_path[path] = self._edits_alone(entries)
        renamed = edits_under_earlier_names(
            self._records, self._resolve, self._changes, by_path, self._still_there
        )
        for path, entries in renamed.items():
            by_path[path] += [(place, row) for place, row in entries if row.time_ms <= until_ms]
        self._later = dict(later)
        self._by_path = {path: self._readable(entries) for path, entries in by_path.items()}

    def concern(self, change: FileChange) -> bool:
        """Whether any edit, earlier or later, was of this file."""
        names = _names(change)
        known = any(name in self._by_path or name in self._later for name in names)
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
        for name in _names(change):
            for place, row in self._by_path.get(name, ()):
                by_root[place.root].append(row)
        moved_away = self._moved_away(change)
        for place, row in moved_away:
            by_root[place.root].append(row)
        gone = {row.id for _, row in moved_away}
        for root in sorted(by_root):
            rows = sorted(by_root[root], key=lambda row: (row.time_ms, row.session_id, row.seq, row.id))
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
        for entries in self._by_path.values():
            for place, row in entries:
                patch = self._patch(row)
                if patch is None or patch.kind != "renamed" or not place.path.endswith(patch.new_path):
                    continue
                if place.path.removesuffix(patch.new_path) + patch.old_path == change.old_path:
                    found.append((place, row))
        return found

    def later_lines(self, change: FileChange) -> frozenset[str]:
        """The lines that edits recorded after the commit added to this file."""
        return self._added_by(self._later, change)

    def window_lines(self, change: FileChange) -> frozenset[str]:
        """The lines that came to this file while a shell command ran, and are not the command's."""
        return self._added_by(self._windows, change)

    def _added_by(self, rows: Mapping[str, Sequence[EditRow]], change: FileChange) -> frozenset[str]:
        lines: set[str] = set()
        for name in _names(change):
            for row in rows.get(name, ()):
                patch = self._patch(row)
                for hunk in patch.hunks if patch else ():
                    lines |= {line.content.removesuffix("\r") for line in hunk.lines if line.kind == "added"}
        return frozenset(lines)

    def contents_at(self, revs: Sequence[str], change: FileChange) -> list[str | None]:
        """What the file is, under its new or old name, at some commits."""
        found: list[str | None] = []
        for rev in revs:
            blobs = self._records.batch.blobs(f"{rev}:{name}" for name in _names(change))
            found.append(next((content for content in blobs.values() if content is not None), None))
        return found

    def window(self) -> tuple[int, int] | None:
        """First and last time (ms) of the edits that were considered."""
        times = [row.time_ms for entries in self._by_path.values() for _, row in entries]
        return (min(times), max(times)) if times else None

    def _edits_alone(self, entries: Entries) -> Entries:
        """The entries without observations: cumulative diffs, and windows that are not their call's."""
        kept = {row.id for row in without_cumulative([row for _, row in entries])}
        alone: Entries = []
        for place, row in entries:
            if row.id not in kept:
                continue
            if is_window(row) and not self._records.is_own_window(row, place.root):
                self._windows.setdefault(place.path, []).append(row)
            else:
                alone.append((place, row))
        return alone

    def _resolve(self, rows: Sequence[EditRow]) -> Mapping[int, Place]:
        if not rows:
            return {}
        if self._places is None:
            paths = {path for change in self._changes for path in _names(change)}
            self._places = self._records.places(self._revs, paths)
        return self._places.resolve(rows)

    def _still_there(self, path: str) -> bool:
        """Whether the reviewed side still has a file of this name."""
        if self._rev is None:
            return self._records.repository.worktree_text(path) is not None
        return self._records.batch.sizes([f"{self._rev}:{path}"]).popitem()[1] is not None

    def _readable(self, entries: Entries) -> Entries:
        """The entries whose stored patch can be read; the others are named in ``problems``."""
        return [(place, row) for place, row in entries if self._has_patch(row)]

    def _has_patch(self, row: EditRow) -> bool:
        try:
            return self._records.has_patch(row)
        except PatchError as error:
            self._told.setdefault(row.id, f"{row.path}: {error}")
            return False

    def _patch(self, row: EditRow) -> FilePatch | None:
        try:
            return self._records.patch(row)
        except PatchError as error:
            self._told.setdefault(row.id, f"{row.path}: {error}")
            return None

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
