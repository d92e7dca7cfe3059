"""Recorded lines found again in another form, inside one replaced block."""

from byline.attribution.rewritten import Rewritten, find_rewritten


def test_wrapped_lines_are_the_line_they_were() -> None:
    missing = ["result = call(first_argument, second_argument)"]
    new = ["result = call(", "    first_argument,", "    second_argument,", ")"]
    assert find_rewritten(missing, new) == [Rewritten(index, (0,), "reformatted") for index in range(4)]


def test_a_joined_line_is_all_the_lines_it_was() -> None:
    assert find_rewritten(["call(", "    alpha,", ")"], ["call(alpha)"]) == [
        Rewritten(0, (0, 1, 2), "reformatted")
    ]


def test_a_changed_word_makes_it_edited() -> None:
    missing = ["limit = compute_limit(user, request, window)"]
    assert find_rewritten(missing, ["limit = compute_limit(user, response, window)"]) == [
        Rewritten(0, (0,), "edited")
    ]


def test_lines_are_paired_in_order() -> None:
    missing = ["alpha beta gamma one", "delta epsilon zeta two"]
    new = ["alpha beta gamma three", "something else entirely here", "delta epsilon zeta four"]
    assert find_rewritten(missing, new) == [
        Rewritten(0, (0,), "edited"),
        Rewritten(2, (1,), "edited"),
    ]


def test_lone_braces_are_no_reformatting() -> None:
    assert find_rewritten(["}", "    )"], ["  }", ")"]) == []


def test_unrelated_lines_are_nothing() -> None:
    assert find_rewritten(["def f(a):", "    return a"], ["import os", "print(os.getcwd())"]) == []
    assert find_rewritten([], ["x"]) == []
    assert find_rewritten(["x"], []) == []
