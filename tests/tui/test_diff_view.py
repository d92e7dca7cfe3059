"""The diff of a review and its gutter, drawn from values."""

from collections.abc import Callable, Sequence

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from byline.attribution import NO_EDIT, Contributor, Credit, Origin
from byline.patch import Match
from byline.review.authors import (
    DARK_COLOURS,
    HUMAN,
    UNKNOWN,
    Marks,
    Who,
    parts_of_bar,
    percent,
    ranked,
    sessions_of,
)
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline_tui.diff_shape import Grouping
from byline_tui.theme import DARK, THEMES, further_colours
from byline_tui.widgets.diff_layout import DiffLayout
from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.diff_view import DiffView
from byline_tui.widgets.intraline import changed_parts

OPUS, GPT = "claude-opus-4-6-20260101", "gpt-5.5"
ADA, BEA = "cc_ada", "cx_bea"


def credit(session_id: str, model: str, match: Match = "exact", who: Contributor = "ai") -> Credit:
    return Credit(who, match, Origin(1, session_id, "m1", "t1", model, "Edit", 1_763_380_800_000))


def added(number: int, content: str, by: Credit = NO_EDIT) -> DiffLine:
    return DiffLine("added", None, number, content, by)


def removed(number: int, content: str, by: Credit = NO_EDIT) -> DiffLine:
    return DiffLine("removed", number, None, content, by)


def context(old: int, new: int, content: str) -> DiffLine:
    return DiffLine("context", old, new, content, None)


def file_of(path: str, *hunks: Sequence[DiffLine]) -> ReviewedFile:
    made = tuple(ReviewedHunk(9, len(lines), 9, len(lines), "def send():", tuple(lines)) for lines in hunks)
    return ReviewedFile(path, path, "modified", False, made)


UPLOAD = file_of(
    "src/upload.py",
    [
        context(9, 9, "import os"),
        added(10, "from .retry import retry", credit(ADA, OPUS)),
        removed(10, "def send(path):", credit(BEA, GPT)),
        added(11, "def send(path, *, attempts=3):", credit(BEA, GPT)),
        added(12, "    for delay in retry(attempts):", credit(ADA, OPUS, "edited", "mixed")),
        added(13, "\t\tsleep(delay)", credit(ADA, OPUS, "reformatted")),
        added(14, "        # TODO: ask Mia", NO_EDIT),
        added(15, "        put(path)", credit(ADA, OPUS, "moved")),
        context(11, 16, "    return 1"),
        added(17, "x = 1", Credit("human")),
    ],
)
ICON = ReviewedFile("icon.png", "", "added", True, (), ("binary file",))


class Viewer(App[None]):
    """One diff, in Byline's theme."""

    def __init__(
        self, files: Sequence[ReviewedFile], *, split: bool = False, grouping: Grouping = "session"
    ) -> None:
        super().__init__()
        self.files = files
        self.diff_layout = DiffLayout(files, split=split, grouping=grouping)
        for theme in THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return further_colours(dark=True)

    def compose(self) -> ComposeResult:
        yield DiffView()

    def on_mount(self) -> None:
        self.theme = DARK.name
        layout = self.diff_layout
        view = self.query_one(DiffView)
        view.show(layout, DiffSyntax(self.files), Marks(sessions_of(layout.counts)))
        view.focus()


def lines_of(view: DiffView) -> list[str]:
    """The lines in sight, from the view's top."""
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def test_the_gutter_says_key_model_once_a_run_match_numbers_and_sign() -> None:
    app = Viewer([UPLOAD, ICON])
    async with app.run_test(size=(80, 20)):
        marks = Marks([ADA, BEA])
        a, b = marks[ADA].key, marks[BEA].key
        assert lines_of(app.query_one(DiffView)) == [
            " src/upload.py  modified  +7 −1",
            "                       @@ -9,10 +9,10 @@ def send():  ↕ 8 folded",
            "                9  9   import os",
            f"▌{a} opus-4-6      10 + from .retry import retry",
            f"▌{b} gpt-5.5    10    - def send(path):",
            "▌                 11 + def send(path, *, attempts=3):",
            f"▌{a} opus-4-6 ~    12 +     for delay in retry(attempts):",
            "▌            ↻    13 +         sleep(delay)",
            " ·  unknown  ·    14 +         # TODO: ask Mia",
            f"▌{a} opus-4-6 ⇄    15 +         put(path)",
            "               11 16       return 1",
            " me human    ·    17 + x = 1",
            "",
            " icon.png  added",
            "                       binary file",
            *[""] * 5,
        ]


async def test_the_line_at_the_top_names_its_model_even_inside_a_run() -> None:
    run = [added(number, f"line {number}", credit(ADA, OPUS)) for number in range(1, 60)]
    app = Viewer([file_of("a.py", run)])
    async with app.run_test(size=(80, 10)) as pilot:
        view = app.query_one(DiffView)
        view.scroll_to(y=20, animate=False)
        await pilot.pause()
        assert ["opus-4-6" in line for line in lines_of(view)] == [True] + [False] * 9
        view.scroll_to(y=23, animate=False)
        await pilot.pause()
        assert ["opus-4-6" in line for line in lines_of(view)] == [True] + [False] * 9


async def test_the_key_too_is_shown_once_a_run_and_at_the_top() -> None:
    run = [added(number, f"line {number}", credit(ADA, OPUS)) for number in range(1, 60)]
    app = Viewer([file_of("a.py", run)])
    async with app.run_test(size=(80, 10)) as pilot:
        view, key = app.query_one(DiffView), Marks([ADA])[ADA].key
        view.scroll_to(y=20, animate=False)
        await pilot.pause()
        assert [key in line for line in lines_of(view)] == [True] + [False] * 9
        assert all(line.startswith("▌") for line in lines_of(view))


async def test_side_by_side_pairs_stand_beside_each_other_each_with_its_author() -> None:
    app = Viewer([UPLOAD], split=True)
    async with app.run_test(size=(120, 20)):
        view = app.query_one(DiffView)
        marks = Marks([ADA, BEA])
        a, b = marks[ADA].key, marks[BEA].key
        rows = [view.render_line(y).text for y in range(12)]
        assert all(cell_len(row) <= 120 for row in rows)
        old, _, new = rows[4].partition("│")
        assert old.rstrip() == f"▌{b}   10 - def send(path):"
        assert new.rstrip() == f"▌{b}   11 + def send(path, *, attempts=3):"
        assert rows[3].partition("│")[0].strip() == ""
        assert rows[3].partition("│")[2].rstrip() == f"▌{a}   10 + from .retry import retry"


async def test_side_by_side_both_halves_scroll_and_their_gutters_stay() -> None:
    long = "0123456789" * 20
    app = Viewer([file_of("a.txt", [removed(1, long), added(1, f"{long}x")])], split=True)
    async with app.run_test(size=(80, 6)) as pilot:
        view = app.query_one(DiffView)
        await pilot.press("right")
        await pilot.pause()
        old, _, new = view.render_line(2).text.partition("│")
        assert old.startswith(" ·  ·  1 - 890123")
        assert new.startswith(" ·  ·  1 + 890123")


async def test_side_by_side_the_other_side_can_be_meant() -> None:
    app = Viewer([UPLOAD], split=True)
    async with app.run_test(size=(120, 20)) as pilot:
        view = app.query_one(DiffView)
        view.cursor = 4
        assert view.current is not None
        assert view.current.kind == "added"
        await pilot.press("x")
        assert view.current is not None
        assert view.current.kind == "removed"
        await pilot.click(offset=(100, 4))
        assert view.current.kind == "added"


@pytest.mark.parametrize(("grouping", "names"), [("agent", ["claude", "codex"]), ("model", [OPUS, GPT])])
async def test_authors_are_told_apart_by_agent_or_model(grouping: Grouping, names: list[str]) -> None:
    layout = DiffLayout([UPLOAD], grouping=grouping)
    assert sorted(who.model_id for who in layout.counts if who.model_id) == sorted(names)
    assert sum(layout.counts.values()) == 8


async def test_without_a_gutter_the_code_begins_further_left() -> None:
    app = Viewer([UPLOAD], grouping="off")
    async with app.run_test(size=(80, 20)):
        assert lines_of(app.query_one(DiffView))[3] == "   10 + from .retry import retry"


async def test_the_gutter_stays_when_the_code_scrolls_sideways() -> None:
    app = Viewer([file_of("a.txt", [added(1, "0123456789" * 20, credit(ADA, OPUS))])])
    async with app.run_test(size=(60, 6)) as pilot:
        view = app.query_one(DiffView)
        gutter = view.frozen_columns
        before = lines_of(view)[2]
        await pilot.press("right")
        await pilot.pause()
        after = lines_of(view)[2]
        assert after[:gutter] == before[:gutter]
        assert after[gutter:].startswith("8901234567")


async def test_a_very_long_line_is_cut_and_says_so() -> None:
    app = Viewer([file_of("a.min.js", [added(1, "x" * 1_000_000, credit(ADA, OPUS))])])
    async with app.run_test(size=(60, 6)):
        view = app.query_one(DiffView)
        assert view.content_width < 2_100
        assert view.render_content(2, 60).text.rstrip().endswith("x…")


async def test_lighting_one_author_dims_all_others() -> None:
    app = Viewer([UPLOAD])
    async with app.run_test(size=(80, 20)):
        view = app.query_one(DiffView)
        view.light(Who("session", BEA, GPT))
        ground = view.component_style("diff-view--added").bgcolor
        lit = [
            y
            for y in range(view.line_count)
            if any(s.style and s.style.bgcolor == ground for s in view.render_content(y, 80))
        ]
        assert lit == [5]
        view.light(None)
        assert any(s.style and s.style.bgcolor == ground for s in view.render_content(3, 80))


async def test_the_ways_lead_to_changes_of_author_hunks_and_files() -> None:
    two = file_of("b.py", [context(1, 1, "a"), added(2, "b")], [added(40, "c", credit(ADA, OPUS))])
    app = Viewer([UPLOAD, two])
    async with app.run_test(size=(80, 12)) as pilot:
        view = app.query_one(DiffView)
        seen: dict[str, list[int]] = {}
        for key in ("n", "p", "right_square_bracket", "left_square_bracket", "}", "{"):
            seen[key] = []
            for _ in range(3):
                await pilot.press(key)
                seen[key].append(view.cursor)
        assert seen["n"] == [3, 4, 6]
        assert seen["p"] == [4, 3, 3]
        assert seen["right_square_bracket"] == [14, 17, 17]
        assert seen["left_square_bracket"] == [14, 1, 1]
        assert seen["}"] == [13, 13, 13]
        assert seen["{"] == [0, 0, 0]


async def test_with_an_author_lit_the_next_change_is_one_of_theirs() -> None:
    app = Viewer([UPLOAD])
    async with app.run_test(size=(80, 12)) as pilot:
        view = app.query_one(DiffView)
        view.light(UNKNOWN)
        await pilot.press("n")
        assert view.cursor == 8
        await pilot.press("n")
        assert view.cursor == 8


async def test_no_strip_of_foreign_text_can_steer_the_terminal(
    evil: str, unsafe: Callable[[str], list[str]]
) -> None:
    hostile = credit(f"cc_{evil}", evil)
    lines = [added(1, evil, hostile), removed(1, evil, hostile), context(1, 1, evil), added(2, evil)]
    files = [
        ReviewedFile(f"{evil}.py", f"old {evil}", "renamed", False, (
            ReviewedHunk(1, 3, 1, 3, evil, tuple(lines)),
        ), (evil,)),
    ]  # fmt: skip
    app = Viewer(files)
    async with app.run_test(size=(120, 12)):
        view = app.query_one(DiffView)
        for y in range(view.line_count):
            assert unsafe(view.render_content(y, 120).text) == []
        assert "[b]bold[/b]" in view.render_content(3, 120).text


async def test_lines_are_coloured_by_their_file_name_and_each_side_apart() -> None:
    opened = file_of("a.py", [removed(1, '"""'), added(1, "import os  # why")])
    plain = file_of("a.unknown-kind", [added(1, "import os")])
    syntax = DiffSyntax([opened, plain])
    assert syntax.spans(0, 0, 0) == [(0, 3, "string")]
    assert [tone for _, _, tone in syntax.spans(0, 0, 1)] == ["keyword", "comment"]
    assert syntax.spans(1, 0, 0) == []


def test_spans_fit_the_text_that_is_shown_when_tabs_are_expanded() -> None:
    syntax = DiffSyntax([file_of("a.py", [added(1, "\tx = 'a'")])])
    assert syntax.spans(0, 0, 0) == [(8, 11, "string")]


def test_a_reworded_line_shows_what_differs_and_a_rewritten_one_does_not() -> None:
    lines = [
        removed(1, "  send(path)"),
        removed(2, "alpha"),
        added(1, "  send(path, url)"),
        added(2, "omega!"),
    ]
    assert changed_parts(lines) == {0: [], 2: [(11, 16)]}


def test_a_large_diff_is_laid_out_without_drawing_it() -> None:
    lines = [added(number, "x", credit(ADA, OPUS)) for number in range(100_000)]
    layout = DiffLayout([file_of("a.py", lines)])
    assert len(layout) == 100_002
    assert layout.find("a.py", 99_999, "added") == 100_001
    assert layout.next_change(0, 1) == 2
    assert layout.next_change(2, 1) == 2


@pytest.mark.parametrize("count", [2, 7, 30, 570])
def test_keys_never_repeat_and_colours_only_when_there_are_no_more(count: int) -> None:
    ids = [f"cc_{number}" for number in range(count)]
    marks = Marks(ids)
    assert len({marks[session_id].key for session_id in ids}) == count
    colours = [marks[session_id].colour for session_id in ids]
    assert len(set(colours)) == min(count, len(DARK_COLOURS))


def test_sessions_beyond_all_pairs_of_letters_are_still_marked() -> None:
    ids = [f"cc_{number}" for number in range(600)]
    marks = Marks(ids)
    assert {marks[session_id].key for session_id in ids[576:]} == {"++"}


def test_a_session_keeps_its_mark_from_review_to_review() -> None:
    assert Marks([ADA])[ADA] == Marks([ADA, BEA])[ADA]


def test_a_bar_shares_its_cells_and_leaves_nobody_out() -> None:
    counts = {Who("session", ADA, OPUS): 96, Who("session", BEA, GPT): 1, UNKNOWN: 2, HUMAN: 1}
    parts = parts_of_bar(counts, 20)
    assert [who.session_id or who.kind for who, _ in parts] == [ADA, BEA, "human", "unknown"]
    assert sum(cells for _, cells in parts) == 20
    assert parts_of_bar({}, 20) == []
    assert [who for who, _ in ranked(counts)][-1] == UNKNOWN


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [(0, 5, "0%"), (1, 999, "<1%"), (999, 1000, "99%"), (5, 5, "100%"), (1, 3, "33%")],
)
def test_a_share_never_claims_all_or_nothing(count: int, total: int, words: str) -> None:
    assert percent(count, total) == words
