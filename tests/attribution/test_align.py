"""Aligning two sequences of lines."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from byline.attribution.align import align

LINES = st.lists(st.sampled_from(["a", "b", "c", "}", "", "unique 1", "unique 2"]), max_size=60)


@given(LINES, LINES)
def test_blocks_are_equal_in_order_and_maximal(a: list[str], b: list[str]) -> None:
    blocks = align(a, b)
    for i, j, size in blocks:
        assert size > 0
        assert a[i : i + size] == b[j : j + size]
    for (i, j, size), (next_i, next_j, _) in pairwise(blocks):
        assert i + size <= next_i
        assert j + size <= next_j
        assert (i + size, j + size) != (next_i, next_j)


@given(LINES)
def test_equal_sequences_are_one_block(lines: list[str]) -> None:
    assert align(lines, lines) == ([(0, 0, len(lines))] if lines else [])


@given(LINES, LINES, LINES)
def test_what_is_inserted_in_the_middle_costs_no_match_around_it(
    head: list[str], middle: list[str], tail: list[str]
) -> None:
    matched = sum(size for _, _, size in align(head + tail, head + middle + tail))
    assert matched == len(head) + len(tail)


def test_a_unique_line_anchors_its_surroundings() -> None:
    a = ["}", "x", "anchor line", "}", "y"]
    b = ["}", "q", "anchor line", "}", "z"]
    assert align(a, b) == [(0, 0, 1), (2, 2, 2)]


def test_words_are_preferred_to_braces() -> None:
    assert align(["}", "call(value)"], ["call(value)", "}"]) == [(1, 0, 1)]


def test_a_long_file_with_repeated_lines_is_aligned_almost_whole() -> None:
    chance = random.Random(7)
    a = [f"line {chance.randrange(400)}" for _ in range(20_000)]
    b = list(a)
    for place in sorted(chance.sample(range(20_000), 200), reverse=True):
        b[place : place + 1] = [] if place % 2 else ["new", "lines"]
    assert sum(size for _, _, size in align(a, b)) >= 19_790
