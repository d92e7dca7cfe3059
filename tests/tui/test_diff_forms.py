"""The forms a diff is brought into: context, white space, moved blocks, pairs. All pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.attribution import NO_EDIT
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline_tui.widgets.diff_context import ALL, hidden_above, with_context
from byline_tui.widgets.diff_layout import NONE, DiffLayout
from byline_tui.widgets.diff_moved import Elsewhere, moved_lines
from byline_tui.widgets.diff_space import ONLY_SPACE, without_space_changes
from byline_tui.widgets.intraline import changed_parts


def diff(path: str, old: list[str], new: list[str], *hunks: tuple[int, int, str]) -> ReviewedFile:
    """A file with hunks given as first old line, first new line and marks (``" "``, ``"-"``, ``"+"``)."""
    made = []
    for first_old, first_new, marks in hunks:
        lines, o, n = [], first_old, first_new
        for mark in marks:
            if mark == "-":
                lines.append(DiffLine("removed", o, None, old[o - 1], NO_EDIT))
            elif mark == "+":
                lines.append(DiffLine("added", None, n, new[n - 1], NO_EDIT))
            else:
                lines.append(DiffLine("context", o, n, new[n - 1], None))
            o, n = o + (mark != "+"), n + (mark != "-")
        counts = o - first_old, n - first_new
        made.append(
            ReviewedHunk(
                first_old - (not counts[0]),
                counts[0],
                first_new - (not counts[1]),
                counts[1],
                "",
                tuple(lines),
            )
        )
    return ReviewedFile(path, path, "modified", False, tuple(made))


NEW = [f"line {n}" for n in range(1, 41)]
OLD = [*NEW[:9], "was ten", *NEW[10:29], "was thirty", "gone", *NEW[30:]]
FILE = diff("a.py", OLD, NEW, (10, 10, "-+"), (30, 30, "--+"))


def shown(file: ReviewedFile) -> list[list[tuple[int | None, int | None, str]]]:
    return [[(line.old_number, line.new_number, line.content) for line in hunk.lines] for hunk in file.hunks]


def test_context_is_unfolded_above_and_below_with_both_numbers() -> None:
    widened = with_context(FILE, NEW, {0: (2, 1)})
    assert shown(widened.file)[0] == [
        (8, 8, "line 8"), (9, 9, "line 9"), (10, None, "was ten"), (None, 10, "line 10"), (11, 11, "line 11"),
    ]  # fmt: skip
    hunk = widened.file.hunks[0]
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (8, 4, 8, 4)
    assert widened.spans == ((0, 0), (1, 1))
    assert shown(widened.file)[1] == shown(FILE)[1]


def test_hunks_that_meet_become_one() -> None:
    widened = with_context(FILE, NEW, {0: (0, 10), 1: (10, 0)})
    assert widened.spans == ((0, 1),)
    assert len(widened.file.hunks) == 1
    assert [new for _, new, _ in shown(widened.file)[0] if new] == list(range(10, 31))


def test_the_whole_file_can_be_unfolded_and_old_numbers_follow_what_was_taken_out() -> None:
    widened = with_context(FILE, NEW, {0: (ALL, ALL), 1: (ALL, ALL)})
    lines = shown(widened.file)[0]
    assert [content for _, new, content in lines if new] == NEW
    assert [content for old, _, content in lines if old] == OLD
    assert hidden_above(widened.file, 0) == 0


def test_the_lines_folded_above_a_hunk_are_counted() -> None:
    assert [hidden_above(FILE, at) for at in range(2)] == [9, 19]


@given(st.dictionaries(st.integers(0, 1), st.tuples(st.integers(0, 60), st.integers(0, 60))))
def test_unfolding_shows_no_line_twice_and_in_order(wider: dict[int, tuple[int, int]]) -> None:
    numbers = [new for hunk in shown(with_context(FILE, NEW, wider).file) for _, new, _ in hunk if new]
    assert numbers == sorted(set(numbers))
    assert {10, 30} <= set(numbers)


def test_changes_in_white_space_alone_become_context() -> None:
    file = diff("a.py", ["if x:", "y()", "z()"], ["if x:", "    y()", "w()"], (1, 1, " --++"))
    (hunk,) = without_space_changes(file).hunks
    assert [(line.kind, line.content) for line in hunk.lines] == [
        ("context", "if x:"), ("context", "    y()"), ("removed", "z()"), ("added", "w()"),
    ]  # fmt: skip
    assert (hunk.lines[1].old_number, hunk.lines[1].new_number) == (2, 2)


def test_a_file_that_changed_in_white_space_only_says_so() -> None:
    file = without_space_changes(diff("a.py", ["a b"], ["a  b"], (1, 1, "-+")))
    assert (file.hunks, file.notes) == ((), (ONLY_SPACE,))


def test_a_file_without_such_changes_stays_as_it_is() -> None:
    assert without_space_changes(FILE) is FILE


BLOCK = ["def a_function_that_moves(value):", "    return value * 2", ""]


def test_a_block_that_changed_its_place_is_known_at_both_ends() -> None:
    one = diff("one.py", ["x", *BLOCK, "y"], ["x", "y"], (1, 1, " --- "))
    two = diff("two.py", ["z"], ["z", "new", *BLOCK], (1, 1, " ++++"))
    moved = moved_lines([one, two])
    assert moved[(1, "added", 3)] == Elsewhere("one.py", 2)
    assert moved[(0, "removed", 3)] == Elsewhere("two.py", 4)
    assert (1, "added", 2) not in moved


def test_a_short_line_that_is_there_by_chance_has_not_moved() -> None:
    file = diff("a.py", ["x = 1", "k"], ["k", "x = 1"], (1, 1, "- +"))
    assert moved_lines([file]) == {}


def test_words_that_changed_are_marked_and_the_others_are_not() -> None:
    file = diff(
        "a.py", ["send(path, times=3)", "nothing alike"], ["send(path, url, times=5)", "quite other"],
        (1, 1, "--++"),
    )  # fmt: skip
    lines = file.hunks[0].lines
    assert changed_parts(lines) == {0: [(17, 18)], 2: [(11, 16), (22, 23)]}


def test_a_line_is_paired_with_the_one_it_is_like_and_not_with_the_first() -> None:
    file = diff("a.py", ["call(alpha, beta)"], ["import something", "call(alpha, gamma)"], (1, 1, "-++"))
    layout = DiffLayout([file], split=True)
    assert [(row.left, row.right) for row in map(layout.row, range(2, 4))] == [(NONE, 1), (0, 2)]


@pytest.mark.parametrize("size", [500, 5_000])
def test_large_blocks_are_laid_out_side_by_side_by_position(size: int) -> None:
    old, new = [f"old {n}" for n in range(size)], [f"new {n}" for n in range(size)]
    layout = DiffLayout([diff("a.py", old, new, (1, 1, "-" * size + "+" * size))], split=True)
    assert len(layout) == size + 2
    assert (layout.row(2).left, layout.row(2).right) == (0, size)


@given(st.text(alphabet="-+ ", min_size=1, max_size=30))
def test_side_by_side_every_line_stands_once_and_in_order(marks: str) -> None:
    texts = [f"word{n % 3} tail" for n in range(40)]
    file = diff("a.py", texts, texts, (1, 1, marks))
    layout = DiffLayout([file], split=True)
    rows = [row for y in range(len(layout)) if (row := layout.row(y)).kind == "line"]
    lines = file.hunks[0].lines
    left = [row.left for row in rows if row.left != NONE]
    right = [row.right for row in rows if row.right != NONE]
    assert left == [at for at, line in enumerate(lines) if line.kind != "added"]
    assert right == [at for at, line in enumerate(lines) if line.kind != "removed"]


def test_a_layout_like_another_takes_over_what_did_not_change() -> None:
    other = diff("b.py", ["a"], ["b"], (1, 1, "-+"))
    before = DiffLayout([FILE, other])
    wider = with_context(FILE, NEW, {0: (3, 3)}).file
    after = DiffLayout([wider, other], like=before)
    assert after.rows_of_file[1] is before.rows_of_file[1]
    assert after.counts == before.counts
    assert len(after) == len(before) + 6
