"""Gemini CLI's chats: logs and documents, what is stored of them, and what their damage costs."""

import json
from pathlib import Path

import pytest
from stored_histories import add_wrong_types, damage, golden_pairs, samples, stored

from byline.agents.gemini.history import GeminiHistory

PAIRS = golden_pairs("gemini")
LOGS = [pair for pair in PAIRS if str(pair.values[0]).endswith(".jsonl")]


@pytest.mark.parametrize(("history", "golden"), LOGS)
def test_damaged_lines_are_named_and_nothing_around_them_is_lost(
    history: Path, golden: Path, tmp_path: Path
) -> None:
    expected = damage(history, tmp_path / history.name)
    found, summary = stored(tmp_path / "x.db", tmp_path / history.name)
    assert found == json.loads(golden.read_text())
    assert [each.line for each in summary.unreadable] == list(expected)
    for each in summary.unreadable:
        assert expected[each.line] in each.reason


@pytest.mark.parametrize("indent", [None, 1])
def test_of_a_document_that_is_cut_off_the_whole_messages_are_read(
    tmp_path: Path, indent: int | None
) -> None:
    messages = [
        {"id": f"u{n}", "timestamp": f"2026-03-01T09:00:0{n}Z", "type": "user", "content": f"Say {n}"}
        for n in range(4)
    ]
    text = json.dumps({"sessionId": "s1", "projectHash": "x", "messages": messages}, indent=indent)
    chat = tmp_path / "session.json"
    chat.write_text(text[: text.index("Say 3")])
    found, summary = stored(tmp_path / "x.db", chat)
    assert [each["id"] for each in found["sessions"]] == ["gm_s1"]
    assert [each["text"] for each in found["parts"]] == ["Say 0", "Say 1", "Say 2"]
    (problem,) = summary.unreadable
    assert problem.reason.startswith("not JSON")
    assert problem.reason.endswith("its whole messages were read")


def test_a_message_without_its_shape_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    chat = tmp_path / "session.json"
    good = {"id": "b", "timestamp": "2026-03-01T09:00:00Z", "type": "user", "content": "Hello"}
    bad = [{**good, "id": "a", "content": 5}, {**good, "id": "c", "timestamp": "soon"}]
    chat.write_text(json.dumps({"sessionId": "s1", "projectHash": "x", "messages": [bad[0], good, bad[1]]}))
    found, summary = stored(tmp_path / "x.db", chat)
    assert [each.reason for each in summary.unreadable] == [
        "message a: content is neither text nor a list of parts",
        "message c: timestamp 'soon' is no time",
    ]
    assert [each["text"] for each in found["parts"]] == ["Hello"]


def test_a_rewind_to_an_unknown_message_goes_back_to_the_beginning(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"sessionId": "s1", "projectHash": "x"},
        {"id": "u1", "timestamp": "2026-03-01T09:00:00Z", "type": "user", "content": "First"},
        {"$rewindTo": "nobody"},
        {"id": "u2", "timestamp": "2026-03-01T09:00:01Z", "type": "user", "content": "Second"},
    ]
    chat = tmp_path / "session.jsonl"
    chat.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found, _ = stored(tmp_path / "x.db", chat)
    assert [each.get("kind") for each in found["messages"]] == ["rewound", None]
    assert found["sessions"][0]["title"] == "Second"


def test_a_chat_that_grew_is_read_again_and_stored_once(tmp_path: Path) -> None:
    history = LOGS[0].values[0]
    assert isinstance(history, Path)
    lines = history.read_text().split("\n")
    chat = tmp_path / "session.jsonl"
    chat.write_text("\n".join(lines[:6]))
    stored(tmp_path / "x.db", chat)
    chat.write_text("\n".join(lines))
    found, _ = stored(tmp_path / "x.db", chat)
    whole, _ = stored(tmp_path / "y.db", history)
    assert found == whole
    _, summary = stored(tmp_path / "x.db", chat)
    assert (summary.unchanged, summary.read) == (1, 0)


def test_the_folder_is_the_one_that_gemini_registered(isolated_home: Path, tmp_path: Path) -> None:
    chat = isolated_home / ".gemini" / "tmp" / "app" / "chats" / "session-1.jsonl"
    chat.parent.mkdir(parents=True)
    chat.write_text(
        '{"sessionId":"s1","projectHash":"x"}\n'
        '{"id":"u1","timestamp":"2026-03-01T09:00:00Z","type":"user","content":"Hello"}\n'
    )
    registry = isolated_home / ".gemini" / "projects.json"
    registry.write_text('{"projects":{"/w/other":"other","/w/app":"app"}}')
    assert list(GeminiHistory().discover()) == [chat]
    found, _ = stored(tmp_path / "x.db", chat)
    assert found["sessions"][0]["cwd"] == "/w/app"


def test_a_subagents_chat_is_a_session_below_the_one_whose_folder_it_lies_in(tmp_path: Path) -> None:
    chat = tmp_path / "chats" / "parent-1" / "child.jsonl"
    chat.parent.mkdir(parents=True)
    chat.write_text(
        '{"sessionId":"child","projectHash":"x","kind":"subagent"}\n'
        '{"id":"u1","timestamp":"2026-03-01T09:00:00Z","type":"user","content":"Look"}\n'
    )
    found, _ = stored(tmp_path / "x.db", chat)
    assert found["sessions"][0]["parent_id"] == "gm_parent-1"


@pytest.mark.parametrize("history", [pair.values[0] for pair in LOGS])
def test_fields_of_another_type_end_no_import(history: Path, tmp_path: Path) -> None:
    lines = add_wrong_types(history, tmp_path / history.name)
    found, summary = stored(tmp_path / "x.db", tmp_path / history.name)
    assert summary.records == lines
    assert found["sessions"]
    assert all(each.line or each.reason.startswith("message ") for each in summary.unreadable)


def test_the_real_samples_are_read_whole(tmp_path: Path) -> None:
    found, summary = stored(tmp_path / "x.db", samples("gemini"))
    assert not summary.unreadable
    assert [Path(path).name for path in summary.unrecognised] == ["hooks.jsonl"]
    assert len(found["sessions"]) == 8
    assert [(each["tool"], each["precision"]) for each in found["edits"]] == [
        ("write_file", "before_after"),
        ("replace", "before_after"),
    ]


@pytest.mark.parametrize(
    "head",
    [
        b'{"type":"user","message":{"role":"user","content":"x"},"uuid":"1","sessionId":"2"}\n',
        b'{"role":"user","message":{"content":[]}}\n',
        b'{"messages": [], "name": "something else"}',
        b"",
    ],
)
def test_other_files_are_not_taken_for_chats(head: bytes) -> None:
    assert not GeminiHistory().sniff(head, Path("x.json"))


def test_a_chat_with_messages_of_unknown_types_alone_is_reported_with_them(tmp_path: Path) -> None:
    messages = [
        {"id": f"u{n}", "timestamp": f"2036-03-01T09:00:0{n}Z", "type": kind, "content": "Say it"}
        for n, kind in enumerate(("person", "gemini9"))
    ]
    chat = tmp_path / "session.json"
    chat.write_text(json.dumps({"sessionId": "s1", "projectHash": "x", "messages": messages}))
    found, summary = stored(tmp_path / "x.db", chat)
    assert found["sessions"] == []
    (problem,) = summary.unreadable
    assert problem.reason == "no message of a known type, but of gemini9, person"
