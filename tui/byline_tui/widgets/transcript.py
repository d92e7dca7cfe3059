"""A conversation of any length as one view: blocks are drawn when they come in sight."""

import re
from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region
from textual.strip import Strip

from byline_tui.widgets.block_drawing import ROWS_AT_FIRST, BlockPainter
from byline_tui.widgets.blocks import FOLDED, Block, BlockKind, Thread
from byline_tui.widgets.heights import Heights
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.palette import resolve

BLOCKS_KEPT = 512


class Transcript(LineView):
    """The blocks of a :class:`~byline_tui.widgets.blocks.Thread`, with what is folded and what is marked.

    Heights are guessed until a block is drawn. What is in sight, and a page above it, is always drawn
    and measured first; the line at the top keeps its place when a guess above it is put right.
    """

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
    Transcript > .transcript--error { color: $error; }
    Transcript > .transcript--accent { color: $accent; }
    Transcript > .transcript--code { color: $accent; background: $code; }
    Transcript > .transcript--code_ground { background: $code; }
    Transcript > .transcript--marked { background: $accent 25%; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "transcript--muted", "transcript--faint", "transcript--strong", "transcript--prompt",
        "transcript--prompt_ground", "transcript--answer", "transcript--tool", "transcript--added",
        "transcript--removed", "transcript--added_ground", "transcript--removed_ground",
        "transcript--error", "transcript--accent", "transcript--code", "transcript--code_ground",
        "transcript--marked",
    }  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "Unfold", id="transcript.select",
                tooltip="Unfold or fold what the cursor is on; follow a link to a sub-agent"),
        Binding("J", "next_prompt", "Prompt", key_display="J/K", id="transcript.next_prompt",
                tooltip="The next prompt"),
        Binding("K", "previous_prompt", "Previous prompt", show=False, id="transcript.previous_prompt",
                tooltip="The prompt before"),
        Binding("d", "next_edit", "Edit", id="transcript.next_edit",
                tooltip="The next tool call that edited"),
        Binding("D", "previous_edit", "Previous edit", show=False, id="transcript.previous_edit",
                tooltip="The tool call before that edited"),
        Binding("t", "fold_tools", "Tools", id="transcript.tools", tooltip="Unfold or fold all tool calls"),
        Binding("T", "fold_reasoning", "Thinking", show=False, id="transcript.reasoning",
                tooltip="Unfold or fold all reasoning"),
        Binding("plus", "more", "More", show=False, key_display="+", id="transcript.more",
                tooltip="Show more of a text that was cut"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id, classes=classes)
        self._thread: Thread | None = None
        self._blocks: tuple[Block, ...] = ()
        self._heights = Heights(())
        self._folded = bytearray()
        self._exact = bytearray()
        self._rows: dict[int, int] = {}
        self._marked: int | None = None
        self._painted: LRUCache[int, list[Strip]] = LRUCache(BLOCKS_KEPT)
        self._painter: BlockPainter | None = None

    # What a screen calls -------------------------------------------------------------------------

    @property
    def thread(self) -> Thread | None:
        """The conversation shown."""
        return self._thread

    @property
    def current_block(self) -> int | None:
        """The index of the block under the cursor; None when there are none."""
        return self._heights.find(self.cursor)[0] if self.line_count else None

    def show_thread(self, thread: Thread | None) -> None:
        """Show a conversation from its beginning; None empties the view."""
        self._thread = thread
        self._blocks = thread.blocks if thread is not None else ()
        self._folded = bytearray(block.kind in FOLDED for block in self._blocks)
        self._rows = {}
        self._marked = None
        self._painter = None
        self._guess_heights()
        self.set_reactive(LineView.cursor, 0)
        self.lines_changed()
        self.scroll_to(y=0, animate=False, force=True)
        self.post_message(self.CursorMoved(self, 0))

    def mark_block(self, index: int) -> None:
        """Mark and unfold the block that was asked for, and go to it."""
        self._marked = index
        self._set_folded([index], folded=False)
        self.show_block(index)

    def show_block(self, index: int) -> None:
        """Put the cursor on a block's first line, near the top of the view."""
        self._measure(range(index, min(index + self.page_lines, len(self._blocks))))
        self.show_line(self._first_line(index))

    def find_next(self, text: str, *, forward: bool = True) -> bool:
        """Go to the next block that says ``text`` (whatever its case), round the end if need be."""
        self.mark_matches(text)
        start = self.current_block
        if not text or start is None:
            return False
        pattern = re.compile(re.escape(text), re.IGNORECASE)
        count = len(self._blocks)
        steps = range(1, count + 1) if forward else range(-1, -count - 1, -1)
        for step in steps:
            index = (start + step) % count
            if _says(self._blocks[index], pattern):
                self._show_match(index, pattern)
                return True
        return False

    # LineView ------------------------------------------------------------------------------------

    @property
    def line_count(self) -> int:
        """Lines of all blocks, as far as they are known."""
        return self._heights.total

    def render_content(self, y: int, width: int) -> Strip:
        """The line of the block that ``y`` is in."""
        index, line = self._heights.find(y)
        strips = self._paint(index, width)
        return strips[line] if line < len(strips) else Strip([])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Measure what is in sight before it is drawn."""
        self._settle()
        return super().render_lines(crop)

    def width_changed(self, width: int) -> None:  # noqa: ARG002 - it is read where it is used
        """Guess all heights anew, and keep the cursor's block where it was."""
        anchor = self._anchor()
        self._painted.clear()
        self._guess_heights()
        self._restore(anchor)

    def notify_style_update(self) -> None:
        """Colours changed: nothing painted holds."""
        super().notify_style_update()
        self._painter = None
        self._painted.clear()

    def line_clicked(self, y: int, x: int, chain: int) -> None:  # noqa: ARG002 - as in LineView
        """A click on a line that folds or links does so at once."""
        index, line = self._heights.find(y)
        block = self._blocks[index]
        if line == int(block.gap) and (block.folds or block.kind == "session"):
            self.action_select()

    # Actions -------------------------------------------------------------------------------------

    def action_select(self) -> None:
        """Fold or unfold the cursor's block; other blocks are selected."""
        index = self.current_block
        if index is None:
            return
        if self._blocks[index].folds:
            self._toggle(index)
        else:
            super().action_select()

    def action_next_prompt(self) -> None:
        """Go to the next prompt."""
        self._go("prompt", 1)

    def action_previous_prompt(self) -> None:
        """Go to the prompt before."""
        self._go("prompt", -1)

    def action_next_edit(self) -> None:
        """Go to the next call that edited."""
        self._go("tool", 1)

    def action_previous_edit(self) -> None:
        """Go to the call before that edited."""
        self._go("tool", -1)

    def action_fold_tools(self) -> None:
        """Unfold all tool calls, or fold them if most are unfolded."""
        self._fold_all("tool")

    def action_fold_reasoning(self) -> None:
        """Unfold all reasoning, or fold it if most is unfolded."""
        self._fold_all("reasoning")

    def action_more(self) -> None:
        """Show ten times as many rows of the cursor's block."""
        index = self.current_block
        if index is not None:
            anchor = self._anchor()
            self._rows[index] = self._rows.get(index, ROWS_AT_FIRST) * 10
            self._remeasure([index])
            self._restore(anchor)

    def action_last(self) -> None:
        """Measure the last page before going to its end."""
        count = len(self._blocks)
        self._measure(range(max(count - self.page_lines, 0), count))
        super().action_last()

    # Heights -------------------------------------------------------------------------------------

    def _guess_heights(self) -> None:
        width = max(self.line_width - 4, 20)
        prose = min(width, 100)
        folded = self._folded
        self._exact = bytearray(len(self._blocks))
        self._heights = Heights(
            [
                block.gap + (1 if folded[index] else _guess(block, prose))
                for index, block in enumerate(self._blocks)
            ]
        )
        self._painted.clear()

    def _settle(self) -> None:
        """Measure the blocks in sight and a page above; keep the line at the top where it is."""
        if not self._blocks or not self.is_laid_out:
            return
        lines = self.page_lines
        top = min(self.scroll_offset.y, max(self.line_count - 1, 0))
        first, _ = self._heights.find(top)
        above = 0
        for index in range(first - 1, -1, -1):
            if above > lines:
                break
            self._measure([index])
            above += self._heights[index]
        below = self.scroll_offset.y - self._heights.start(first)
        for index in range(first, len(self._blocks)):
            if below < -lines:
                break
            self._measure([index])
            below -= self._heights[index]

    def _measure(self, indexes: Iterable[int]) -> None:
        """Draw blocks not yet drawn and put their heights right; cursor and top stay with their blocks."""
        grown = False
        for index in indexes:
            if self._exact[index] or not self.is_laid_out:
                continue
            self._exact[index] = 1
            start = self._heights.start(index)
            old = self._heights[index]
            more = self._heights.set(index, len(self._paint(index, self.line_width)))
            if not more:
                continue
            grown = True
            if start + old <= self.cursor:
                self.set_reactive(LineView.cursor, self.cursor + more)
            if start + old <= self.scroll_offset.y:
                self._shift(more)
        if grown:
            self._strips.clear()
            self.virtual_size = self.virtual_size.with_height(self.line_count)
            self.set_reactive(LineView.cursor, self.validate_cursor(self.cursor))

    def _shift(self, lines: int) -> None:
        """Scroll with lines that came or went above the view."""
        self.virtual_size = self.virtual_size.with_height(self.line_count)
        self.scroll_y = self.scroll_target_y = self.scroll_y + lines

    def _first_line(self, index: int) -> int:
        return self._heights.start(index) + self._blocks[index].gap

    def _anchor(self) -> tuple[int, int, int] | None:
        """The cursor's block, its place in it, and its place in the view."""
        if not self.line_count:
            return None
        index, line = self._heights.find(min(self.cursor, self.line_count - 1))
        return index, line, self.cursor - self.scroll_offset.y

    def _restore(self, anchor: tuple[int, int, int] | None) -> None:
        if anchor is None:
            return
        index, line, place = anchor
        self._measure([index])
        line = min(line, self._heights[index] - 1)
        self.set_reactive(LineView.cursor, self._heights.start(index) + line)
        self.lines_changed()
        self.scroll_to(y=self.cursor - place, animate=False, force=True)

    def _remeasure(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            self._painted.discard(index)
            self._exact[index] = 0
        self._measure(indexes)

    # Painting ------------------------------------------------------------------------------------

    def _paint(self, index: int, width: int) -> list[Strip]:
        painted = self._painted.get(index)
        if painted is None:
            if self._painter is None:
                palette = resolve(
                    lambda name: self.component_style(f"transcript--{name}"), dark=self.app.current_theme.dark
                )
                cwd = self._thread.session.cwd if self._thread is not None else None
                self._painter = BlockPainter(palette, cwd)
            painted = self._painter.paint(
                self._blocks[index],
                width,
                folded=bool(self._folded[index]),
                marked=index == self._marked,
                rows=self._rows.get(index, ROWS_AT_FIRST),
            )
            self._painted[index] = painted
        return painted

    # Folding and going -----------------------------------------------------------------------------

    def _toggle(self, index: int) -> None:
        self._set_folded([index], folded=not self._folded[index])
        self.cursor = self._first_line(index)

    def _set_folded(self, indexes: Iterable[int], *, folded: bool) -> None:
        changed = [index for index in indexes if self._folded[index] != folded]
        for index in changed:
            self._folded[index] = folded
        anchor = self._anchor()
        self._remeasure(changed)
        self._restore(anchor)

    def _fold_all(self, kind: BlockKind) -> None:
        indexes = [index for index, block in enumerate(self._blocks) if block.kind == kind]
        unfolded = sum(not self._folded[index] for index in indexes)
        fold = unfolded * 2 > len(indexes)
        anchor = self._anchor()
        for index in indexes:
            self._folded[index] = fold
        self._guess_heights()
        self._restore(anchor)

    def _go(self, kind: BlockKind, by: int) -> None:
        index = self.current_block
        if index is None:
            return
        while 0 <= (index := index + by) < len(self._blocks):
            block = self._blocks[index]
            wanted = block.edits or block.kind == "patch" if kind == "tool" else block.kind == kind
            if wanted and not (kind == "prompt" and block.label):
                self.show_block(index)
                return

    def _show_match(self, index: int, pattern: re.Pattern[str]) -> None:
        if self._folded[index]:
            self._set_folded([index], folded=False)
        self.show_block(index)
        strips = self._paint(index, self.line_width)
        line = next((number for number, strip in enumerate(strips) if pattern.search(strip.text)), None)
        if line is not None:
            self.cursor = self._heights.start(index) + line


def _guess(block: Block, width: int) -> int:
    """A block's height without drawing it: its lines, and those that wrapping may make of them."""
    return min(max(block.lines, 1) + block.chars // width, ROWS_AT_FIRST) if block.chars else 1


def _says(block: Block, pattern: re.Pattern[str]) -> bool:
    if block.kind == "heading":
        return False
    if pattern.search(block.text):
        return True
    part = block.part
    return part is not None and part.input is not None and pattern.search(part.input) is not None
