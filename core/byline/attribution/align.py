"""Align two sequences of lines: which line of the one is which line of the other.

Common ends are trimmed, then lines that are unique on both sides anchor the rest (patience), then the
rarest lines do; what is small is aligned exactly. A budget keeps the work linear: past it a range is
left unaligned, which costs credits but never gives a wrong one.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

Block = tuple[int, int, int]
"""``(i, j, n)``: ``n`` lines from ``a[i]`` are the ``n`` lines from ``b[j]``. Indices from 0."""

EXACT_CELLS = 4096
"""Ranges whose sizes multiply to at most this are aligned by dynamic programming."""

WORK_PER_LINE = 64


def align(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """The blocks of equal lines that stand in the same order on both sides, in order and maximal."""
    pairs: list[Block] = []
    budget = WORK_PER_LINE * (len(a) + len(b)) + EXACT_CELLS
    ranges = [(0, len(a), 0, len(b))]
    while ranges:
        a_lo, a_hi, b_lo, b_hi = ranges.pop()
        start_a, start_b = a_lo, b_lo
        while a_lo < a_hi and b_lo < b_hi and a[a_lo] == b[b_lo]:
            a_lo += 1
            b_lo += 1
        if a_lo > start_a:
            pairs.append((start_a, start_b, a_lo - start_a))
        end_a = a_hi
        while a_hi > a_lo and b_hi > b_lo and a[a_hi - 1] == b[b_hi - 1]:
            a_hi -= 1
            b_hi -= 1
        if end_a > a_hi:
            pairs.append((a_hi, b_hi, end_a - a_hi))
        if a_lo == a_hi or b_lo == b_hi:
            continue
        budget -= (a_hi - a_lo) + (b_hi - b_lo)
        if budget < 0:
            continue
        if (a_hi - a_lo) * (b_hi - b_lo) <= EXACT_CELLS:
            pairs += _exact(a, b, a_lo, a_hi, b_lo, b_hi)
            continue
        anchors = _anchors(a, b, a_lo, a_hi, b_lo, b_hi)
        last_a, last_b = a_lo, b_lo
        for anchor_a, anchor_b in anchors:
            # The anchor itself is found again as a common end of the range it closes.
            ranges.append((last_a, anchor_a + 1, last_b, anchor_b + 1))
            last_a, last_b = anchor_a + 1, anchor_b + 1
        if anchors:
            ranges.append((last_a, a_hi, last_b, b_hi))
    return list(_merged(sorted(pairs)))


def _merged(blocks: list[Block]) -> Iterator[Block]:
    """Join blocks that follow each other without a gap on either side."""
    current: Block | None = None
    for block in blocks:
        if current is None:
            current = block
        elif (current[0] + current[2], current[1] + current[2]) == block[:2]:
            current = (current[0], current[1], current[2] + block[2])
        else:
            yield current
            current = block
    if current is not None:
        yield current


def _anchors(
    a: Sequence[str], b: Sequence[str], a_lo: int, a_hi: int, b_lo: int, b_hi: int
) -> list[tuple[int, int]]:
    """Pairs of equal lines to split a range at: those unique on both sides, else the rarest.

    Lines that stand equally often on both sides are paired in order, the fewest first.
    """
    count_a = Counter(a[a_lo:a_hi])
    count_b = Counter(b[b_lo:b_hi])
    common = [line for line, count in count_a.items() if count_b.get(line) == count]
    if not common:
        return []
    rarest = min(count_a[line] for line in common)
    chosen = {line for line in common if count_a[line] == rarest}
    places: dict[str, list[int]] = {}
    for index in range(b_lo, b_hi):
        if b[index] in chosen:
            places.setdefault(b[index], []).append(index)
    taken: Counter[str] = Counter()
    pairs: list[tuple[int, int]] = []
    for index in range(a_lo, a_hi):
        line = a[index]
        if line in chosen:
            pairs.append((index, places[line][taken[line]]))
            taken[line] += 1
    return _longest_increasing(pairs)


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of pairs, given in order of ``a``, that is in order of ``b`` too."""
    tails: list[int] = []
    tail_pairs: list[int] = []
    before = [-1] * len(pairs)
    for index, (_, place) in enumerate(pairs):
        slot = bisect_left(tails, place)
        before[index] = tail_pairs[slot - 1] if slot else -1
        if slot == len(tails):
            tails.append(place)
            tail_pairs.append(index)
        else:
            tails[slot] = place
            tail_pairs[slot] = index
    chain: list[tuple[int, int]] = []
    index = tail_pairs[-1] if tail_pairs else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _exact(a: Sequence[str], b: Sequence[str], a_lo: int, a_hi: int, b_lo: int, b_hi: int) -> list[Block]:
    """A longest common subsequence of a small range, by dynamic programming.

    Lines weigh by what is on them, so that a match of words is preferred to one of braces.
    """
    height, width = a_hi - a_lo, b_hi - b_lo
    score = [[0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        row, below = score[i], score[i + 1]
        line = a[a_lo + i]
        weight = 0
        for j in range(width - 1, -1, -1):
            best = below[j] if below[j] >= row[j + 1] else row[j + 1]
            if line == b[b_lo + j]:
                weight = weight or 4 + min(sum(map(str.isalnum, line)), 12)
                best = max(best, below[j + 1] + weight)
            row[j] = best
    pairs: list[Block] = []
    i = j = 0
    while i < height and j < width:
        if a[a_lo + i] == b[b_lo + j] and score[i][j] > max(score[i + 1][j], score[i][j + 1]):
            pairs.append((a_lo + i, b_lo + j, 1))
            i += 1
            j += 1
        elif score[i + 1][j] >= score[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
