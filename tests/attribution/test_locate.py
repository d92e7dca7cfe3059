"""Finding the place of a hunk."""

from byline.attribution.edit import comparable, new_side, old_side
from byline.attribution.locate import place_as_recorded, place_by_context, region_seen
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
    assert place_as_recorded([good], LINES) == [(5, 1, ["six"])]
    assert place_as_recorded([good], ["typed", *LINES]) is None
    assert place_as_recorded([hunk(40, " line 5", "+x")], LINES) is None


def test_an_insertion_without_context_goes_behind_its_recorded_line() -> None:
    assert place_as_recorded([read_hunk(3, 4, ["+x"])], LINES) == [(3, 0, ["x"])]


def test_a_drifted_hunk_is_found_by_its_own_lines() -> None:
    placed = place_by_context([hunk(5, " line 5", "-line 6", "+six")], ["new"] * 3 + LINES, "recorded")
    assert placed == [(8, 1, ["six"])]


def test_of_several_places_the_nearest_to_the_recorded_one_is_taken() -> None:
    lines = ["start", "same", "x"] * 5
    wanted = hunk(8, " same", "+y")
    assert place_by_context([wanted], lines, "recorded") == [(8, 0, ["y"])]
    assert place_by_context([wanted], lines, "only") is None
    assert place_by_context([wanted], lines, "first") == [(2, 0, ["y"])]


def test_later_hunks_drift_with_the_first_and_come_after_it() -> None:
    lines = ["a", "same", "b", "same", "c", "same"]
    placed = place_by_context([hunk(1, " b", "+1"), hunk(2, " same", "+2")], lines, "recorded")
    assert placed == [(3, 0, ["1"]), (4, 0, ["2"])]


def test_changed_outer_context_is_forgiven_where_only_one_place_is_left() -> None:
    wanted = hunk(4, " line 4", " line 5", "-line 6", "+six", " line 7")
    changed = [line.replace("line 4", "other") for line in LINES]
    assert place_by_context([wanted], changed, "recorded") == [(5, 1, ["six"])]


def test_a_hunk_whose_removed_line_is_gone_has_no_place() -> None:
    assert place_by_context([hunk(5, " line 5", "-never there", "+x")], LINES, "recorded") is None


def test_blank_lines_alone_are_no_place() -> None:
    assert place_by_context([hunk(9, " ", "+x", " ")], ["", "", "a", "", ""], "recorded") is None


def test_each_run_of_touched_lines_has_its_place_and_context_between_is_left_alone() -> None:
    wanted = hunk(3, " line 3", "-line 4", " line 5", "+x", " line 6", "-line 7", "+seven")
    assert place_as_recorded([wanted], LINES) == [(3, 1, []), (5, 0, ["x"]), (6, 1, ["seven"])]


def test_a_region_is_seen_where_half_of_what_a_hunk_expects_still_stands() -> None:
    lines = [*LINES[:9], "typed", *LINES[9:]]
    assert region_seen(hunk(9, " line 9", " line 10", "-line 11"), lines, 0) == (8, 4)
    assert region_seen(hunk(9, " other 9", " other 10", "-line 11"), lines, 0) is None
