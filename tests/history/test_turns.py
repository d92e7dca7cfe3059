"""Write turns: each is to hold the store for a moment only, however much there is to write."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript
from hypothesis import given
from hypothesis import strategies as st

from byline.history import import_histories, turns
from byline.history.turns import TURN_S, Pace, Turns
from byline.record import Part
from byline.store.rows import LONG_OF_PART, Row, part_rows
from byline.store.store import Store


def rows(count: int, text: str = "some words to find") -> list[Row]:
    return part_rows(
        Part("cc_1", f"m{number}", "p", "text", f"{number} {text}", 1) for number in range(count)
    )


@contextmanager
def small_turns(store: Store, weight: int) -> Iterator[Turns]:
    """Turns that write so much each, on a machine as fast as they would have it."""
    with Turns(store) as small:
        small._pace.weight = weight
        yield small


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's speed changes nothing."""
    monkeypatch.setattr(Pace, "settle", lambda *_: None)
    monkeypatch.setattr(turns, "TURN_S", 1_000)
    monkeypatch.setattr(turns, "_PAUSE", 0)


@pytest.mark.usefixtures("paced")
def test_many_rows_are_written_over_several_turns(store: Store) -> None:
    with small_turns(store, 10_000) as small, closing(sqlite3.connect(store.path)) as other:
        stored: list[int] = []
        for piece in small.pieces(rows(300), *LONG_OF_PART, is_indexed=True):
            small.writer.part_rows(piece)
            stored.append(other.execute("SELECT count(*) FROM parts").fetchone()[0])
        small.end()
        # What another process sees grows while the rows are being written: by turns of about 30 rows.
        assert len(set(stored)) > 5
        assert max(after - before for before, after in pairwise(stored)) < 60
        assert other.execute("SELECT count(*) FROM parts").fetchone() == (300,)
        assert other.execute("SELECT count(*) FROM parts_fts WHERE parts_fts MATCH 'find'").fetchone() == (
            300,
        )


def test_a_long_history_is_stored_over_several_turns(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "settle", lambda *_: None)
    transcript = ClaudeTranscript(folder / "s1.jsonl")
    for number in range(400):
        transcript.said(f"step {number} " + "words " * 200, f"m{number}")
    commits: list[str] = []
    store.connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    assert import_histories(store, [folder]).parts.persisted == 400
    # Some 600,000 characters, and 100,000 in each.
    assert len(commits) >= 5


@pytest.mark.usefixtures("paced")
def test_another_process_writes_between_two_turns_of_one_history(store: Store) -> None:
    with small_turns(store, 10_000) as small, closing(sqlite3.connect(store.path, timeout=0)) as hook:
        written = refused = 0
        for piece in small.pieces(rows(300), *LONG_OF_PART, is_indexed=True):
            try:
                # Before this piece is written: in the middle of a turn, or between two.
                hook.execute("DELETE FROM sessions")
                hook.commit()
                written += 1
            except sqlite3.OperationalError:
                refused += 1
            small.writer.part_rows(piece)
        assert written > 5
        assert refused > written


@pytest.mark.usefixtures("paced")
def test_the_log_is_moved_while_turns_go_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LOG_BYTES", 400_000)
    log = Path(f"{store.path}-wal")
    longest = 0
    with small_turns(store, 50_000) as small:
        for piece in small.pieces(rows(3_000, "words " * 100), *LONG_OF_PART, is_indexed=True):
            small.writer.part_rows(piece)
            longest = max(longest, log.stat().st_size)
    # More than two megabytes of text.
    assert 400_000 < longest < 1_200_000


def test_afterwards_the_log_is_moved_as_ever(store: Store) -> None:
    usual = store.connection.execute("PRAGMA wal_autocheckpoint").fetchone()
    with Turns(store) as each:
        each.begin()
    assert store.connection.execute("PRAGMA wal_autocheckpoint").fetchone() == usual


@given(speeds=st.lists(st.floats(1e3, 1e8), min_size=1, max_size=30))
def test_after_a_slow_turn_the_next_is_shorter_and_never_empty(speeds: list[float]) -> None:
    pace = Pace()
    for characters_per_s in speeds:
        before = pace.weight
        held = before / characters_per_s
        pace.settle(before, held)
        if held > TURN_S:
            assert before // 4 <= pace.weight < before or pace.weight == before < 1_000
        else:
            assert before <= pace.weight <= before * 2
        assert pace.weight > 0


def test_turns_come_to_take_as_long_as_they_should() -> None:
    pace = Pace()
    for characters_per_s in [3_000_000] * 10 + [20_000_000] * 10 + [500_000] * 10:
        pace.settle(pace.weight, pace.weight / characters_per_s)
    assert pace.weight == pytest.approx(500_000 * TURN_S, rel=0.01)


def test_a_turn_that_wrote_little_says_nothing_of_how_much_one_may() -> None:
    pace = Pace()
    before = pace.weight
    pace.settle(10, 0.000_001)
    assert pace.weight == before
