"""Blocks that vanished from their place and stand elsewhere in the commit."""

from byline.attribution import Credit, Origin
from byline.attribution.moves import Vanished, find_moves

CREDIT = Credit("ai", "exact", Origin(1, "cc_1", None, "call", "opus", "Edit", 1))
BLOCK = ["def alpha(value):", "    total = value", "    return total"]


def vanished(*lines: str) -> list[Vanished]:
    return [Vanished(line, CREDIT) for line in lines]


def test_three_lines_in_a_row_are_found_and_grow_as_far_as_they_agree() -> None:
    found = find_moves([vanished(*BLOCK, "", "x = 1")], [["import os", *BLOCK, "", "y = 2"]])
    assert sorted(found) == [(0, 1), (0, 2), (0, 3), (0, 4)]
    assert {credit.match for credit in found.values()} == {"moved"}


def test_one_line_needs_twenty_letters_or_digits() -> None:
    long, short = "compute_everything_from(customer)", "return total"
    assert list(find_moves([vanished(long)], [[long]])) == [(0, 0)]
    assert find_moves([vanished(short)], [[short]]) == {}


def test_a_block_that_stands_twice_on_either_side_is_nobodys() -> None:
    assert find_moves([vanished(*BLOCK)], [BLOCK, BLOCK]) == {}
    assert find_moves([vanished(*BLOCK), vanished(*BLOCK)], [BLOCK]) == {}


def test_blocks_of_braces_say_nothing() -> None:
    braces = ["}", "", "}", "{"]
    assert find_moves([vanished(*braces)], [braces]) == {}
