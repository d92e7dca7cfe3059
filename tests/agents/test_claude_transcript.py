"""Claude Code transcripts become sessions, messages, parts and edits."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript, time_ms_of

from byline.agents.claude.history import ClaudeHistory
from byline.agents.reader import Reading
from byline.record import Message, Part, Session

READER = ClaudeHistory()


@dataclass
class Read:
    """A reading, with its records at hand by what tells them apart."""

    reading: Reading

    @property
    def session(self) -> Session:
        (session,) = self.reading.sessions
        return session

    def message(self, message_id: str) -> Message:
        return next(each for each in self.reading.messages if each.message_id == message_id)

    def parts(self, message_id: str) -> list[Part]:
        return [each for each in self.reading.parts if each.message_id == message_id]


@pytest.fixture
def transcript(tmp_path: Path) -> ClaudeTranscript:
    return ClaudeTranscript(tmp_path / "s1.jsonl")


def read(transcript: ClaudeTranscript) -> Read:
    return Read(READER.read(transcript.path))


def test_lines_with_one_message_id_are_one_message_whose_tokens_count_once(
    transcript: ClaudeTranscript,
) -> None:
    transcript.said(
        {"type": "thinking", "thinking": "Hm."}, "m1", usage={"input_tokens": 9, "output_tokens": 1}
    )
    transcript.said(
        "Here it is.", "m1", usage={"input_tokens": 9, "output_tokens": 70, "cache_read_input_tokens": 5}
    )
    found = read(transcript)
    assert [message.message_id for message in found.reading.messages] == ["m1"]
    assert found.message("m1").tokens == {"input": 9, "output": 70, "cache_read": 5}
    assert [(part.type, part.text, part.part_id) for part in found.parts("m1")] == [
        ("reasoning", "Hm.", "s1-1:0"),
        ("text", "Here it is.", "s1-2:0"),
    ]


def test_a_result_completes_the_part_of_its_call(transcript: ClaudeTranscript) -> None:
    transcript.call("Bash", "t1", "m1", {"command": "ls"})
    transcript.result("t1", {"stdout": "a\n", "stderr": ""}, "a")
    (part,) = read(transcript).parts("m1")
    assert (part.part_id, part.type, part.tool, part.input, part.text, part.status) == (
        "t1", "tool", "Bash", '{"command":"ls"}', "a", "completed",
    )  # fmt: skip


def test_parallel_calls_find_their_own_results(transcript: ClaudeTranscript) -> None:
    transcript.call("Bash", "t1", "m1", {"command": "one"})
    transcript.call("Bash", "t2", "m1", {"command": "two"})
    transcript.result("t2", {}, "2")
    transcript.result("t1", {}, "1")
    assert [(part.tool_call_id, part.text) for part in read(transcript).parts("m1")] == [
        ("t1", "1"),
        ("t2", "2"),
    ]


def test_an_edit_has_the_model_of_its_own_call(transcript: ClaudeTranscript) -> None:
    transcript.write("a.py", "x\n", "t1", "m1", "claude-opus-4-6")
    transcript.write("b.py", "y\n", "t2", "m2", "claude-haiku-4-5")
    found = read(transcript).reading.edits
    assert [(edit.model_id, edit.message_id, edit.tool_call_id) for edit in found] == [
        ("claude-opus-4-6", "m1", "t1"),
        ("claude-haiku-4-5", "m2", "t2"),
    ]


def test_an_edit_says_where_when_and_with_what_it_was_made(transcript: ClaudeTranscript) -> None:
    transcript.write("src/a.py", "x\n", "t1", "m1")
    (edit,) = read(transcript).reading.edits
    assert (edit.path, edit.patch.path, edit.cwd, edit.time_ms) == (
        "/w/app/src/a.py", "src/a.py", "/w/app", time_ms_of(2),
    )  # fmt: skip
    assert (edit.session_id, edit.tool_name, edit.tool, edit.tool_version, edit.seq) == (
        "cc_s1", "claude", "Write", "2.1.50", 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    "structured", ["Error: File has not been read yet.", {"staged": True, "filePath": "/w/a"}]
)
def test_a_call_that_wrote_nothing_makes_no_edit(transcript: ClaudeTranscript, structured: object) -> None:
    transcript.call("Edit", "t1", "m1", {"file_path": "/w/a", "old_string": "a", "new_string": "b"})
    transcript.result("t1", structured)
    assert not read(transcript).reading.edits


def test_a_rejected_call_is_an_error_and_no_edit(transcript: ClaudeTranscript) -> None:
    transcript.call("Edit", "t1", "m1", {"file_path": "/w/a", "old_string": "a", "new_string": "b"})
    transcript.result("t1", {"filePath": "/w/a"}, "The user doesn't want to", toolDenialKind="user-rejected")
    found = read(transcript)
    assert not found.reading.edits
    assert found.parts("m1")[0].status == "error"


def test_a_synthetic_message_has_no_model(transcript: ClaudeTranscript) -> None:
    transcript.said("API Error", "m1", model="<synthetic>")
    assert (read(transcript).message("m1").model_id, read(transcript).message("m1").kind) == (
        None,
        "injected",
    )


def test_pictures_are_one_line_without_their_data(transcript: ClaudeTranscript) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "QUJD" * 1000}
    uuid = transcript.prompt([{"type": "text", "text": "look"}, {"type": "image", "source": source}])
    assert [(part.type, part.text) for part in read(transcript).parts(uuid)] == [
        ("text", "look"),
        ("file", "image/png, 3,000 bytes"),
    ]


def test_questions_are_kept_with_their_answers(transcript: ClaudeTranscript) -> None:
    transcript.call("AskUserQuestion", "t1", "m1", {"questions": [{"question": "Which?", "options": []}]})
    transcript.result("t1", {"answers": {"Which?": "The blue one"}})
    (part,) = read(transcript).parts("m1")
    assert (part.type, json.loads(part.text)) == (
        "question",
        [{"question": "Which?", "answer": "The blue one"}],
    )


@pytest.mark.parametrize(
    ("content", "keys", "kind"),
    [
        ("Fix the bug", {}, None),
        ("Fix it <system-reminder>be nice</system-reminder>", {}, None),
        ("<command-name>/clear</command-name>\n<command-args></command-args>", {}, "injected"),
        ("<local-command-stdout>Bye!</local-command-stdout>", {}, "injected"),
        ("Caveat: The messages below were generated by the user", {}, "injected"),
        ("[Request interrupted by user]", {}, "injected"),
        ("anything", {"isMeta": True}, "injected"),
        ("This session is being continued from a previous conversation that", {}, "compaction"),
        ("a summary", {"isCompactSummary": True}, "compaction"),
    ],
)
def test_only_what_a_person_typed_counts_as_a_prompt(
    transcript: ClaudeTranscript, content: str, keys: dict[str, bool], kind: str | None
) -> None:
    uuid = transcript.prompt(content, **keys)
    assert read(transcript).message(uuid).kind == kind


def test_a_prompt_queued_while_the_agent_works_is_a_prompt(transcript: ClaudeTranscript) -> None:
    attachment = {"type": "queued_command", "prompt": "and the tests", "commandMode": "prompt"}
    uuid = transcript.record({"type": "attachment", "attachment": attachment})
    found = read(transcript)
    assert (found.message(uuid).role, found.message(uuid).kind) == ("user", None)
    assert found.parts(uuid)[0].text == "and the tests"


def test_the_title_is_the_agents_own_before_the_first_prompt(transcript: ClaudeTranscript) -> None:
    transcript.prompt("Fix the bug")
    assert (read(transcript).session.title, read(transcript).session.title_source) == (
        "Fix the bug",
        "prompt",
    )
    transcript.line({"type": "ai-title", "aiTitle": "Bug in the parser", "sessionId": "s1"})
    assert (read(transcript).session.title, read(transcript).session.title_source) == (
        "Bug in the parser",
        "agent",
    )
    transcript.line({"type": "custom-title", "customTitle": "Parser", "sessionId": "s1"})
    assert read(transcript).session.title == "Parser"


def test_summaries_of_other_sessions_are_no_title(transcript: ClaudeTranscript) -> None:
    for number in range(2):
        transcript.line(
            {"type": "summary", "summary": f"Other work {number}", "leafUuid": f"elsewhere-{number}"}
        )
    uuid = transcript.prompt("Fix the bug")
    assert read(transcript).session.title == "Fix the bug"
    transcript.line({"type": "summary", "summary": "Bug fixed", "leafUuid": uuid})
    assert read(transcript).session.title == "Bug fixed"


def test_the_title_skips_what_was_injected_before_the_first_prompt(transcript: ClaudeTranscript) -> None:
    transcript.prompt("Caveat: The messages below were generated by the user")
    transcript.prompt("<command-name>/model</command-name>")
    transcript.prompt(
        "<system-reminder>x</system-reminder>\nImplement the following plan:\n\n# Plan: Faster start"
    )
    assert read(transcript).session.title == "Faster start"


def test_a_slash_command_is_the_title_when_nothing_else_was_typed(transcript: ClaudeTranscript) -> None:
    transcript.prompt("<command-name>/fix-issue</command-name><command-args>12</command-args>")
    assert read(transcript).session.title == "/fix-issue 12"


def test_unreadable_lines_are_told_with_number_and_reason_and_cost_only_themselves(
    transcript: ClaudeTranscript,
) -> None:
    transcript.prompt("one")
    transcript.line("{cut")
    transcript.line("[1]")
    transcript.line(
        {"type": "assistant", "uuid": "x", "timestamp": "2025-10-09T08:00:00Z", "message": {"content": 3}}
    )
    transcript.line({"type": "user", "uuid": "y", "timestamp": "soon", "message": {"content": "z"}})
    transcript.said("two", "m1")
    found = read(transcript).reading
    assert [each.line for each in found.unreadable] == [2, 3, 4, 5]
    assert [message.message_id for message in found.messages] == ["s1-1", "m1"]
    assert "not JSON" in found.unreadable[0].reason
    assert "no time" in found.unreadable[3].reason


def test_bookkeeping_and_unknown_records_are_not_unreadable(transcript: ClaudeTranscript) -> None:
    transcript.prompt("one")
    transcript.line({"type": "file-history-snapshot", "messageId": "a", "snapshot": {}})
    transcript.line({"type": "queue-operation", "operation": "enqueue", "sessionId": "s1"})
    transcript.line({"type": "invented-next-year", "value": 1})
    assert (read(transcript).reading.records, read(transcript).reading.unreadable) == (4, [])


def test_a_half_written_last_line_is_left_for_the_next_time(transcript: ClaudeTranscript) -> None:
    transcript.prompt("one")
    whole = transcript.path.stat().st_size
    with transcript.path.open("a") as file:
        file.write('{"type":"user","uuid":"s1-2","message":{"content":"tw')
    found = read(transcript).reading
    assert (len(found.messages), found.unreadable, found.records, found.offset) == (1, [], 1, whole)


def test_a_whole_last_line_without_its_newline_is_read_and_the_offset_stays_before_it(
    transcript: ClaudeTranscript,
) -> None:
    transcript.prompt("one")
    offset = transcript.path.stat().st_size
    transcript.prompt("two")
    transcript.path.write_bytes(transcript.path.read_bytes().removesuffix(b"\n"))
    found = read(transcript).reading
    assert (len(found.messages), found.offset) == (2, offset)


def test_progress_records_keep_the_chain_of_messages(transcript: ClaudeTranscript) -> None:
    first = transcript.prompt("one")
    transcript.record({"type": "progress", "data": {"type": "hook_progress"}})
    transcript.said("two", "m1")
    assert read(transcript).message("m1").parent_id == first


def test_a_repeated_line_adds_nothing(transcript: ClaudeTranscript) -> None:
    transcript.write("a.py", "x\n", "t1", "m1")
    once = read(transcript).reading
    transcript.path.write_bytes(transcript.path.read_bytes() * 2)
    twice = read(transcript).reading
    assert (len(twice.messages), len(twice.parts), len(twice.edits)) == (1, 1, 1)
    assert twice.parts == once.parts


def test_a_result_without_its_call_is_kept(transcript: ClaudeTranscript) -> None:
    uuid = transcript.result("t-elsewhere", {"stdout": "x"}, "x")
    (part,) = read(transcript).parts(uuid)
    assert (part.type, part.tool_call_id, part.text) == ("tool", "t-elsewhere", "x")


@pytest.mark.parametrize(
    "place", ["s1/subagents/agent-a7.jsonl", "agent-a7.jsonl", "s1/subagents/workflows/w/agent-a7.jsonl"]
)
def test_a_sub_agents_file_is_a_session_with_the_starter_as_parent(tmp_path: Path, place: str) -> None:
    agent = ClaudeTranscript(tmp_path / place, "s1", envelope={"isSidechain": True, "agentId": "a7"})
    agent.prompt("Search for TODO")
    agent.write("a.py", "x\n", "t1", "m1", "claude-haiku-4-5")
    found = read(agent)
    assert (found.session.id, found.session.parent_id) == ("cc_a7", "cc_s1")
    assert [edit.session_id for edit in found.reading.edits] == ["cc_a7"]


def test_a_sub_agents_description_is_its_title(tmp_path: Path) -> None:
    agent = ClaudeTranscript(tmp_path / "s1/subagents/agent-a7.jsonl", "s1")
    agent.prompt("Search for TODO")
    agent.path.with_suffix(".meta.json").write_text('{"description":"Find the TODOs","parentAgentId":"a6"}')
    assert (read(agent).session.title, read(agent).session.parent_id) == ("Find the TODOs", "cc_a6")


def test_sidechains_inside_the_main_file_are_sessions_of_their_own(transcript: ClaudeTranscript) -> None:
    transcript.prompt("Do it")
    transcript.record({
        "type": "user", "isSidechain": True, "parentUuid": None, "message": {"content": "You are to search"},
    }, "side-1")  # fmt: skip
    transcript.record({
        "type": "assistant", "isSidechain": True,
        "message": {"id": "m9", "model": "claude-haiku-4-5", "content": [{"type": "text", "text": "Found"}]},
    })  # fmt: skip
    found = read(transcript).reading
    assert {(session.id, session.parent_id) for session in found.sessions} == {
        ("cc_s1", None),
        ("cc_side-1", "cc_s1"),
    }
    assert {(message.message_id, message.session_id) for message in found.messages} == {
        ("s1-1", "cc_s1"), ("side-1", "cc_side-1"), ("m9", "cc_side-1"),
    }  # fmt: skip


def test_records_that_say_where_they_were_forked_from_belong_there(tmp_path: Path) -> None:
    fork = ClaudeTranscript(tmp_path / "s2.jsonl", "s2")
    fork.envelope = {"forkedFrom": {"sessionId": "s1", "messageUuid": "x"}}
    fork.write("a.py", "x\n", "t1", "m1")
    fork.envelope = {}
    fork.write("b.py", "y\n", "t2", "m2")
    found = READER.read(fork.path)
    assert {edit.path: edit.session_id for edit in found.edits} == {
        "/w/app/a.py": "cc_s1",
        "/w/app/b.py": "cc_s2",
    }
    assert {session.id: session.parent_id for session in found.sessions} == {"cc_s1": None, "cc_s2": "cc_s1"}


def test_transcripts_are_known_by_their_content(transcript: ClaudeTranscript) -> None:
    transcript.prompt("Hello")
    head = transcript.path.read_bytes()
    assert READER.sniff(head, Path("anything.txt"))
    assert READER.sniff(b'{"type":"summary","summary":"x","leafUuid":"y"}\n', Path("a"))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"hello\n",
        b'{"type":"user"}\n',
        b'{"timestamp":"x","type":"session_meta","payload":{"id":"1"}}\n',
        b'{"type":"session","version":3,"id":"1","cwd":"/w"}\n',
        b'{"sessionId":"1","projectHash":"h","type":"user","content":"x"}\n',
        b'{"type":"session.start","data":{"sessionId":"1"}}\n',
    ],
    ids=["empty", "text", "bare", "codex", "pi", "gemini", "copilot"],
)
def test_other_files_are_not_taken_for_transcripts(head: bytes) -> None:
    assert not READER.sniff(head, Path("s1.jsonl"))


def test_a_first_record_longer_than_the_head_is_still_known(transcript: ClaudeTranscript) -> None:
    transcript.prompt("x" * 100_000)
    assert READER.sniff(transcript.path.read_bytes()[:65_536], transcript.path)
