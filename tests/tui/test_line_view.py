"""The view over virtual lines that lists, conversations and diffs are drawn with."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.strips import restyle, with_background


class Numbers(LineView):
    DEFAULT_CSS = "Numbers { overflow-x: auto; }"
    frozen_columns = 5
    count = 100_000

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[int] = []

    @property
    def line_count(self) -> int:
        return self.count

    @property
    def content_width(self) -> int:
        return 120

    def render_content(self, y: int, width: int) -> Strip:  # noqa: ARG002 - as in LineView
        self.drawn.append(y)
        return Strip([Segment(f"{y:>4}|"), Segment(f"Wort{y} 日本 " + "abcdefghij" * 10)])


class Viewer(App[None]):
    CSS: ClassVar[str] = "Numbers { scrollbar-size: 1 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.selected: list[int] = []

    def compose(self) -> ComposeResult:
        yield Numbers()

    @on(LineView.LineSelected)
    def remember(self, event: LineView.LineSelected) -> None:
        self.selected.append(event.line)


@pytest.fixture
def view_of() -> Callable[[App[None]], Numbers]:
    return lambda app: app.query_one(Numbers)


async def test_draws_only_the_lines_in_sight(view_of: Callable[[App[None]], Numbers]) -> None:
    async with Viewer().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        assert max(view.drawn) < 12
        view.action_last()
        await pilot.pause()
        assert view.cursor == 99_999
        assert len(set(view.drawn)) < 40


async def test_keys_move_the_cursor_and_keep_it_in_sight(view_of: Callable[[App[None]], Numbers]) -> None:
    async with Viewer().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        view.focus()
        await pilot.press("j", "down", "k", "pagedown")
        assert view.cursor == 1 + view.page_lines - 2
        assert view.scroll_offset.y <= view.cursor < view.scroll_offset.y + view.page_lines
        await pilot.press("G", "up")
        assert view.cursor == 99_998
        await pilot.press("g")
        assert (view.cursor, view.scroll_offset.y) == (0, 0)


async def test_a_click_moves_the_cursor_and_a_second_one_selects(
    view_of: Callable[[App[None]], Numbers],
) -> None:
    app = Viewer()
    async with app.run_test(size=(40, 12)) as pilot:
        view = view_of(app)
        view.scroll_to_line(500, top=True)
        await pilot.pause()
        await pilot.click(view, offset=(3, 4))
        assert view.cursor == view.scroll_offset.y + 4
        assert app.selected == []
        await pilot.double_click(view, offset=(3, 6))
        assert app.selected == [view.scroll_offset.y + 6]


async def test_frozen_columns_stay_when_it_scrolls_sideways(view_of: Callable[[App[None]], Numbers]) -> None:
    async with Viewer().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        view.action_scroll_by(6)
        await pilot.pause()
        assert view.render_line(0).text.startswith("   0|日本 abcdefghij")
        assert view.render_line(0).cell_length == view.line_width


async def test_matches_are_marked_whatever_their_case(view_of: Callable[[App[None]], Numbers]) -> None:
    async with Viewer().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        view.mark_matches("wort3")
        await pilot.pause()
        ground = view.get_component_rich_style("line-view--match").bgcolor
        marked = [
            segment.text
            for segment in view.render_line(3)
            if segment.style and segment.style.bgcolor == ground
        ]
        assert marked == ["Wort3"]


async def test_the_cursor_comes_back_into_range_when_lines_go(
    view_of: Callable[[App[None]], Numbers],
) -> None:
    async with Viewer().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        view.cursor = 900
        view.count = 10
        view.lines_changed()
        await pilot.pause()
        assert view.cursor == 9
        view.count = 0
        view.lines_changed()
        await pilot.press("enter", "down")
        assert (view.cursor, pilot.app.selected) == (0, [])


async def test_a_line_asked_for_before_the_layout_is_shown_after_it(
    view_of: Callable[[App[None]], Numbers],
) -> None:
    class Later(Viewer):
        def on_mount(self) -> None:
            self.query_one(Numbers).show_line(700)

    async with Later().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        await pilot.pause()
        assert view.cursor == 700
        assert view.scroll_offset.y <= 700 < view.scroll_offset.y + view.page_lines


async def test_follows_the_width_of_the_terminal(view_of: Callable[[App[None]], Numbers]) -> None:
    async with Viewer().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        await pilot.resize_terminal(90, 20)
        await pilot.pause()
        assert view.line_width == 89
        assert view.render_line(2).cell_length == 89


async def test_selected_text_is_what_the_lines_say(view_of: Callable[[App[None]], Numbers]) -> None:
    async with Viewer().run_test(size=(40, 12)) as pilot:
        view = view_of(pilot.app)
        text = view.get_selection(Selection(Offset(5, 7), Offset(10, 8)))
        assert text is not None
        first, second = text[0].split("\n")
        assert first.startswith("Wort7 日本 abc")
        assert second == "   8|Wort8"


def test_restyling_spans_keeps_the_text_and_its_width() -> None:
    strip = Strip([Segment("ab日本"), Segment("cd", Style(bold=True))])
    styled = restyle(strip, [(1, 4), (6, 7)], Style(bgcolor="red"))
    assert (styled.text, styled.cell_length) == (strip.text, strip.cell_length)
    assert "".join(s.text for s in styled if s.style and s.style.bgcolor) == "b日c"


def test_a_cursors_background_lies_over_any_other() -> None:
    strip = Strip([Segment("a", Style(bgcolor="red", color="blue"))])
    (segment,) = with_background(strip, Style(bgcolor="green"))
    assert segment.style == Style(bgcolor="green", color="blue")
