"""How lines died: replaced, taken back, or gone together without a record."""

from byline.attribution.fate import Fates
from byline.attribution.weave import Weave


def line_of(weave: Weave, text: str) -> int:
    return weave.text.index(text, 1)


def test_a_line_taken_away_again_is_undone() -> None:
    weave = Weave(["a", "b"])
    weave.begin_state(0)
    weave.splice(1, 0, ["written"])
    weave.begin_state(1)
    weave.splice(1, 1, [])
    assert Fates(weave).is_undone(line_of(weave, "written"), 2)
    assert not Fates(weave).is_undone(line_of(weave, "written"), 1)


def test_a_line_that_gave_way_to_what_it_had_replaced_is_undone() -> None:
    weave = Weave(["limit = 10"])
    weave.begin_state(0)
    weave.splice(0, 1, ["limit = 30"])
    weave.begin_state(1)
    weave.splice(0, 1, ["limit = 10"])
    assert Fates(weave).is_undone(line_of(weave, "limit = 30"), 2)


def test_a_line_that_was_replaced_by_another_is_not_undone() -> None:
    weave = Weave(["limit = 10"])
    weave.begin_state(0)
    weave.splice(0, 1, ["limit = 30"])
    weave.begin_state(1)
    weave.splice(0, 1, ["limit = 60"])
    assert not Fates(weave).is_undone(line_of(weave, "limit = 30"), 2)


def test_a_line_that_nobody_wrote_cannot_be_undone() -> None:
    weave = Weave(["base"])
    weave.begin_state(0)
    weave.splice(0, 1, [])
    assert not Fates(weave).is_undone(line_of(weave, "base"), 1)


def test_lines_that_vanished_together_in_one_place_are_one_loss() -> None:
    weave = Weave(["a", "b"])
    weave.begin_state(0)
    weave.splice(1, 0, ["one", "two"])
    weave.observe(["a", "b"])
    loss = Fates(weave).loss(line_of(weave, "one"))
    assert [weave.text[line] for line in loss.lines] == ["one", "two"]
