"""A memory that forgets what was not asked for longest."""

import pytest

from byline.review.bounded import Bounded


def test_what_was_not_used_longest_goes_first_once_all_weighs_too_much() -> None:
    memory: Bounded[str, str] = Bounded(6, len)
    memory["a"], memory["b"], memory["c"] = "aa", "bb", "cc"
    assert memory["a"] == "aa"
    memory["d"] = "dd"
    assert ["a" in memory, "b" in memory, "c" in memory, "d" in memory] == [True, False, True, True]


def test_a_value_that_is_replaced_weighs_once() -> None:
    memory: Bounded[str, str] = Bounded(6, len)
    memory["a"], memory["b"] = "aa", "bb"
    memory["b"] = "bbbb"
    assert (memory["a"], memory["b"]) == ("aa", "bbbb")


def test_one_value_stays_however_heavy_and_clearing_forgets_all() -> None:
    memory: Bounded[str, str] = Bounded(1, len)
    memory["a"] = "heavy"
    assert memory["a"] == "heavy"
    memory.clear()
    with pytest.raises(KeyError):
        memory["a"]
