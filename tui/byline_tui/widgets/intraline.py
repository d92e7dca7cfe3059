"""Which removed and added line are one line reworded, and the words in them that really changed.

After delta (https://github.com/dandavison/delta, ``edits.rs``): within a block of removed and added lines
each removed one is paired with the first added one after the last pair that is near enough to it, where
nearness is counted in words.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from byline.review.model import DiffLine
from byline.text import safe_line

Span = tuple[int, int]

MAX_LINE = 2000
"""Characters of a line that are shown; what is longer ends in an ellipsis, and is not compared."""

FARTHEST = 0.6
"""The share of both lines' characters that may differ between the two of a pair."""

MAX_BLOCK = 64
"""Removed or added lines up to which a block is searched for pairs; larger ones are paired by position."""

REACH = 8
"""Added lines that are looked at for one removed line."""

MAX_WORDS = 400
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


def blocks(lines: Sequence[DiffLine]) -> Iterator[tuple[list[int], list[int]]]:
    """The indexes of removed lines and of the added ones behind them, by block; either may be empty."""
    removed: list[int] = []
    added: list[int] = []
    for at, line in enumerate(lines):
        if line.kind == "removed" and not added:
            removed.append(at)
        elif line.kind == "added":
            added.append(at)
        else:
            if removed or added:
                yield removed, added
            removed, added = ([at] if line.kind == "removed" else []), []
    if removed or added:
        yield removed, added


def partners(
    lines: Sequence[DiffLine], removed: Sequence[int], added: Sequence[int]
) -> list[tuple[int, int]]:
    """The pairs (removed, added) of a block, in order."""
    if len(removed) > MAX_BLOCK or len(added) > MAX_BLOCK:
        return list(zip(removed, added, strict=False)) if len(removed) == len(added) else []
    pairs: list[tuple[int, int]] = []
    first = 0
    for old in removed:
        for at in range(first, min(first + REACH, len(added))):
            if _is_near(lines[old].content, lines[added[at]].content):
                pairs.append((old, added[at]))
                first = at + 1
                break
    return pairs


def changed_parts(lines: Sequence[DiffLine]) -> dict[int, list[Span]]:
    """Per index of a hunk's line: the stretches of its safe text that its partner does not have."""
    parts: dict[int, list[Span]] = {}
    for removed, added in blocks(lines):
        for old, new in partners(lines, removed, added):
            found = _differing(lines[old].content, lines[new].content)
            if found is not None:
                parts[old], parts[new] = found
    return parts


def _words(text: str) -> list[str]:
    return _WORDS.findall(text)


def _is_near(old: str, new: str) -> bool:
    if max(len(old), len(new)) > MAX_LINE:
        return False
    old, new = old.strip(), new.strip()
    if old == new:
        return True
    # Nothing is shared that the lengths do not allow: most pairs are told apart by this alone.
    if not old or not new or 2 * min(len(old), len(new)) < (1 - FARTHEST) * (len(old) + len(new)):
        return False
    a, b = _words(old), _words(new)
    if max(len(a), len(b)) > MAX_WORDS:
        return False
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.quick_ratio() < (1 - FARTHEST) / 2:
        return False
    same = sum(
        len(word.strip())
        for block in matcher.get_matching_blocks()
        for word in a[block.a : block.a + block.size]
    )
    total = sum(len(word.strip()) for word in (*a, *b))
    return 1 - 2 * same / max(total, 1) <= FARTHEST


def _differing(old: str, new: str) -> tuple[list[Span], list[Span]] | None:
    if max(len(old), len(new)) > MAX_LINE:
        return None
    a, b = _words(safe_line(old)), _words(safe_line(new))
    if max(len(a), len(b)) > MAX_WORDS or not _is_near(old, new):
        return None
    olds: list[Span] = []
    news: list[Span] = []
    starts_a, starts_b = _starts(a), _starts(b)
    for tag, a_lo, a_hi, b_lo, b_hi in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            _add(olds, starts_a[a_lo], starts_a[a_hi], a, starts_a)
            _add(news, starts_b[b_lo], starts_b[b_hi], b, starts_b)
    return olds, news


def _starts(words: Sequence[str]) -> list[int]:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts


def _add(spans: list[Span], start: int, end: int, words: Sequence[str], starts: Sequence[int]) -> None:
    """Add a span; a mere space between two is no reason to tell them apart."""
    if start == end:
        return
    if spans:
        last = spans[-1][1]
        between = "".join(word for word, at in zip(words, starts, strict=False) if last <= at < start)
        if not between.strip():
            spans[-1] = (spans[-1][0], end)
            return
    spans.append((start, end))
