"""Conversations in a store, written in few words, and searched."""

from dataclasses import dataclass
from typing import Any

from byline.patch import parse_patch
from byline.query import Query, parse_query
from byline.record import Edit, Message, Part, Session
from byline.store.listing import Listing, View
from byline.store.search import Searching
from byline.store.store import Store

MINUTE_MS = 60_000
BEGIN_MS = 1_760_000_000_000


@dataclass
class Talk:
    """A store to fill with conversations, and to search in."""

    store: Store
    searching: Searching

    def session(self, number: int, **facts: Any) -> str:  # noqa: ANN401 - any field of a session
        """A session without messages; those with higher numbers are newer."""
        key = facts.pop("id", f"cc_{number}")
        times = facts.pop("times", (self.time(number), self.time(number)))
        facts = {"agent": "claude", "native_id": str(number)} | facts
        with self.store.write() as writer:
            writer.sessions([Session(key, **facts)], {key: times})
        return key

    def says(self, number: int, *texts: str, role: str = "user", **facts: Any) -> str:  # noqa: ANN401 - as above
        """A session with a message for each text."""
        part = facts.pop("part", {})
        kind = facts.pop("kind", None)
        key = self.session(number, **facts)
        with self.store.write() as writer:
            for place, text in enumerate(texts):
                message = Message(key, f"{role}{place}", role, self.time(number) + place, "m-1", kind=kind)  # type: ignore[arg-type] # a role
                writer.messages([message])
                fields = {"type": "text", **part}
                writer.parts(
                    [
                        Part(
                            key,
                            f"{role}{place}",
                            f"p{place}",
                            text=text,
                            generated_at_unix_ms=message.generated_at_unix_ms,
                            **fields,
                        )
                    ]
                )
            writer.recount([key])
        return key

    def edits(self, key: str, *paths: str) -> None:
        """Edits of a session, one for each path."""
        with self.store.write() as writer:
            for path in paths:
                patch = parse_patch(f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,1 @@\n+x\n").files[0]
                edit = Edit(key, path, patch, BEGIN_MS, "claude", "strings", tool_call_id=path)
                writer.edits([edit])
            writer.recount([key])

    def time(self, number: int) -> int:
        """When the session of that number was."""
        return BEGIN_MS + number * MINUTE_MS

    def find(self, query: str | Query, **view: Any) -> Listing:  # noqa: ANN401 - any field of a view
        """Everything found."""
        return self.searching.find(query if isinstance(query, Query) else parse_query(query), View(**view))

    def ids(self, query: str, **view: Any) -> list[str]:  # noqa: ANN401 - as above
        """The ids of what is found, in order."""
        return self.find(query, **view).ids
