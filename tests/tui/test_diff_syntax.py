"""Syntax colours of a diff: in the state of the whole text, and never holding up a frame."""

from collections.abc import Awaitable, Callable, Sequence

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from byline.attribution import NO_EDIT
from byline.review.authors import Marks
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline_tui.theme import DARK, THEMES, further_colours
from byline_tui.widgets.diff_layout import DiffLayout
from byline_tui.widgets.diff_syntax import DiffSyntax, Sides
from byline_tui.widgets.diff_view import DiffView

Until = Callable[[Callable[[], object]], Awaitable[None]]


def hunk(start: int, lines: Sequence[DiffLine]) -> ReviewedHunk:
    return ReviewedHunk(start, len(lines), start, len(lines), "", tuple(lines))


def added(number: int, content: str) -> DiffLine:
    return DiffLine("added", None, number, content, NO_EDIT)


def removed(number: int, content: str) -> DiffLine:
    return DiffLine("removed", number, None, content, NO_EDIT)


def file_of(*hunks: ReviewedHunk) -> ReviewedFile:
    return ReviewedFile("a.py", "a.py", "modified", False, hunks)


def test_a_string_of_hundreds_of_lines_is_one_to_its_end() -> None:
    words = ['"""', *("import nothing" for _ in range(300)), '"""', "import os"]
    syntax = DiffSyntax([file_of(hunk(1, [added(n, line) for n, line in enumerate(words, 1)]))])
    assert syntax.spans(0, 0, 250) == [(0, 14, "string")]
    assert syntax.spans(0, 0, 302)[0][2] == "keyword"
    assert syntax.spans(0, 0, 1) == [(0, 14, "string")]


def test_a_hunk_inside_of_a_string_has_the_colours_of_the_file() -> None:
    text = ['"""Words', "import of goods", '"""', "import os"]
    file = file_of(hunk(2, [added(2, text[1])]))
    assert DiffSyntax([file]).spans(0, 0, 0)[0] == (0, 6, "keyword")
    assert DiffSyntax([file], texts={0: Sides(new=text)}).spans(0, 0, 0) == [(0, 15, "string")]


def test_removed_lines_have_the_colours_of_the_old_text() -> None:
    old, new = ['"""', "import a", '"""'], ["", "import b", ""]
    file = file_of(hunk(2, [removed(2, "import a"), added(2, "import b")]))
    syntax = DiffSyntax([file], texts={0: Sides(old, new)})
    assert syntax.spans(0, 0, 0) == [(0, 8, "string")]
    assert syntax.spans(0, 0, 1)[0] == (0, 6, "keyword")


def test_a_text_that_is_another_by_now_is_not_gone_by() -> None:
    file = file_of(hunk(2, [added(2, "import b")]))
    syntax = DiffSyntax([file], texts={0: Sides(new=['"""', "import c", '"""'])})
    assert syntax.spans(0, 0, 0)[0] == (0, 6, "keyword")


def test_what_takes_too_long_is_left_out_and_caught_up_with() -> None:
    lines = [added(n, f"import module_{n}") for n in range(1, 5_000)]
    syntax = DiffSyntax([file_of(hunk(1, lines))])
    syntax.allow(0)
    assert syntax.spans(0, 0, 4_000) == []
    assert syntax.is_behind
    while syntax.is_behind:
        syntax.catch_up(0.01)
    assert syntax.spans(0, 0, 4_000)[0] == (0, 6, "keyword")
    assert not syntax.is_behind


def test_other_forms_of_a_review_share_what_was_found_in_its_texts() -> None:
    file = file_of(hunk(1, [added(1, "import os")]))
    first = DiffSyntax([file], texts={0: Sides(new=["import os"])})
    assert first.spans(0, 0, 0)
    again = DiffSyntax([file], like=first)
    again.allow(0)
    assert again.spans(0, 0, 0)[0] == (0, 6, "keyword")


class Viewer(App[None]):
    """One long diff, in Byline's theme."""

    def __init__(self, files: Sequence[ReviewedFile]) -> None:
        super().__init__()
        self.files = files
        for theme in THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return further_colours(dark=True)

    def compose(self) -> ComposeResult:
        yield DiffView()

    def on_mount(self) -> None:
        self.theme = DARK.name
        self.query_one(DiffView).show(DiffLayout(self.files), DiffSyntax(self.files), Marks(()))


async def test_the_colours_of_a_page_far_down_come_by_themselves(
    until: Callable[[Pilot[None]], Until],
) -> None:
    lines = [added(n, f"import module_{n}") for n in range(1, 15_000)]
    app = Viewer([file_of(hunk(1, lines))])
    async with app.run_test(size=(100, 20)) as pilot:
        view = app.query_one(DiffView)
        keyword = view.component_style("diff-view--keyword").color

        def is_coloured() -> bool:
            strip = view.render_line(5)
            return any(
                segment.text == "import" and segment.style and segment.style.color == keyword
                for segment in strip
            )

        view.cursor = 14_000
        await until(pilot)(is_coloured)
