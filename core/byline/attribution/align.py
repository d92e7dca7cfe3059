"""Align two sequences of lines: which line of the one is which line of the other.

Common ends are trimmed, then lines that are unique on both sides anchor the rest (patience), then the
rarest lines do; what is small is aligned exactly. A budget keeps the work linear: past it a range is
left unaligned, which costs credits but never gives a wrong one.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import lt

Block = tuple[int, int, int]
"""``(i, j, n)``: ``n`` lines from ``a[i]`` are the ``n`` lines from ``b[j]``. Indices from 0."""

EXACT_CELLS = 4096
"""Ranges whose sizes multiply to at most this are aligned by dynamic programming."""

WORK_PER_LINE = 64

BETWEEN = 64
"""Where no more lines than this are left between common ends, it is weighed where the ends begin."""

BACK = 8
"""By how many lines at most a common end is shortened."""

WEAK_ALNUM = 3
"""A line with no more letters and digits says nothing of where it comes from."""

_CLOSE = 8
"""What a match weighs more than that it stands next to another one, per unit of its weight."""


def align(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """The blocks of equal lines that stand in the same order on both sides, in order and maximal."""
    a = a if isinstance(a, list) else list(a)
    b = b if isinstance(b, list) else list(b)
    pairs: list[Block] = []
    budget = WORK_PER_LINE * (len(a) + len(b)) + EXACT_CELLS
    ranges = [(0, len(a), 0, len(b))]
    while ranges:
        a_lo, a_hi, b_lo, b_hi = ranges.pop()
        head, tail = _common_ends(a, b, a_lo, a_hi, b_lo, b_hi)
        if head:
            pairs.append((a_lo, b_lo, head))
        if tail:
            pairs.append((a_hi - tail, b_hi - tail, tail))
        a_lo, a_hi, b_lo, b_hi = a_lo + head, a_hi - tail, b_lo + head, b_hi - tail
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
            if anchor_a == last_a and anchor_b == last_b:
                pairs.append((anchor_a, anchor_b, 1))
            else:
                # The anchor itself is found again as a common end of the range it closes.
                ranges.append((last_a, anchor_a + 1, last_b, anchor_b + 1))
            last_a, last_b = anchor_a + 1, anchor_b + 1
        if anchors:
            ranges.append((last_a, a_hi, last_b, b_hi))
    return list(_merged(sorted(pairs)))


def _common_ends(a: list[str], b: list[str], a_lo: int, a_hi: int, b_lo: int, b_hi: int) -> tuple[int, int]:
    """How many lines a range begins and ends with on both sides.

    Lines at the inner end of either that stand between them too are not taken: which of the equal ones is
    meant is to be weighed.
    """
    most = min(a_hi - a_lo, b_hi - b_lo)
    head = _common_head(a, b, a_lo, b_lo, most)
    tail = _common_tail(a, b, a_hi, b_hi, most - head)
    left_a, left_b = a_hi - a_lo - head - tail, b_hi - b_lo - head - tail
    if not 0 < left_a + left_b <= BETWEEN:
        return head, tail
    between = {*a[a_lo + head : a_hi - tail], *b[b_lo + head : b_hi - tail]}
    for _ in range(BACK):
        if head and a[a_lo + head - 1] in between:
            head -= 1
        if tail and a[a_hi - tail] in between:
            tail -= 1
    return head, tail


def common_ends(a: list[str], b: list[str]) -> tuple[int, int]:
    """How many lines two contents begin with, and how many others they end with, on both sides."""
    head = _common_head(a, b, 0, 0, min(len(a), len(b)))
    return head, _common_tail(a, b, len(a), len(b), min(len(a), len(b)) - head)


def _common_head(a: list[str], b: list[str], a_lo: int, b_lo: int, most: int) -> int:
    head, step = 0, 1
    while step and head < most:
        size = min(step, most - head)
        if a[a_lo + head : a_lo + head + size] == b[b_lo + head : b_lo + head + size]:
            head += size
            step = 2 * step
        elif size == 1:
            break
        else:
            most = head + size
            step = size // 2
    return head


def _common_tail(a: list[str], b: list[str], a_hi: int, b_hi: int, most: int) -> int:
    tail, step = 0, 1
    while step and tail < most:
        size = min(step, most - tail)
        if a[a_hi - tail - size : a_hi - tail] == b[b_hi - tail - size : b_hi - tail]:
            tail += size
            step = 2 * step
        elif size == 1:
            break
        else:
            most = tail + size
            step = size // 2
    return tail


def align_from_end(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """Like :func:`align`; where several alignments are as good, the one that is found from the other end.

    A pair that both have is the only one there is.
    """
    blocks = align(a[::-1], b[::-1])
    return [(len(a) - i - n, len(b) - j - n, n) for i, j, n in reversed(blocks)]


def without_weak_islands(blocks: Sequence[Block], lines: Sequence[str]) -> list[Block]:
    """Drop matches of a brace or blank line that stand alone amid lines that match nothing.

    Such a line says nothing of where it comes from: the text around it was written anew.
    """
    kept: list[Block] = []
    edges = [(0, 0, 0), *blocks, (0, len(lines), 0)]
    for index, block in enumerate(blocks, 1):
        _, new, size = block
        before = new - (edges[index - 1][1] + edges[index - 1][2])
        after = edges[index + 1][1] - (new + size)
        letters = sum(sum(map(str.isalnum, line)) for line in lines[new : min(new + size, new + 8)])
        if letters > WEAK_ALNUM or not before or not after or before + after <= 2 * size + 2:
            kept.append(block)
    return kept


def weigh(lines: Sequence[str]) -> int:
    """What it is worth that these lines, which stand together, are found: words more than braces."""
    return sum(_weight(line) + 1 for line in lines) - 1


def _weight(line: str) -> int:
    return _CLOSE * (4 + min(sum(map(str.isalnum, line)), 12))


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
    if rarest == 1:
        place = dict(zip(b[b_lo:b_hi], range(b_lo, b_hi), strict=True))
        return _longest_increasing(
            [(index, place[line]) for index, line in enumerate(a[a_lo:a_hi], a_lo) if line in chosen]
        )
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
    places = [place for _, place in pairs]
    if all(map(lt, places, places[1:])):
        return pairs
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

    Lines weigh by what is on them, so that a match of words is preferred to one of braces; of matches that
    weigh the same those are preferred that stand together, or next to what was matched around the range.
    """
    height, width = a_hi - a_lo, b_hi - b_lo
    best = [[0] * (width + 1) for _ in range(height + 1)]
    # What the rest of the range is worth if it begins with a match; the range's end counts as one.
    paired = [[-1] * (width + 1) for _ in range(height + 1)]
    paired[height][width] = 0
    for i in range(height - 1, -1, -1):
        row, below, line = best[i], best[i + 1], a[a_lo + i]
        weight = 0
        for j in range(width - 1, -1, -1):
            worth = below[j] if below[j] >= row[j + 1] else row[j + 1]
            if line == b[b_lo + j]:
                weight = weight or _weight(line)
                paired[i][j] = weight + max(below[j + 1], paired[i + 1][j + 1] + 1)
                worth = max(worth, paired[i][j])
            row[j] = worth
    pairs: list[Block] = []
    i = j = 0
    close = 1
    while i < height and j < width:
        if paired[i][j] >= 0 and paired[i][j] + close > max(best[i + 1][j], best[i][j + 1]):
            pairs.append((a_lo + i, b_lo + j, 1))
            close = int(paired[i + 1][j + 1] + 1 >= best[i + 1][j + 1])
            i += 1
            j += 1
        else:
            close = 0
            if best[i + 1][j] >= best[i][j + 1]:
                i += 1
            else:
                j += 1
    return pairs
