"""A block of a conversation as lines of segments, at a width. See :mod:`byline.reading.pages`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rich.segment import Segment
from rich.style import Style

from byline.errors import PatchError
from byline.patch import FilePatch
from byline.reading.diff_lines import HunkColours, count_touched, diff_lines
from byline.reading.pages import Block, Pages
from byline.reading.palette import Palette
from byline.reading.prose import Line, MarkdownPainter, chop, fit, rows_of, wrap
from byline.reading.thread import Run
from byline.reading.tool_words import asked, asked_diff, one_line, questions, stored_patch
from byline.reading.typed import typed_lines
from byline.store.conversations import MessageRow
from byline.wording import clock, compact, counted, short_model

PROSE_WIDTH = 100
"""Prose is not set wider than this: longer lines are hard to read."""

ROWS_AT_FIRST = 200
"""A block shows so many rows; asked for more, ten times as many."""

CUT_ROWS = 10
"""The rows of a call's input, output and diff when calls are shown cut."""

BAR = 2
"""Cells of the bar at the left that tells who speaks."""

_INDENT = 4
_TOOLS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """How a block is shown: as one line, or with so many rows of what it says; ``gap`` empty lines above."""

    folded: bool = False
    rows: int = ROWS_AT_FIRST
    marked: bool = False
    gap: int = 0


class BlockPainter:
    """Draws the blocks of a conversation in the colours of a palette. Paths are shown below its folder.

    ``how`` tells a reader how to see more of what was cut.
    """

    def __init__(self, palette: Palette, pages: Pages, how: str, colours: HunkColours | None = None) -> None:
        self._palette = palette
        self._markdown = MarkdownPainter(palette)
        self._pages = pages
        self._cwd = pages.thread.session.cwd
        self._words_more = f"… more: {how}"
        self._colours = colours

    def paint(self, block: Block, width: int, shape: Shape) -> list[Line]:
        """The block's lines, the gap above it included, each at most ``width`` cells."""
        bar = self._bar(block, marked=shape.marked)
        lines = [[bar, *line] for line in self._lines(block, width - BAR, shape)]
        if block.is_person and not block.is_aside and block.kind in {"heading", "prompt"}:
            lines = [_grounded(line, width, self._palette.prompt_ground) for line in lines]
        if shape.marked and lines:
            lines[0] = _grounded(lines[0], width, self._palette.marked)
        if block.is_aside:
            lines = [[Segment(text, _dimmed(style)) for text, style, _ in line] for line in lines]
        gap: list[Line] = [[] for _ in range(shape.gap)]
        # Where there is no room for what must be told, it is cut off: no line goes on in the next.
        return gap + [rows_of(line, width)[0] for line in lines]

    def _bar(self, block: Block, *, marked: bool) -> Segment:
        palette = self._palette
        if marked:
            return Segment("▶ ", palette.accent)
        match block.kind:
            case "rule":
                return Segment("──", palette.faint)
            case "tool" | "patch" | "calls":
                return Segment("▎ ", palette.error if block.failed else palette.tool)
            case "reasoning" | "aside":
                return Segment("▎ ", palette.faint)
            case "session" | "question" | "file":
                return Segment("▎ ", palette.accent)
            case _:
                return Segment("▌ ", palette.prompt) if block.is_person else Segment("▎ ", palette.answer)

    def _lines(self, block: Block, width: int, shape: Shape) -> list[Line]:
        match block.kind:
            case "prompt":
                return self._prompt(block, width, shape.rows)
            case "answer":
                return self._answer(block, width, shape.rows)
            case "tool":
                return self._tool(block, width, shape)
            case "patch":
                return self._patch(block, width, shape)
            case "question":
                return self._question(block, width, shape.rows)
            case "reasoning" | "aside":
                return self._quiet(block, width, shape)
            case _:
                return [self._single(block, width, folded=shape.folded)]

    def _single(self, block: Block, width: int, *, folded: bool) -> Line:
        """The kinds that are always one line."""
        if block.kind == "heading":
            return self._heading(block, width)
        if block.kind == "calls" and block.run is not None:
            return self._run(block.run, width, folded=folded)
        if block.kind == "session":
            return self._session(block, width)
        return self._rule(block.text, width) if block.kind == "rule" else self._file(block, width)

    # Who speaks ----------------------------------------------------------------------------------

    def _heading(self, block: Block, width: int) -> Line:
        palette = self._palette
        style = (palette.prompt if block.is_person else palette.answer) + Style(bold=True)
        name = fit(block.text, max(width - 10, 4))
        return [Segment(name, style), Segment(f"  {clock(block.time_ms)}", palette.muted)]

    def _prompt(self, block: Block, width: int, rows: int) -> list[Line]:
        room = min(width - 1, PROSE_WIDTH)
        typed = typed_lines(block.text.strip("\n"), room, self._palette, self._markdown.lines)
        lines = list(islice(typed, rows + 1))
        if len(lines) > rows:
            lines[rows:] = [[Segment(f"  {self._words_more}", self._palette.accent)]]
        return lines

    def _answer(self, block: Block, width: int, rows: int) -> list[Line]:
        lines = self._markdown.lines(block.text, min(width - 1, PROSE_WIDTH))
        shown = lines[:rows]
        if len(lines) > rows:
            shown.append([Segment(self._words_more, self._palette.accent)])
        if (spent := _spent(block.message)) and width > len(spent):
            shown.append([Segment(spent, self._palette.faint)])
        return shown

    # What agents do ------------------------------------------------------------------------------

    def _run(self, run: Run, width: int, *, folded: bool) -> Line:
        palette = self._palette
        line = [
            Segment("▸ " if folded else "▾ ", palette.muted),
            Segment(counted(run.calls, "tool call"), palette.tool + Style(bold=True)),
        ]
        if run.edits:
            line.append(Segment(f" · {counted(run.edits, 'edit')}", palette.added))
        if run.failed:
            line.append(Segment(f" · {run.failed} failed", palette.error))
        names = [f"{name} ×{count}" if count > 1 else name for name, count in run.tools[:_TOOLS_NAMED]]
        names += ["…"] if len(run.tools) > _TOOLS_NAMED else []
        room = width - sum(segment.cell_length for segment in line) - 3
        return [*line, Segment(f"  {fit('  '.join(names), max(room, 0))}", palette.muted)]

    def _tool(self, block: Block, width: int, shape: Shape) -> list[Line]:
        lines = [self._tool_line(block, width, folded=shape.folded)]
        if shape.folded:
            return lines
        files, rows = self._files(block), shape.rows
        lines += self._tool_input(block, width, rows, shows_diff=bool(files))
        for file in files:
            drawn = diff_lines(file, width - _INDENT, self._palette, rows, self._words_more, self._colours)
            # The line above names the only file already.
            lines += [self._inside(line) for line in drawn[len(files) == 1 :]]
        return lines + self._output(block, width, rows)

    def _tool_line(self, block: Block, width: int, *, folded: bool) -> Line:
        palette, part = self._palette, block.part
        assert part is not None  # noqa: S101 - tool blocks are built from parts
        name = fit(part.tool or "tool", 24)
        right = self._outcome(block)
        room = width - 2 - len(name) - 2 - sum(segment.cell_length for segment in right) - 2
        words = fit(one_line(part, self._cwd), max(room, 0))
        line = [
            Segment("▸ " if folded else "▾ ", palette.muted), Segment(name, palette.tool + Style(bold=True)),
            Segment(f"  {words}"),
        ]  # fmt: skip
        gap = width - sum(segment.cell_length for segment in line + right) - 1
        return [*line, Segment(" " * max(gap, 1)), *right]

    def _outcome(self, block: Block) -> Line:
        palette, part = self._palette, block.part
        if block.failed and part is not None:
            return [Segment(fit(part.status or "error", 10), palette.error)]
        if block.touched:
            added = sum(touched.added for touched in block.touched)
            removed = sum(touched.removed for touched in block.touched)
            return [Segment(f"+{added:,}", palette.added), Segment(f" −{removed:,}", palette.removed)]
        if block.text.strip():
            return [Segment(counted(block.text.strip("\n").count("\n") + 1, "line"), palette.muted)]
        return []

    def _files(self, block: Block) -> Sequence[FilePatch]:
        """What a call changed, as recorded; else what it asked to change."""
        files: list[FilePatch] = []
        for edit in self._pages.edits(block):
            try:
                files += edit.patch().files
            except PatchError:
                continue  # the call is still shown, with what it asked for
        asked_for = asked_diff(block.part) if not files and block.part is not None else None
        return [asked_for] if asked_for is not None else files

    def _tool_input(self, block: Block, width: int, rows: int, *, shows_diff: bool) -> list[Line]:
        palette, part = self._palette, block.part
        assert part is not None  # noqa: S101 - tool blocks are built from parts
        lines: list[Line] = []
        for key, value in asked(part, shows_diff=shows_diff):
            label = fit(key, 20)
            wrapped = _capped(wrap(value, width - _INDENT - len(label) - 2), rows)
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
        style = palette.error if block.failed else palette.muted
        output = _capped(_chopped(text, width - _INDENT), rows)
        lines = [self._inside([Segment("output", palette.faint)])]
        return lines + [self._inside([Segment(line, style)]) for line in output.shown] + self._more(output)

    def _patch(self, block: Block, width: int, shape: Shape) -> list[Line]:
        palette = self._palette
        files = stored_patch(block.part) if block.part is not None else self._files(block)
        added, removed = count_touched(files or ())
        words = ", ".join(dict.fromkeys(file.path for file in files or ())) or "as recorded"
        line = [
            Segment("▸ " if shape.folded else "▾ ", palette.muted),
            Segment("patch", palette.tool + Style(bold=True)),
            Segment(f"  {fit(words, max(width - 22, 8))}  "),
            Segment(f"+{added:,}", palette.added), Segment(f" −{removed:,}", palette.removed),
        ]  # fmt: skip
        lines = [line]
        if shape.folded:
            return lines
        if files is None:
            return lines + self._output(block, width, shape.rows)
        for file in files:
            drawn = diff_lines(file, width - _INDENT, palette, shape.rows, self._words_more, self._colours)
            lines += [self._inside(line) for line in drawn]
        return lines

    # What stands aside ---------------------------------------------------------------------------

    def _quiet(self, block: Block, width: int, shape: Shape) -> list[Line]:
        palette = self._palette
        name = "thinking" if block.kind == "reasoning" else fit(block.label or "recorded", max(width - 22, 8))
        text = block.text.strip()
        size = counted(text.count("\n") + 1, "line")
        room = max(width - 2 - len(name) - len(size) - 6, 0)
        first = fit(text.partition("\n")[0], room) if shape.folded else ""
        quiet = palette.muted + Style(italic=True)
        line = [
            Segment("▸ " if shape.folded else "▾ ", palette.muted),
            Segment(name, palette.muted + Style(bold=True)), Segment(f" · {size}  ", palette.faint),
            Segment(first, quiet),
        ]  # fmt: skip
        if shape.folded:
            return [line]
        lines = _capped(wrap(text, min(width - _INDENT, PROSE_WIDTH)), shape.rows)
        return [line, *(self._inside([Segment(words, quiet)]) for words in lines.shown), *self._more(lines)]

    def _question(self, block: Block, width: int, rows: int) -> list[Line]:
        palette = self._palette
        head = [Segment("? question", palette.accent + Style(bold=True))]
        room = min(width - _INDENT, PROSE_WIDTH)
        asked_and_said = questions(block.text)
        if asked_and_said is None:
            lines = _capped(wrap(block.text, room), rows)
            return [head, *(self._inside([Segment(line)]) for line in lines.shown), *self._more(lines)]
        drawn: list[Line] = [head]
        for question, answer in asked_and_said:
            drawn += [self._inside([Segment(line)]) for line in wrap(question, room)]
            for number, line in enumerate(wrap(answer or "(not answered)", room - 2)):
                arrow = "→ " if number == 0 else "  "
                drawn.append(self._inside([Segment(f"{arrow}{line}", palette.prompt)]))
        return drawn

    def _file(self, block: Block, width: int) -> Line:
        text = block.text.strip().partition("\n")[0]
        name = "image" if text.startswith("image/") else "file"
        return [Segment(f"{name}  ", self._palette.muted), Segment(fit(text, width - len(name) - 2))]

    def _rule(self, text: str, width: int) -> Line:
        palette = self._palette
        words = fit(text, max(width - 6, 4))
        dashes = "─" * max(min(width, PROSE_WIDTH) - len(words) - 4, 2)
        return [
            Segment("─ ", palette.faint), Segment(words, palette.accent),
            Segment(f" {dashes}", palette.faint),
        ]  # fmt: skip

    def _session(self, block: Block, width: int) -> Line:
        palette, child = self._palette, block.link
        assert child is not None  # noqa: S101 - session blocks are built from sessions
        models = ", ".join(short_model(model) for model in child.models[:2])
        facts = [counted(child.messages, "message"), models, f"+{child.added} −{child.removed}"]
        right = fit(" · ".join(fact for fact in facts if fact), max(width // 2, 10))
        title = fit(block.text.partition("\n")[0], max(width - len(right) - 8, 8))
        line = [Segment("  ↳ ", palette.accent), Segment(title, palette.answer + Style(underline=True))]
        gap = width - sum(segment.cell_length for segment in line) - Segment(right).cell_length - 1
        return [*line, Segment(" " * max(gap, 1)), Segment(right, palette.muted)]

    # Pieces --------------------------------------------------------------------------------------

    def _inside(self, line: Line) -> Line:
        return [Segment("  │ ", self._palette.faint), *line]

    def _more(self, lines: "_Capped") -> list[Line]:
        if not lines.cut:
            return []
        return [[Segment(f"  {self._words_more}", self._palette.accent)]]


class _Capped:
    """The first so many lines, and whether there were more; the rest is never made."""

    def __init__(self, shown: list[str], *, cut: bool) -> None:
        self.shown = shown
        self.cut = cut


def _capped(lines: Iterator[str], rows: int) -> _Capped:
    shown: list[str] = []
    for line in lines:
        if len(shown) == rows:
            return _Capped(shown, cut=True)
        shown.append(line)
    return _Capped(shown, cut=False)


def _chopped(text: str, width: int) -> Iterator[str]:
    for line in text.split("\n"):
        yield from chop(line, width)


def _grounded(line: Line, width: int, ground: Style) -> Line:
    """The line filled to the width on a background of its own, if it has one."""
    if ground.bgcolor is None and not ground.reverse:
        return line
    used = sum(segment.cell_length for segment in line)
    filled = [*line, Segment(" " * max(width - used, 0))]
    return list(Segment.apply_style(filled, None, Style(bgcolor=ground.bgcolor, reverse=ground.reverse)))


def _dimmed(style: Style | None) -> Style:
    return (style or Style()) + Style(dim=True)


def _spent(message: MessageRow | None) -> str:
    """Tokens and cost of a message, as far as they are known."""
    if message is None:
        return ""
    tokens = message.tokens or {}
    given = sum(tokens.get(name, 0) for name in ("input", "cache_read", "cache_write"))
    words = []
    if given or tokens.get("output"):
        words.append(f"{compact(given)} tokens in · {compact(tokens.get('output', 0))} out")
    if message.cost is not None:
        words.append(f"${message.cost:.2f}" if message.cost >= 0.1 else f"${message.cost:.4f}")
    return " · ".join(words)
