"""The validator says what the schema says: jsonschema is the judge."""

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from byline.trace import validate_trace
from byline.trace.validate import SCHEMA_PATH

RECORD: dict[str, Any] = {
    "version": "0.1.0",
    "id": "01962f15-2d3d-7c85-9f6b-0a8b4f6b2fd1",
    "timestamp": "2026-04-23T10:20:30Z",
    "vcs": {"type": "git", "revision": "a0b1"},
    "tool": {"name": "byline", "version": "0.1.0"},
    "files": [
        {
            "path": "src/a.py",
            "conversations": [
                {
                    "url": "byline://session/cc_1",
                    "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-6"},
                    "ranges": [
                        {
                            "start_line": 1,
                            "end_line": 3,
                            "content_hash": "murmur3:00000000",
                            "contributor": {"type": "mixed"},
                        }
                    ],
                    "related": [{"type": "session", "url": "byline://session/cc_1"}],
                }
            ],
        }
    ],
    "metadata": {"dev.byline": {"anything": [1, None]}},
}
Path_ = tuple[str | int, ...]
_formats = FormatChecker(formats=["uuid"])


@_formats.checks("date-time", raises=ValueError)
def _date_time(value: object) -> bool:
    # Written apart from the validator's: the standard library reads what is left after a check of shape.
    text = str(value).upper()
    return "T" in text and datetime.fromisoformat(text).tzinfo is not None


@pytest.fixture(scope="module")
def judge() -> Draft202012Validator:
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=_formats)


def places(value: object, path: Path_ = ()) -> Iterator[Path_]:
    """The path of every value inside, the root first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def changed(path: Path_, new: object, *, remove: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """A copy of the record with one value replaced or taken out."""
    if not path:
        return new
    record: Any = copy.deepcopy(RECORD)
    inner = record
    for step in path[:-1]:
        inner = inner[step]
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return record


PLACES = list(places(RECORD))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([0.5, 1.0, 1e3, 10**30]),
    st.sampled_from(["", "git", "ai", "AI", "human", "1.2.3", "1.2", "v1.2.3", "x" * 250, "x" * 251]),
    st.sampled_from(["2026-02-30T00:00:00Z", "2026-04-23T10:20:30+02:00", "2026-04-23 10:20:30Z"]),
    st.sampled_from(["2026-04-23T10:20:30", "2026-04-23", "not a time"]),
    st.sampled_from(["01962F15-2D3D-7C85-9F6B-0A8B4F6B2FD1", "01962f15", "0" * 32, "https://x.example/y"]),
    st.just([]),
    st.just({}),
    st.just([{}]),
)


def test_the_record_is_valid(judge: Draft202012Validator) -> None:
    assert validate_trace(RECORD) == []
    assert judge.is_valid(RECORD)


@given(path=st.sampled_from(PLACES), new=VALUES)
def test_a_changed_value_is_judged_as_jsonschema_judges_it(
    judge: Draft202012Validator, path: Path_, new: object
) -> None:
    record = changed(path, new)
    if path[-1:] == ("url",) and isinstance(new, str):
        return  # jsonschema checks uris only with a package that is not installed; tested below
    assert (validate_trace(record) == []) == judge.is_valid(record), (path, new)


@pytest.mark.parametrize("path", PLACES[1:], ids=lambda path: ".".join(map(str, path)))
def test_a_missing_value_is_judged_as_jsonschema_judges_it(judge: Draft202012Validator, path: Path_) -> None:
    record = changed(path, None, remove=True)
    assert (validate_trace(record) == []) == judge.is_valid(record)


def test_the_schema_uses_no_keyword_that_the_validator_does_not_know() -> None:
    known = {
        "type",
        "required",
        "properties",
        "items",
        "enum",
        "pattern",
        "minimum",
        "maxLength",
        "format",
        "$ref",
    }
    silent = {"$schema", "$id", "$defs", "title", "description"}
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))

    def keywords(part: dict[str, Any]) -> Iterator[str]:
        yield from part
        for inner in [*part.get("properties", {}).values(), *part.get("$defs", {}).values()]:
            yield from keywords(inner)
        if "items" in part:
            yield from keywords(part["items"])

    assert set(keywords(schema)) <= known | silent


@pytest.mark.parametrize(
    ("path", "new", "problem"),
    [
        ((), [], "$: expected an object, found []"),
        (("version",), "1.0", r'$.version: "1.0" does not match ^[0-9]+\.[0-9]+\.[0-9]+$'),
        (("id",), "x", '$.id: "x" is no uuid'),
        (("vcs",), {"type": "git"}, '$.vcs: the required key "revision" is missing'),
        (("vcs", "type"), "cvs", '$.vcs.type: "cvs" is none of git, jj, hg, svn'),
        (
            ("files", 0, "conversations", 0, "ranges", 0, "start_line"),
            0,
            "$.files[0].conversations[0].ranges[0].start_line: 0 is less than 1",
        ),
        (
            ("files", 0, "conversations", 0, "contributor", "model_id"),
            "m" * 251,
            "$.files[0].conversations[0].contributor.model_id: 251 characters, at most 250 are allowed",
        ),
    ],
)
def test_a_problem_is_a_sentence_with_its_place(path: Path_, new: object, problem: str) -> None:
    assert validate_trace(changed(path, new)) == [problem]


def test_every_problem_is_named_at_once() -> None:
    problems = validate_trace({"version": 1, "files": [{"path": 2}]})
    assert len(problems) == 5
    assert '$.files[0]: the required key "conversations" is missing' in problems


def test_a_quoted_value_is_short_and_cannot_reach_the_terminal() -> None:
    (problem,) = validate_trace(changed(("id",), "\x1b[31m\u202e" + "x" * 500))
    assert problem.isascii()
    assert problem.isprintable()
    assert len(problem) < 100


@pytest.mark.parametrize(
    ("url", "valid"),
    [
        ("https://example.org/a?b=c#d", True),
        ("byline://session/cc_1", True),
        ("urn:uuid:01962f15", True),
        ("mailto:mia@example.org", True),
        ("/relative", False),
        ("", False),
        ("https://example.org/a b", False),
        ("https://example.org/é", False),
        ("https://example.org/%zz", False),
        ("1https://x", False),
        ("https://x\n", False),
    ],
)
def test_a_url_is_an_absolute_uri(url: str, valid: bool) -> None:
    found = validate_trace(changed(("files", 0, "conversations", 0, "url"), url))
    assert (found == []) is valid


@pytest.mark.parametrize(
    ("time", "valid"),
    [
        ("2026-04-23T10:20:30Z", True),
        ("2026-04-23t10:20:30.123456789z", True),
        ("2024-02-29T00:00:00-23:59", True),
        ("2016-12-31T23:59:60Z", True),
        ("2023-02-29T00:00:00Z", False),
        ("2026-04-23T24:00:00Z", False),
        ("2026-04-23T10:20:61Z", False),
        ("2026-04-23T10:20:30+24:00", False),
        ("2026-04-23T10:20:30", False),
        ("2026-04-23 10:20:30Z", False),
        ("٢٠٢٦-04-23T10:20:30Z", False),
    ],
)
def test_a_timestamp_is_a_real_moment_with_an_offset(time: str, valid: bool) -> None:
    assert (validate_trace(changed(("timestamp",), time)) == []) is valid


def test_the_schema_is_the_published_one() -> None:
    published = Path("/work/shared/reference/agent-trace.schema.json")
    if not published.exists():
        pytest.skip("the reference schema of /work/shared is absent")
    assert SCHEMA_PATH.read_bytes() == published.read_bytes()
