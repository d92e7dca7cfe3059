"""Damaged histories of every agent: never a traceback, and what is around the damage is kept."""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from golden_histories import (
    GOLDENS,
    chat_of,
    chat_store,
    lay_out,
    rows_of,
    shape_of,
    source_of,
    state_database,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_histories import Rows, stored

from byline.agents.reader import Reading
from byline.agents.readers import READERS
from byline.record import PREFIXES

FEW = settings(max_examples=30)
AGENTS = sorted(PREFIXES)
TOLD_IN_RECORDS = [agent for agent in AGENTS if agent != "aider"]
TOLD_IN_LINES = ["claude", "codex", "copilot", "cursor", "gemini", "pi"]


def nested(depth: int) -> object:
    """Lists within lists: deep enough, they can be read but not written, or not even read."""
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


WRONG = st.sampled_from(
    [
        None, True, 0, -1, 7, 10**30, 1e308, float("nan"), float("inf"), "", "x", "\0", "\ud800",
        "9999-99-99", "2026-02-30T10:00:00Z", [], {}, [1], ["x"], [None], {"a": 1}, [{"a": {}}],
        [{"type": 7}], nested(150), nested(900),
    ]
)  # fmt: skip
JUNK = st.one_of(
    st.binary(max_size=60).map(lambda data: data.replace(b"\n", b" ")),
    st.sampled_from(
        [
            b"null", b"[]", b"{}", b"7", b'"x"', b"{", b"}", b"\0" * 40, b"\xff\xfe{", b'{"half":',
            b'{"type":7}', b'{"type":null}', b'{"n":1e999}', b'{"s":"\\ud800"}', b"x" * 300_000,
            b"[" * 100_000, b'{"a":' * 100_000,
        ]
    ),
)  # fmt: skip


def goldens_of(agent: str) -> st.SearchStrategy[Path]:
    return st.sampled_from([golden for golden in GOLDENS if shape_of(golden).startswith(f"{agent}/")])


def is_a_log(golden: Path) -> bool:
    """Whether a golden's history is a file of records, or several."""
    source = source_of(golden)
    return source.is_dir() or source.name == f"{golden.name.removesuffix('.golden.json')}.jsonl"


def said(reading: Reading) -> list[tuple[str, str, str | None]]:
    return [(part.type, part.text, part.tool) for part in reading.parts]


def texts_of(found: dict[str, Rows]) -> set[str]:
    return {part["text"] for part in found["parts"] if part["type"] in {"text", "reasoning"}}


@pytest.mark.parametrize("agent", TOLD_IN_LINES)
@FEW
@given(data=st.data())
def test_damaged_lines_cost_nothing_around_them(agent: str, data: st.DataObject) -> None:
    reader = next(reader for reader in READERS if reader.name == agent)
    golden = data.draw(goldens_of(agent).filter(is_a_log))
    with tempfile.TemporaryDirectory() as scratch:
        history = lay_out(golden, Path(scratch))
        path = data.draw(st.sampled_from(sorted(history.rglob("*.jsonl")))) if history.is_dir() else history
        whole = reader.read(path)
        lines = path.read_bytes().removesuffix(b"\n").split(b"\n")
        for junk in data.draw(st.lists(JUNK, min_size=1, max_size=3)):
            # The first record says what the file is: behind it anything may stand.
            lines.insert(data.draw(st.integers(1, len(lines))), junk)
        path.write_bytes(b"\n".join(lines) + b"\n")
        found = reader.read(path)
    assert said(found) == said(whole)
    assert [edit.patch for edit in found.edits] == [edit.patch for edit in whole.edits]
    assert all(each.line and each.reason for each in found.unreadable)


@pytest.mark.parametrize("agent", TOLD_IN_LINES)
def test_an_enormous_record_is_read_like_any_other(agent: str, tmp_path: Path) -> None:
    reader = next(reader for reader in READERS if reader.name == agent)
    golden = next(each for each in GOLDENS if shape_of(each).startswith(f"{agent}/") and is_a_log(each))
    history = lay_out(golden, tmp_path)
    path = next(history.rglob("*.jsonl")) if history.is_dir() else history
    long = "x" * 8_000_000
    texts = [part.text for part in reader.read(path).parts if part.type == "text"]
    said = next(text for text in texts if "\n" not in text and text in path.read_text())
    path.write_text(path.read_text().replace(said, long))
    reading = reader.read(path)
    assert any(long in part.text for part in reading.parts)
    assert not reading.unreadable


@pytest.mark.parametrize("agent", TOLD_IN_RECORDS)
@FEW
@given(data=st.data())
def test_a_value_of_another_kind_costs_its_record_at_most(agent: str, data: st.DataObject) -> None:
    golden = data.draw(goldens_of(agent))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "history")
        folder.mkdir()
        history, was = _changed(golden, folder, data)
        found, summary = stored(Path(scratch, "x.db"), history)
    lost = texts_of(json.loads(golden.read_text())) - texts_of(found)
    assert not {text for text in lost if not _is_in(text, was)}
    assert all(each.reason for each in summary.unreadable)


@pytest.mark.parametrize("agent", AGENTS)
@FEW
@given(data=st.data())
def test_damaged_bytes_end_no_import(agent: str, data: st.DataObject) -> None:
    golden = data.draw(goldens_of(agent))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "history")
        folder.mkdir()
        history = lay_out(golden, folder)
        path = data.draw(st.sampled_from(sorted(each for each in folder.rglob("*") if each.is_file())))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            start = data.draw(st.integers(0, len(content)))
            end = start + data.draw(st.sampled_from([0, 1, 2, 16, 200]))
            content[start:end] = data.draw(st.binary(max_size=20))
        path.write_bytes(content)
        _, summary = stored(Path(scratch, "x.db"), history)
    assert all(each.reason for each in summary.unreadable)


# One value somewhere in a history, changed


def _changed(golden: Path, folder: Path, data: st.DataObject) -> tuple[Path, object]:
    """The history with one value of one record changed, and that record as it was."""
    source = source_of(golden)
    if source.name.endswith(".rows.jsonl"):
        rows = rows_of(source)
        number = data.draw(st.integers(0, len(rows) - 1))
        key, value = rows[number]
        rows[number] = (key, _with_wrong(value, data))
        return state_database(folder / "state.vscdb", rows), value
    if source.name.endswith(".chat.jsonl"):
        head, messages = chat_of(source)
        number = data.draw(st.integers(0, len(messages) - 1))
        was = messages[number]
        messages[number] = _with_wrong(was, data)
        return chat_store(folder / "store.db", head, messages), was
    history = lay_out(golden, folder)
    if source.name.endswith(".sql"):
        return history, _change_row(history, data)
    files = sorted(each for each in folder.rglob("*.json*") if each.is_file())
    return history, _change_file(files[data.draw(st.integers(0, len(files) - 1))], data)


def _change_row(path: Path, data: st.DataObject) -> object:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT 'message', id, data FROM message UNION ALL SELECT 'part', id, data FROM part"
        ).fetchall()
        table, row_id, text = rows[data.draw(st.integers(0, len(rows) - 1))]
        was = json.loads(text)
        update = (
            "UPDATE message SET data = ? WHERE id = ?"
            if table == "message"
            else "UPDATE part SET data = ? WHERE id = ?"
        )
        connection.execute(update, (json.dumps(_with_wrong(was, data)), row_id))
        connection.commit()
        inside = connection.execute("SELECT data FROM part WHERE message_id = ?", (row_id,)).fetchall()
    return [was, [json.loads(each) for (each,) in inside]]


def _change_file(path: Path, data: st.DataObject) -> object:
    lines = [path.read_text()] if path.suffix == ".json" else path.read_text().split("\n")
    number = data.draw(st.integers(0, max(len(lines) - 2, 0)))
    was = json.loads(lines[number])
    lines[number] = json.dumps(_with_wrong(was, data))
    path.write_text("\n".join(lines))
    parts = path.parents[2] / "part" / path.stem
    return [was, [json.loads(each.read_text()) for each in parts.glob("*.json")]]


def _with_wrong(value: object, data: st.DataObject) -> object:
    """A copy of a value, with something inside of it replaced."""
    places = list(_places(value, ()))
    if not places:
        return json.dumps(data.draw(WRONG))
    place = places[data.draw(st.integers(0, len(places) - 1))]
    copy: Any = json.loads(json.dumps(value))
    at = copy
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = data.draw(WRONG)
    return copy


def _places(value: object, above: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*above, key)
        yield from _places(each, (*above, key))


def _is_in(text: str, value: object) -> bool:
    """Whether a record says a text, or the beginning or end of one."""
    if isinstance(value, str):
        return bool(value) and (value in text or text in value)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_in(text, each) for each in inside)
