"""Finding the place of a hunk."""

from byline.attribution.edit import comparable, new_side, old_side
from byline.attribution.locate import place_as_recorded, place_by_context
from byline.patch import Hunk
from byline.patch.hunk_body import read_hunk

LINES = [f"line {number}" for number in range(1, 21)]


def hunk(start: int, *body: str) -> Hunk:
    return read_hunk(start, start, body)


def test_the_two_sides_of_a_hunk_are_what_it_expects_and_what_it_leaves() -> None:
    mixed = hunk(4, " a", "-b", "+B", "+C", " d", "-e", " f", "+g")
    assert old_side(mixed) == ["a", "b", "d", "e", "f"]
    assert new_side(mixed) == ["a", "B", "C", "d", "f", "g"]


def test_carriage_returns_at_line_ends_do_not_count() -> None:
    assert comparable("a\r\nb\n\r\n") == ("a", "b", "")
    assert old_side(hunk(1, " a\r", "-b\r")) == ["a", "b"]


def test_a_hunk_is_placed_as_recorded_only_if_all_it_expects_stands_there() -> None:
    good = hunk(5, " line 5", "-line 6", "+six", " line 7")
    assert place_as_recorded([good], LINES) == [(4, 3, ["line 5", "six", "line 7"])]
    assert place_as_recorded([good], ["typed", *LINES]) is None
    assert place_as_recorded([hunk(40, " line 5", "+x")], LINES) is None


def test_an_insertion_without_context_goes_behind_its_recorded_line() -> None:
    assert place_as_recorded([read_hunk(3, 4, ["+x"])], LINES) == [(3, 0, ["x"])]


def test_a_drifted_hunk_is_found_by_its_own_lines() -> None:
    placed = place_by_context([hunk(5, " line 5", "-line 6", "+six")], ["new"] * 3 + LINES, numbered=True)
    assert placed == [(7, 2, ["line 5", "six"])]


def test_of_several_places_the_nearest_to_the_recorded_one_is_taken() -> None:
    lines = ["start", "same", "x"] * 5
    wanted = hunk(8, " same", "+y")
    assert place_by_context([wanted], lines, numbered=True) == [(7, 1, ["same", "y"])]
    assert place_by_context([wanted], lines, numbered=False) is None


def test_later_hunks_drift_with_the_first_and_come_after_it() -> None:
    lines = ["a", "same", "b", "same", "c", "same"]
    placed = place_by_context([hunk(1, " b", "+1"), hunk(2, " same", "+2")], lines, numbered=True)
    assert placed == [(2, 1, ["b", "1"]), (3, 1, ["same", "2"])]


def test_changed_outer_context_is_forgiven_where_only_one_place_is_left() -> None:
    wanted = hunk(4, " line 4", " line 5", "-line 6", "+six", " line 7")
    changed = [line.replace("line 4", "other") for line in LINES]
    assert place_by_context([wanted], changed, numbered=True) == [(4, 2, ["line 5", "six"])]


def test_a_hunk_whose_removed_line_is_gone_has_no_place() -> None:
    assert place_by_context([hunk(5, " line 5", "-never there", "+x")], LINES, numbered=True) is None


def test_blank_lines_alone_are_no_place() -> None:
    assert place_by_context([hunk(9, " ", "+x", " ")], ["", "", "a", "", ""], numbered=True) is None
