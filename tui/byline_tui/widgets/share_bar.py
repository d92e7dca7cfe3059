"""A bar that shows who wrote how much, in cells."""

from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style

from byline.review.authors import Counts, Marks, parts_of_bar


def bar(counts: Counts, width: int, marks: Marks, *, dark: bool, neutral: str) -> Iterator[Segment]:
    """``width`` cells; blank where nobody touched a line. ``neutral`` is the colour of who is unknown."""
    left = width
    for who, cells in parts_of_bar(counts, width):
        yield Segment(marks.fill(who) * cells, Style(color=marks.colour(who, dark=dark, neutral=neutral)))
        left -= cells
    if left:
        yield Segment(" " * left)
