"""A row's added lines as the cells of a bar."""

from byline.attribution import Contributor
from byline.review.authors import FILLS, HUMAN_FILL, UNKNOWN_FILL
from byline.review.summary import SideCounts

BAR_FILLS: dict[Contributor, str] = {
    "ai": FILLS[0],
    "mixed": FILLS[1],
    "human": HUMAN_FILL,
    "unknown": UNKNOWN_FILL,
}
"""What fills the part of each contributor, so that bars can be read without colours."""


def by_contributor(side: SideCounts) -> list[tuple[Contributor, int]]:
    """The lines of each contributor, in the order of bars."""
    return [("ai", side.ai), ("mixed", side.mixed), ("human", side.human), ("unknown", side.unknown)]


def bar_parts(side: SideCounts, most: int, width: int) -> list[tuple[Contributor, int]]:
    """The cells of each contributor in a bar that is ``width`` cells long where a row has ``most`` lines.

    A row with lines has one cell at least; the whole is rounded first, then shared out by largest remainder.
    """
    counts = by_contributor(side)
    total = side.total
    if not total or width < 1:
        return []
    cells = max(round(total * width / max(most, 1)), 1)
    shares = {name: count * cells // total for name, count in counts}
    by_remainder = sorted(counts, key=lambda entry: -(entry[1] * cells % total))
    for name, _ in by_remainder[: cells - sum(shares.values())]:
        shares[name] += 1
    return [(name, shares[name]) for name, _ in counts if shares[name]]
