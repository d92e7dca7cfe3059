"""Files that changed their name before they were committed: followed by their content.

Git tells renames between commits. A file that an agent wrote and a person moved before the commit has
no name in any tree but the last; its edits are found by the content that one of them left behind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from byline.git.model import FileChange
from byline.review.path_edits import Entries
from byline.review.places import Place
from byline.review.recorded_file import EMPTY_BLOB
from byline.review.records import Records
from byline.store.edits import EditRow

Resolve = Callable[[Sequence[EditRow]], Mapping[int, Place]]


def edits_under_earlier_names(
    records: Records,
    resolve: Resolve,
    changes: Iterable[FileChange],
    first_edit: Callable[[str], EditRow | None],
    still_there: Callable[[str], bool],
) -> dict[str, Entries]:
    """The edits of files now added under another name, by the name they have now. ``first_edit`` gives the
    first recorded one of a path.

    A file had another name when an edit there left the very content that the added file has, or that
    its first recorded edit found, and the other name is gone: a copy keeps both, and is nobody's.
    """
    wanted: dict[str, str] = {}
    for change in changes:
        if change.status == "added":
            first = first_edit(change.path)
            digest = first.base_hash if first else change.new_oid
            if digest and digest != EMPTY_BLOB:
                wanted[digest] = change.path
    found: dict[str, Entries] = {}
    if not wanted:
        return found
    left = records.store.edits.leaving(wanted)
    resolved = resolve(left)
    for row in left:
        place = resolved.get(row.id)
        path = wanted[row.result_hash or ""]
        if place is None or place.path == path or path in found or still_there(place.path):
            continue
        found[path] = _history(records, resolve, place, row)
    return found


def _history(records: Records, resolve: Resolve, place: Place, last: EditRow) -> Entries:
    """Every edit of a place up to ``last``."""
    rows = records.named([place.path.rpartition("/")[2]])
    resolved = resolve(rows)
    return [
        (place, row)
        for row in rows
        if resolved.get(row.id) == place and (row.time_ms, row.id) <= (last.time_ms, last.id)
    ]
