"""What holds for every history, whoever edits and whoever does not record: truth is known line by line."""

from random import Random

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


def test_of_a_hundred_histories_at_least_995_of_1000_recorded_lines_are_found() -> None:
    distinct, common = over(range(100))
    assert distinct.wrong == []
    assert distinct.recorded > 4000
    assert distinct.recall >= 0.995
    assert common.precision >= 0.995


def test_where_everything_is_recorded_and_committed_whole_common_lines_are_their_authors_too() -> None:
    _, common = over(range(100), Taste(people=False, stale=False, partial=False))
    assert common.recorded > 1000
    assert common.wrong + common.missed == []


def test_contents_before_and_after_every_edit_find_all_but_a_few_in_ten_thousand() -> None:
    distinct, _ = over(range(100), Taste(styles=("contents",)))
    assert distinct.wrong == []
    assert distinct.recall >= 0.999
