"""One edit that an agent tells of twice: by an event that names the call, and by one that does not.

The two are the same when session, file and patch are, and they lie no further apart than two sights of one
event do. Looked up inside the writing transaction, as message and part identity are.
"""

import sqlite3

from byline.frozen import replace
from byline.ingest.message_identity import SAME_EVENT_MS
from byline.ingest.reading import DERIVED, Item
from byline.patch import Patch, patch_to_json
from byline.record import Edit
from byline.store.statements import edit_key
from byline.store.text_form import as_json

_TWIN = """
SELECT id, tool_call_id FROM diff_traces
WHERE path = :path AND session_id = :session AND patch = :patch AND tool_call_id IS NOT NULL
  AND (substr(tool_call_id, 1, :length) = :prefix) = :derived
  AND time_ms BETWEEN :time - :window AND :time + :window
ORDER BY abs(time_ms - :time), id LIMIT 1
"""


def settle_edit(connection: sqlite3.Connection, item: Item) -> Item:
    """The edit under the id of its call, as far as the store knows it; a stored one is given that id."""
    edit = item.record
    if not isinstance(edit, Edit) or edit.tool_call_id is None:
        return item
    derived = edit.tool_call_id.startswith(DERIVED)
    patch_json = as_json(patch_to_json(Patch((edit.patch,))))
    facts = {
        "path": edit.path, "session": edit.session_id, "patch": patch_json, "time": edit.time_ms,
        "window": SAME_EVENT_MS, "prefix": DERIVED, "length": len(DERIVED), "derived": not derived,
    }  # fmt: skip
    row = connection.execute(_TWIN, facts).fetchone()
    if row is None:
        return item
    if derived:
        return replace(item, record=replace(edit, tool_call_id=row[1]))
    connection.execute(
        "UPDATE OR IGNORE diff_traces SET tool_call_id = ?, key = ? WHERE id = ?",
        (edit.tool_call_id, edit_key(edit, patch_json), row[0]),
    )
    return item
