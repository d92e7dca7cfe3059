"""Parts that bring no id: which stored part they are."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.ingest.part_identity import PartIdentity
from byline.ingest.payloads import Result
from byline.record import Part
from byline.store.schema import TABLES

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


@pytest.mark.parametrize(
    ("statuses", "stays"),
    [
        (["pending", "running", "completed"], "completed"),
        (["completed", "pending"], "completed"),
        (["completed", "running"], "completed"),
        (["error", "in_progress"], "error"),
        (["running", "pending"], "running"),
        (["pending", "error"], "error"),
        (["running", "completed", "error"], "error"),
        ([None, "pending"], "pending"),
        (["completed", None], "completed"),
    ],
)
def test_a_call_never_falls_back_to_what_it_was_before(
    say: Say, rows: Rows, statuses: list[str | None], stays: str
) -> None:
    for status in statuses:
        fields = {} if status is None else {"status": status}
        say({"part_type": "tool", "tool_call_id": "c1", "part_id": "c1", "text": "out", **fields})
    assert rows("SELECT status FROM parts") == [(stays,)]


def known(connection: sqlite3.Connection, texts: Sequence[str]) -> PartIdentity:
    """A message whose parts have these texts."""
    for place, text in enumerate(texts):
        connection.execute(
            "INSERT INTO parts (session_id, message_id, part_id, type, text, generated_at_unix_ms) "
            "VALUES ('s', 'm', ?, 'text', ?, 1)",
            (f"p{place}", text),
        )
    return PartIdentity(connection, [Part("s", "m", None, "text", "", 1)])


@given(texts=st.lists(st.text("ab", max_size=6), unique=True, max_size=12), text=st.text("ab", max_size=7))
def test_a_text_is_the_equal_one_else_the_longest_it_extends_else_one_that_extends_it(
    texts: list[str], text: str
) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(TABLES)
        settled = known(connection, texts).settle(Part("s", "m", None, "text", text, 1))
    extends = max((other for other in texts if text.startswith(other)), key=len, default=None)
    if text in texts:
        assert settled is None
    elif extends is not None:
        assert settled is not None
        assert settled.part_id == f"p{texts.index(extends)}"
    elif any(other.startswith(text) for other in texts):
        assert settled is None
    else:
        assert settled is not None
        assert str(settled.part_id).startswith("text-")


class Counted(str):
    """A text that counts how often it is compared."""

    __slots__ = ()
    comparisons: ClassVar[list[int]] = [0]

    def __lt__(self, other: str) -> bool:
        self.comparisons[0] += 1
        return str.__lt__(self, other)

    def startswith(self, *words: Any) -> bool:  # type: ignore[override] # noqa: ANN401 - as str has it
        self.comparisons[0] += 1
        return str.startswith(self, *words)


def test_thousands_of_parts_are_not_each_compared_with_all_the_others() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(TABLES)
        identity = known(connection, [])
    count = 3000
    for number in range(count):
        part = Part("s", "m", None, "text", Counted(f"all work and no play {number * 7919 % count}!"), 1)
        assert identity.settle(part) is not None
    assert Counted.comparisons[0] < count * 60
