"""Blocks as lines: what is told of each, and that they keep to their width."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from byline.reading.drawing import CUT_ROWS, BlockPainter, Shape
from byline.reading.pages import Pages, pages_of
from byline.reading.palette import terminal_palette
from byline.store.conversations import MessageRow, PartRow
from byline.store.sessions import SessionRow
from byline.text import safe_line

Said = Callable[..., MessageRow]
Made = Callable[..., Pages]


def drawn(pages: Pages, at: int, width: int = 80, **shape: object) -> list[str]:
    painter = BlockPainter(terminal_palette(), pages, "press + to see it")
    lines = painter.paint(pages.block(at), width, Shape(**shape))  # type: ignore[arg-type] # as there
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


def test_a_message_tells_what_it_cost_behind_its_last_text(said: Said, pages: Made) -> None:
    tokens = {"input": 1000, "cache_read": 40_000, "output": 321}
    made = pages(
        said("assistant", "text", "Hello **there**", tokens=tokens, cost=0.0123),
        said("assistant", "text", "Cheap", cost=1.5), said("assistant", "text", "Unknown"),
    )  # fmt: skip
    assert drawn(made, 1) == ["▎ Hello there", "▎ 41.0k tokens in · 321 out · $0.0123"]
    assert drawn(made, 2) == ["▎ Cheap", "▎ $1.50"]
    assert drawn(made, 3) == ["▎ Unknown"]


def test_a_run_is_one_line_that_says_what_was_called(said: Said, pages: Made) -> None:
    calls = [said("assistant", "tool", "", tool="Bash", status="error") for _ in range(2)]
    made = pages(*calls, said("assistant", "tool", "", tool="Read"))
    assert drawn(made, 1, folded=True) == ["▎ ▸ 3 tool calls · 2 failed  Bash ×2  Read"]


def test_a_cut_call_shows_the_first_rows_and_how_to_see_more(said: Said, pages: Made) -> None:
    output = "\n".join(f"row {number}" for number in range(50))
    made = pages(said("assistant", "tool", output, tool="Bash", input='{"command": "seq"}'))
    lines = drawn(made, 1, rows=CUT_ROWS)
    assert lines[0].startswith("▎ ▾ Bash  seq")
    assert lines[-2:] == [f"▎   │ row {CUT_ROWS - 1}", "▎   … more: press + to see it"]
    assert drawn(made, 1, folded=True) == [lines[0].replace("▾", "▸")]


def test_a_question_has_its_answer_or_says_that_there_is_none(said: Said, pages: Made) -> None:
    text = json.dumps([{"question": "Which?", "answer": ["a", "b"]}, {"question": "Why?"}])
    made = pages(said("assistant", "question", text))
    assert drawn(made, 1)[1:] == [
        "▎   │ Which?", "▎   │ → a, b", "▎   │ Why?", "▎   │ → (not answered)",
    ]  # fmt: skip


def test_images_and_files_are_one_line(said: Said, pages: Made) -> None:
    made = pages(said("user", "file", "image/png, /tmp/a.png\nmore"), said("user", "file", "notes.txt"))
    assert drawn(made, 1) == ["▎ image  image/png, /tmp/a.png"]
    assert drawn(made, 3) == ["▎ file  notes.txt"]


NOBODY = SessionRow(
    "s", "claude", "s", None, None, "/w", None, None, (), None, None, 0, 0, 0, 0, 0, 0, None,
    source_missing=False, agent_version=None, starred=False, labels=(), hidden=False,
)  # fmt: skip
EVIL = "\x1b]52;c;aGk=\x07 \x9b31m \u202eevil\u2066 漢字 [b]x[/b] ```\n\t| a | b\n> - # <b>"
ANY = st.text(max_size=60) | st.just(EVIL) | st.just("x" * 5000) | st.just("`" * 7 + EVIL)


@settings(deadline=None, max_examples=60)
@given(
    text=ANY,
    given_input=st.none() | ANY | st.dictionaries(ANY, ANY, max_size=2).map(json.dumps),
    kind=st.sampled_from(["text", "reasoning", "tool", "patch", "question", "file"]),
    width=st.integers(24, 120),
    folded=st.booleans(),
)
def test_no_block_is_wider_than_it_may_be_or_holds_a_raw_control(
    text: str, given_input: str | None, kind: str, width: int, folded: bool
) -> None:
    part = PartRow("p", kind, text, 0, text[:20] or None, "c", given_input, "error", given_input)
    message = MessageRow("m", "assistant", 0, text, None, {"output": 1}, 1.0, None, (part,))
    made = pages_of(NOBODY, [message], {})
    painter = BlockPainter(terminal_palette(), made, "press +")
    for at in range(len(made.thread)):
        for line in painter.paint(made.block(at), width, Shape(folded=folded, rows=20)):
            words = "".join(segment.text for segment in line)
            assert cell_len(words) <= width
            assert safe_line(words) == words


@pytest.mark.parametrize("width", [24, 80])
def test_every_kind_is_drawn_in_a_narrow_window(said: Said, pages: Made, width: int) -> None:
    made = pages(
        said("user", "text", "word " * 40),
        said("assistant", "text", "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        said("assistant", "tool", "x", tool="a-tool-with-a-very-long-name-indeed", status="rejected"),
        said("user", "text", "in", kind="rewound"), said("user", "text", "sum", kind="compaction"),
    )  # fmt: skip
    for at in range(len(made.thread)):
        assert all(cell_len(line) <= width for line in drawn(made, at, width))
