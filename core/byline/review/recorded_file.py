"""The edits of one file in one checkout as the engine takes them, kept for all commits of a run.

A commit is explained by the edits that were made until then: what was read of them for one commit is not
read again for the next, and the engine replays on from where it stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from byline.attribution import Construction, Edit, Origin, Search, comparable
from byline.patch import FilePatch
from byline.recorded_path import absolute_path
from byline.review.observations import content_read, is_window
from byline.store.edits import EditRow

if TYPE_CHECKING:
    from byline.review.records import Lines, Records

# Patches without numbers are applied where they fit first, replaced strings must stand only once.
_SEARCH: dict[str, Search] = {"strings": "only", "patch_text": "first"}

EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
"""The id of a content without lines, as records have it."""

PatchOf = Callable[[EditRow], FilePatch | None]


class RecordedFile:
    """The edits of one file, for any number of the first of them: those of :meth:`continues`."""

    def __init__(self, records: "Records") -> None:
        self._records = records
        self.construction = Construction()
        self._rows: list[EditRow] = []
        self._sizes: dict[str, int] = {}
        self._weights: list[int] = []
        """How many bytes the contents take that the first edits carry: by one, by two …"""
        self._whole: list[Edit] = []
        self._bare: list[Edit] = []
        self._unread: list[tuple[int, EditRow]] = []
        self.is_open = False
        """Whether some of what it rests on may come into the store later, without a new edit."""

    def weight(self) -> int:
        """How much it holds, in lines."""
        return self.construction.weight() + 10 * len(self._rows)

    def edits(self, rows: Sequence[EditRow], patch_of: PatchOf) -> tuple[list[Edit], dict[int | str, str]]:
        """The edits of ``rows``, given in causal order, and what of them cannot be used, as sentences.

        Of edits that carry too much content together only the hunks are used.
        """
        self._note(rows)
        limit = self._records.limits.contents_bytes
        if rows and self._weights[len(rows) - 1] > limit:
            for row in rows[len(self._bare) :]:
                self._bare.append(self._edit(row, patch_of(row), {EMPTY_BLOB: ()}))
            said = (
                f"{len(rows):,} edits carry more than {limit:,} bytes of contents: "
                "only their hunks are used (review.max_contents_bytes)"
            )
            return self._bare[: len(rows)], {"": said}
        fresh = rows[len(self._whole) :]
        if fresh:
            self._read(fresh, patch_of)
        return self._whole[: len(rows)], {
            row.id: f"{row.path}: a content of edit {row.id} cannot be read: only its hunks are used"
            for place, row in self._unread
            if place < len(rows)
        }

    def continues(self, rows: Sequence[EditRow]) -> bool:
        """Whether ``rows`` and those that are known begin in the same way, the shorter ones being all."""
        same = min(len(rows), len(self._rows))
        return self._rows[:same] == list(rows[:same])

    def _note(self, rows: Sequence[EditRow]) -> None:
        same = min(len(rows), len(self._rows))
        # Equal rows may have been read anew: from here on they are the same objects.
        self._rows[:same] = rows[:same]
        fresh = rows[same:]
        digests = {digest for row in fresh for digest in _digests(row)} - self._sizes.keys()
        sizes = self._records.store.edits.content_sizes(digests) if digests else {}
        for row in fresh:
            more = 0
            for digest in _digests(row):
                if digest not in self._sizes:
                    self._sizes[digest] = sizes.get(digest, 0)
                    more += self._sizes[digest]
            self._weights.append((self._weights[-1] if self._weights else 0) + more)
            self._rows.append(row)

    def _read(self, rows: Sequence[EditRow], patch_of: PatchOf) -> None:
        contents = self._records.contents({digest for row in rows for digest in _digests(row)})
        for row in rows:
            if not set(_digests(row)) <= contents.keys():
                self._unread.append((len(self._whole), row))
                self.is_open = True
            self._whole.append(self._edit(row, patch_of(row), contents))

    def _edit(self, row: EditRow, patch: FilePatch | None, contents: "Mapping[str, Lines]") -> Edit:
        assert patch is not None  # noqa: S101 - whose patch cannot be read is no edit
        origin = _origin(row)
        search = _SEARCH.get(row.precision, "recorded")
        before = contents.get(row.base_hash) if row.base_hash else None
        after = contents.get(row.result_hash) if row.result_hash else None
        if patch.kind == "added" and before is None:
            if search != "recorded" and after is not None:
                # A whole-file write whose record does not say what was there: what stays is not its own.
                return Edit(origin, (), self._read_before(row), after)
            before = ()
        return Edit(origin, patch.hunks, before, after, search, is_window(row))

    def _read_before(self, row: EditRow) -> "Lines | None":
        """What the session had read of the file before it wrote it."""
        self.is_open = True
        target = absolute_path(row.path, row.cwd)
        seen = content_read(
            row, self._records.store.conversations, lambda path: absolute_path(path, row.cwd) == target
        )
        return comparable(seen) if seen is not None else None


def _origin(row: EditRow) -> Origin:
    return Origin(
        row.id, row.session_id, row.message_id, row.tool_call_id, row.model_id, row.tool, row.time_ms
    )


def _digests(row: EditRow) -> tuple[str, ...]:
    return tuple(digest for digest in dict.fromkeys((row.base_hash, row.result_hash)) if digest)
