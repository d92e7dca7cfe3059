"""What hooks recorded and what the history says of the same become one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from claude_records import MODEL, ClaudeTranscript, time_ms_of

from byline.history import import_histories
from byline.ingest.payloads import Call, store_call
from byline.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "byline.db") as opened:
        yield opened


def event(store: Store, name: str, seconds: int, **keys: Any) -> None:  # noqa: ANN401 - an event's own keys
    """A raw hook event, received so many seconds after the start, before the transcript was written."""
    value = {
        "hook_event_name": name,
        "session_id": "s1",
        "cwd": "/w/app",
        "transcript_path": "/missing",
        **keys,
    }
    kinds = ["conversation-trace", "diff-trace"] if name == "PostToolUse" else ["conversation-trace"]
    for kind in kinds:
        store_call(Call(kind, json.dumps(value).encode(), time_ms_of(seconds)), store.path)


def test_prompts_calls_and_edits_are_there_once(store: Store, tmp_path: Path) -> None:
    transcript = ClaudeTranscript(tmp_path / "s1.jsonl")
    transcript.prompt("Do it")
    transcript.write("a.py", "x\n", "t1", "m1")
    response = {"type": "create", "filePath": "/w/app/a.py", "content": "x\n", "structuredPatch": []}
    tool_input = {"file_path": "/w/app/a.py", "content": "x\n"}
    event(store, "UserPromptSubmit", 1, prompt="Do it")
    event(
        store,
        "PostToolUse",
        3,
        tool_name="Write",
        tool_use_id="t1",
        tool_input=tool_input,
        tool_response=response,
    )
    import_histories(store, [transcript.path])
    assert [(each.message_id, len(each.parts)) for each in store.conversations.read("cc_s1")] == [
        ("s1-1", 1),
        ("m1", 1),
    ]
    (edit,) = store.edits.of_session("cc_s1")
    assert (edit.message_id, edit.model_id) == ("m1", MODEL)


def test_the_same_words_said_twice_stay_two_messages(store: Store, tmp_path: Path) -> None:
    transcript = ClaudeTranscript(tmp_path / "s1.jsonl")
    transcript.prompt("commit")
    transcript.prompt("commit")
    event(store, "UserPromptSubmit", 1, prompt="commit")
    event(store, "UserPromptSubmit", 40, prompt="commit")
    import_histories(store, [transcript.path])
    assert [each.message_id for each in store.conversations.read("cc_s1")] == ["s1-1", "s1-2"]


def test_what_the_history_does_not_say_stays(store: Store, tmp_path: Path) -> None:
    transcript = ClaudeTranscript(tmp_path / "s1.jsonl")
    transcript.prompt("Do it")
    event(store, "UserPromptSubmit", 90, prompt="Not in the transcript yet")
    import_histories(store, [transcript.path])
    assert [each.parts[0].text for each in store.conversations.read("cc_s1")] == [
        "Do it",
        "Not in the transcript yet",
    ]
