"""Drawn lines, drawn over: another background, a style on some of their cells."""

import re
from collections.abc import Iterable, Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def with_background(strip: Strip, style: Style) -> Strip:
    """The strip with the style's background everywhere, over any of its own."""
    background = Style(bgcolor=style.bgcolor)
    return Strip(Segment.apply_style(strip, None, background), strip.cell_length)


def restyle(strip: Strip, spans: Iterable[tuple[int, int]], style: Style) -> Strip:
    """The strip with a style laid over spans of cells (start, end), in order and apart from each other."""
    cuts: list[int] = []
    for start, end in spans:
        if end > start:
            cuts += [start, end]
    if not cuts:
        return strip
    pieces = list(strip.divide([*cuts, strip.cell_length]))
    styled = [
        Strip(Segment.apply_style(piece, None, style), piece.cell_length) if index % 2 else piece
        for index, piece in enumerate(pieces)
    ]
    return Strip.join(styled)


def matches(strip: Strip, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The cells (start, end) of each occurrence of a pattern in a strip's text."""
    text = strip.text
    for match in pattern.finditer(text):
        start = cells(text[: match.start()])
        yield start, start + cells(match[0])


def cells(text: str) -> int:
    """The cells that a text takes."""
    return Strip([Segment(text)]).cell_length
