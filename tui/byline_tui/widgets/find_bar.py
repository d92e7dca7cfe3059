"""Find words in a conversation: the line to type them, where one is among the hits, and the steps between."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.reading.finding import blocks_found, blocks_saying
from byline.reading.pages import Pages
from byline.store.store import Store
from byline.text import safe_line
from byline_tui.failures import words_for
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.transcript import Transcript

_NOWHERE = "Nowhere in this conversation."


class FindBar(Vertical):
    """Nothing until something is sought. Hits are blocks; within one, steps go by lines."""

    DEFAULT_CSS = """
    FindBar { height: auto; }
    FindBar #find, FindBar #found { display: none; }
    FindBar #find.-open { display: block; }
    FindBar #found.-open { display: block; height: 1; padding: 0 1; background: $surface; color: $muted; }
    """

    class Left(Message):
        """The line to type in was left: the focus goes back to the conversation."""

    def __init__(self, store: Store, transcript: Callable[[], Transcript], *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self._store = store
        self._transcript = transcript
        self._sought = ""
        self._hits: list[int] = []

    def compose(self) -> ComposeResult:
        """The line to type in, and the line that says where one is."""
        yield SearchInput("Find in this conversation", id="find")
        yield Static("", id="found", markup=False)

    # What a screen calls -------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask what to find."""
        find = self.query_one(SearchInput)
        find.add_class("-open")
        self.screen.set_focus(find)

    @work(thread=True, exclusive=True, group="find", exit_on_error=False)
    def seek(self, words: str, *, as_query: bool, near: str | None = None) -> None:
        """Find words (or what a query finds) in the background, and go to the next hit.

        With ``near``, to the first one in the message of this id, and nowhere if there is none.
        """
        worker = get_current_worker()
        pages = self._transcript().pages
        if pages is None:
            return
        # What is kept of pages belongs to the thread that draws: this one reads its own.
        own = Pages(pages.thread, pages.source)
        try:
            find = blocks_found if as_query else blocks_saying
            found = find(self._store, own, words)
        finally:
            self._store.close()
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, words, found, as_query=as_query, near=near)

    def step(self, by: int) -> None:
        """Go to the next or previous line that says what was sought; round the end if need be."""
        transcript = self._transcript()
        index = transcript.current_block
        if index is None or not self._hits:
            self.app.notify(_NOWHERE if self._sought else "Find something first, with /.", markup=False)
            return
        if index in self._hits and transcript.next_line_saying(self._sought, by):
            return
        at = bisect_right(self._hits, index) if by > 0 else bisect_left(self._hits, index) - 1
        transcript.show_hit(self._hits[at % len(self._hits)], self._sought)
        self._tell()

    def stop(self) -> bool:
        """End finding; whether there was anything to end."""
        was = bool(self._sought or self._hits)
        self._sought, self._hits = "", []
        self.query_one("#find").remove_class("-open")
        self.query_one("#found").remove_class("-open")
        if was:
            self._transcript().mark_matches("")
        return was

    # What comes back -------------------------------------------------------------------------------

    @on(Input.Submitted)
    @on(SearchInput.Left)
    def _asked(self) -> None:
        find = self.query_one(SearchInput)
        find.remove_class("-open")
        self.post_message(self.Left())
        if words := find.value.strip():
            self.seek(words, as_query=False)
        else:
            self.stop()

    @on(SearchInput.Cancelled)
    def _cancelled(self) -> None:
        self.stop()
        self.post_message(self.Left())

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.app.notify(words_for(event.worker.error), severity="error", markup=False)

    def _show(self, words: str, found: list[int], *, as_query: bool, near: str | None) -> None:
        if not self.is_mounted:
            return
        self._sought = _first_word(words) if as_query else words
        self._hits = found
        transcript = self._transcript()
        transcript.mark_matches(self._sought)
        if not found:
            self.query_one("#found").remove_class("-open")
            if not as_query:
                self.app.notify(_NOWHERE, markup=False)
            return
        if (hit := self._nearest(found, near)) is not None:
            transcript.show_hit(hit, self._sought)
        self._tell()

    def _nearest(self, found: list[int], near: str | None) -> int | None:
        transcript = self._transcript()
        if near is None or transcript.thread is None:
            return found[bisect_left(found, transcript.current_block or 0) % len(found)]
        messages, names = transcript.thread.messages, transcript.thread.skeleton.message_ids
        return next((at for at in found if names[messages[at]] == near), None)

    def _tell(self) -> None:
        at = bisect_right(self._hits, self._transcript().current_block or 0)
        words = f"“{safe_line(self._sought)}”  {at:,} of {len(self._hits):,}"
        shown = self.query_one("#found", Static)
        shown.update(f"{words}   n next   N previous   esc done")
        shown.add_class("-open")


def _first_word(query: str) -> str:
    """What of a query is marked in the text: its first word that is no filter."""
    words = [word.strip('"') for word in query.split() if ":" not in word and not word.startswith("-")]
    return words[0] if words else ""
