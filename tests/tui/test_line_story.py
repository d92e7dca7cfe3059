"""The strip below a diff: what matters most survives where there is little room."""

import pytest
from rich.cells import cell_len

from byline.attribution import Credit, Origin
from byline.review.model import DiffLine
from byline_tui.widgets.line_story import tell_line

STYLES = {"author": "red", "muted": "grey50", "prompt": "bold"}
NOON = 1_763_380_800_000


def second_line(width: int, *notes: str) -> str:
    origin = Origin(1, "cc_3f2a9c1e-81", "m", "t", "claude-opus-4-6-20260101", "MultiEdit", NOON)
    credit = Credit("mixed", "edited", origin, assumed="base", carried=True)
    line = DiffLine("added", None, 3, "x", credit)
    return tell_line(line, "AK", "Do it", width, STYLES, notes).plain.split("\n")[1]


def test_with_room_everything_is_said_in_full() -> None:
    told = second_line(250, "the agent's own diff")
    for words in (
        "written by cc_3f2a9c1e", "opus-4-6", "MultiEdit 2025-11-17 12:00", "reworded since",
        "assuming the version it was made on", "carried over from an earlier commit", "the agent's own diff",
    ):  # fmt: skip
        assert words in told


@pytest.mark.parametrize("width", [80, 100, 120])
def test_in_few_columns_match_and_evidence_survive(width: int) -> None:
    told = second_line(width, "the agent's own diff")
    assert "reworded since" in told
    assert "own diff" in told
    assert "opus-4-6" in told
    assert "cc_3f2a9c1e" in told
    assert width < 100 or cell_len(told) <= width


def test_an_ordinary_line_has_room_for_match_and_evidence_in_80_columns() -> None:
    origin = Origin(1, "cc_3f2a9c1e-81", "m", "t", "claude-opus-4-6-20260101", "Edit", NOON)
    line = DiffLine("removed", 3, None, "x", Credit("ai", "reformatted", origin))
    told = tell_line(line, "AK", "Do it", 80, STYLES, ["the file before and after"]).plain.split("\n")[1]
    assert cell_len(told) <= 80
    assert "removed by cc_3f2a9c1e" in told
    assert "reformatted since" in told
    assert told.endswith("whole file")
