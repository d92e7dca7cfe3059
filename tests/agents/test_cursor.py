"""Cursor's transcripts and database: what is stored of them, and what their damage costs."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from golden_histories import CHANGED_S, rows_of, state_database
from stored_histories import add_wrong_types, damage, samples, stored

from byline.agents.cursor.history import CursorHistory

FIXTURES = Path(__file__).parent / "fixtures" / "cursor"


def transcript(folder: Path, name: str = "c0ffee-2") -> Path:
    """The fixture's transcript where Cursor keeps those of the folder ``/w/my.app``."""
    path = folder / "projects" / "w-my-app" / "agent-transcripts" / name / f"{name}.jsonl"
    path.parent.mkdir(parents=True)
    shutil.copy(FIXTURES / "transcript.jsonl", path)
    os.utime(path, (CHANGED_S, CHANGED_S))
    return path


def test_damaged_lines_are_named_and_nothing_around_them_is_lost(tmp_path: Path) -> None:
    path = transcript(tmp_path)
    whole, _ = stored(tmp_path / "x.db", path)
    expected = damage(FIXTURES / "transcript.jsonl", path)
    found, summary = stored(tmp_path / "y.db", path)
    assert [each["text"] for each in found["parts"]] == [each["text"] for each in whole["parts"]]
    assert [each["patch"] for each in found["edits"]] == [each["patch"] for each in whole["edits"]]
    assert [each.line for each in summary.unreadable] == list(expected)
    for each in summary.unreadable:
        assert expected[each.line] in each.reason


def test_damaged_rows_are_named_and_nothing_around_them_is_lost(tmp_path: Path) -> None:
    rows = rows_of(FIXTURES / "state.rows.jsonl")
    bad: list[tuple[str, str | bytes]] = [
        ("composerData:bad-1", '{"half":'),
        ("composerData:bad-2", b"\xff\xfe\x00"),
        ("bubbleId:c0ffee-1:bad-3", "[" * 200_000),
        ("bubbleId:c0ffee-1:bad-4", '{"type":2,"text":"x","createdAt":"soon"}'),
    ]
    found, summary = stored(tmp_path / "x.db", state_database(tmp_path / "state.vscdb", [*rows, *bad]))
    assert found == json.loads((FIXTURES / "state.golden.json").read_text())
    assert sorted(each.reason.partition(": ")[0] for each in summary.unreadable) == sorted(
        key for key, _ in bad
    )


def test_a_database_cut_off_in_the_middle_is_named(tmp_path: Path) -> None:
    path = state_database(tmp_path / "state.vscdb", rows_of(FIXTURES / "state.rows.jsonl"))
    path.write_bytes(path.read_bytes()[:9000])
    found, summary = stored(tmp_path / "x.db", path)
    assert not found["sessions"]
    assert [each.reason for each in summary.unreadable] == [
        "not a database that can be read: database disk image is malformed"
    ]


def test_a_database_in_use_is_read_with_its_log_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = state_database(tmp_path / "in use" / "state.vscdb", [])
    with closing(sqlite3.connect(path)) as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        rows = [(key, json.dumps(value)) for key, value in rows_of(FIXTURES / "state.rows.jsonl")]
        cursor.executemany("INSERT INTO cursorDiskKV VALUES (?, ?)", rows)
        cursor.commit()
        before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
        found, _ = stored(tmp_path / "x.db", path)
        assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before
    assert [each["id"] for each in found["sessions"]] == ["cu_c0ffee-1"]


def test_a_database_in_wal_mode_gets_no_files_beside_it(tmp_path: Path) -> None:
    path = state_database(tmp_path / "at rest" / "state.vscdb", rows_of(FIXTURES / "state.rows.jsonl"))
    with closing(sqlite3.connect(path)) as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
    found, _ = stored(tmp_path / "x.db", path)
    assert found["sessions"]
    assert [each.name for each in path.parent.iterdir()] == ["state.vscdb"]


def test_a_conversation_that_the_database_has_is_not_told_twice(isolated_home: Path, tmp_path: Path) -> None:
    state = isolated_home / "config" / "Cursor" / "User" / "globalStorage" / "state.vscdb"
    rows = [
        row for row in rows_of(FIXTURES / "state.rows.jsonl") if ":b2" not in row[0] and ":b3" not in row[0]
    ]
    state_database(state, rows)
    path = transcript(isolated_home / ".cursor", "c0ffee-1")
    assert set(CursorHistory().discover()) == {state, path}
    stored(tmp_path / "x.db", state)
    found, _ = stored(tmp_path / "x.db", path)
    assert [each["title"] for each in found["sessions"]] == ["Rename the helper"]
    assert not [each for each in found["messages"] if each["message_id"].startswith("line-")]
    assert [each["tool"] for each in found["edits"]] == ["Write", "StrReplace", "ApplyPatch"]


@pytest.mark.parametrize("history", [FIXTURES / "transcript.jsonl"])
def test_fields_of_another_type_end_no_import(history: Path, tmp_path: Path) -> None:
    lines = add_wrong_types(history, tmp_path / history.name)
    found, summary = stored(tmp_path / "x.db", tmp_path / history.name)
    assert summary.records == lines
    assert found["sessions"]
    assert all(each.line for each in summary.unreadable)


def test_the_real_samples_are_read_whole(tmp_path: Path) -> None:
    folder = samples("cursor")
    dump = folder / "moraine-state-vscdb-kv.jsonl"
    path = state_database(tmp_path / "state.vscdb", rows_of(dump))
    found, summary = stored(tmp_path / "x.db", folder, path)
    assert not summary.unreadable
    assert summary.unrecognised == (str(dump),)
    assert "Demo refactor session" in {each["title"] for each in found["sessions"]}
    assert [(each["tool"], each["precision"]) for each in found["edits"]] == [("Write", "strings")]


@pytest.mark.parametrize(
    "head",
    [
        b'{"role":"user","message":{"content":"x"},"sessionId":"1","uuid":"2"}\n',
        b'{"role":"user","content":"x"}\n',
        b"SQLite format 3\0",
        b"",
    ],
)
def test_other_files_are_not_taken_for_cursors(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(head)
    assert not CursorHistory().sniff(head, path)
