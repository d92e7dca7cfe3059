"""What importing histories stores, as plain values to compare with a golden file (``golden_histories``)."""

import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

from byline.history import Summary, import_histories
from byline.store.store import Store

Rows = list[dict[str, Any]]

_QUERIES = {
    "sessions": "SELECT id, agent, native_id, title, title_source, cwd, branch, repository_url, parent_id, "
    "agent_version, models FROM sessions ORDER BY id",
    "messages": "SELECT session_id, message_id, role, model_id, parent_id, generated_at_unix_ms, tokens, "
    "cost, kind FROM messages ORDER BY session_id, id",
    "parts": "SELECT session_id, message_id, part_id, type, tool, tool_call_id, status, "
    "generated_at_unix_ms, input, text FROM parts ORDER BY session_id, id",
    "edits": "SELECT session_id, message_id, tool_call_id, model_id, tool, tool_version, time_ms, seq, path, "
    "cwd, precision, patch, base.data AS before, result.data AS after FROM diff_traces "
    "LEFT JOIN contents AS base ON base.hash = base_hash "
    "LEFT JOIN contents AS result ON result.hash = result_hash ORDER BY session_id, seq, path",
}


def stored(database: Path, *histories: Path) -> tuple[dict[str, Rows], Summary]:
    """Import histories into a new store; what it holds then, without what is empty, and the summary."""
    with Store(database) as store:
        summary = import_histories(store, histories)
    return rows(database), summary


def golden_pairs(agent: str) -> list[Any]:
    """Every fixture of an agent with its golden file, as pytest parameters."""
    folder = Path(__file__).parents[1] / "agents" / "fixtures" / agent
    goldens = sorted(folder.glob("**/*.golden.json"))
    return [
        pytest.param(next(iter(_histories_of(golden))), golden, id=golden.name.removesuffix(".golden.json"))
        for golden in goldens
    ]


def _histories_of(golden: Path) -> list[Path]:
    name = golden.name.removesuffix(".golden.json")
    return [path for path in golden.parent.iterdir() if path != golden and path.name.startswith(name)]


def damage(history: Path, damaged: Path) -> dict[int, str]:
    """Write a JSON Lines history with damage around its second record and a half-written last line.

    Returns the damaged lines' numbers with words of the reason that each should be given.
    """
    lines = history.read_bytes().removesuffix(b"\n").split(b"\n")
    bad = {
        b'{"type":"message","id': "not JSON",
        b'{"type":"mess\x00age"}': "not JSON",
        b"\xff\xfe not text at all": "not JSON",
        b"[1, 2]": "not an object but list",
        b"[" * 200_000 + b"]" * 200_000: "nested too deeply",
    }
    kept = [*lines[:1], *bad, *lines[1:], b'{"type":"message","id":"half-writ']
    damaged.write_bytes(b"\n".join(kept))
    return dict(enumerate(bad.values(), 2))


def add_wrong_types(history: Path, strange: Path) -> int:
    """Write a JSON Lines history, and behind it every record again with each of its fields of another type.

    Fields one and two levels deep become an object, a list, a number, null. Returns the number of lines.
    """
    records = [json.loads(line) for line in history.read_text().split("\n") if line]
    lines = [*records]
    for record in records:
        for key, value in record.items():
            for wrong in ({"a": 1}, [1], 7, None):
                lines.append({**record, key: wrong})
                if isinstance(value, dict):
                    lines += [{**record, key: {**value, inner: wrong}} for inner in value]
    strange.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return len(lines)


def samples(agent: str) -> Path:
    """The folder of real samples of an agent; skips where this machine has none."""
    folder = Path("/work/shared/samples", agent)
    if not folder.is_dir():
        pytest.skip(f"the real samples of {agent} are not on this machine: no folder {folder}")
    return folder


def rows(database: Path) -> dict[str, Rows]:
    """Sessions, messages, parts and edits of a store; times, ids of rows and sources are left out."""
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    try:
        return {
            name: [
                {key: _value(key, row[key]) for key in row.keys() if row[key] is not None}  # noqa: SIM118 - a Row
                for row in connection.execute(query)
            ]
            for name, query in _QUERIES.items()
        }
    finally:
        connection.close()


def _value(key: str, value: str | float | bytes) -> object:
    if isinstance(value, bytes):
        return zlib.decompress(value).decode()
    if isinstance(value, str) and key in {"patch", "tokens", "models"}:
        return json.loads(value)
    return value
