"""A memory that forgets what was not asked for longest."""

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


def test_one_value_stays_however_heavy() -> None:
    memory: Bounded[str, str] = Bounded(1, len)
    memory["a"] = "heavy"
    assert memory["a"] == "heavy"


def test_a_value_that_grew_weighs_what_it_weighs_when_it_is_set_again() -> None:
    memory: Bounded[str, list[str]] = Bounded(4, len)
    growing: list[str] = ["a"]
    memory["grows"] = growing
    memory["other"] = ["b"]
    growing += ["c", "d", "e"]
    memory["grows"] = growing
    assert "other" not in memory
    memory["small"] = ["f"]
    assert "grows" not in memory
    assert "small" in memory


def test_what_is_not_to_be_kept_is_forgotten() -> None:
    memory: Bounded[str, str] = Bounded(6, len)
    memory["one"], memory["two"] = "aa", "b"
    memory.keep(lambda value: value == "b")
    assert ("one" in memory, "two" in memory) == (False, True)
