"""A patch as coloured lines, for the places that show one in passing. The review has a view of its own."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Protocol

from rich.segment import Segment
from rich.style import Style

from byline.patch import FilePatch, Hunk
from byline.patch.hunk_body import hunk_body
from byline.reading.palette import Palette
from byline.reading.prose import Line, fit, rows_of
from byline.text import safe_line

NUMBER_WIDTH = 5
LONGEST = 20_000
"""Characters of a line that are shown: generated files have lines of megabytes."""

Spans = Sequence[tuple[int, int, Style]]
"""Start, end and style of stretches of a line's safe text; later ones are laid over earlier ones."""


class HunkColours(Protocol):
    """What colours code by its language and marks what changed inside of lines."""

    def __call__(self, path: str, lines: Sequence[tuple[str, str]]) -> Sequence[Spans]:
        """Spans for each line, given as mark (space, ``+`` or ``-``) and content."""


def count_touched(files: Iterable[FilePatch]) -> tuple[int, int]:
    """Added and removed lines of all the files."""
    kinds = [line.kind for file in files for hunk in file.hunks for line in hunk.lines]
    added = kinds.count("added")
    return added, len(kinds) - added


def diff_lines(
    file: FilePatch, width: int, palette: Palette, rows: int, more: str, colours: HunkColours | None = None
) -> list[Line]:
    """The file's name and its hunks; at most ``rows`` lines, then ``more``, which tells what to do."""
    added, removed = count_touched([file])
    lines: list[Line] = [
        [
            Segment(fit(file.path, max(width - 16, 8)), Style(bold=True)),
            Segment(f"  +{added}", palette.added),
            Segment(f" −{removed}", palette.removed),
        ]
    ]
    for number, hunk in enumerate(file.hunks):
        if number:
            lines.append([Segment(" " * NUMBER_WIDTH + "⋯", palette.faint)])
        for line in _hunk_lines(file.path, hunk, width, palette, rows, colours):
            if len(lines) > rows:
                lines.append([Segment(more, palette.accent)])
                return lines
            lines.append(line)
    return lines


def _hunk_lines(
    path: str, hunk: Hunk, width: int, palette: Palette, rows: int, colours: HunkColours | None
) -> Iterator[Line]:
    grounds = {"+": palette.added_ground, "-": palette.removed_ground, " ": Style()}
    signs = {"+": palette.added, "-": palette.removed, " ": palette.faint}
    room = max(width - NUMBER_WIDTH - 2, 4)
    body = list(islice(_numbered(hunk), rows + 1))
    # No more of a line than there are rows for: it is coloured and measured before it is cut up.
    longest = min(LONGEST, (rows + 1) * room)
    body = [(mark, number, content[:longest].removesuffix("\r")) for mark, number, content in body]
    spans = colours(path, [(mark, content) for mark, _, content in body]) if colours is not None else ()
    for at, (mark, number, content) in enumerate(body):
        ground = grounds[mark]
        base = (palette.muted if mark == " " else Style()) + ground
        pieces = rows_of(styled(safe_line(content), spans[at] if spans else (), base), room)
        for piece_number, piece in enumerate(pieces):
            label = f"{number:>{NUMBER_WIDTH - 1}} " if number and not piece_number else " " * NUMBER_WIDTH
            fill = room - sum(segment.cell_length for segment in piece) if ground.bgcolor else 0
            sign = "−" if mark == "-" else mark
            yield [
                Segment(label, palette.faint), Segment(f"{sign} ", signs[mark] + ground),
                *piece, Segment(" " * fill, ground),
            ]  # fmt: skip


def styled(text: str, spans: Spans, base: Style) -> Line:
    """The text as segments: ``base`` with each span's style over it."""
    inner = (min(edge, len(text)) for start, end, _ in spans for edge in (start, end))
    line: Line = []
    for start, end in pairwise(sorted({0, len(text), *inner})):
        style = base
        for first, last, own in spans:
            if first <= start and end <= last:
                style += own
        line.append(Segment(text[start:end], style))
    return line


def _numbered(hunk: Hunk) -> Iterator[tuple[str, int, str]]:
    """Mark, line number and content; the number is 0 where the record has none."""
    touched = iter(hunk.lines)
    context = iter(hunk.context)
    shift = hunk.new_start - hunk.old_start
    placed = bool(hunk.old_start or hunk.new_start)
    for mark, content in hunk_body(hunk):
        if mark == " ":
            number = next(context).line_number + shift
        else:
            number = next(touched).line_number
            shift += 1 if mark == "+" else -1
        yield mark, number if placed else 0, content
