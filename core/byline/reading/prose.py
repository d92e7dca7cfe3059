"""Text to lines of a terminal: wrapped plain text, and Markdown through Rich.

Everything that comes in is foreign. It is made safe before it is laid out, and what Markdown makes
of it (``&#27;`` is an escape character to a Markdown parser) again afterwards.
"""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, chop_cells, split_graphemes
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.theme import Theme

from byline.reading.palette import Palette
from byline.text import safe_line, safe_text

if TYPE_CHECKING:
    from rich.markdown import Markdown, MarkdownElement

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_WORD = re.compile(r" *[^ ]+| +$")
_AT_ONCE = 2048
"""Characters that are measured together."""

_STRETCH = 32_768
"""Characters of one line that are made safe together."""

_LETTERS_A_CELL = 16
"""More characters than so many a cell do not fit, whatever marks they combine."""

Line = list[Segment]


def wrap(text: str, width: int) -> Iterator[str]:
    r"""Lines of at most ``width`` cells, broken between words where there are any; ``\n`` breaks too."""
    width = max(width, 1)
    for line in text.removesuffix("\r").split("\n"):
        for stretch in _stretches(line.removesuffix("\r")):
            shown = safe_line(stretch)
            yield from [shown] if _fits(shown, width) else _wrapped(shown, width)


def _stretches(line: str) -> Iterator[str]:
    """A line as it is; one of megabytes in stretches, so that no more of it is made safe than is shown."""
    at = 0
    while len(line) - at > _STRETCH:
        end = line.rfind(" ", at, at + _STRETCH) + 1 or at + _STRETCH
        yield line[at:end].rstrip(" ")
        at = end
    yield line[at:]


def chop(line: str, width: int) -> Iterator[str]:
    """One line of code in pieces of at most ``width`` cells; its spaces stay as they are."""
    width = max(width, 2)
    for stretch in _stretches(line.removesuffix("\r")):
        yield from _pieces(safe_line(stretch), width)


def _pieces(shown: str, width: int) -> Iterator[str]:
    """As many pieces as are asked for: lines of megabytes are cut up no further than they are shown."""
    if _fits(shown, width):
        yield shown
    elif shown.isascii():
        yield from (shown[at : at + width] for at in range(0, len(shown), width))
    else:
        for at in range(0, len(shown), _AT_ONCE):
            yield from chop_cells(shown[at : at + _AT_ONCE], width)


def rows_of(line: Line, width: int) -> list[Line]:
    """Segments (safe already) in rows of at most ``width`` cells; an empty line is one row."""
    letters = sum(len(segment.text) for segment in line)
    if letters <= width * _LETTERS_A_CELL and sum(segment.cell_length for segment in line) <= width:
        return [line]
    rows: list[Line] = [[]]
    used = 0
    for text, style, _ in line:
        for number, (piece, cells) in enumerate(_cut(text, width - used, width)):
            if number:
                rows.append([])
                used = 0
            if piece:
                rows[-1].append(Segment(piece, style))
            used += cells
    return rows


def _cut(text: str, room: int, width: int) -> Iterator[tuple[str, int]]:
    """Pieces with their cells: the first, which may be empty, of ``room`` cells, the others of ``width``."""
    if text.isascii():
        yield text[:room], min(len(text), room)
        for at in range(room, len(text), width):
            piece = text[at : at + width]
            yield piece, len(piece)
        return
    began = cells = 0
    for start, _, size in split_graphemes(text)[0]:
        if cells + size > room and (cells or room < width):
            yield text[began:start], cells
            began, cells, room = start, 0, width
        cells += size
    yield text[began:], cells


def fit(text: str, width: int) -> str:
    """One safe line in at most ``width`` cells, with an ellipsis when cut."""
    longest = _LETTERS_A_CELL * (max(width, 0) + 1)
    shown = safe_line(text[:longest])
    if len(text) <= longest and _fits(shown, width):
        return shown
    if width <= 1:
        return "…" if width == 1 else ""
    if not shown.isascii():
        return next(_pieces(shown, width - 1)) + "…"
    return shown[: width - 1] + "…"


def _fits(line: str, width: int) -> bool:
    if line.isascii():
        return len(line) <= width
    return len(line) <= width * _LETTERS_A_CELL and cell_len(line) <= width


def _wrapped(line: str, width: int) -> Iterator[str]:
    indent = line[: len(line) - len(line.lstrip(" "))][: width // 2]
    current = ""
    for found in _WORD.finditer(line):
        word = found[0]
        if _fits(current + word, width):
            current += word
            continue
        if current.strip():
            yield current.rstrip()
            word = indent + word.lstrip()
        current = ""
        for piece in _pieces(word, width):
            if current:
                yield current
            current = piece
    yield current


def _markdown_class(ground: str) -> "type[Markdown]":
    """Rich's Markdown with headings at the left margin and code on a ground of the theme's own."""
    # 30 ms that lists, which need nothing but fit(), have no use for.
    from rich.markdown import CodeBlock, Heading, Markdown  # noqa: PLC0415
    from rich.syntax import Syntax  # noqa: PLC0415

    class PlainHeading(Heading):
        LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}

    class GroundedCode(CodeBlock):
        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            code = str(self.text).rstrip()
            yield Syntax(
                code, self.lexer_name, theme=self.theme, word_wrap=True, padding=(0, 1),
                background_color=ground,
            )  # fmt: skip

    class GroundedMarkdown(Markdown):
        elements: ClassVar[dict[str, type["MarkdownElement"]]] = {
            **Markdown.elements,
            "heading_open": PlainHeading,
            "fence": GroundedCode,
            "code_block": GroundedCode,
        }

    return GroundedMarkdown


class MarkdownPainter:
    """Draws Markdown in the colours of a palette."""

    def __init__(self, palette: Palette) -> None:
        ground = palette.code_ground.bgcolor.name if palette.code_ground.bgcolor else "default"
        heading = palette.strong + Style(bold=True)
        names = {f"markdown.h{level}": heading for level in range(1, 7)}
        self._console = Console(
            file=io.StringIO(),
            force_terminal=True,
            color_system="truecolor",
            width=80,
            legacy_windows=False,
            theme=Theme(
                {
                    **names,
                    "markdown.code": palette.code,
                    "markdown.code_block": palette.code,
                    "markdown.block_quote": palette.muted,
                    "markdown.item.bullet": palette.muted,
                    "markdown.item.number": palette.muted,
                    "markdown.hr": palette.faint,
                    "markdown.link": palette.answer,
                    "markdown.link_url": palette.muted,
                    "markdown.table.border": palette.faint,
                    "markdown.table.header": heading,
                }
            ),
            _environ={},
        )
        self._markdown = _markdown_class(ground)
        self._code_theme = palette.code_theme

    def lines(self, text: str, width: int) -> list[Line]:
        """The text's lines, each a list of segments of at most ``width`` cells in all."""
        markdown = self._markdown(safe_text(text), code_theme=self._code_theme, hyperlinks=False)
        options = self._console.options.update(width=max(width, 10), height=None)
        lines = self._console.render_lines(markdown, options, pad=False)
        shown = [[_safe(segment) for segment in line if not segment.control] for line in lines]
        while shown and not "".join(segment.text for segment in shown[-1]).strip():
            shown.pop()
        return shown


def _safe(segment: Segment) -> Segment:
    if segment.text.isascii() and segment.text.isprintable():
        return segment
    text = safe_line(segment.text) if _UNSAFE.search(segment.text) else segment.text
    style = segment.style
    return Segment(text, style.update_link(None) if style is not None and style.link else style)
