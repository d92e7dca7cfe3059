"""What is stored of every shape of history that the readers know, as its golden says."""

import json
from pathlib import Path

import pytest
from golden_histories import FIXTURES, GOLDENS, shape_of, stored_of

from byline.record import PREFIXES


@pytest.mark.parametrize("golden", GOLDENS, ids=shape_of)
def test_a_history_is_stored_as_its_golden_says(golden: Path, tmp_path: Path) -> None:
    found, summary = stored_of(golden, tmp_path)
    assert found == json.loads(golden.read_text())
    assert not summary.unreadable
    assert not summary.unrecognised


def test_every_agent_has_a_golden() -> None:
    assert {golden.relative_to(FIXTURES).parts[0] for golden in GOLDENS} == PREFIXES.keys()
