"""The line-level record."""

import json
import uuid
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.attribution import NO_EDIT, AttributedLine, Credit, Origin
from byline.patch import LineKind
from byline.trace import (
    TracedCommit,
    TracedFile,
    build_trace,
    content_hash,
    normalised_model,
    rfc3339,
    session_url,
    trace_id,
    validate_trace,
)

COMMIT = TracedCommit("a" * 40, 1_760_000_000, "github.com/mia/uploader")


def origin(session: str = "cc_1", model: str | None = "claude-opus-4-6") -> Origin:
    return Origin(7, session, "m1", "toolu_1", model, "Edit", 1_759_999_000_000)


AI = Credit("ai", "exact", origin())
OTHER_SESSION = Credit("ai", "exact", origin("cx_2", "gpt-5.5"))
OTHER_MODEL = Credit("ai", "exact", origin("cc_1", "claude-haiku-4-5"))
MIXED = Credit("mixed", "edited", origin())


def line(number: int, credit: Credit, kind: LineKind = "added", content: str | None = None) -> AttributedLine:
    return AttributedLine(kind, number, f"line {number}" if content is None else content, credit)


def traced(*lines: AttributedLine, path: str = "src/a.py") -> dict[str, Any]:
    return build_trace(COMMIT, [TracedFile(path, lines)], "0.1.0")


def ranges(trace: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [
        (conversation["contributor"]["type"], found["start_line"], found["end_line"])
        for file in trace["files"]
        for conversation in file["conversations"]
        for found in conversation["ranges"]
    ]


def test_consecutive_lines_of_one_author_are_one_range() -> None:
    assert ranges(traced(line(4, AI), line(5, AI), line(6, AI))) == [("ai", 4, 6)]


def test_a_gap_of_context_ends_a_range() -> None:
    assert ranges(traced(line(4, AI), line(6, AI))) == [("ai", 4, 4), ("ai", 6, 6)]


@pytest.mark.parametrize("other", [OTHER_SESSION, OTHER_MODEL, MIXED, NO_EDIT, Credit("human")])
def test_another_session_model_or_contributor_begins_a_range(other: Credit) -> None:
    trace = traced(line(1, AI), line(2, other), line(3, AI))
    assert ranges(trace) == [("ai", 1, 1), (other.contributor, 2, 2), ("ai", 3, 3)]


def test_how_well_a_line_matched_does_not_begin_a_range() -> None:
    moved = Credit("ai", "moved", origin())
    assert ranges(traced(line(1, AI), line(2, moved))) == [("ai", 1, 2)]


def test_removed_lines_are_in_no_range_but_are_counted() -> None:
    trace = traced(line(2, AI, "removed"), line(2, AI), line(3, NO_EDIT, "removed"), line(3, AI))
    assert ranges(trace) == [("ai", 2, 3)]
    counts = trace["metadata"]["dev.byline"]
    assert counts["line_changes"]["ai"] == {"added": 2, "removed": 1}
    assert counts["line_changes"]["unknown"] == {"added": 0, "removed": 1}
    assert counts["sessions"] == {"cc_1": {"added": 2, "removed": 1}}
    assert counts["unknown_reasons"] == {"no_edit": 1}


def test_a_file_that_only_lost_lines_is_counted_but_not_listed() -> None:
    trace = traced(line(1, AI, "removed"))
    assert trace["files"] == []
    assert trace["metadata"]["dev.byline"]["line_changes"]["ai"] == {"added": 0, "removed": 1}


def test_carried_lines_are_counted_under_their_contributor_and_again_apart() -> None:
    counts = traced(line(1, Credit("ai", "exact", origin(), carried=True)), line(2, AI))
    changes = counts["metadata"]["dev.byline"]["line_changes"]
    assert changes["ai"] == {"added": 2, "removed": 0}
    assert changes["carried"] == {"added": 1, "removed": 0}


def test_a_conversation_links_to_its_session_and_names_its_model() -> None:
    (conversation,) = traced(line(1, AI))["files"][0]["conversations"]
    assert conversation == {
        "url": "byline://session/cc_1",
        "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-6"},
        "ranges": [{"start_line": 1, "end_line": 1, "content_hash": content_hash([("added", "line 1")])}],
        "related": [{"type": "session", "url": "byline://session/cc_1"}],
    }


def test_lines_of_nobody_link_nowhere() -> None:
    (conversation,) = traced(line(1, NO_EDIT))["files"][0]["conversations"]
    assert conversation["contributor"] == {"type": "unknown"}
    assert "url" not in conversation
    assert "related" not in conversation


def test_links_follow_the_configured_base() -> None:
    trace = build_trace(COMMIT, [TracedFile("a", [line(1, AI)])], "0.1.0", "https://byline.example/s/")
    assert trace["files"][0]["conversations"][0]["url"] == "https://byline.example/s/cc_1"


def test_a_session_id_cannot_leave_its_place_in_the_link() -> None:
    assert session_url("../x y?#é") == "byline://session/..%2Fx%20y%3F%23%C3%A9"


def test_the_hash_of_a_range_does_not_depend_on_its_place() -> None:
    def hash_at(number: int) -> str:
        trace = traced(line(number, AI, content="x = 1"), line(number + 1, AI, content="y = 2"))
        return str(trace["files"][0]["conversations"][0]["ranges"][0]["content_hash"])

    assert hash_at(1) == hash_at(900) == content_hash([("added", "x = 1"), ("added", "y = 2")])


def test_the_record_names_its_commit_its_tool_and_the_commit_time() -> None:
    trace = traced()
    assert trace["vcs"] == {"type": "git", "revision": "a" * 40}
    assert trace["tool"] == {"name": "byline", "version": "0.1.0"}
    assert trace["timestamp"] == "2025-10-09T08:53:20Z"
    assert trace["version"] == "0.1.0"


def test_the_id_is_a_uuid5_that_only_repository_and_commit_decide() -> None:
    same = trace_id(COMMIT.repository, COMMIT.oid)
    assert uuid.UUID(same).version == 5
    assert same == trace_id(COMMIT.repository, COMMIT.oid) == traced(line(1, AI))["id"]
    assert len({same, trace_id("other", COMMIT.oid), trace_id(COMMIT.repository, "b" * 40)}) == 3


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (1_760_000_000, "2025-10-09T08:53:20Z"),
        (2**62, "9999-12-31T23:59:59Z"),
        (-(2**62), "0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_of_git_is_always_rfc_3339(time: int, text: str) -> None:
    assert rfc3339(time) == text
    assert datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("claude-opus-4-6", "anthropic/claude-opus-4-6"),
        ("gpt-5.5", "openai/gpt-5.5"),
        ("o3", "openai/o3"),
        ("o4-mini", "openai/o4-mini"),
        ("codex-mini-latest", "openai/codex-mini-latest"),
        ("gemini-3-pro", "google/gemini-3-pro"),
        ("anthropic/claude-opus-4-6", "anthropic/claude-opus-4-6"),
        ("openrouter/anthropic/claude-opus-4-6", "openrouter/anthropic/claude-opus-4-6"),
        ("opus", "opus"),
        ("octopus-1", "octopus-1"),
        ("house-model", "house-model"),
        ("x" * 300, "x" * 250),
        ("claude-" + "x" * 300, ("anthropic/claude-" + "x" * 300)[:250]),
    ],
)
def test_a_model_id_becomes_provider_and_model_where_the_provider_is_sure(
    written: str, normalised: str
) -> None:
    assert normalised_model(written) == normalised


CREDITS = st.sampled_from([AI, OTHER_SESSION, OTHER_MODEL, MIXED, NO_EDIT, Credit("human")])
TOUCHED = st.lists(
    st.tuples(st.sampled_from(["added", "removed"]), st.integers(1, 40), CREDITS),
    unique_by=lambda entry: entry[:2],
)


@given(TOUCHED)
def test_every_added_line_stands_in_exactly_one_range_and_no_other_does(
    touched: list[tuple[LineKind, int, Credit]],
) -> None:
    trace = traced(*[line(number, credit, kind) for kind, number, credit in touched])
    covered = [
        (number, contributor)
        for contributor, start, end in ranges(trace)
        for number in range(start, end + 1)
    ]  # fmt: skip
    expected = [(number, credit.contributor) for kind, number, credit in touched if kind == "added"]
    assert sorted(covered) == sorted(expected)
    assert validate_trace(trace) == []
    assert json.loads(json.dumps(trace)) == trace
