"""A patch as coloured lines, for the places that show one in passing. The review has a view of its own."""

from collections.abc import Iterable, Iterator

from rich.segment import Segment
from rich.style import Style

from byline.patch import FilePatch, Hunk
from byline.patch.hunk_body import hunk_body
from byline_tui.widgets.palette import Palette
from byline_tui.widgets.prose import Line, chop, fit

NUMBER_WIDTH = 5


def count_touched(files: Iterable[FilePatch]) -> tuple[int, int]:
    """Added and removed lines of all the files."""
    kinds = [line.kind for file in files for hunk in file.hunks for line in hunk.lines]
    added = kinds.count("added")
    return added, len(kinds) - added


def diff_lines(file: FilePatch, width: int, palette: Palette, rows: int) -> list[Line]:
    """The file's name and its hunks; at most ``rows`` lines, then a line that says there is more."""
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
        for line in _hunk_lines(hunk, width, palette):
            if len(lines) > rows:
                lines.append([Segment("… more: press + to see it", palette.accent)])
                return lines
            lines.append(line)
    return lines


def _hunk_lines(hunk: Hunk, width: int, palette: Palette) -> Iterator[Line]:
    grounds = {"+": palette.added_ground, "-": palette.removed_ground}
    signs = {"+": palette.added, "-": palette.removed}
    for mark, number, content in _numbered(hunk):
        label = f"{number:>{NUMBER_WIDTH - 1}} " if number else " " * NUMBER_WIDTH
        ground = grounds.get(mark, Style())
        room = max(width - NUMBER_WIDTH - 2, 4)
        for piece_number, piece in enumerate(chop(content, room)):
            shown = label if piece_number == 0 else " " * NUMBER_WIDTH
            sign = "−" if mark == "-" else mark
            line = [
                Segment(shown, palette.faint),
                Segment(f"{sign} ", signs.get(mark, palette.faint) + ground),
            ]
            body = Segment(piece, (palette.muted if mark == " " else Style()) + ground)
            fill = Segment(" " * (room - body.cell_length), ground)
            yield [*line, body, fill]


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
