"""Aligning two sequences of lines."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from byline.attribution.align import align, align_from_end, without_weak_islands

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


@given(LINES, LINES)
def test_from_the_end_blocks_are_equal_and_in_order_too(a: list[str], b: list[str]) -> None:
    blocks = align_from_end(a, b)
    assert all(a[i : i + size] == b[j : j + size] for i, j, size in blocks)
    assert all(one[0] + one[2] <= two[0] and one[1] + one[2] <= two[1] for one, two in pairwise(blocks))


def test_a_line_that_may_be_either_of_two_is_taken_as_one_from_the_front_and_as_the_other_from_the_end() -> (
    None
):
    a, b = ["head", "}", "}", "tail"], ["head", "}", "tail"]
    paired = [
        {(i + at, j + at) for i, j, size in found for at in range(size)}
        for found in (align(a, b), align_from_end(a, b))
    ]
    assert {pair for pair in paired[0] if pair[1] == 1} != {pair for pair in paired[1] if pair[1] == 1}


def test_of_two_equal_lines_the_one_that_stands_beside_what_it_stood_beside_is_meant() -> None:
    a = ["one", "}", "two", "three", "}", "four"]
    b = ["three", "}", "four"]
    assert align(a, b) == align_from_end(a, b) == [(3, 0, 3)]


def test_a_brace_alone_amid_new_text_is_no_match() -> None:
    lines = ["new one", "new two", "new three", "}", "new four", "new five"]
    assert without_weak_islands([(0, 3, 1)], lines) == []
    assert without_weak_islands([(0, 0, 1)], ["}", "new one"]) == [(0, 0, 1)]
