"""Copilot CLI's events: what is stored of them, and what their damage costs."""

import json
import shutil
from pathlib import Path

import pytest
from stored_histories import add_wrong_types, damage, golden_pairs, samples, stored

from byline.agents.copilot.edits import read_edits
from byline.agents.copilot.history import CopilotHistory

START = '{"type":"session.start","data":{"sessionId":"s1"},"id":"e1","timestamp":"2026-05-12T10:00:00Z"}'
PROMPT = '{"type":"user.message","data":{"content":"Hello"},"id":"e2","timestamp":"2026-05-12T10:00:01Z"}'


@pytest.mark.parametrize(("history", "golden"), golden_pairs("copilot"))
def test_damaged_lines_are_named_and_nothing_around_them_is_lost(
    history: Path, golden: Path, tmp_path: Path
) -> None:
    folder = tmp_path / history.parent.name
    shutil.copytree(history.parent, folder)
    expected = damage(history, folder / history.name)
    found, summary = stored(tmp_path / "x.db", folder / history.name)
    assert found == json.loads(golden.read_text())
    assert [each.line for each in summary.unreadable] == list(expected)
    for each in summary.unreadable:
        assert expected[each.line] in each.reason


def test_files_in_a_sessions_folder_are_read_along_and_not_called_unknown(tmp_path: Path) -> None:
    history = golden_pairs("copilot")[0].values[0]
    assert isinstance(history, Path)
    folder = tmp_path / "session-state" / "5e55-1"
    (folder / "checkpoints").mkdir(parents=True)
    for name in ("events.jsonl", "workspace.yaml"):
        shutil.copy(history.parent / name, folder / name)
    (folder / "checkpoints" / "1.md").write_text("kept")
    found, summary = stored(tmp_path / "x.db", tmp_path / "session-state")
    assert not summary.unrecognised
    assert found["sessions"][0]["title"] == "Polite greetings"


def test_an_event_of_a_known_type_without_its_shape_is_unreadable(tmp_path: Path) -> None:
    history = tmp_path / "s1.jsonl"
    bad = [
        '{"type":"user.message","id":"e3","timestamp":"2026-05-12T10:00:02Z"}',
        '{"type":"user.message","data":{},"id":"e4","timestamp":"2026-05-12T10:00:03Z"}',
        '{"type":"user.message","data":{"content":"x"},"timestamp":"2026-05-12T10:00:03Z"}',
        '{"type":"tool.execution_complete","data":{"toolCallId":"c9"},"id":"e5","timestamp":"2026-05-12T10:00:04Z"}',
    ]
    history.write_text("\n".join([START, *bad, PROMPT]) + "\n")
    found, summary = stored(tmp_path / "x.db", history)
    assert [(each.line, each.reason) for each in summary.unreadable] == [
        (2, "user.message: no data"),
        (3, "a message without content"),
        (4, "user.message: no id"),
        (5, "tool.execution_complete: there is no call with its toolCallId"),
    ]
    assert [each["text"] for each in found["parts"]][-1] == "Hello"


@pytest.mark.parametrize(
    ("tool", "arguments", "detailed", "expected"),
    [
        pytest.param("create", {"path": "a", "file_text": "x\n"}, None, [("/w/a", "strings")], id="create"),
        pytest.param(
            "edit", {"path": "a", "old_str": "x", "new_str": "y"}, None, [("/w/a", "strings")], id="edit"
        ),
        pytest.param(
            "edit",
            {"path": "a", "old_str": "x", "new_str": "y"},
            "\ndiff --git a/w/a b/w/a\n--- a/w/a\n+++ b/w/a\n@@ -4,1 +4,1 @@\n-x\n+y\n",
            [("/w/a", "vendor_diff")],
            id="edit with a diff",
        ),
        pytest.param(
            "edit",
            {"path": "a", "old_str": "x", "new_str": "y"},
            "\ndiff --git a/w/a b/w/a\n--- a/w/a\n+++ b/w/a\n@@ -4,9 +4,9 @@\n-x\n+y\n",
            [("/w/a", "strings")],
            id="edit with a diff that contradicts itself",
        ),
        pytest.param(
            "replace_string_in_file",
            {"filePath": "/w/a", "oldString": "x", "newString": "y"},
            None,
            [("/w/a", "strings")],
            id="in VS Code",
        ),
        pytest.param("view", {"path": "a"}, "\ndiff --git a/w/a b/w/a\n", [], id="view"),
        pytest.param(
            "str_replace_editor", {"command": "view", "path": "a"}, None, [], id="viewed in the editor"
        ),
        pytest.param("bash", {"command": "rm a"}, None, [], id="a command"),
    ],
)
def test_what_a_call_did_is_read_of_its_diff_else_of_its_arguments(
    tool: str, arguments: dict[str, str], detailed: str | None, expected: list[tuple[str, str]]
) -> None:
    edits = read_edits(tool, arguments, detailed, "/w")
    assert [(edit.path, edit.precision) for edit in edits] == expected


@pytest.mark.parametrize("history", [pair.values[0] for pair in golden_pairs("copilot")])
def test_fields_of_another_type_end_no_import(history: Path, tmp_path: Path) -> None:
    lines = add_wrong_types(history, tmp_path / history.name)
    found, summary = stored(tmp_path / "x.db", tmp_path / history.name)
    assert summary.records == lines
    assert found["sessions"]
    assert all(each.line for each in summary.unreadable)


def test_the_real_samples_are_read_whole(tmp_path: Path) -> None:
    found, summary = stored(tmp_path / "x.db", samples("copilot"))
    assert not summary.unreadable
    assert not summary.unrecognised
    assert len(found["sessions"]) == 3
    assert [(each["tool"], each["model_id"]) for each in found["edits"]] == [("create", "gpt-4.1")]


def test_sessions_are_found_in_copilots_own_places(
    isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = isolated_home / ".copilot" / "session-state"
    new, old = state / "s1" / "events.jsonl", state / "s2.jsonl"
    new.parent.mkdir(parents=True)
    for path in (new, old):
        path.write_text(START)
    assert sorted(CopilotHistory().discover()) == [new, old]
    monkeypatch.setenv("COPILOT_HOME", str(isolated_home / "elsewhere"))
    assert not list(CopilotHistory().discover())


@pytest.mark.parametrize(
    "head",
    [
        b'{"type":"user","data":{},"id":"1","timestamp":"x"}\n',
        b'{"type":"session.start","id":"1","timestamp":"x"}\n',
        b'{"type":"session","id":"x"}\n',
        b"nothing",
        b"",
    ],
)
def test_other_files_are_not_taken_for_copilots(head: bytes) -> None:
    assert not CopilotHistory().sniff(head, Path("events.jsonl"))
