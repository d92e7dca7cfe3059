"""Pi's session files: what is stored of them, and what their damage costs."""

import json
from pathlib import Path

import pytest
from stored_histories import add_wrong_types, damage, golden_pairs, samples, stored

from byline.agents.pi.edits import read_numbered_diff
from byline.agents.pi.history import PiHistory
from byline.patch.hunk_body import hunk_body

HEADER = '{"type":"session","version":3,"id":"s1","timestamp":"2026-04-01T10:00:00Z","cwd":"/w"}'


@pytest.mark.parametrize(("history", "golden"), golden_pairs("pi"))
def test_damaged_lines_are_named_and_nothing_around_them_is_lost(
    history: Path, golden: Path, tmp_path: Path
) -> None:
    expected = damage(history, tmp_path / history.name)
    found, summary = stored(tmp_path / "x.db", tmp_path / history.name)
    assert found == json.loads(golden.read_text())
    assert [each.line for each in summary.unreadable] == list(expected)
    for each in summary.unreadable:
        assert expected[each.line] in each.reason


@pytest.mark.parametrize("history", [pair.values[0] for pair in golden_pairs("pi")])
def test_fields_of_another_type_end_no_import(history: Path, tmp_path: Path) -> None:
    lines = add_wrong_types(history, tmp_path / history.name)
    found, summary = stored(tmp_path / "x.db", tmp_path / history.name)
    assert summary.records == lines
    assert found["sessions"]
    assert all(each.line for each in summary.unreadable)


def test_the_real_samples_are_read_whole(tmp_path: Path) -> None:
    found, summary = stored(tmp_path / "x.db", samples("pi"))
    assert {(Path(each.path).name, each.line) for each in summary.unreadable} <= {
        ("agentsview-session.jsonl", 10)
    }
    assert not summary.unrecognised
    own = [each for each in found["edits"] if each["session_id"].startswith("pi_01a20626")]
    assert [(each["tool"], each["precision"]) for each in own] == [
        ("write", "strings"),
        ("edit", "vendor_diff"),
    ]


def test_a_record_of_a_known_type_without_its_shape_is_unreadable(tmp_path: Path) -> None:
    history = tmp_path / "s.jsonl"
    lines = [
        HEADER,
        '{"type":"message","id":"a","timestamp":"2026-04-01T10:00:01Z"}',
        '{"type":"message","id":"b","timestamp":"2026-04-01T10:00:01Z","message":{"role":"user","content":7}}',
        '{"type":"message","id":"c","timestamp":"soon","message":{"role":"user","content":"x"}}',
        '{"type":"message","id":"d","timestamp":1e400,"message":{"role":"user","content":"x"}}',
        '{"type":"message","id":"e","timestamp":"2026-04-01T10:00:02Z","message":{"role":"user","content":"Hello"}}',
    ]
    history.write_text("\n".join(lines) + "\n")
    found, summary = stored(tmp_path / "x.db", history)
    assert [(each.line, each.reason) for each in summary.unreadable] == [
        (2, "message: the entry holds no message"),
        (3, "message: content is neither text nor a list of blocks"),
        (4, "timestamp 'soon' is no time"),
        (5, "timestamp 'inf' is no time"),
    ]
    assert found["sessions"][0]["title"] == "Hello"


def test_a_fork_leaves_the_shared_messages_to_the_session_it_was_forked_from(tmp_path: Path) -> None:
    def entry(number: int, text: str) -> str:
        return json.dumps({
            "type": "message", "id": f"e{number}", "parentId": f"e{number - 1}",
            "timestamp": f"2026-04-01T10:00:0{number}Z", "message": {"role": "user", "content": text},
        })  # fmt: skip

    first, fork = tmp_path / "t_s1.jsonl", tmp_path / "t_s2.jsonl"
    first.write_text("\n".join([HEADER, entry(1, "Begin"), entry(2, "Go on")]) + "\n")
    header = json.dumps({**json.loads(HEADER), "id": "s2", "parentSession": str(first)})
    fork.write_text("\n".join([header, entry(1, "Begin"), entry(3, "Go elsewhere")]) + "\n")
    found, _ = stored(tmp_path / "x.db", tmp_path)
    owners = {each["message_id"]: each["session_id"] for each in found["messages"]}
    assert owners == {"e1": "pi_s1", "e2": "pi_s1", "e3": "pi_s2"}
    assert [each.get("parent_id") for each in found["sessions"]] == [None, "pi_s1"]


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        pytest.param("+1 a\n+2 b", [(0, 0, 1, 2)], id="a file that was empty"),
        pytest.param(" 1 a\n-2 b\n 3 c", [(1, 3, 1, 2)], id="a line removed"),
        pytest.param("-1 a\n-2 b", [(1, 2, 0, 0)], id="everything removed"),
        pytest.param(
            "  1 a\n+ 2 x\n  2 b\n    ...\n 40 c\n-41 d\n+42 e", [(1, 2, 1, 3), (40, 2, 41, 2)], id="a gap"
        ),
        pytest.param(" 1 a\n-9 b", [], id="numbers that contradict each other"),
        pytest.param("hello", [], id="no diff"),
    ],
)
def test_a_diff_with_line_numbers_becomes_hunks(diff: str, expected: list[tuple[int, ...]]) -> None:
    hunks = read_numbered_diff(diff)
    assert [(each.old_start, each.old_count, each.new_start, each.new_count) for each in hunks] == expected
    marks = [f"{mark}" for hunk in hunks for mark, _ in hunk_body(hunk)]
    assert not expected or marks == [line[0] for line in diff.split("\n") if "..." not in line]


def test_sessions_are_found_in_pis_own_place(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = isolated_home / ".pi" / "agent" / "sessions" / "--w--" / "t_s1.jsonl"
    session.parent.mkdir(parents=True)
    session.write_text(HEADER)
    assert list(PiHistory().discover()) == [session]
    monkeypatch.setenv("PI_CODING_AGENT_DIR", str(isolated_home / "elsewhere"))
    assert not list(PiHistory().discover())


@pytest.mark.parametrize(
    "head",
    [
        b'{"type":"session","id":"x"}\n',
        b'{"type":"session_meta","payload":{}}\n',
        b"not json\n" + HEADER.encode(),
        b"",
    ],
)
def test_other_files_are_not_taken_for_pis(head: bytes) -> None:
    assert not PiHistory().sniff(head, Path("x.jsonl"))
