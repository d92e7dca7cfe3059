"""Standard input as documents."""

import json

import pytest

from byline.ingest.documents import read_documents


def test_a_pretty_printed_document_is_one() -> None:
    data = json.dumps({"a": [1, {"b": 2}]}, indent=2).encode()
    assert [document.value for document in read_documents(data)] == [{"a": [1, {"b": 2}]}]


def test_json_lines_are_one_document_a_line_and_blank_lines_none() -> None:
    assert [document.value for document in read_documents(b'{"a": 1}\n\n{"b": 2}\n')] == [{"a": 1}, {"b": 2}]


def test_a_broken_line_costs_only_itself() -> None:
    good, bad, last = read_documents(b'{"a": 1}\n{"b": \n{"c": 3}')
    assert (good.value, last.value) == ({"a": 1}, {"c": 3})
    assert bad.raw == b'{"b": '
    assert "not valid JSON" in str(bad.reason)


def test_a_pretty_printed_document_that_was_cut_stays_one() -> None:
    data = json.dumps({"payloads": [{}, {"a": 1}]}, indent=2).encode()[:-4]
    (document,) = read_documents(data)
    assert document.raw == data
    assert document.reason is not None


def test_a_line_separator_inside_a_string_ends_no_line() -> None:
    (document,) = read_documents('{"text": "a\u2028b"}'.encode())
    assert document.value == {"text": "a\u2028b"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_the_encodings_that_shells_write_are_understood(encoding: str) -> None:
    assert read_documents('{"text": "naïve"}'.encode(encoding))[0].value == {"text": "naïve"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "nothing on standard input"),
        (b" \n\t", "nothing on standard input"),
        (b"\xff\xd8\x01\x80garbage", "not UTF-8"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": 1', "not valid JSON"),
    ],
)
def test_what_is_no_json_has_a_reason_and_keeps_its_bytes(data: bytes, reason: str) -> None:
    (document,) = read_documents(data)
    assert reason in str(document.reason)
    assert document.raw == data
