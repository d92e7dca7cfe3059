"""A conversation of any length as one view: blocks are read and drawn when they come in sight."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from byline.reading.drawing import BlockPainter, Shape
from byline.reading.finding import rows_to_reach
from byline.reading.layout import CALLS, FULL, LINE, ONLY, Reading
from byline.reading.pages import Pages
from byline.reading.palette import resolve
from byline_tui.widgets.edit_colours import EditColours
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.transcript_blocks import TranscriptBlocks

_CALL_WORDS = {
    "off": "tool calls: not shown", "counted": "tool calls: counted where there are many",
    "line": "tool calls: one line each", "cut": "tool calls: cut", "full": "tool calls: in full",
}  # fmt: skip
_ONLY_WORDS = {"all": "everything is shown", "text": "only what was said", "edits": "only prompts and edits"}


class Transcript(TranscriptBlocks):
    """The blocks of a conversation, the ways through them, and what is marked."""

    DEFAULT_CSS = """
    Transcript > .transcript--muted { color: $muted; }
    Transcript > .transcript--faint { color: $faint; }
    Transcript > .transcript--strong { color: $foreground; }
    Transcript > .transcript--prompt { color: $prompt; }
    Transcript > .transcript--prompt_ground { background: $surface; }
    Transcript > .transcript--answer { color: $answer; }
    Transcript > .transcript--tool { color: $tool; }
    Transcript > .transcript--added { color: $added; }
    Transcript > .transcript--removed { color: $removed; }
    Transcript > .transcript--added_ground { background: $diff-added; }
    Transcript > .transcript--removed_ground { background: $diff-removed; }
    Transcript > .transcript--added_strong { background: $diff-added-strong; }
    Transcript > .transcript--removed_strong { background: $diff-removed-strong; }
    Transcript > .transcript--error { color: $error; }
    Transcript > .transcript--accent { color: $accent; }
    Transcript > .transcript--code { color: $accent; background: $code; }
    Transcript > .transcript--code_ground { background: $code; }
    Transcript > .transcript--marked { background: $accent 25%; }
    Transcript > .transcript--comment { color: $muted; text-style: italic; }
    Transcript > .transcript--string { color: $added; }
    Transcript > .transcript--number { color: $accent; }
    Transcript > .transcript--keyword { color: $secondary; }
    Transcript > .transcript--name { color: $primary; }
    Transcript > .transcript--type { color: $warning; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"transcript--{name}"
        for name in (
            "muted", "faint", "strong", "prompt", "prompt_ground", "answer", "tool", "added", "removed",
            "added_ground", "removed_ground", "added_strong", "removed_strong", "error", "accent", "code",
            "code_ground", "marked", "comment", "string", "number", "keyword", "name", "type",
        )
    }  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "Unfold", id="transcript.select",
                tooltip="Unfold or fold what the cursor is on; follow a link to a sub-agent"),
        Binding("J", "go('prompts', 1)", "Prompt", key_display="J/K", id="transcript.next_prompt",
                tooltip="The next prompt"),
        Binding("K", "go('prompts', -1)", "Previous prompt", show=False, id="transcript.previous_prompt",
                tooltip="The prompt before"),
        Binding("j", "block(1)", "Next block", show=False, id="transcript.next_block",
                tooltip="The next block; the arrows go by lines"),
        Binding("k", "block(-1)", "Previous block", show=False, id="transcript.previous_block",
                tooltip="The block before"),
        Binding("d", "go('edits', 1)", "Edit", key_display="d/D", id="transcript.next_edit",
                tooltip="The next tool call that edited"),
        Binding("D", "go('edits', -1)", "Previous edit", show=False, id="transcript.previous_edit",
                tooltip="The tool call before that edited"),
        Binding("e", "go('errors', 1)", "Error", key_display="e/E", show=False, id="transcript.next_error",
                tooltip="The next tool call that failed"),
        Binding("E", "go('errors', -1)", "Previous error", show=False, id="transcript.previous_error",
                tooltip="The tool call before that failed"),
        Binding("t", "next_calls", "Calls", id="transcript.tools",
                tooltip="Tool calls: counted, one line each, cut, in full, not shown"),
        Binding("T", "reasoning", "Thinking", show=False, id="transcript.reasoning",
                tooltip="Unfold or fold all reasoning"),
        Binding("f", "next_only", "Only", show=False, id="transcript.only",
                tooltip="Show everything, only what was said, or only prompts and edits"),
        Binding("plus", "more", "More", show=False, key_display="+", id="transcript.more",
                tooltip="Show more of a text that was cut"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id, classes=classes)
        self._marked: int | None = None
        self._painter: BlockPainter | None = None

    # What a screen calls -------------------------------------------------------------------------

    def show_thread(self, pages: Pages | None, reading: Reading | None = None) -> None:
        """Show a conversation from its beginning; None empties the view."""
        self._pages = pages
        self._reading = reading or self._reading
        self._opened, self._own, self._rows, self._marked = set(), {}, {}, None
        self._painter = None
        self._lay_out()
        self.set_reactive(LineView.cursor, 0)
        self.lines_changed()
        self.scroll_to(y=0, animate=False, force=True)
        self.post_message(self.CursorMoved(self, 0))

    def follow_thread(self, pages: Pages) -> None:
        """Show the same conversation as it is now: the reader's place stays, the end stays the end."""
        before, thread = self.thread, pages.thread
        if before is None or before.session.id != thread.session.id:
            self.show_thread(pages)
            return
        alike = before.common_start(thread)
        follows = self.line_count > 0 and self.cursor >= self.line_count - 1
        anchor, kept = self._anchor(), [self._heights[at] for at in range(alike)]
        self._pages, self._painter = pages, None
        self._opened = {head for head in self._opened if head < alike}
        self._own = {at: state for at, state in self._own.items() if at < alike}
        self._rows = {at: rows for at, rows in self._rows.items() if at < alike}
        self._lay_out(kept)
        if anchor is not None:
            index, line, place = anchor
            self._restore((min(index, len(thread) - 1), line, place))
        self.lines_changed()
        if follows:
            self.action_last()

    def mark_block(self, index: int) -> None:
        """Mark and unfold the block that was asked for, and go to it."""
        self._marked = index
        self._open(index)
        self.show_block(index)

    def show_block(self, index: int) -> None:
        """Put the cursor on a block's first line, near the top of the view; its run is opened."""
        self._reveal(index)
        # Near the end what is above is shown too: measured later, it would push the line out of sight.
        self._measure_around(index)
        self.show_line(self._first_line(index))

    def show_hit(self, index: int, words: str) -> None:
        """Go to a block that says ``words``, unfolded, at the first line that does."""
        pattern = re.compile(re.escape(words), re.IGNORECASE)
        self._open(index)
        line = self._line_saying(index, pattern)
        if line is None and self._is_cut(index) and self._pages is not None:
            self._show_more(index, rows_to_reach(self._pages.block(index), words, self.line_width))
            line = self._line_saying(index, pattern)
        self.show_block(index)
        if line is not None:
            self.cursor = self._heights.start(index) + line

    def next_line_saying(self, words: str, by: int) -> bool:
        """Go to the next (or previous) line of the cursor's block that says ``words``, if there is one."""
        index = self.current_block
        if index is None:
            return False
        pattern = re.compile(re.escape(words), re.IGNORECASE)
        strips = self._paint(index, self.line_width)
        here = self.cursor - self._heights.start(index)
        places = range(here + 1, len(strips)) if by > 0 else range(here - 1, -1, -1)
        line = next((at for at in places if pattern.search(strips[at].text)), None)
        if line is not None:
            self.cursor = self._heights.start(index) + line
        return line is not None

    # LineView ------------------------------------------------------------------------------------

    def width_changed(self, width: int) -> None:  # noqa: ARG002 - it is read where it is used
        """Guess all heights anew, and keep the cursor's block where it was."""
        self._laid_out_anew()
        # How far one can scroll is known when the view has its new height.
        self.call_after_refresh(lambda: self.scroll_to_line(self.cursor))

    def notify_style_update(self) -> None:
        """Colours changed: nothing painted holds."""
        super().notify_style_update()
        self._painter = None

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - as in LineView
        """A click on a line that folds or links does so at once."""
        index, line = self._heights.find(y)
        if line == self._gaps[index] and (self._folds(index) or self._kind(index) == "session"):
            self.action_select()

    # Actions -------------------------------------------------------------------------------------

    def action_select(self) -> None:
        """Fold or unfold the cursor's block; other blocks are selected."""
        index = self.current_block
        if index is None:
            return
        if not self._folds(index):
            super().action_select()
        elif self._kind(index) == "calls":
            self._set_run(index, opened=self._states[index] == LINE)
            self.cursor = self._first_line(index)
        else:
            self._set_state(index, FULL if self._states[index] == LINE else LINE)
            self.cursor = self._first_line(index)

    def action_block(self, by: int) -> None:
        """Go to the next or previous block; to the beginning of this one first, going up."""
        index = self.current_block
        if index is None:
            return
        if by < 0 and self.cursor > self._first_line(index):
            self.cursor = self._first_line(index)
            return
        found = self._visible(index, by)
        if found is not None:
            self._measure([found])
            self.cursor = self._first_line(found)

    def action_go(self, places: str, by: int) -> None:
        """Go to the next or previous of the ``prompts``, ``edits`` or ``errors``."""
        thread, index = self.thread, self.current_block
        if thread is None or index is None:
            return
        wanted: Sequence[int] = getattr(thread, places)
        found = next(iter(_from(wanted, index, by)), None)
        if found is not None:
            self.show_block(found)
        else:
            self.app.notify(f"No {'further' if by > 0 else 'earlier'} {places.removesuffix('s')}.", timeout=2)

    def action_next_calls(self) -> None:
        """Show more of the tool calls: their count, a line, some rows, all, and then none."""
        following = CALLS[(CALLS.index(self._reading.calls) + 1) % len(CALLS)]
        self._own = {at: state for at, state in self._own.items() if self._kind(at) not in {"tool", "patch"}}
        self._opened = set()
        self._read_as(replace(self._reading, calls=following, only="all"), _CALL_WORDS[following])

    def action_reasoning(self) -> None:
        """Unfold all reasoning, or fold it."""
        self._own = {at: state for at, state in self._own.items() if self._kind(at) != "reasoning"}
        opened = not self._reading.reasoning
        words = "reasoning: in full" if opened else "reasoning: one line"
        self._read_as(replace(self._reading, reasoning=opened), words)

    def action_next_only(self) -> None:
        """Show everything, only what was said, or only prompts and edits."""
        following = ONLY[(ONLY.index(self._reading.only) + 1) % len(ONLY)]
        self._read_as(replace(self._reading, only=following), _ONLY_WORDS[following])

    def action_more(self) -> None:
        """Show ten times as many rows of the cursor's block."""
        index = self.current_block
        if index is not None:
            anchor = self._anchor()
            self._show_more(index, self._rows_of(index) * 10)
            self._restore(anchor)

    # Painting ------------------------------------------------------------------------------------

    def _draw(self, index: int, width: int) -> list[Strip]:
        assert self._pages is not None  # noqa: S101 - there are blocks
        if self._painter is None:
            theme = "github-dark" if self.app.current_theme.dark else "friendly"
            palette = resolve(lambda name: self.component_style(f"transcript--{name}"), theme)
            self._painter = BlockPainter(palette, self._pages, "press + to see it", EditColours(palette))
        shape = Shape(
            self._folds(index) and self._states[index] == LINE,
            self._rows_of(index),
            index == self._marked,
            self._gaps[index],
        )
        return [Strip(line) for line in self._painter.paint(self._pages.block(index), width, shape)]

    def _line_saying(self, index: int, pattern: re.Pattern[str]) -> int | None:
        strips = self._paint(index, self.line_width)
        return next((at for at, strip in enumerate(strips) if pattern.search(strip.text)), None)


def _from(places: Sequence[int], index: int, by: int) -> Iterable[int]:
    """The places after (before) an index, nearest first."""
    return (at for at in places if at > index) if by > 0 else (at for at in reversed(places) if at < index)
