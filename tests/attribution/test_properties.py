"""What holds for every history, whoever edits and whoever does not record: truth is known line by line."""

from random import Random

import pytest
from histories import PLAIN, Taste, play
from hypothesis import given, settings
from hypothesis import strategies as st
from verdicts import Tally, judge_history

SEEDS = st.integers(0, 10**6)
EXAMPLES = settings(max_examples=60)


def over(seeds: range, taste: Taste = PLAIN) -> tuple[Tally, Tally]:
    distinct, common = Tally(), Tally()
    for seed in seeds:
        for total, found in zip((distinct, common), judge_history(play(Random(seed), taste)), strict=True):
            total.add(found, f"seed {seed}, ")
    return distinct, common


@EXAMPLES
@given(seed=SEEDS)
def test_a_distinct_line_is_never_credited_to_an_edit_that_did_not_write_or_remove_it(seed: int) -> None:
    distinct, _ = judge_history(play(Random(seed)))
    assert distinct.wrong == []


@EXAMPLES
@given(seed=SEEDS)
def test_no_distinct_line_is_given_away_when_people_reformat_and_reword_either(seed: int) -> None:
    distinct, _ = judge_history(play(Random(seed), Taste(reformat=True, reword=True)))
    assert distinct.wrong == []


@EXAMPLES
@given(seed=SEEDS)
def test_where_everything_is_recorded_and_committed_whole_every_distinct_line_is_found(seed: int) -> None:
    distinct, _ = judge_history(play(Random(seed), Taste(people=False, stale=False, partial=False)))
    assert distinct.wrong + distinct.missed == []


def test_of_plain_histories_no_line_is_given_away_and_at_least_995_of_1000_recorded_ones_are_found() -> None:
    distinct, common = over(range(200))
    assert distinct.wrong + common.wrong == []
    assert distinct.recorded > 9000
    assert common.recorded > 2500
    assert (distinct.found + common.found) / (distinct.recorded + common.recorded) >= 0.995


def test_where_everything_is_recorded_and_committed_whole_common_lines_are_their_authors_too() -> None:
    _, common = over(range(100), Taste(people=False, stale=False, partial=False))
    assert common.recorded > 1000
    assert common.wrong + common.missed == []


@pytest.mark.parametrize(
    ("taste", "least"),
    [
        pytest.param(Taste(styles=("contents",)), 0.999, id="contents before and after"),
        pytest.param(Taste(styles=("numbered",)), 0.99, id="numbered hunks"),
        pytest.param(Taste(styles=("strings",)), 0.97, id="strings"),
        pytest.param(Taste(stale=False, partial=False), 0.995, id="whole commits"),
        pytest.param(Taste(people=False), 0.999, id="partial commits of what is all recorded"),
    ],
)
def test_however_edits_are_recorded_and_committed_no_line_is_given_away(taste: Taste, least: float) -> None:
    distinct, common = over(range(100), taste)
    assert distinct.wrong + common.wrong == []
    assert (distinct.found + common.found) / (distinct.recorded + common.recorded) >= least


@pytest.mark.parametrize(
    ("taste", "precision", "recall"),
    [
        pytest.param(Taste(reformat=True), 0.9995, 0.98, id="reformat"),
        pytest.param(Taste(reword=True), 0.9995, 0.99, id="reword"),
        pytest.param(Taste(retype=True), 0.999, 0.99, id="retype"),
        pytest.param(Taste(reformat=True, reword=True, retype=True), 0.999, 0.98, id="all three"),
    ],
)
def test_what_people_do_to_recorded_lines_costs_little(taste: Taste, precision: float, recall: float) -> None:
    distinct, common = over(range(100), taste)
    assert (distinct.right + common.right) / (distinct.credited + common.credited) >= precision
    assert (distinct.found + common.found) / (distinct.recorded + common.recorded) >= recall
