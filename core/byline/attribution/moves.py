"""Moves (rule 9): blocks an edit wrote that vanished from their place and stand elsewhere in the commit."""

from collections import Counter
from collections.abc import Iterator, Sequence

from byline.attribution.model import Credit
from byline.attribution.tokens import alphanumerics
from byline.frozen import dataclass, replace

MIN_BLOCK = 3
MIN_BLOCK_ALNUM = 8
MIN_LINE_ALNUM = 20

Place = tuple[int, int]
"""Index of a run, and of a line in it."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """A recorded line that the commit no longer has in its place, and what it was credited as there."""

    content: str
    credit: Credit


def find_moves(
    sources: Sequence[Sequence[Vanished]], targets: Sequence[Sequence[str]]
) -> dict[Place, Credit]:
    """Credits for target lines that are a moved block of a source, by place in ``targets``.

    Both are runs of lines that stand together. A block is found by three lines in a row, or by one
    line of at least 20 letters and digits, that stand once among the sources and once among the
    targets, and grows from there as far as the lines agree.
    """
    contents = [[line.content for line in run] for run in sources]
    found: dict[Place, Credit] = {}
    for size in (MIN_BLOCK, 1):
        there = dict(_unique(contents, size))
        if not there:
            # Most often nothing vanished, and a commit may be large.
            continue
        here = dict(_unique(targets, size))
        for key in sorted(there.keys() & here.keys(), key=lambda key: here[key]):
            _grow(sources, targets, there[key], here[key], found)
    return found


def _unique(runs: Sequence[Sequence[str]], size: int) -> Iterator[tuple[tuple[str, ...], Place]]:
    """The windows of ``size`` lines that stand once in all runs and say enough, with their place."""
    windows = [
        (tuple(run[start : start + size]), (number, start))
        for number, run in enumerate(runs)
        for start in range(len(run) - size + 1)
    ]
    counts = Counter(window for window, _ in windows)
    least = MIN_LINE_ALNUM if size == 1 else MIN_BLOCK_ALNUM
    for window, place in windows:
        if counts[window] == 1 and alphanumerics(window) >= least:
            yield window, place


def _grow(
    sources: Sequence[Sequence[Vanished]],
    targets: Sequence[Sequence[str]],
    there: Place,
    here: Place,
    found: dict[Place, Credit],
) -> None:
    if here in found:
        return
    source, target = sources[there[0]], targets[here[0]]
    at_source, at_target = there[1], here[1]
    while at_source > 0 and at_target > 0 and source[at_source - 1].content == target[at_target - 1]:
        at_source -= 1
        at_target -= 1
    while (
        at_source < len(source) and at_target < len(target) and source[at_source].content == target[at_target]
    ):
        found.setdefault((here[0], at_target), replace(source[at_source].credit, match="moved"))
        at_source += 1
        at_target += 1
