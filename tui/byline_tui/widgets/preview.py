"""What is under the cursor of the list of sessions: how it begins, or the place that a search found."""

from dataclasses import dataclass

from byline.query import Query
from byline.reading.pages import Pages, open_beginning, open_conversation
from byline.store.store import Store
from byline_tui.widgets.transcript import Transcript

FIRST_MESSAGES = 60
"""As many messages of a session are enough to recognise it by."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A conversation, or its beginning, and the block to show; ``words`` are marked there."""

    session_id: str
    pages: Pages
    block: int | None = None
    words: str = ""


def read_preview(store: Store, session_id: str, query: Query, part: int | None) -> Previewed | None:
    """What to show of a session. ``part`` is the row id of the part that a search found.

    Raises:
        StoreError: the store cannot be read.
    """
    word = next((term.text for term in query.wanted), "")
    if part is None:
        pages = open_beginning(store, session_id, FIRST_MESSAGES)
        return Previewed(session_id, pages, None, word) if pages is not None else None
    pages = open_conversation(store, session_id)
    if pages is None:
        return None
    keys = pages.thread.skeleton.part_keys
    block = pages.thread.first_blocks[keys.index(part)] if part in keys else None
    return Previewed(session_id, pages, block if block is None or block >= 0 else None, word)


class Preview(Transcript):
    """A conversation beside the list that it is chosen from."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: Previewed | None = None

    def show(self, previewed: Previewed | None) -> None:
        """Show it from its beginning or at its block; None empties the view."""
        before, self._shown = self._shown, previewed
        if previewed is None:
            self.show_thread(None)
            return
        is_same = before is not None and before.session_id == previewed.session_id
        if (
            is_same
            and before is not None
            and (before.block, before.words) == (previewed.block, previewed.words)
        ):
            self.follow_thread(previewed.pages)
            return
        self.show_thread(previewed.pages)
        self.mark_matches(previewed.words)
        if previewed.block is not None and previewed.words:
            self.show_hit(previewed.block, previewed.words)
        elif previewed.block is not None:
            self.show_block(previewed.block)
