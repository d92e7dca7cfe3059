"""What is shown of each block of a conversation: nothing, a line, some rows or all; and how high that is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.message import Message

from byline.reading.drawing import ROWS_AT_FIRST
from byline.reading.layout import (
    FOLDING,
    FULL,
    HIDDEN,
    LINE,
    Reading,
    guess_heights,
    rows_of_state,
    states_of,
)
from byline.reading.pages import Block, Pages
from byline.reading.thread import Thread
from byline_tui.widgets.block_view import BlockView


class TranscriptBlocks(BlockView):
    """A conversation's blocks, each folded or not; the ways through them are the subclass's."""

    @dataclass
    class ReadingChanged(Message, namespace="transcript"):
        """Something else is shown of calls, reasoning or at all; ``words`` say what."""

        reading: Reading
        words: str

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id, classes=classes)
        self._pages: Pages | None = None
        self._reading = Reading()
        self._opened: set[int] = set()
        self._own: dict[int, int] = {}
        self._rows: dict[int, int] = {}

    @property
    def pages(self) -> Pages | None:
        """The conversation shown."""
        return self._pages

    @property
    def thread(self) -> Thread | None:
        """The order of the conversation shown."""
        return self._pages.thread if self._pages is not None else None

    @property
    def reading(self) -> Reading:
        """What is shown of calls, reasoning and at all."""
        return self._reading

    @property
    def block(self) -> Block | None:
        """The block under the cursor."""
        index = self.current_block
        return self._pages.block(index) if self._pages is not None and index is not None else None

    def _kind(self, index: int) -> str:
        assert self.thread is not None  # noqa: S101 - there are blocks
        return self.thread.kind(index)

    def _folds(self, index: int) -> bool:
        return self._kind(index) in FOLDING

    def _can_show(self, index: int) -> bool:
        """Whether a block is shown, or would be if its run were opened."""
        assert self.thread is not None  # noqa: S101 - there are blocks
        head = self.thread.runs[index]
        return self._states[index] != HIDDEN or (head >= 0 and self._states[head] != HIDDEN)

    def _reveal(self, index: int) -> None:
        """Open the run that a block is in; show calls and everything again if they are not shown."""
        assert self.thread is not None  # noqa: S101 - there are blocks
        if self._states[index] != HIDDEN:
            return
        if not self._can_show(index):
            calls = self._reading.calls if self._reading.calls != "off" else "counted"
            self._read_as(replace(self._reading, calls=calls, only="all"), "everything is shown again")
        head = self.thread.runs[index]
        if head >= 0 and self._states[index] == HIDDEN:
            self._set_run(head, opened=True)

    def _open(self, index: int) -> None:
        self._reveal(index)
        if self._folds(index) and self._states[index] == LINE:
            self._set_state(index, FULL)

    def _set_state(self, index: int, state: int) -> None:
        anchor = self._anchor()
        self._own[index] = self._states[index] = state
        self._rows.pop(index, None)
        self._remeasure([index])
        self._restore(anchor)

    def _set_run(self, head: int, *, opened: bool) -> None:
        assert self.thread is not None  # noqa: S101 - there are blocks
        run = self.thread.groups[head]
        anchor = self._anchor()
        (self._opened.add if opened else self._opened.discard)(head)
        blocks = range(run.start, run.stop)
        if self._reading.calls in {"line", "cut", "full"} and opened:
            states = states_of(self.thread, self._reading, self._opened, self._own)
            self._states[run.start : run.stop] = states[run.start : run.stop]
        else:
            self._states[run.start : run.stop] = bytes([LINE if opened else HIDDEN]) * len(blocks)
        self._states[head] = FULL if opened else LINE
        self._remeasure([head, *blocks])
        if anchor is not None and not opened and anchor[0] in blocks:
            anchor = (head, 0, anchor[2])
        self._restore(anchor)

    def _read_as(self, reading: Reading, words: str) -> None:
        self._reading = reading
        self._laid_out_anew()
        self.post_message(self.ReadingChanged(reading, words))

    def _show_more(self, index: int, rows: int) -> None:
        self._rows[index] = max(rows, self._rows_of(index))
        self._remeasure([index])

    def _rows_of(self, index: int) -> int:
        return self._rows.get(index, rows_of_state(self._states[index]))

    def _is_cut(self, index: int) -> bool:
        """Whether a block may have more rows than are shown."""
        thread = self.thread
        return (
            thread is not None
            and self._kind(index) in {"tool", "patch", "aside", "reasoning"}
            and self._rows_of(index) < max(thread.sizes[index], ROWS_AT_FIRST)
        )

    # Heights -------------------------------------------------------------------------------------

    def _lay_out(self, kept: Sequence[int] = ()) -> None:
        """Guess all heights; ``kept`` are those of the first blocks as they were."""
        thread = self.thread
        if thread is None:
            self._set_blocks((), bytearray(), bytearray())
            return
        states = states_of(thread, self._reading, self._opened, self._own)
        heights, gaps = guess_heights(thread, states, self.line_width)
        heights[: len(kept)] = [height if state else 0 for height, state in zip(kept, states, strict=False)]
        self._set_blocks(heights, states, gaps)

    def _laid_out_anew(self) -> None:
        """The same blocks at another width or in other states; the cursor's block stays where it is."""
        anchor = self._anchor()
        self._lay_out()
        if anchor is not None and self._states[anchor[0]] == HIDDEN:
            below, above = self._visible(anchor[0], 1), self._visible(anchor[0], -1)
            head = self.thread.runs[anchor[0]] if self.thread is not None else -1
            shown = head if head >= 0 and self._states[head] else above if above is not None else below
            anchor = (shown, 0, anchor[2]) if shown is not None else None
        self._restore(anchor)
        self.lines_changed()
