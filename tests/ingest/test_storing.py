"""What one call leaves in the store, and what it says about it."""

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.errors import StoreBusyError, StoreError
from byline.ingest.payloads import Call, Result, store_call
from byline.store.connection import connect

Send = Callable[..., Result]
Rows = Callable[..., list[tuple[object, ...]]]

MESSAGE = {
    "type": "message", "session_id": "s1", "message_id": "m1", "role": "assistant",
    "generated_at_unix_ms": 1_000,
}  # fmt: skip
PART = {
    "type": "message.part", "session_id": "s1", "message_id": "m1", "part_type": "text", "text": "hello",
    "generated_at_unix_ms": 1_001,
}  # fmt: skip


def mixed(*payloads: object) -> dict[str, object]:
    return {"tool_name": "opencode", "payloads": list(payloads)}


def test_the_counts_add_up_to_what_was_attempted(send: Send) -> None:
    send("conversation-trace", mixed(MESSAGE, PART))
    result = send(
        "conversation-trace",
        mixed(
            MESSAGE | {"model_id": "x"},
            PART,
            PART | {"text": "hello you"},
            MESSAGE | {"message_id": "m2"},
            {},
        ),
    )
    assert result.summary == (
        "conversation-trace: attempted=5 persisted_messages=1 persisted_parts=0 "
        "updated=2 duplicates=1 skipped=1"
    )
    assert result.complaints == ("item 4 skipped: type is missing",)


def test_several_documents_are_summed_in_one_line(send: Send) -> None:
    lines = b"\n".join(json.dumps(mixed(MESSAGE | {"message_id": name}, 5)).encode() for name in ("a", "b"))
    result = send("conversation-trace", lines)
    assert result.summary == (
        "conversation-trace: attempted=4 persisted_messages=2 persisted_parts=0 "
        "updated=0 duplicates=0 skipped=2"
    )
    assert [line.partition(" skipped")[0] for line in result.complaints] == [
        "document 1, item 1",
        "document 2, item 1",
    ]


def test_a_repeat_renews_the_model_and_leaves_role_and_time(send: Send, rows: Rows) -> None:
    send("conversation-trace", mixed(MESSAGE))
    send("conversation-trace", mixed(MESSAGE | {"model_id": "m", "role": "user", "generated_at_unix_ms": 9}))
    assert rows("SELECT role, generated_at_unix_ms, model_id FROM messages") == [("assistant", 1_000, "m")]


def test_parts_may_come_before_their_message(send: Send, rows: Rows) -> None:
    send("conversation-trace", mixed(PART))
    assert rows("SELECT id, agent, messages, parts FROM sessions") == [("oc_s1", "opencode", 0, 1)]
    send("conversation-trace", mixed(MESSAGE))
    assert rows("SELECT messages, parts, started_ms FROM sessions") == [(1, 1, 1_000)]


def test_a_message_updates_its_session(send: Send, rows: Rows) -> None:
    send("conversation-trace", mixed(MESSAGE))
    send("conversation-trace", mixed(MESSAGE | {"title": "Retry", "cwd": "/w", "branch": "main"}))
    assert rows("SELECT title, title_source, cwd, branch FROM sessions") == [("Retry", "agent", "/w", "main")]


def test_a_row_that_the_store_refuses_costs_only_itself(send: Send, rows: Rows, database: Path) -> None:
    connection = connect(database)
    connection.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN new.message_id = 'bad' "
        "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    )
    connection.close()
    bad = MESSAGE | {"message_id": "bad"}
    result = send("conversation-trace", mixed(MESSAGE, bad, MESSAGE | {"message_id": "m2"}, PART))
    assert rows("SELECT message_id FROM messages ORDER BY id") == [("m1",), ("m2",)]
    assert str(result.summary).endswith(
        "persisted_messages=2 persisted_parts=1 updated=0 duplicates=0 skipped=1"
    )
    assert result.complaints == ("item 1 skipped: the store refused it: not this one",)
    ((payload,),) = rows("SELECT payload FROM rejected_payloads")
    assert isinstance(payload, bytes)
    assert json.loads(zlib.decompress(payload)) == mixed(bad)


def test_skipped_items_are_kept_in_their_envelope_with_the_reason(send: Send, rows: Rows) -> None:
    send("conversation-trace", mixed(MESSAGE, {"type": "message", "x": 1}))
    ((kind, payload, reason),) = rows("SELECT kind, payload, reason FROM rejected_payloads")
    assert isinstance(payload, bytes)
    assert (kind, reason) == ("conversation-trace", "item 1: session_id is missing")
    assert json.loads(zlib.decompress(payload)) == mixed({"type": "message", "x": 1})


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\xfe", b'{"tool_name": "pi", "payl', b"[]", b'{"payloads": []}']
)
def test_a_rejected_payload_is_kept_whole_and_once(send: Send, rows: Rows, data: bytes) -> None:
    results = [send("conversation-trace", data) for _ in range(2)]
    assert [result.summary for result in results] == [None, None]
    assert [complaint.partition(": ")[0] for complaint in results[0].complaints] == ["rejected"]
    ((payload,),) = rows("SELECT payload FROM rejected_payloads")
    assert isinstance(payload, bytes)
    assert zlib.decompress(payload) == data


def test_an_envelope_without_items_is_fine(send: Send) -> None:
    result = send("conversation-trace", mixed())
    assert result == Result((), "conversation-trace: attempted=0 persisted_messages=0 persisted_parts=0 "
                                "updated=0 duplicates=0 skipped=0")  # fmt: skip


def test_a_store_that_stays_locked_is_a_busy_error_and_nothing_is_stored(database: Path, rows: Rows) -> None:
    holder = connect(database)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreBusyError):
            store_call(Call("conversation-trace", json.dumps(mixed(MESSAGE)).encode(), 1), str(database))
    finally:
        holder.close()
    assert rows("SELECT count(*) FROM messages") == [(0,)]


def test_a_file_that_is_no_database_is_left_as_it_is(database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"somebody's notes" * 100)
    with pytest.raises(StoreError):
        store_call(Call("conversation-trace", json.dumps(mixed(MESSAGE)).encode(), 1), str(database))
    assert database.read_bytes() == b"somebody's notes" * 100


def test_a_call_is_one_transaction(database: Path, rows: Rows) -> None:
    connection = connect(database)
    connection.execute(
        "CREATE TRIGGER break_off BEFORE INSERT ON parts "
        "BEGIN SELECT RAISE(ROLLBACK, 'the disk went away'); END"
    )
    connection.close()
    call = Call("conversation-trace", json.dumps(mixed(MESSAGE, PART)).encode(), 1)
    with pytest.raises(StoreError):
        store_call(call, str(database))
    assert rows("SELECT count(*) FROM messages") == [(0,)]
