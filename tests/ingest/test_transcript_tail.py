"""Finding a record near the end of a transcript."""

import json
import os
from pathlib import Path

import pytest

from byline.ingest.transcript_tail import BLOCK, find_call, find_reply


def record(tool_use_id: str, model: str, padding: int = 0) -> bytes:
    block = {"type": "tool_use", "id": tool_use_id, "input": {"content": "x" * padding}}
    message = {"id": f"msg_{tool_use_id}", "model": model, "content": [block]}
    return json.dumps({"type": "assistant", "message": message}).encode() + b"\n"


def mention(tool_use_id: str, padding: int = 0) -> bytes:
    result = {"type": "tool_result", "tool_use_id": tool_use_id, "content": "y" * padding}
    return (
        json.dumps({"type": "user", "message": {"content": [result, {"said": '"assistant"'}]}}).encode()
        + b"\n"
    )


def model_of(path: Path, tool_use_id: str) -> str | None:
    found = find_call([path], tool_use_id)
    return found.model_id if found else None


@pytest.mark.parametrize("padding", [0, BLOCK - 200, BLOCK, 3 * BLOCK + 17])
def test_a_call_is_found_wherever_block_borders_fall(tmp_path: Path, padding: int) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(
        record("a", "model-a", padding)
        + mention("a", padding)
        + record("b", "model-b")
        + mention("b", padding)
    )
    assert model_of(path, "a") == "model-a"
    assert model_of(path, "b") == "model-b"
    assert model_of(path, "c") is None


def test_ids_are_not_matched_by_their_beginning(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(record("toolu_12", "other"))
    assert model_of(path, "toolu_1") is None


def test_a_line_being_written_hides_none_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(record("a", "model-a") + record("a", "half")[:-20])
    assert model_of(path, "a") == "model-a"


def test_lines_without_an_end_or_of_other_shapes_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    odd = [
        b'{"type": "assistant", "message": "a"}',
        b'["assistant", "a"]',
        b'{"type": "assistant", "message": {"content": "a"}}',
    ]
    path.write_bytes(b"\n".join([record("a", "model-a").strip(), *odd]))
    assert model_of(path, "a") == "model-a"


def test_the_first_transcript_that_has_the_call_is_believed(tmp_path: Path) -> None:
    own, parents = tmp_path / "own.jsonl", tmp_path / "parent.jsonl"
    own.write_bytes(record("a", "own"))
    parents.write_bytes(record("a", "parent"))
    found = find_call([tmp_path / "missing.jsonl", own, parents], "a")
    assert found is not None
    assert found.model_id == "own"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a Unix thing")
def test_a_pipe_in_place_of_a_transcript_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    os.mkfifo(path)
    assert model_of(path, "a") is None


def test_a_reply_is_the_last_record_that_says_exactly_that(tmp_path: Path) -> None:
    def reply(name: str, text: str) -> str:
        message = {"id": name, "model": "m", "content": [{"type": "text", "text": text}]}
        return json.dumps({"type": "assistant", "message": message}) + "\n"

    path = tmp_path / "t.jsonl"
    path.write_text(reply("one", "Done.") + reply("two", "Done.") + reply("three", "Done. And more."))
    found = find_reply([path], "Done.")
    assert found is not None
    assert found.message_id == "two"
    assert find_reply([path], "Do") is None
