"""The causal order of edits."""

from byline.attribution import Edit, Origin
from byline.attribution.order import CausalOrder

A, B, C = ("a",), ("a", "b"), ("a", "b", "c")


def edit(number: int, before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> Edit:
    return Edit(Origin(number, "cc", None, None, None, None, number), (), before, after)


def numbers(edits: list[Edit]) -> list[int]:
    return [entry.origin.edit_id for entry in CausalOrder().of(edits)]


def test_the_given_order_stays_where_nothing_contradicts_it() -> None:
    assert numbers([edit(1, A, B), edit(2, B, C), edit(3, None, None)]) == [1, 2, 3]


def test_an_edit_that_found_anothers_result_follows_it() -> None:
    assert numbers([edit(1, B, C), edit(2, A, B)]) == [2, 1]


def test_a_whole_chain_given_backwards_is_turned_round() -> None:
    assert numbers([edit(1, C, A + C), edit(2, B, C), edit(3, A, B)]) == [3, 2, 1]


def test_contents_that_come_back_make_no_endless_chain() -> None:
    assert sorted(numbers([edit(1, B, A), edit(2, A, B), edit(3, B, A)])) == [1, 2, 3]


def test_of_several_makers_one_before_it_will_do() -> None:
    assert numbers([edit(1, A, B), edit(2, B, C), edit(3, A, B)]) == [1, 2, 3]


def test_an_edit_that_undoes_another_one_leaves_what_that_one_found_and_stays_behind_it() -> None:
    # Something nobody recorded led to B before the first of them.
    assert numbers([edit(1, None, A), edit(2, B, C), edit(3, C, B)]) == [1, 2, 3]
