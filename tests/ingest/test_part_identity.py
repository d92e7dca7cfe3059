"""Parts that bring no id: which stored part they are."""

from collections.abc import Callable, Sequence

import pytest

from byline.ingest.payloads import Result

Send = Callable[..., Result]
Rows = Callable[..., list[tuple[str, ...]]]
Say = Callable[..., str]
Texts = Callable[[], Sequence[str]]

PART = {
    "type": "message.part",
    "session_id": "s",
    "message_id": "m",
    "part_type": "text",
    "generated_at_unix_ms": 5,
}


@pytest.fixture
def say(send: Send) -> Say:
    """Send parts of one message in one envelope; the line said about them, from ``persisted_parts`` on."""

    def call(*parts: dict[str, object]) -> str:
        result = send("conversation-trace", {"tool_name": "pi", "payloads": [PART | part for part in parts]})
        return str(result.summary).partition("persisted_parts=")[2].removesuffix(" skipped=0")

    return call


@pytest.fixture
def texts(rows: Rows) -> Texts:
    """The texts stored, in order."""
    return lambda: [row[0] for row in rows("SELECT text FROM parts ORDER BY id")]


def test_the_same_type_and_text_again_is_a_duplicate(say: Say, texts: Texts) -> None:
    assert say({"text": "hello"}) == "1 updated=0 duplicates=0"
    assert say({"text": "hello", "generated_at_unix_ms": 9}) == "0 updated=0 duplicates=1"
    assert texts() == ["hello"]


def test_a_text_that_extends_the_stored_one_replaces_it(say: Say, texts: Texts) -> None:
    say({"text": "hel"})
    assert say({"text": "hello"}) == "0 updated=1 duplicates=0"
    assert texts() == ["hello"]


def test_a_shorter_text_that_arrives_late_is_a_duplicate(say: Say, texts: Texts) -> None:
    say({"text": "hello"})
    assert say({"text": "hel"}) == "0 updated=0 duplicates=1"
    assert texts() == ["hello"]


def test_a_part_may_grow_inside_one_envelope(say: Say, texts: Texts) -> None:
    assert say({"text": ""}, {"text": "hel"}, {"text": "hello"}, {"text": "he"}) == "1 updated=2 duplicates=1"
    assert texts() == ["hello"]


def test_the_longest_text_is_the_one_that_grows(say: Say, texts: Texts) -> None:
    say({"text": "a", "part_id": "one"}, {"text": "ab", "part_id": "two"})
    say({"text": "abc"})
    assert texts() == ["a", "abc"]


def test_another_text_or_another_type_is_a_new_part(say: Say, texts: Texts) -> None:
    assert say({"text": "one"}, {"text": "two"}, {"text": "one", "part_type": "reasoning"}).startswith("3 ")
    assert texts() == ["one", "two", "one"]


def test_a_tool_call_is_one_part_whatever_its_text(say: Say, texts: Texts, rows: Rows) -> None:
    call = {"part_type": "tool", "tool": "bash", "tool_call_id": "call_1"}
    assert say(call | {"text": "", "status": "pending"}) == "1 updated=0 duplicates=0"
    assert say(call | {"text": "done", "status": "completed"}) == "0 updated=1 duplicates=0"
    assert say(call | {"text": "done", "status": "completed"}) == "0 updated=0 duplicates=1"
    assert say(call | {"text": "", "status": "pending"}) == "0 updated=0 duplicates=1"
    assert rows("SELECT text, status FROM parts") == [("done", "completed")]


def test_a_patch_of_a_call_is_a_part_beside_the_call(say: Say, rows: Rows) -> None:
    say(
        {"part_type": "tool", "tool_call_id": "c", "text": "ok"},
        {"part_type": "patch", "tool_call_id": "c", "text": "no patch, and longer"},
    )
    assert rows("SELECT type, text FROM parts ORDER BY type") == [
        ("patch", "no patch, and longer"),
        ("tool", "ok"),
    ]


def test_the_same_text_in_another_message_is_another_part(say: Say, texts: Texts) -> None:
    say({"text": "ok"}, {"text": "ok", "message_id": "n"})
    assert texts() == ["ok", "ok"]


def test_a_part_sent_with_its_id_before_is_found_again_without_it(say: Say, texts: Texts) -> None:
    say({"text": "hello", "part_id": "p1"})
    assert say({"text": "hello"}) == "0 updated=0 duplicates=1"
    assert texts() == ["hello"]
