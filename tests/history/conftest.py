"""What the tests of imports share: a store, a folder of histories, and everything a store holds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript

from byline.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store" / "byline.db") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the histories are."""
    return tmp_path / "projects"


@pytest.fixture
def many(folder: Path) -> Callable[[int, int], None]:
    """Write so many transcripts, each with so many rounds of some kilobytes."""

    def write(sessions: int, rounds: int) -> None:
        for number in range(sessions):
            transcript = ClaudeTranscript(folder / f"s{number}.jsonl", f"s{number}")
            for step in range(rounds):
                transcript.prompt(f"Do {number} {step}")
                transcript.said(f"words {number} {step} " * 100, f"m{number}-{step}")
                transcript.write(
                    f"f{step}.py", f"x = {step}\n" * 50, f"t{number}-{step}", f"w{number}-{step}"
                )

    return write
