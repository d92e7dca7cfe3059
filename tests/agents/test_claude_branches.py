"""What a person went back behind, what stands beside a transcript, and what changed outside of it."""

import json
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript
from stored_histories import rows, samples, stored

from byline.agents.claude.history import ClaudeHistory
from byline.history import import_histories
from byline.record import Part
from byline.store.store import Store

READER = ClaudeHistory()


@pytest.fixture
def transcript(tmp_path: Path) -> ClaudeTranscript:
    return ClaudeTranscript(tmp_path / "s1.jsonl")


def kinds(path: Path) -> dict[str, str | None]:
    return {message.message_id: message.kind for message in READER.read(path).messages}


def rewind(transcript: ClaudeTranscript) -> None:
    """A prompt that was taken back with its answer, another in its place, and the answer to that."""
    transcript.prompt("begin", "p0")
    fork = transcript.said("Begun.", "m0")
    transcript.prompt("one way", "p1")
    transcript.said("Gone one way.", "m1")
    transcript._last = fork
    transcript.prompt("another way", "p2")
    transcript.said("Gone another way.", "m2")


def test_what_was_rewound_is_kept_and_marked(transcript: ClaudeTranscript) -> None:
    rewind(transcript)
    assert kinds(transcript.path) == {
        "p0": None, "m0": None, "p1": "rewound", "m1": "rewound", "p2": None, "m2": None,
    }  # fmt: skip


def test_the_branch_that_goes_on_is_the_one_that_stays(transcript: ClaudeTranscript) -> None:
    rewind(transcript)
    gone_one_way = "s1-4"
    transcript._last = gone_one_way
    transcript.prompt("and on", "p3")
    found = kinds(transcript.path)
    assert [name for name, kind in found.items() if kind == "rewound"] == ["p2", "m2"]


def test_results_and_queued_prompts_beside_each_other_are_no_rewind(transcript: ClaudeTranscript) -> None:
    transcript.prompt("do both", "p0")
    first = transcript.call("Bash", "t1", "m1", {"command": "1"})
    second = transcript.call("Bash", "t2", "m1", {"command": "2"})
    transcript._last = first
    transcript.result("t1", {}, "1")
    transcript.record({"type": "attachment", "attachment": {"type": "queued_command", "prompt": "quick"}})
    transcript._last = second
    transcript.result("t2", {}, "2")
    transcript.prompt("next", "p1")
    assert "rewound" not in kinds(transcript.path).values()


def test_a_rewind_in_what_was_added_is_told_as_in_the_whole(
    transcript: ClaudeTranscript, tmp_path: Path
) -> None:
    transcript.prompt("begin", "p0")
    fork = transcript.said("Begun.", "m0")
    transcript.prompt("one way", "p1")
    transcript.said("Gone one way.", "m1")
    with Store(tmp_path / "grown.db") as store:
        import_histories(store, [transcript.path])
        transcript._last = fork
        transcript.prompt("another way", "p2")
        transcript.said("Gone another way.", "m2")
        import_histories(store, [transcript.path])
        transcript.said("And further.", "m3")
        import_histories(store, [transcript.path])
    whole, _ = stored(tmp_path / "whole.db", transcript.path)
    assert rows(tmp_path / "grown.db") == whole
    assert [each["kind"] for each in whole["messages"] if "kind" in each] == ["rewound", "rewound"]


def spilled(transcript: ClaudeTranscript, saved: str, preview: str = "first") -> Part:
    """The call of an output that was saved under a path, with a preview in the transcript."""
    transcript.call("Bash", "t1", "m1", {"command": "make"})
    text = f"<persisted-output>\nOutput too large (54KB). Full output saved to: {saved}\n\n{preview}\n"
    transcript.result("t1", {"stdout": preview, "persistedOutputPath": saved}, text)
    (part,) = READER.read(transcript.path).parts
    return part


@pytest.mark.parametrize("saved", ["/home/x/.claude/projects/-w/s1/tool-results/b1.txt", r"C:\x\b1.txt"])
def test_an_output_that_was_spilled_is_read_from_beside_the_transcript(
    saved: str, transcript: ClaudeTranscript, tmp_path: Path
) -> None:
    folder = tmp_path / "s1" / "tool-results"
    folder.mkdir(parents=True)
    (folder / "b1.txt").write_bytes(b"all of it \xff")
    assert spilled(transcript, saved).text == "all of it \ufffd"


def test_only_files_beside_the_transcript_are_read(transcript: ClaudeTranscript, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = tmp_path / "s1" / "tool-results"
    folder.mkdir(parents=True)
    (folder / "link.txt").symlink_to(secret)
    for saved in (str(secret), "../../secret.txt", "link.txt", "..", "", "a\0b"):
        transcript.path.unlink(missing_ok=True)
        assert "secret" not in spilled(transcript, saved, "preview").text.partition("saved to")[0]
        assert "preview" in spilled(transcript, saved, "preview").text


def test_a_sub_agent_reads_the_outputs_of_its_session(tmp_path: Path) -> None:
    folder = tmp_path / "s1" / "tool-results"
    folder.mkdir(parents=True)
    (folder / "b1.txt").write_text("all of it")
    agent = ClaudeTranscript(tmp_path / "s1" / "subagents" / "agent-7.jsonl", envelope={"sessionId": "s1"})
    assert spilled(agent, "/x/b1.txt").text == "all of it"


def test_a_call_names_the_sub_agent_it_started(transcript: ClaudeTranscript, tmp_path: Path) -> None:
    folder = tmp_path / "s1" / "subagents"
    folder.mkdir(parents=True)
    (folder / "agent-7f3e.meta.json").write_text(json.dumps({"toolUseId": "t2"}))
    (folder / "agent-bad.meta.json").write_text("[" * 100_000)
    for call, structured in (("t1", {"agentId": "a1b2"}), ("t2", {}), ("t3", {})):
        transcript.call("Task", call, f"m-{call}", {"description": "look", "prompt": "Look."})
        transcript.result(call, structured, "Looked.")
    assert [part.text for part in READER.read(transcript.path).parts] == [
        "Looked.\n\nagentId: a1b2", "Looked.\n\nagentId: 7f3e", "Looked.",
    ]  # fmt: skip


def test_a_file_that_changed_outside_is_told_and_breaks_no_chain(transcript: ClaudeTranscript) -> None:
    transcript.prompt("go on", "p0")
    transcript.record(
        {"type": "attachment", "attachment": {"type": "edited_text_file", "filename": "/w/app/a.py",
                                              "snippet": "1\tx = 1"}}, "a0",
    )  # fmt: skip
    transcript.said("It changed.", "m1")
    reading = READER.read(transcript.path)
    messages = {message.message_id: message for message in reading.messages}
    assert (messages["a0"].kind, messages["a0"].parent_id, messages["m1"].parent_id) == (
        "injected", "p0", "p0",
    )  # fmt: skip
    (part,) = (part for part in reading.parts if part.message_id == "a0")
    assert (part.type, part.status) == ("file", "changed outside")
    assert part.text == "changed outside the agent's calls: a.py\n\n1\tx = 1"
    assert not reading.edits


def test_the_real_samples_are_read_whole(tmp_path: Path) -> None:
    found, summary = stored(tmp_path / "x.db", samples("claude"))
    # One of the samples was redacted, its times too.
    assert {each.reason.partition(": ")[2] for each in summary.unreadable} == {
        "timestamp '[trimmed for fixture]' is no time"
    }
    assert not [path for path in summary.unrecognised if "claude" not in path]
    assert len(found["sessions"]) == 16
    titles = {each["title"] for each in found["sessions"] if "title" in each}
    assert {"Add Hello World Header Comment to index.ts", "Search the repo for TODO comments"} <= titles
    assert not [title for title in titles if title.startswith(("<", "Caveat", "[", "/clear"))]
