"""The edits that may have written a commit's lines, as the engine takes them, file by file."""

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence

from byline.attribution import Edit, Origin, Search, Version, comparable
from byline.errors import PatchError
from byline.git.model import FileChange
from byline.patch import FilePatch
from byline.recorded_path import absolute_path
from byline.review.lineage import EMPTY_BLOB, Entries, edits_under_earlier_names
from byline.review.observations import content_read, is_own_window, is_window, without_cumulative
from byline.review.places import Place, Places
from byline.review.records import Lines, Records
from byline.review.versions import StoredVersion
from byline.store.edits import EditRow

# Patches without numbers are applied where they fit first, replaced strings must stand only once.
_SEARCH: dict[str, Search] = {"strings": "only", "patch_text": "first"}


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
        self._store = records.store
        self._changes = changes
        self._revs = [name for name in (parent, rev) if name]
        self._parent = parent
        self._rev = rev
        self._places: Places | None = None
        self._by_path: dict[str, Entries] = {}
        self._later: dict[str, list[EditRow]] = {}
        self._windows: dict[str, list[EditRow]] = {}
        self._contents: dict[str, Lines] = {}
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
        by_root: defaultdict[str, list[EditRow]] = defaultdict(list)
        for name in _names(change):
            for place, row in self._by_path.get(name, ()):
                by_root[place.root].append(row)
        moved_away = self._moved_away(change)
        for place, row in moved_away:
            by_root[place.root].append(row)
        gone = {row.id for _, row in moved_away}
        documents: list[tuple[list[Edit], list[Version]]] = []
        for root in sorted(by_root):
            rows = sorted(by_root[root], key=lambda row: (row.time_ms, row.session_id, row.seq, row.id))
            self._contents = self._read_contents(change, rows)
            edits = [
                Edit(_origin(row), (), self._lines(row.base_hash), ())
                if row.id in gone
                else self._edit(row, patch)
                for row in rows
                if (patch := self._patch(row)) is not None
            ]
            needs_base = any(edit.before is None for edit in edits)
            documents.append((edits, self._versions(change, rows[0].time_ms) if needs_base else []))
        return documents

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

    def _read_contents(self, change: FileChange, rows: Sequence[EditRow]) -> dict[str, Lines]:
        """The whole contents that edits of one file carry: all of them, or of too many none."""
        digests = {digest for row in rows for digest in (row.base_hash, row.result_hash) if digest}
        if not digests:
            return {}
        sizes = self._records.store.edits.content_sizes(digests)
        limit = self._records.limits.contents_bytes
        if sum(sizes.values()) > limit:
            self._told[change.path] = (
                f"{change.path}: {len(rows):,} edits carry more than {limit:,} bytes of contents: "
                "only their hunks are used (review.max_contents_bytes)"
            )
            return {digest: () for digest in digests if digest == EMPTY_BLOB}
        contents = self._records.contents(digests)
        for row in rows:
            if not {row.base_hash, row.result_hash} - {None} <= contents.keys():
                self._told[row.id] = (
                    f"{row.path}: a content of edit {row.id} cannot be read: only its hunks are used"
                )
        return contents

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
            if is_window(row) and not is_own_window(
                row, self._store.conversations, self._store.edits, place.root
            ):
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
        return [(place, row) for place, row in entries if self._patch(row) is not None]

    def _patch(self, row: EditRow) -> FilePatch | None:
        try:
            return self._records.patch(row)
        except PatchError as error:
            self._told.setdefault(row.id, f"{row.path}: {error}")
            return None

    def _edit(self, row: EditRow, patch: FilePatch) -> Edit:
        origin = _origin(row)
        search = _SEARCH.get(row.precision, "recorded")
        before, after = self._lines(row.base_hash), self._lines(row.result_hash)
        if patch.kind == "added" and before is None:
            if search != "recorded" and after is not None:
                # A whole-file write whose record does not say what was there: what stays is not its own.
                return Edit(origin, (), self._read_before(row), after)
            before = ()
        return Edit(origin, patch.hunks, before, after, search, is_window(row))

    def _read_before(self, row: EditRow) -> tuple[str, ...] | None:
        """What the session had read of the file before it wrote it."""
        target = absolute_path(row.path, row.cwd)
        seen = content_read(
            row, self._store.conversations, lambda path: absolute_path(path, row.cwd) == target
        )
        return comparable(seen) if seen is not None else None

    def _lines(self, digest: str | None) -> tuple[str, ...] | None:
        return self._contents.get(digest) if digest else None

    def _versions(self, change: FileChange, first_ms: int) -> list[Version]:
        # The commit's own content is the base of edits that may be later than it by their clocks.
        rev = self._rev or self._parent
        if rev is None:
            return []
        first = first_ms // 1000
        found = [version for name in _names(change) for version in self._records.versions(rev, name, first)]
        latest: dict[str, int] = {}
        for version in reversed(found):
            latest[version.oid] = max(version.commit_time, latest.get(version.oid, 0))
        return [StoredVersion(self._records, time * 1000, oid) for oid, time in latest.items()]


def _origin(row: EditRow) -> Origin:
    return Origin(
        row.id, row.session_id, row.message_id, row.tool_call_id, row.model_id, row.tool, row.time_ms
    )


def _names(change: FileChange) -> list[str]:
    """The paths whose edits count for a change: a copy's source keeps its own."""
    names = [change.new_path]
    if change.status != "copied":
        names.append(change.old_path)
    return [name for name in dict.fromkeys(names) if name]
