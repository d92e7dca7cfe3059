"""Chats of Cursor's command line: their order, their damage, and that they are told once."""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from golden_histories import CHANGED_S, FIXTURES, chat_of, chat_store
from stored_histories import stored

from byline.agents.cursor.blob_tree import messages_below, workspace_of
from byline.agents.cursor.history import CursorHistory

HEAD, MESSAGES = chat_of(FIXTURES / "cursor" / "chat.chat.jsonl")


def texts(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [part["text"] for part in found["parts"]]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": f"<user_query>\n{text}\n</user_query>"}


def test_a_chats_own_name_is_its_title(tmp_path: Path) -> None:
    path = chat_store(tmp_path / "store.db", HEAD | {"name": "Greetings"}, MESSAGES)
    found, _ = stored(tmp_path / "x.db", path)
    assert [(each["title"], each["title_source"]) for each in found["sessions"]] == [("Greetings", "agent")]


def test_the_name_and_times_beside_a_store_count(tmp_path: Path) -> None:
    chat_store(tmp_path / "c" / "store.db", HEAD, [user("hello")])
    times = '"createdAtMs":1779980000000,"updatedAtMs":1779990000001'
    (tmp_path / "c" / "meta.json").write_text(f'{{"schemaVersion":1,"title":"A name",{times}}}')
    found, summary = stored(tmp_path / "x.db", tmp_path / "c")
    assert [each["title"] for each in found["sessions"]] == ["A name"]
    assert not summary.unrecognised


def test_models_are_those_that_messages_name_and_the_last_turn_has_the_last_one(tmp_path: Path) -> None:
    path = chat_store(tmp_path / "store.db", HEAD, MESSAGES)
    found, _ = stored(tmp_path / "x.db", path)
    replies = [each.get("model_id") for each in found["messages"] if each["role"] == "assistant"]
    assert replies == ["composer-2.5", "composer-2.5", None, "claude-4.5-opus-high-thinking"]


def test_messages_that_are_gone_or_damaged_are_named_and_nothing_around_them_is_lost(tmp_path: Path) -> None:
    bad: list[bytes] = [b'{"role":"user"', b'{"role":"user","content":7}', b'{"a":' + b"[" * 100_000]
    path = chat_store(tmp_path / "store.db", HEAD, [user("first"), *bad, user("gone"), user("last")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM blobs WHERE CAST(data AS TEXT) LIKE '%gone%'")
        connection.commit()
    found, summary = stored(tmp_path / "x.db", path)
    assert texts(found) == ["first", "last"]
    assert [each.reason.partition(": ")[2].partition(":")[0] for each in summary.unreadable] == [
        "not JSON", "it has no role, or its content is neither text nor a list of blocks",
        "nested too deeply", "it is not in the store",
    ]  # fmt: skip


@pytest.mark.parametrize("root", [b"\x0a\xff\xff", b"\x80" * 20, b"\x0b", b"", None])
def test_without_its_latest_state_a_chat_is_read_in_the_order_it_was_stored_in(
    root: bytes | None, tmp_path: Path
) -> None:
    path = chat_store(tmp_path / "store.db", HEAD, MESSAGES)
    whole, _ = stored(tmp_path / "x.db", path)
    with closing(sqlite3.connect(path)) as connection:
        if root is None:
            connection.execute("DELETE FROM blobs WHERE substr(data, 1, 1) = x'0a'")
        else:
            connection.execute("UPDATE blobs SET data = ? WHERE substr(data, 1, 1) = x'0a'", (root,))
        connection.commit()
    found, summary = stored(tmp_path / "y.db", path)
    # The words that were said twice are one blob: how often they were said is not told without the state.
    assert texts(found) == [text for number, text in enumerate(texts(whole)) if number != 12]
    (problem,) = summary.unreadable
    assert problem.reason.endswith("messages are in the order they were stored in")


def test_nodes_below_the_root_are_followed_and_circles_end() -> None:
    def named(*ids: str) -> bytes:
        return b"".join(b"\x0a\x20" + bytes.fromhex(each) for each in ids)

    one, two, node, root = (hashlib.sha256(name).hexdigest() for name in (b"1", b"2", b"n", b"r"))
    blobs = {one: b"{}", two: b"{}", node: named(two, root), root: named(one, node)}
    assert list(messages_below(root, blobs)) == [one, two]


def test_a_root_names_the_folder_and_the_branch() -> None:
    def text(field: int, value: bytes) -> bytes:
        return (bytes([field << 3 | 2]) if field < 16 else bytes([0xAA, 0x01])) + bytes([len(value)]) + value

    assert workspace_of(text(9, b"file:///w/my%20app")) == ("/w/my app", None)
    assert workspace_of(text(21, text(1, b"/w/app") + text(2, b"dev"))) == ("/w/app", "dev")
    assert workspace_of(text(9, b"\0" * 32)) == (None, None)


def test_a_store_in_use_is_read_with_its_log_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = chat_store(tmp_path / "in use" / "store.db", HEAD, [])
    full = chat_store(tmp_path / "full.db", HEAD, MESSAGES)
    with closing(sqlite3.connect(path)) as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.execute("ATTACH ? AS full", (str(full),))
        cursor.execute(
            "INSERT INTO main.blobs SELECT * FROM full.blobs WHERE id NOT IN (SELECT id FROM blobs)"
        )
        cursor.execute("REPLACE INTO main.meta SELECT * FROM full.meta")
        cursor.commit()
        before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
        found, _ = stored(tmp_path / "x.db", path)
        assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before
    assert [each["id"] for each in found["sessions"]] == ["cu_c4a7-1"]
    assert len(found["messages"]) == 9


def test_a_store_cut_off_in_the_middle_is_named(tmp_path: Path) -> None:
    path = chat_store(tmp_path / "store.db", HEAD, MESSAGES)
    path.write_bytes(path.read_bytes()[:9000])
    found, summary = stored(tmp_path / "x.db", path)
    assert not found["sessions"]
    (problem,) = summary.unreadable
    assert problem.reason.startswith("not a database that can be read")


def test_a_transcript_of_a_chat_is_not_told_twice(isolated_home: Path, tmp_path: Path) -> None:
    cursor = isolated_home / ".cursor"
    store = chat_store(cursor / "chats" / "0f" / "c4a7-1" / "store.db", HEAD, MESSAGES)
    transcript = cursor / "projects" / "w-my-app" / "agent-transcripts" / "c4a7-1" / "c4a7-1.jsonl"
    transcript.parent.mkdir(parents=True)
    shutil.copy(FIXTURES / "cursor" / "transcript.jsonl", transcript)
    os.utime(transcript, (CHANGED_S, CHANGED_S))
    assert set(CursorHistory().discover()) == {store, transcript}
    once, _ = stored(tmp_path / "x.db", store)
    found, _ = stored(tmp_path / "x.db", transcript)
    assert found == once


def test_other_databases_are_not_taken_for_chats(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE blobs (id TEXT, data BLOB)")
        connection.execute("CREATE TABLE meta (key TEXT, value TEXT)")
        connection.execute("INSERT INTO meta VALUES ('version', '1')")
        connection.commit()
    assert not CursorHistory().sniff(path.read_bytes(), path)
