"""Codex's histories: what is stored of every generation, and what their damage costs."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored_histories import Rows, damage, golden_pairs, samples, stored

from byline.agents.codex.compressed import is_readable
from byline.agents.codex.history import CodexHistory
from byline.history import Summary

FIXTURES = Path(__file__).parent / "fixtures" / "codex"
READER = CodexHistory()
SUCCESS = "Success. Updated the following files:\n"


class Rollout:
    """A history that grows record by record."""

    def __init__(self, path: Path, thread: str = "t1", **meta: object) -> None:
        self.path = path
        self.seconds = 0
        self.record("session_meta", id=thread, cwd="/w", cli_version="0.98.0", **meta)

    def record(self, kind: str, **payload: object) -> None:
        self.seconds += 1
        stamp = f"2026-02-03T10:{self.seconds // 60:02}:{self.seconds % 60:02}Z"
        self.line(json.dumps({"timestamp": stamp, "type": kind, "payload": payload}))

    def line(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(text + "\n")

    def turn(self, turn: str, model: str = "gpt-5.5") -> None:
        self.record("turn_context", turn_id=turn, cwd="/w", model=model)

    def item(self, **payload: object) -> None:
        self.record("response_item", **payload)

    def event(self, **payload: object) -> None:
        self.record("event_msg", **payload)

    def says(self, role: str, text: str, **keys: object) -> None:
        self.item(type="message", role=role, content=[{"type": "input_text", "text": text}], **keys)

    def prompt(self, text: str) -> None:
        self.says("user", text)
        self.event(type="user_message", message=text)

    def patch(self, call: str, text: str, output: str) -> None:
        text = f"*** Begin Patch\n{text}*** End Patch\n"
        self.item(type="custom_tool_call", name="apply_patch", call_id=call, input=text)
        self.item(type="custom_tool_call_output", call_id=call, output=output)

    def shell(self, call: str, command: str, output: str) -> None:
        arguments = json.dumps({"cmd": command})
        self.item(type="function_call", name="exec_command", arguments=arguments, call_id=call)
        self.item(type="function_call_output", call_id=call, output=output)

    def stored(self) -> dict[str, Rows]:
        return stored(self.path.with_suffix(".db"), self.path)[0]

    def session(self) -> dict[str, Any]:
        (session,) = self.stored()["sessions"]
        return session


CONTEXTS = [
    "# Context from my IDE setup:\n\n## Active file: a.py\n",
    "\n# Files mentioned by the user:\n\n## Screenshot.png: /tmp/Screenshot.png\n",
    "\n# Review findings:\n\n## Finding 1 (a.py:1)\n[P2] Stale.\n",
]


@pytest.fixture
def rollout(tmp_path: Path) -> Rollout:
    return Rollout(tmp_path / "rollout-x.jsonl")


@pytest.mark.parametrize(("history", "golden"), golden_pairs("codex"))
def test_damaged_lines_are_named_and_nothing_around_them_is_lost(
    history: Path, golden: Path, tmp_path: Path
) -> None:
    expected = damage(history, tmp_path / history.name)
    found, summary = stored(tmp_path / "x.db", tmp_path / history.name)
    assert found == json.loads(golden.read_text())
    assert [each.line for each in summary.unreadable] == list(expected)
    for each in summary.unreadable:
        assert expected[each.line] in each.reason


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_title_is_what_stands_behind_the_context_of_a_program(context: str, rollout: Rollout) -> None:
    rollout.prompt(f"{context}\n## My request for Codex:\nTidy the tests\n")
    assert rollout.session()["title"] == "Tidy the tests"


def test_every_generation_stores_the_same_edits() -> None:
    """Five versions of Codex did the same work: only where lines stood is not in the oldest record."""
    touched = []
    for golden in sorted(FIXTURES.glob("own-*.golden.json")):
        edits = json.loads(golden.read_text())["edits"]
        touched.append({
            Path(edit["path"]).name: [
                (line["kind"], line["content"])
                for hunk in edit["patch"]["files"][0]["hunks"]
                for line in hunk["lines"]
            ]
            for edit in edits
            if not edit["path"].endswith("gone.txt")
        })  # fmt: skip
    assert len(touched) == 5
    assert all(each == touched[0] for each in touched)


def test_the_real_samples_are_read_whole(tmp_path: Path) -> None:
    histories = [path for path in samples("codex").rglob("*.jsonl") if READER.sniff(path.read_bytes(), path)]
    found, summary = stored(tmp_path / "x.db", *histories)
    assert (len(histories), summary.unreadable, len(found["sessions"])) == (10, (), 8)
    own = [each for each in found["edits"] if "/home/dev/project/ws/" in each["path"]]
    assert len(own) == 20
    assert {each["precision"] for each in own} == {"vendor_diff", "before_after", "patch_text"}
    titles = {each.get("title") for each in found["sessions"]}
    assert {None, "Start", "Create hello.py and edit notes.txt"} < titles


def test_a_patch_has_the_model_of_its_own_turn(rollout: Rollout) -> None:
    for turn, model in (("a", "gpt-5.5"), ("b", "gpt-5.5-mini")):
        rollout.turn(turn, model)
        rollout.prompt(f"Do {turn}")
        rollout.patch(f"call_{turn}", f"*** Add File: {turn}.py\n+x\n", SUCCESS + f"A {turn}.py\n")
    edits = rollout.stored()["edits"]
    assert [(edit["path"], edit["model_id"]) for edit in edits] == [
        ("/w/a.py", "gpt-5.5"),
        ("/w/b.py", "gpt-5.5-mini"),
    ]


@pytest.mark.parametrize(
    "output",
    [
        "apply_patch verification failed: Failed to find expected lines in /w/a.py:\nx",
        "patch rejected by user",
        "aborted by user after 2.1s",
        json.dumps({"output": "no such file", "metadata": {"exit_code": 1}}),
        "Exit code: 1\nWall time: 0 seconds\nOutput:\nSuccess is not here",
    ],
)
def test_a_patch_that_was_not_applied_is_an_error_and_no_edit(rollout: Rollout, output: str) -> None:
    rollout.turn("a")
    rollout.patch("call_1", "*** Add File: a.py\n+x\n", output)
    found = rollout.stored()
    assert (found["edits"], [part["status"] for part in found["parts"]]) == ([], ["error"])


def test_a_patch_without_its_output_is_no_edit_yet(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.item(
        type="custom_tool_call",
        name="apply_patch",
        call_id="call_1",
        input="*** Begin Patch\n*** Add File: a.py\n+x\n*** End Patch",
    )
    found = rollout.stored()
    assert (found["edits"], len(found["parts"])) == ([], 1)


def test_recorded_changes_with_a_broken_diff_give_way_to_the_patch_text(rollout: Rollout) -> None:
    rollout.turn("a")
    text = "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End Patch"
    rollout.item(type="custom_tool_call", name="apply_patch", call_id="call_1", input=text)
    changes = {"/w/a.py": {"type": "update", "unified_diff": "@@ -1,9 +1 @@\n-x\n", "move_path": None}}
    rollout.event(type="patch_apply_end", call_id="call_1", success=True, changes=changes)
    rollout.item(type="custom_tool_call_output", call_id="call_1", output=SUCCESS + "M a.py\n")
    found, summary = stored(rollout.path.with_suffix(".db"), rollout.path)
    assert [(edit["path"], edit["precision"]) for edit in found["edits"]] == [("/w/a.py", "patch_text")]
    assert [(each.line, each.reason.partition(":")[0]) for each in summary.unreadable] == [(4, "changes")]


@pytest.mark.parametrize(
    "text",
    [
        "<environment_context>\n<cwd>/w</cwd>\n</environment_context>",
        "# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nBe brief\n</INSTRUCTIONS>",
        "<user_instructions>\nBe brief\n</user_instructions>",
        "<turn_aborted>\nThe user interrupted\n</turn_aborted>",
        "<skill>\n<name>x</name>\nsteps\n</skill>",
        "Warning: apply_patch was requested via exec_command. Use the apply_patch tool instead.",
    ],
)
def test_what_codex_injects_is_neither_prompt_nor_title(rollout: Rollout, text: str) -> None:
    rollout.turn("a")
    rollout.says("user", text)
    rollout.prompt("Paint it")
    found = rollout.stored()
    assert [message.get("kind") for message in found["messages"]] == ["injected", None]
    assert found["sessions"][0]["title"] == "Paint it"


def test_what_an_event_says_was_typed_is_a_prompt_whatever_it_looks_like(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.prompt("<div>why is this red</div>")
    assert [message.get("kind") for message in rollout.stored()["messages"]] == [None]


def test_beside_a_typed_prompt_what_no_event_tells_of_was_not_typed(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.says("user", "Context that only next year's Codex injects")
    rollout.prompt("Paint it")
    found = rollout.stored()
    assert [message.get("kind") for message in found["messages"]] == ["injected", None]
    assert found["sessions"][0]["title"] == "Paint it"


def test_prompts_of_histories_without_events_are_told_by_their_text(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.says("user", "<environment_context>\n<cwd>/w</cwd>\n</environment_context>")
    rollout.says("user", "Paint it")
    assert [message.get("kind") for message in rollout.stored()["messages"]] == ["injected", None]


def test_a_prompt_told_before_its_item_is_one_message(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.event(type="user_message", message="Paint it")
    rollout.says("user", "Paint it")
    assert [part["text"] for part in rollout.stored()["parts"]] == ["Paint it"]


def test_a_name_given_later_replaces_the_title(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.prompt("Paint it")
    for name in ("Paint", "Paint it blue"):
        rollout.event(type="thread_name_updated", thread_id="t1", thread_name=name)
    session = rollout.session()
    assert (session["title"], session["title_source"]) == ("Paint it blue", "agent")


def test_a_name_in_the_index_beside_the_histories_is_the_title(tmp_path: Path) -> None:
    rollout = Rollout(tmp_path / "sessions/2026/02/03/rollout-x.jsonl")
    rollout.turn("a")
    rollout.prompt("Paint it")
    index = [
        '{"id":"t1","thread_name":"Old"}',
        '{"id":"t2","thread_name":"t1"}',
        '{"id":"t1","thread_name":"New"}',
    ]
    (tmp_path / "session_index.jsonl").write_text("\n".join([*index, '{"id":"t1","thre']))
    assert rollout.session()["title"] == "New"


def test_tokens_told_several_times_count_once(rollout: Rollout) -> None:
    usage = {"input_tokens": 100, "cached_input_tokens": 60, "output_tokens": 9, "total_tokens": 109}
    rollout.turn("a")
    rollout.says("assistant", "one")
    rollout.record("token_usage_record", usage=usage, thread_token_usage=usage)
    for _ in range(3):
        rollout.event(type="token_count", info={"last_token_usage": usage, "total_token_usage": usage})
    (message,) = rollout.stored()["messages"]
    assert message["tokens"] == {"input": 40, "cache_read": 60, "output": 9}


@pytest.mark.parametrize("newest", ["rollout-1.jsonl", "rollout-2.jsonl"])
def test_a_fork_stores_only_what_it_adds_whichever_is_read_first(tmp_path: Path, newest: str) -> None:
    first = Rollout(tmp_path / "rollout-1.jsonl", "t1")
    first.turn("turn-1")
    first.prompt("Paint it")
    first.patch("call_1", "*** Add File: a.py\n+x\n", SUCCESS + "A a.py\n")
    fork = Rollout(tmp_path / "rollout-2.jsonl", "t2", forked_from_id="t1")
    for line in first.path.read_text().split("\n")[:-1]:
        fork.line(line)
    first.says("assistant", "Painted")
    fork.seconds = 90
    fork.turn("turn-2")
    fork.prompt("Paint it red")
    for path in (first.path, fork.path):
        os.utime(path, (2_000_000_000, 2_000_000_000 + (path.name == newest)))
    found, _ = stored(tmp_path / "x.db", tmp_path)
    parents = {each["id"]: each.get("parent_id") for each in found["sessions"]}
    assert parents == {"cx_t1": None, "cx_t2": "cx_t1"}
    assert [edit["session_id"] for edit in found["edits"]] == ["cx_t1"]
    texts = [part["text"] for part in found["parts"] if part["session_id"] == "cx_t2"]
    assert texts == ["Paint it red"]


def test_the_same_history_again_adds_nothing(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.prompt("Paint it")
    rollout.patch("call_1", "*** Add File: a.py\n+x\n", SUCCESS + "A a.py\n")
    once = rollout.stored()
    rollout.says("assistant", "More")
    twice = rollout.stored()
    assert twice["edits"] == once["edits"]
    assert twice["parts"][:2] == once["parts"]
    assert len(twice["parts"]) == 3


def test_shell_text_that_only_mentions_a_patch_is_no_edit(rollout: Rollout) -> None:
    rollout.turn("a")
    text = "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\nEOF\n"
    command = f"cat > how.md <<'MD'\n{text}MD"
    rollout.shell("call_1", command, "Process exited with code 0\nOutput:\n")
    assert rollout.stored()["edits"] == []


def test_a_patch_of_a_script_counts_only_when_the_output_lists_its_files(rollout: Rollout) -> None:
    rollout.turn("a")
    patches = [
        f"apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {n}\n+x\n*** End Patch\nEOF\n" for n in "abc"
    ]
    rollout.shell("call_1", "".join(patches), f"{SUCCESS}A a\n{SUCCESS}A c\nProcess exited with code 0\n")
    assert [edit["path"] for edit in rollout.stored()["edits"]] == ["/w/a", "/w/c"]


def test_only_what_grew_is_read_again(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.prompt("Paint it")
    database = rollout.path.with_suffix(".db")
    assert [stored(database, rollout.path)[1].read for _ in range(2)] == [1, 0]
    rollout.prompt("Again")
    found, summary = stored(database, rollout.path)
    assert (summary.read, [part["text"] for part in found["parts"]]) == (1, ["Paint it", "Again"])


def test_a_half_written_last_line_waits(rollout: Rollout) -> None:
    rollout.turn("a")
    rollout.prompt("Paint it")
    whole = rollout.path.stat().st_size
    with rollout.path.open("a") as file:
        file.write('{"timestamp":"2026-02-03T10:00:09Z","type":"response_item","payload":{"type":"mess')
    reading = READER.read(rollout.path)
    assert (len(reading.messages), reading.unreadable, reading.offset) == (1, [], whole)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value inside a JSON value."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(place for key, each in entries for place in places(each, (*path, key)))]


@given(data=st.data())
def test_records_of_any_other_shape_are_unreadable_at_worst(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    history = data.draw(st.sampled_from(sorted(FIXTURES.glob("*.jsonl"))))
    lines = history.read_text().split("\n")[:-1]
    number = data.draw(st.integers(0, len(lines) - 1))
    record = json.loads(lines[number])
    *way, last = data.draw(st.sampled_from(places(record)[1:]))
    inside = record
    for key in way:
        inside = inside[key]
    inside[last] = data.draw(
        st.sampled_from([None, 0, -1, True, "", "x", "\x00", "\ud800", [], {}, [1], [None]])
    )
    path = tmp_path_factory.mktemp("other") / "x.jsonl"
    path.write_text("\n".join([*lines[:number], json.dumps(record), *lines[number + 1 :]]) + "\n")
    reading = READER.read(path)
    assert {each.line for each in reading.unreadable} <= set(range(1, len(lines) + 1))
    known = {message.message_id for message in reading.messages}
    assert {part.message_id for part in reading.parts} <= known
    assert len({(part.message_id, part.part_id) for part in reading.parts}) == len(reading.parts)


def zstd(content: bytes) -> bytes:
    """A Zstandard frame of raw blocks (RFC 8878): what any decompressor reads."""
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(content).to_bytes(4, "little")
    blocks = [content[start : start + 65_536] for start in range(0, len(content), 65_536)]
    for number, block in enumerate(blocks, 1):
        frame += ((len(block) << 3) | (number == len(blocks))).to_bytes(3, "little") + block
    return frame


@pytest.fixture
def compressed(tmp_path: Path) -> Path:
    path = tmp_path / "rollout-2026-02-03T10-00-00-7f1c2d3e-0000-4000-8000-000000000002.jsonl.zst"
    path.write_bytes(zstd((FIXTURES / "shell-patches.jsonl").read_bytes()))
    return path


def import_file(path: Path) -> tuple[dict[str, Rows], Summary]:
    return stored(path.with_name("x.db"), path)


@pytest.mark.skipif(not is_readable(), reason="neither compression.zstd nor zstandard is installed")
def test_a_compressed_history_is_stored_like_the_plain_one(compressed: Path) -> None:
    found, summary = import_file(compressed)
    assert found == json.loads((FIXTURES / "shell-patches.golden.json").read_text())
    assert not summary.unreadable


@pytest.mark.skipif(not is_readable(), reason="neither compression.zstd nor zstandard is installed")
def test_a_compressed_history_that_is_cut_off_is_read_as_far_as_it_goes(compressed: Path) -> None:
    content = compressed.read_bytes()
    compressed.write_bytes(content[: len(content) // 2])
    found, summary = import_file(compressed)
    (problem,) = summary.unreadable
    assert "damaged from here on: the file ends in the middle" in problem.reason
    assert problem.line > 1
    assert found["sessions"][0]["title"] == "Fix the port and"


@pytest.mark.skipif(not is_readable(), reason="neither compression.zstd nor zstandard is installed")
def test_a_compressed_history_that_is_all_damage_is_named(compressed: Path) -> None:
    compressed.write_bytes(compressed.read_bytes()[:4] + b"\xff" * 400)
    found, summary = import_file(compressed)
    (problem,) = summary.unreadable
    assert (found["sessions"], problem.line) == ([], 1)
    assert "damaged from here on" in problem.reason


def test_without_a_decompressor_it_is_named_with_what_to_install(
    compressed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("compression.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    found, summary = import_file(compressed)
    assert found["sessions"] == []
    (problem,) = summary.unreadable
    assert problem.line == 0
    assert "pip install 'byline[zstd]'" in problem.reason
    _, again = import_file(compressed)
    assert again.read == 1


def test_histories_are_known_by_their_content() -> None:
    for path in FIXTURES.glob("*.jsonl"):
        assert READER.sniff(path.read_bytes()[:65_536], Path("anything.txt"))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"hello\n",
        b'{"type":"session_meta"}\n',
        b'{"type":"user","uuid":"u","sessionId":"1","message":{}}\n',
        b'{"type":"session","version":3,"id":"1","timestamp":"x","cwd":"/w"}\n',
        b'{"type":"session.start","data":{"sessionId":"1"}}\n',
        b'{"session_id":"1","hook_event_name":"SessionStart","model":"gpt-5.5"}\n',
        b'{"id":"t1","thread_name":"x","updated_at":"2026-02-03T10:00:00Z"}\n',
    ],
    ids=["empty", "text", "bare", "claude", "pi", "copilot", "hook", "index"],
)
def test_other_files_are_not_taken_for_histories(head: bytes) -> None:
    assert not READER.sniff(head, Path("rollout-x.jsonl"))


def test_a_head_longer_than_what_is_looked_at_is_still_known(tmp_path: Path) -> None:
    rollout = Rollout(tmp_path / "r.jsonl", base_instructions={"text": "x" * 100_000})
    assert READER.sniff(rollout.path.read_bytes()[:65_536], rollout.path)


def test_current_and_archived_histories_are_found(
    isolated_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CODEX_HOME", raising=False)
    for home in (isolated_home / ".codex", tmp_path / "elsewhere"):
        Rollout(home / "sessions/2026/02/03/rollout-a.jsonl")
        Rollout(home / "archived_sessions/rollout-b.jsonl.zst")
        Rollout(home / "session_index.jsonl")
    assert sorted(path.name for path in READER.discover()) == ["rollout-a.jsonl", "rollout-b.jsonl.zst"]
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "elsewhere"))
    assert {path.is_relative_to(tmp_path / "elsewhere") for path in READER.discover()} == {True}


def test_a_machine_without_codex_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODEX_HOME", raising=False)
    assert list(READER.discover()) == []
