"""Normalised conversation envelopes: what is accepted, and what is said about the rest."""

import json
from typing import Any

import pytest

from byline.errors import FormatError
from byline.ingest.envelope import read_envelope
from byline.record import Message, Part, Session

MESSAGE = {
    "type": "message", "session_id": "s1", "message_id": "m1", "role": "user", "generated_at_unix_ms": 1_000,
}  # fmt: skip
PART = {
    "type": "message.part", "session_id": "s1", "message_id": "m1", "part_type": "text", "text": "hello",
    "generated_at_unix_ms": 1_001,
}  # fmt: skip
DIFF = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"


def mixed(*payloads: object, tool_name: str = "opencode") -> dict[str, object]:
    return {"tool_name": tool_name, "payloads": list(payloads)}


def only(payload: dict[str, object]) -> Any:  # noqa: ANN401 - a message or a part, as the test knows
    """The one record that a one-item batch gives."""
    (item,) = read_envelope(mixed(payload)).items
    return item.record


def reason(payload: object) -> str:
    """Why the one item of a batch is skipped."""
    reading = read_envelope(mixed(payload))
    assert not reading.items
    return reading.skipped[0].reason


def test_a_mixed_batch_gives_messages_and_parts_in_order() -> None:
    reading = read_envelope(mixed(MESSAGE, PART))
    assert [item.record for item in reading.items] == [
        Message("oc_s1", "m1", "user", 1_000),
        Part("oc_s1", "m1", None, "text", "hello", 1_001),
    ]


def test_a_typed_batch_gives_the_same_without_a_type_per_item() -> None:
    bare = {key: value for key, value in MESSAGE.items() if key != "type"}
    reading = read_envelope({"type": "message.updated", "tool_name": "pi", "payloads": [bare]})
    assert reading.items[0].record == Message("pi_s1", "m1", "user", 1_000)


def test_a_typed_batch_without_a_producer_leaves_session_ids_as_they_are() -> None:
    bare = {key: value for key, value in PART.items() if key != "type"}
    reading = read_envelope(
        {"type": "message.part.updated", "payloads": [bare, {**bare, "session_id": "oc_9"}]}
    )
    assert [item.session for item in reading.items] == [
        Session("s1", "unknown", "s1"),
        Session("oc_9", "opencode", "9"),
    ]


@pytest.mark.parametrize(
    ("tool_name", "native_id", "session_id", "agent"),
    [
        ("opencode", "s", "oc_s", "opencode"),
        ("pi", "pi_s", "pi_s", "pi"),
        ("Claude Code", "s", "cc_s", "claude"),
        ("gemini-cli", "s", "gm_s", "gemini"),
        ("homegrown", "s", "s", "homegrown"),
    ],
)
def test_session_ids_get_their_producers_prefix_once(
    tool_name: str, native_id: str, session_id: str, agent: str
) -> None:
    (item,) = read_envelope(mixed({**MESSAGE, "session_id": native_id}, tool_name=tool_name)).items
    assert (item.session.id, item.session.agent) == (session_id, agent)
    assert item.record.session_id == session_id


def test_optional_facts_of_a_message_are_kept_and_null_counts_as_absent() -> None:
    message = only(
        MESSAGE
        | {"model_id": "anthropic/x", "parent_id": None, "cost": 0.25, "summary_diffs": [{"file": "a"}]}
        | {"tokens": {"input": 3, "cache": {"read": 7}}}
    )
    assert (message.model_id, message.parent_id, message.cost) == ("anthropic/x", None, 0.25)
    assert message.tokens == {"input": 3, "cache_read": 7}
    assert json.loads(message.summary_diffs) == [{"file": "a"}]


def test_a_message_tells_of_its_session() -> None:
    (item,) = read_envelope(
        mixed(MESSAGE | {"cwd": "/w", "repository_url": "https://x/y", "branch": "main", "title": "Uploads"})
    ).items
    assert item.session == Session(
        "oc_s1", "opencode", "s1", "Uploads", "agent", cwd="/w", branch="main", repository_url="https://x/y"
    )


def test_text_may_be_empty() -> None:
    assert only({**PART, "text": ""}).text == ""


def test_half_an_emoji_is_replaced_and_costs_nothing() -> None:
    assert only({**PART, "text": "ab\ud83d"}).text == "ab\ufffd"


@pytest.mark.parametrize("value", [True, 1.0, "5", -1, 2**63, None, [1]])
def test_a_time_is_a_whole_number_of_milliseconds(value: object) -> None:
    assert "generated_at_unix_ms" in reason({**MESSAGE, "generated_at_unix_ms": value})


@pytest.mark.parametrize("value", [0, 2**63 - 1])
def test_the_first_and_the_last_possible_time_are_accepted(value: int) -> None:
    assert only({**MESSAGE, "generated_at_unix_ms": value}).generated_at_unix_ms == value


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (7, "an item must be an object, not a number"),
        ({**MESSAGE, "type": "message.updated"}, "type must be message or message.part"),
        ({key: MESSAGE[key] for key in MESSAGE if key != "type"}, "type is missing"),
        ({**MESSAGE, "session_id": " "}, "session_id must not be empty"),
        ({**MESSAGE, "message_id": 5}, "message_id must be a string, not a number"),
        ({**MESSAGE, "role": "system"}, "role must be user or assistant"),
        ({**MESSAGE, "model_id": ""}, "model_id must not be empty"),
        ({**MESSAGE, "tokens": {"input": "many"}}, "tokens must hold whole numbers"),
        ({**MESSAGE, "cost": -1}, "cost must be a number that is not negative"),
        ({**PART, "part_type": "image"}, "part_type must be one of"),
        ({**PART, "text": None}, "text is missing"),
        ({**PART, "text": ["a"]}, "text must be a string, not an array"),
        ({**PART, "part_id": ""}, "part_id must not be empty"),
    ],
)
def test_an_item_that_is_not_as_it_should_be_says_why(payload: object, complaint: str) -> None:
    assert complaint in reason(payload)


def test_a_bad_item_is_skipped_with_its_index_and_its_siblings_stay() -> None:
    reading = read_envelope(mixed(MESSAGE, {"type": "message"}, PART))
    assert [item.number for item in reading.items] == [0, 2]
    assert [(entry.number, entry.reason) for entry in reading.skipped] == [(1, "session_id is missing")]


@pytest.mark.parametrize(
    ("envelope", "complaint"),
    [
        ({"payloads": []}, "tool_name is missing"),
        ({"tool_name": "", "payloads": []}, "tool_name must not be empty"),
        ({"tool_name": "pi"}, "payloads is missing"),
        ({"tool_name": "pi", "payloads": {}}, "payloads must be an array"),
        ({"type": "message.removed", "payloads": []}, "type must be one of"),
        ({"type": ["message.updated"], "payloads": []}, "type must be one of"),
        ({"type": "message.updated", "payloads": [{}, MESSAGE]}, "item 1 declares its own type"),
    ],
)
def test_a_bad_envelope_is_rejected_whole(envelope: dict[str, object], complaint: str) -> None:
    with pytest.raises(FormatError, match=complaint):
        read_envelope(envelope)


def test_a_patch_is_parsed_and_its_lines_are_stamped_with_the_session() -> None:
    part = only({**PART, "part_type": "patch", "text": DIFF})
    (file,) = json.loads(part.patch)["files"]
    assert part.text == DIFF
    assert [(line["kind"], line["session_id"]) for line in file["hunks"][0]["lines"]] == [
        ("removed", "oc_s1"),
        ("added", "oc_s1"),
    ]


def test_a_patch_may_be_the_json_of_a_parsed_patch() -> None:
    parsed = only({**PART, "part_type": "patch", "text": DIFF}).patch
    assert only({**PART, "part_type": "patch", "text": parsed}).patch == parsed


@pytest.mark.parametrize(
    "text",
    [
        "I changed two files",
        "",
        '{"files": 5}',
        '{"files": [',
        '{"files":[{"old_path":"a","new_path":"a","kind":"modified","hunks":[{"old_start":1e999}]}]}',
        "@@ -1 +1 @@\n-a\n+b\n",
    ],
)
def test_patch_text_that_is_no_patch_is_kept_with_the_reason(text: str) -> None:
    part = only({**PART, "part_type": "patch", "text": text})
    assert (part.type, part.text, part.patch) == ("patch", text, None)
    assert part.status.startswith("unparsed: ")
