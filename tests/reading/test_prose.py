"""Text to lines: they fit, and nothing of it is lost or raw."""

import time

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment

from byline.reading.pieces import count_pieces, split_pieces
from byline.reading.prose import chop, fit, rows_of, wrap
from byline.text import safe_text


@given(st.text(max_size=300), st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: int) -> None:
    lines = list(wrap(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(safe_text(text.removesuffix("\r")).split())


@given(st.text(max_size=80), st.integers(0, 40))
def test_fitted_and_chopped_lines_keep_to_their_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) <= width
    assert all(cell_len(piece) <= max(width, 2) for piece in chop(text, width))


@given(st.lists(st.text("ab 漢é", max_size=9), max_size=9), st.integers(2, 12))
def test_rows_of_segments_fit_and_keep_their_text(texts: list[str], width: int) -> None:
    rows = rows_of([Segment(text) for text in texts], width)
    assert all(sum(segment.cell_length for segment in row) <= width for row in rows)
    if "漢" not in "".join(texts):
        assert "".join(segment.text for row in rows for segment in row) == "".join(texts)


def test_a_long_text_is_split_at_paragraphs_and_code_blocks_stay_closed() -> None:
    text = "\n\n".join(["A paragraph."] * 150) + "\n```python\n" + "x = 1\n" * 500 + "```\nend"
    pieces = list(split_pieces(text))
    assert len(pieces) > 3
    assert all(piece.count("```") % 2 == 0 for piece in pieces)
    assert sum(piece.count("x = 1") for piece in pieces) == 500
    assert pieces[-1].endswith("end")


@given(st.text("ab \n~", max_size=400), st.integers(1, 60))
def test_as_many_pieces_are_counted_as_are_made_and_letters_are_kept(text: str, times: int) -> None:
    text *= times
    pieces = list(split_pieces(text))
    assert len(pieces) == count_pieces(text)
    assert sum(piece.count("a") for piece in pieces) == text.count("a")
    assert len(pieces) > 1 or pieces == [text.strip("\n")]


@given(st.text("ab 漢é👩", max_size=60), st.integers(2, 9), st.integers(1, 9))
def test_a_row_of_many_segments_is_as_full_as_it_can_be(text: str, width: int, at: int) -> None:
    rows = rows_of([Segment(text[:at]), Segment(text[at:])], width)
    assert "".join(segment.text for row in rows for segment in row) == text
    assert all(cell_len("".join(segment.text for segment in row)) <= width for row in rows)


def test_a_line_of_megabytes_is_not_looked_at_beyond_what_is_asked_for() -> None:
    line = "漢x " * 2_000_000
    began = time.process_time()
    assert len(fit(line, 80)) > 40
    assert len(list(zip(range(50), wrap(line, 80), strict=False))) == 50
    assert len(list(zip(range(50), chop(line, 80), strict=False))) == 50
    spent, began = time.process_time() - began, time.process_time()
    safe_text(line)
    assert spent < time.process_time() - began
