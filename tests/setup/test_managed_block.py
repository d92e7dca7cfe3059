"""A block of ours in somebody's file: the file is the same again without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.setup.managed_block import at_end, at_top, block_in, replaced, without_block

LINES = "one\ntwo\n"
SCRIPTS = [
    "",
    "#!/bin/sh",
    "#!/bin/sh\n",
    "#!/bin/sh\nexec x",
    "#!/bin/sh\r\necho\r\n",
    "echo no shebang\n",
    "\n",
]


@pytest.mark.parametrize("before", SCRIPTS)
def test_a_script_is_the_same_without_the_block(before: str) -> None:
    after = at_top(before, LINES)
    assert block_in(after) == LINES
    assert without_block(after) == before


def test_the_block_stands_behind_the_first_line_that_names_the_shell() -> None:
    assert (
        at_top("#!/bin/sh\nexit 0\n", "x\n") == "#!/bin/sh\n# >>> byline >>>\nx\n# <<< byline <<<\nexit 0\n"
    )
    assert at_top("exit 0\n", "x\n").endswith("# <<< byline <<<\nexit 0\n")


@given(st.text(), st.booleans())
def test_any_text_is_the_same_without_the_block(before: str, top: bool) -> None:
    after = at_top(before, LINES) if top else at_end(before, LINES)
    assert block_in(after) == LINES
    assert without_block(after) == before


def test_other_lines_take_the_place_of_those_in_the_block() -> None:
    after = replaced(at_top("#!/bin/sh\nexit 0\n", "old\n"), LINES)
    assert after == at_top("#!/bin/sh\nexit 0\n", LINES)


def test_a_mark_without_its_other_end_is_no_block() -> None:
    text = "#!/bin/sh\n# >>> byline >>>\nhalf\n"
    assert block_in(text) is None
    assert without_block(text) == text
