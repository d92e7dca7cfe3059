"""A block of a conversation as strips, at a width. See :mod:`byline_tui.widgets.blocks`."""

from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from byline.errors import PatchError
from byline.patch import FilePatch
from byline.wording import clock, compact, counted, short_model
from byline_tui.widgets.blocks import Block
from byline_tui.widgets.diff_lines import count_touched, diff_lines
from byline_tui.widgets.palette import Palette
from byline_tui.widgets.prose import Line, MarkdownPainter, chop, fit, wrap
from byline_tui.widgets.tool_words import asked, asked_diff, one_line, questions, stored_patch

PROSE_WIDTH = 100
"""Prose is not set wider than this: longer lines are hard to read."""

ROWS_AT_FIRST = 200
"""A block shows so many rows; asked for more, ten times as many."""

MARGIN = 2
INDENT = 6


class BlockPainter:
    """Draws blocks in the colours of a palette. ``cwd`` is the session's: paths are shown below it."""

    def __init__(self, palette: Palette, cwd: str | None) -> None:
        self._palette = palette
        self._markdown = MarkdownPainter(palette)
        self._cwd = cwd

    def paint(self, block: Block, width: int, *, folded: bool, marked: bool, rows: int) -> list[Strip]:
        """The block's strips, its gap included; ``rows`` of what it says at most."""
        lines = self._lines(block, width, folded=folded, marked=marked, rows=rows)
        strips = [Strip(line) for line in lines]
        return [Strip([]), *strips] if block.gap else strips

    def _lines(self, block: Block, width: int, *, folded: bool, marked: bool, rows: int) -> list[Line]:
        match block.kind:
            case "prompt":
                return self._prompt(block, width, rows)
            case "answer":
                return self._answer(block, width, rows)
            case "tool":
                return self._tool(block, width, folded=folded, marked=marked, rows=rows)
            case "patch":
                return self._patch(block, width, folded=folded, rows=rows)
            case "question":
                return self._question(block, width, rows)
            case "reasoning" | "aside":
                return self._quiet(block, width, folded=folded, rows=rows)
            case _:
                return [self._single(block, width)]

    def _single(self, block: Block, width: int) -> Line:
        """The kinds that are always one line."""
        if block.kind == "heading":
            return self._heading(block, width)
        if block.kind == "session":
            return self._session(block, width)
        return (
            self._rule(block.text, width) if block.kind == "rule" else self._note("file", block.text, width)
        )

    # Who speaks ----------------------------------------------------------------------------------

    def _heading(self, block: Block, width: int) -> Line:
        palette = self._palette
        person = block.label == "user"
        style = (palette.prompt if person else palette.answer) + Style(bold=True)
        name = fit(block.text, max(width - 12, 4))
        bar = Segment("▌ ", palette.prompt) if person else Segment("  ")
        line = [bar, Segment(name, style), Segment(f"  {clock(block.time_ms)}", palette.muted)]
        return _grounded(line, width, palette.prompt_ground) if person else line

    def _prompt(self, block: Block, width: int, rows: int) -> list[Line]:
        palette = self._palette
        lines = _capped(wrap(block.text, min(width - 2 * MARGIN, PROSE_WIDTH)), rows)
        bar = Segment("▌ ", palette.prompt)
        drawn = [[bar, Segment(line, palette.strong)] for line in lines.shown]
        return [_grounded(line, width, palette.prompt_ground) for line in drawn + self._more(lines)]

    def _answer(self, block: Block, width: int, rows: int) -> list[Line]:
        lines = self._markdown.lines(block.text, min(width - 2 * MARGIN, PROSE_WIDTH))
        margin = Segment(" " * MARGIN)
        return [[margin, *line] for line in lines[:rows]] + self._more_of(len(lines), rows)

    # What agents do ------------------------------------------------------------------------------

    def _tool(self, block: Block, width: int, *, folded: bool, marked: bool, rows: int) -> list[Line]:
        lines = [self._tool_line(block, width, folded=folded, marked=marked)]
        if folded:
            return lines
        files = _files(block)
        lines += self._tool_input(block, width, rows, shows_diff=bool(files))
        for file in files:
            lines += [self._inside(line) for line in diff_lines(file, width - INDENT, self._palette, rows)]
        lines += self._output(block, width, rows)
        return lines

    def _tool_line(self, block: Block, width: int, *, folded: bool, marked: bool) -> Line:
        palette, part = self._palette, block.part
        assert part is not None  # noqa: S101 - tool blocks are built from parts
        arrow = "▸" if folded else "▾"
        left = Segment("▶ " if marked else "  ", palette.accent)
        name = fit(part.tool or "tool", 24)
        right = self._outcome(block)
        room = width - MARGIN - 2 - len(name) - 2 - sum(segment.cell_length for segment in right) - 2
        words = fit(one_line(part, self._cwd), max(room, 0))
        style = palette.tool + Style(bold=True)
        line = [left, Segment(f"{arrow} ", palette.muted), Segment(name, style), Segment(f"  {words}")]
        gap = width - sum(segment.cell_length for segment in line + right) - 1
        line += [Segment(" " * max(gap, 1)), *right]
        return _grounded(line, width, palette.marked) if marked else line

    def _outcome(self, block: Block) -> Line:
        palette, part = self._palette, block.part
        if part is not None and part.status in {"error", "failed", "rejected"}:
            return [Segment(fit(part.status, 10), palette.error)]
        added, removed = count_touched(_edited(block))
        if added or removed:
            return [Segment(f"+{added}", palette.added), Segment(f" −{removed}", palette.removed)]
        if block.text.strip():
            return [Segment(counted(block.text.strip("\n").count("\n") + 1, "line"), palette.muted)]
        return []

    def _tool_input(self, block: Block, width: int, rows: int, *, shows_diff: bool) -> list[Line]:
        palette, part = self._palette, block.part
        assert part is not None  # noqa: S101 - tool blocks are built from parts
        lines: list[Line] = []
        for key, value in asked(part, shows_diff=shows_diff):
            label = fit(key, 20)
            wrapped = _capped(wrap(value, width - INDENT - len(label) - 4), rows)
            for number, text in enumerate(wrapped.shown):
                head = f"{label}: " if number == 0 else " " * (len(label) + 2)
                lines.append(self._inside([Segment(head, palette.muted), Segment(text)]))
            lines += self._more(wrapped)
        return lines

    def _output(self, block: Block, width: int, rows: int) -> list[Line]:
        palette = self._palette
        text = block.text.strip("\n")
        if not text:
            return []
        failed = block.part is not None and block.part.status == "error"
        style = palette.error if failed else palette.muted
        output = _capped((piece for line in text.split("\n") for piece in chop(line, width - INDENT)), rows)
        lines = [self._inside([Segment("output", palette.faint)])]
        return lines + [self._inside([Segment(line, style)]) for line in output.shown] + self._more(output)

    def _patch(self, block: Block, width: int, *, folded: bool, rows: int) -> list[Line]:
        palette = self._palette
        files = stored_patch(block.part) if block.part is not None else None
        added, removed = count_touched(files or ())
        words = counted(len(files), "file") if files is not None else "as recorded"
        line = [
            Segment("  "), Segment("▸ " if folded else "▾ ", palette.muted),
            Segment("patch", palette.tool + Style(bold=True)), Segment(f"  {words}  "),
            Segment(f"+{added}", palette.added), Segment(f" −{removed}", palette.removed),
        ]  # fmt: skip
        lines = [line]
        if folded:
            return lines
        if files is None:
            return lines + self._output(block, width, rows)
        for file in files:
            lines += [self._inside(line) for line in diff_lines(file, width - INDENT, palette, rows)]
        return lines

    # What stands aside ---------------------------------------------------------------------------

    def _quiet(self, block: Block, width: int, *, folded: bool, rows: int) -> list[Line]:
        palette = self._palette
        name = "thinking" if block.kind == "reasoning" else fit(block.label, max(width - 22, 8))
        text = block.text.strip()
        size = counted(text.count("\n") + 1, "line")
        arrow = "▸ " if folded else "▾ "
        room = max(width - MARGIN - 2 - len(name) - len(size) - 6, 0)
        first = fit(text.partition("\n")[0], room) if folded else ""
        quiet = palette.muted + Style(italic=True)
        line = [
            Segment("  "), Segment(arrow, palette.muted), Segment(name, palette.muted + Style(bold=True)),
            Segment(f" · {size}  ", palette.faint), Segment(first, quiet),
        ]  # fmt: skip
        if folded:
            return [line]
        lines = _capped(wrap(text, min(width - INDENT - MARGIN, PROSE_WIDTH)), rows)
        return [line, *(self._inside([Segment(words, quiet)]) for words in lines.shown), *self._more(lines)]

    def _question(self, block: Block, width: int, rows: int) -> list[Line]:
        palette = self._palette
        head = [Segment("  "), Segment("? ", palette.accent), Segment("question", palette.accent)]
        room = min(width - INDENT, PROSE_WIDTH)
        asked_and_said = questions(block.text)
        if asked_and_said is None:
            lines = _capped(wrap(block.text, room), rows)
            return [head, *(self._inside([Segment(line)]) for line in lines.shown), *self._more(lines)]
        drawn: list[Line] = [head]
        for question, answer in asked_and_said:
            drawn += [self._inside([Segment(line)]) for line in wrap(question, room)]
            drawn += [self._inside([Segment(f"→ {line}", palette.prompt)]) for line in wrap(answer, room - 2)]
        return drawn

    def _note(self, name: str, text: str, width: int) -> Line:
        palette = self._palette
        words = fit(text.strip().partition("\n")[0], width - len(name) - 6)
        return [Segment("  "), Segment(f"{name}  ", palette.muted), Segment(words)]

    def _rule(self, text: str, width: int) -> Line:
        palette = self._palette
        words = fit(text, max(width - 10, 4))
        dashes = "─" * max(width - len(words) - 8, 2)
        return [
            Segment("  ── ", palette.faint),
            Segment(words, palette.accent),
            Segment(f" {dashes}", palette.faint),
        ]

    def _session(self, block: Block, width: int) -> Line:
        palette, child = self._palette, block.session
        assert child is not None  # noqa: S101 - session blocks are built from sessions
        models = ", ".join(short_model(model) for model in child.models[:2])
        facts = [counted(child.messages, "message"), models, f"+{child.added} −{child.removed}"]
        right = fit(" · ".join(fact for fact in facts if fact), max(width // 2, 10))
        title = fit(block.text.partition("\n")[0], max(width - len(right) - 10, 8))
        line = [Segment("    ↳ ", palette.accent), Segment(title, palette.answer + Style(underline=True))]
        gap = width - sum(segment.cell_length for segment in line) - len(right) - 1
        return [*line, Segment(" " * max(gap, 1)), Segment(right, palette.muted)]

    # Pieces --------------------------------------------------------------------------------------

    def _inside(self, line: Line) -> Line:
        return [Segment("    │ ", self._palette.faint), *line]

    def _more(self, lines: "_Capped") -> list[Line]:
        if not lines.cut:
            return []
        return [[Segment("    … more: press + to see it", self._palette.accent)]]

    def _more_of(self, count: int, rows: int) -> list[Line]:
        if count <= rows:
            return []
        return [[Segment(f"    … {compact(count - rows)} more lines: press +", self._palette.accent)]]


class _Capped:
    """The first so many lines, and whether there were more; the rest is never made."""

    def __init__(self, shown: list[str], *, cut: bool) -> None:
        self.shown = shown
        self.cut = cut


def _capped(lines: Iterator[str] | list[str], rows: int) -> _Capped:
    shown: list[str] = []
    for line in lines:
        if len(shown) == rows:
            return _Capped(shown, cut=True)
        shown.append(line)
    return _Capped(shown, cut=False)


def _grounded(line: Line, width: int, ground: Style) -> Line:
    """The line filled to the width on a background of its own."""
    used = sum(segment.cell_length for segment in line)
    filled = [*line, Segment(" " * max(width - used, 0))]
    return list(Segment.apply_style(filled, None, Style(bgcolor=ground.bgcolor)))


def _files(block: Block) -> tuple[FilePatch, ...]:
    """What a call changed, as recorded; else what it asked to change."""
    edited = _edited(block)
    if edited or block.part is None:
        return edited
    asked_for = asked_diff(block.part)
    return (asked_for,) if asked_for is not None else ()


def _edited(block: Block) -> tuple[FilePatch, ...]:
    files: list[FilePatch] = []
    for edit in block.edits:
        try:
            files += edit.patch().files
        except PatchError:
            continue  # the call is still shown, with what it asked for
    return tuple(files)
