"""Call a session that came by hooks after the first thing a person typed, until somebody names it better."""

import json
import sqlite3
from collections.abc import Iterable

_UNTITLED = "SELECT id FROM sessions WHERE title IS NULL AND id IN (SELECT value FROM json_each(?))"
_TYPED = """
SELECT text FROM parts JOIN messages USING (session_id, message_id)
WHERE session_id = ? AND parts.type = 'text' AND role = 'user' AND kind IS NULL
ORDER BY messages.generated_at_unix_ms, messages.id, parts.id
"""
_TITLE = "UPDATE sessions SET title = ?, title_source = 'prompt' WHERE id = ?"


def title_untitled(connection: sqlite3.Connection, session_ids: Iterable[str]) -> None:
    """Give those of the sessions a title that have none and in which a person has said something.

    The agent's own title, an import and a person in Byline replace it; the caller holds the transaction.
    """
    for (session_id,) in connection.execute(_UNTITLED, (json.dumps(sorted(session_ids)),)).fetchall():
        texts = connection.execute(_TYPED, (session_id,))
        if (title := _title(text for (text,) in texts)) is not None:
            connection.execute(_TITLE, (title, session_id))


def _title(texts: Iterable[str]) -> str | None:
    for text in texts:
        # Only for a session's first words: 5 ms of regular expressions.
        from byline.agents.prompts import title_from  # noqa: PLC0415 - a hook loads what it needs

        if (title := title_from(text)) is not None:
            return title
    return None
