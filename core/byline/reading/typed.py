"""What a person typed, as it was typed: line breaks and letters stay, and its Markdown is coloured.

Prompts are half Markdown: code between fences, lists, names in backticks, and beside them pasted logs, where
the same signs mean nothing. A Markdown parser would set lines of its own and swallow signs. So fences that
are closed become code, and all other marks are coloured where they stand: what was no Markdown can be read.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice

from rich.segment import Segment
from rich.style import Style

from byline.reading.diff_lines import styled
from byline.reading.palette import Palette
from byline.reading.prose import Line, wrap
from byline.text import safe_line

_FENCE = re.compile(r" {0,12}(`{3,}|~{3,})([^`]*)$")
_LEAD = re.compile(r"(\s{0,40})((?:[-*+•]|\d{1,4}[.)])\s{1,4}|(?:>\s?)+|#{1,6}\s+)")
_MARKS = re.compile(
    r"(?<![`\w])(`{1,2})(?=[^`\s])[^`\n]{1,200}(?<=\S)\1(?![`\w])|(?<![*\w])\*\*(?=\S)[^*\n]{1,200}(?<=\S)\*\*(?![*\w])"
)
_LONGEST = 2_000
"""Characters of a line whose marks are looked for: longer ones are data."""

Code = Callable[[str, int], list[Line]]
"""Draws Markdown that is one block of code in so many cells."""


def typed_lines(text: str, width: int, palette: Palette, code: Code) -> Iterator[Line]:
    """A prompt's lines of at most ``width`` cells, as many as are asked for; ``code`` draws fenced ones."""
    for block in _blocks(text):
        if len(block) > 1:
            yield from code("\n".join(_dedented(block)), width)
        else:
            yield from _line(block[0], width, palette)


def _blocks(text: str) -> Iterator[list[str]]:
    """Each line alone; a closed fence with what is in it together."""
    lines = text.split("\n")
    fences = {at: found for at, line in enumerate(lines) if (found := _FENCE.match(line.removesuffix("\r")))}
    closing = [at for at, found in fences.items() if not found[2].strip()]
    at = 0
    while at < len(lines):
        end = _end(fences, closing, at) if at in fences else at
        if any(line.strip() for line in lines[at + 1 : end]):
            yield lines[at : end + 1]
        else:
            # A fence that nothing closes, or with nothing in it, is a line as any other.
            yield from ([line] for line in lines[at : end + 1])
        at = end + 1


def _end(fences: dict[int, re.Match[str]], closing: list[int], opening: int) -> int:
    """The line that closes a fence, of the same sign and at least as long; the fence's own if none does."""
    after = islice(closing, bisect_right(closing, opening), None)
    return next((at for at in after if fences[at][1].startswith(fences[opening][1])), opening)


def _dedented(block: list[str]) -> list[str]:
    """A fenced block as far to the left as its fence goes: within a list it is indented as a whole."""
    indent = len(block[0]) - len(block[0].lstrip(" "))
    return [line[min(indent, len(line) - len(line.lstrip(" "))) :].removesuffix("\r") for line in block]


def _line(line: str, width: int, palette: Palette) -> Iterator[Line]:
    """One line, wrapped under its first word if it is an item of a list or a quotation."""
    if len(line) > _LONGEST:
        yield from ([Segment(row, palette.strong)] for row in wrap(line, width))
        return
    line = safe_line(line.removesuffix("\r"))
    lead = _LEAD.match(line)
    mark = lead[0] if lead is not None else ""
    sign = lead[2][0] if lead is not None else ""
    if len(mark) > width // 2:
        mark = sign = ""
    style = palette.strong
    if sign == "#":
        style += Style(bold=True)
    elif sign == ">":
        style = palette.muted
    hang = " " * len(mark) if sign not in {"#", ">"} else mark if sign == ">" else ""
    head = Segment(mark, palette.muted if sign != "#" else style)
    for number, row in enumerate(_rows(line[len(mark) :], width - len(mark), style, palette)):
        before = head if number == 0 else Segment(hang, palette.muted)
        yield [before, *row] if before.text else row


def _rows(text: str, width: int, style: Style, palette: Palette) -> Iterator[Line]:
    """A line's rows with code and bold words coloured; the marks stay, where they are."""
    spans: list[tuple[int, int, Style]] = []
    for found in _MARKS.finditer(text):
        if found[1]:
            spans.append((*found.span(), palette.code))
        else:
            spans.append((*found.span(), style + Style(bold=True)))
    at = 0
    for row in wrap(text, width):
        # A row is a stretch of the line; the spaces where it was broken are left out.
        begin = text.find(row.lstrip(" "), at) if row.strip() else at
        shift = begin - (len(row) - len(row.lstrip(" ")))
        own = [(max(start - shift, 0), max(end - shift, 0), mark) for start, end, mark in spans]
        yield styled(row, own, style)
        at = begin + len(row.lstrip(" "))
