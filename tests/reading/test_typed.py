"""Prompts as they were typed: nothing is lost or set anew, and code looks like code."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from byline.reading.palette import terminal_palette
from byline.reading.prose import Line, MarkdownPainter
from byline.reading.typed import typed_lines
from byline.text import safe_text

PALETTE = terminal_palette()
PAINTER = MarkdownPainter(PALETTE)


def typed(text: str, width: int = 60) -> list[Line]:
    return list(typed_lines(text, width, PALETTE, PAINTER.lines))


def words(text: str, width: int = 60) -> list[str]:
    return ["".join(segment.text for segment in line).rstrip() for line in typed(text, width)]


def said_in(style: object, text: str) -> list[str]:
    return [segment.text for line in typed(text) for segment in line if segment.style == style]


def test_a_persons_line_breaks_stay() -> None:
    text = "Look:\n  ERROR at 3\n  ERROR at 4\n\nand so on"
    assert words(text) == text.split("\n")


def test_closed_fences_become_code_and_others_stay_as_they_are() -> None:
    assert words("see\n```py\nx = 1\n```\nend") == ["see", " x = 1", "end"]
    assert words("- so\n  ```\n  a\n    b\n  ```") == ["- so", " a", "   b"]
    for unclosed in ("```py\nx = 1", "```\n~~~", "````\nx\n```", "```\n\n```"):
        assert words(unclosed) == unclosed.split("\n")


def test_a_longer_fence_holds_shorter_ones() -> None:
    assert words("````\n```\nx\n```\n````") == [" ```", " x", " ```"]


def test_code_in_backticks_is_coloured_where_it_stands() -> None:
    code = PALETTE.strong + PALETTE.code
    assert said_in(code, "run `make it` and ``a`` twice") == ["`make it`", "``a``"]
    assert said_in(code, "undefined `foo or `") == []


def test_an_item_goes_on_under_its_first_word() -> None:
    assert words("12. one two three", 12) == ["12. one two", "    three"]
    assert words("  - one two three", 11) == ["  - one two", "    three"]
    assert words("> one two three", 9) == ["> one two", "> three"]


@pytest.mark.parametrize("text", ["*ptr = **pp", "a ** b ** c", "2*3*4", "#include <x>", "-rf", "1.5 s"])
def test_what_is_no_markdown_is_left_alone(text: str) -> None:
    (line,) = typed(text)
    assert [(segment.text, segment.style) for segment in line] == [(text, PALETTE.strong)]


ODD = st.text("ab `*#>-1.\n\t~漢\x1b\u202e", max_size=200) | st.text(max_size=80)


@settings(deadline=None)
@given(ODD, st.integers(20, 60))
def test_every_line_fits_is_safe_and_outside_of_code_no_letter_is_lost(text: str, width: int) -> None:
    shown = words(text, width)
    assert all(cell_len(line) <= width for line in shown)
    assert all(safe_text(line) == line for line in shown)
    if "```" not in text and "~~~" not in text:
        # The sign of a quotation stands before every row of it.
        letters = re.sub(r"[\s>]", "", safe_text(text).replace("\r", ""))
        assert re.sub(r"[\s>]", "", "".join(shown)).replace("\u240d", "") == letters.replace("\u240d", "")


@pytest.mark.parametrize("text", ["```\n", "```py\n", "`a", "**a", "- ", "> ", "~~~~\n```\n"])
def test_no_line_is_lost_in_a_hundred_thousand_unbalanced_marks(text: str) -> None:
    lines = typed_lines(text * 20_000, 80, PALETTE, PAINTER.lines)
    assert sum(1 for _ in zip(range(200), lines, strict=False)) >= 1
