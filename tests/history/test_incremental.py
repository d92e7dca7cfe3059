"""A history that grows: what was read is not read again, and the store is as after a fresh import."""

import os
import random
import sqlite3
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_rows import everything

from byline.agents.claude.history import ClaudeHistory
from byline.history import import_histories
from byline.store.store import Store
from byline.store.writer import Written

CODEX = Path(__file__).parents[1] / "agents" / "fixtures" / "codex"


def talk(transcript: ClaudeTranscript, rng: random.Random, steps: int) -> None:
    """Everything a transcript is made of, in an order that nobody planned."""
    waiting: list[str] = []
    for step in range(steps):
        match rng.randrange(10):
            case 0 | 1:
                transcript.prompt(
                    rng.choice(["Do it", "<system-reminder>x</system-reminder>", "/fix it", "Go on\nplease"])
                )
            case 2 | 3:
                usage = {"input_tokens": rng.randrange(9), "output_tokens": rng.randrange(99)}
                transcript.said(
                    f"word{step} text", f"m{step // 3}", rng.choice(["a-model", "b-model"]), usage
                )
            case 4 | 5:
                waiting.append(f"t{step}")
                tool_input = {"file_path": f"/w/app/f{step % 3}.py", "content": f"x = {step}\n"}
                transcript.call("Write", waiting[-1], f"m{step // 3}", tool_input)
            case 6 if waiting:
                call = waiting.pop(rng.randrange(len(waiting)))
                path = f"/w/app/f{int(call[1:]) % 3}.py"
                created = {
                    "type": "create",
                    "filePath": path,
                    "content": f"x = {call[1:]}\n",
                    "structuredPatch": [],
                }
                transcript.result(call, rng.choice([created, "Error: no"]))
            case 7:
                transcript.line({"type": "custom-title", "customTitle": f"Title {step}", "sessionId": "s1"})
            case 8:
                transcript.record({"type": "progress", "data": {"type": "hook_progress"}})
            case _:
                transcript.record({"type": "system", "subtype": "informational", "gitBranch": f"b{step}"})


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), parts=st.integers(1, 6))
def test_a_transcript_imported_as_it_grows_is_as_one_imported_at_once(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    parts: int,
) -> None:
    folder = tmp_path_factory.mktemp("grown")
    rng = random.Random(seed)
    whole = ClaudeTranscript(folder / "whole" / "s1.jsonl")
    talk(whole, rng, 40)
    lines = whole.path.read_bytes().splitlines(keepends=True) if whole.path.exists() else []
    grown = folder / "grown" / "s1.jsonl"
    grown.parent.mkdir()
    with Store(folder / "grown.db") as bit_by_bit, Store(folder / "whole.db") as at_once:
        for place in [*sorted(rng.randrange(len(lines) + 1) for _ in range(parts)), len(lines)]:
            # Sometimes a half-written line stands at the end, too.
            half = lines[place][: rng.randrange(len(lines[place]))] if place < len(lines) else b""
            grown.write_bytes(b"".join(lines[:place]) + half)
            import_histories(bit_by_bit, [grown])
        import_histories(at_once, [whole.path])
        assert everything(bit_by_bit.path) == everything(at_once.path)


@pytest.mark.parametrize("history", sorted(CODEX.glob("*.jsonl")), ids=lambda history: history.stem)
def test_a_rollout_imported_as_it_grows_is_as_one_imported_at_once(history: Path, tmp_path: Path) -> None:
    lines = history.read_bytes().removesuffix(b"\n").split(b"\n")
    with Store(tmp_path / "whole.db") as at_once:
        import_histories(at_once, [history])
        expected = everything(at_once.path)
    grown = tmp_path / "grown" / history.name
    grown.parent.mkdir()
    for place in range(1, len(lines), max(len(lines) // 12, 1)):
        with Store(tmp_path / f"{place}.db") as bit_by_bit:
            # Up to a line, with half of the next one, and to the end.
            for end in (b"\n", b"\n" + lines[place][: len(lines[place]) // 2], None):
                more = lines[place:] if end is None else []
                grown.write_bytes(b"\n".join([*lines[:place], *more]) + (end or b"\n"))
                import_histories(bit_by_bit, [grown])
            assert everything(bit_by_bit.path) == expected, place


@pytest.fixture
def resumed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each attempt to go on in a transcript succeeded."""
    outcomes: list[bool] = []
    resume = ClaudeHistory.resume

    def noted(reader: ClaudeHistory, path: Path, offset: int, state: dict[str, object]) -> object:
        reading = resume(reader, path, offset, state)
        outcomes.append(reading is not None)
        return reading

    monkeypatch.setattr(ClaudeHistory, "resume", noted)
    return outcomes


def test_only_what_was_added_is_read(store: Store, folder: Path, resumed: list[bool]) -> None:
    transcript = ClaudeTranscript(folder / "s1.jsonl")
    for number in range(20):
        transcript.write(f"f{number}.py", "x\n", f"t{number}", f"m{number}")
    import_histories(store, [folder])
    transcript.prompt("And then?")
    summary = import_histories(store, [folder])
    assert (resumed, summary.records, summary.messages) == ([True], 1, Written(1))


def test_a_record_that_refers_to_one_long_past_has_the_file_read_whole(
    store: Store, folder: Path, resumed: list[bool]
) -> None:
    transcript = ClaudeTranscript(folder / "s1.jsonl")
    first = transcript.prompt("Begin")
    for number in range(100):
        transcript.said(f"step {number}", f"m{number}")
    import_histories(store, [folder])
    transcript.prompt("Rewound to the beginning", parentUuid=first)
    summary = import_histories(store, [folder])
    assert (resumed, summary.records, summary.messages) == ([False], 102, Written(1, 0, 101))
    assert store.conversations.read("cc_s1")[-1].parent_id == first


def test_a_file_rewritten_with_the_same_beginning_is_read_whole(
    store: Store, folder: Path, resumed: list[bool]
) -> None:
    transcript = ClaudeTranscript(folder / "s1.jsonl")
    transcript.prompt("Begin")
    transcript.prompt("This will be taken back")
    import_histories(store, [folder])
    text = transcript.path.read_text().replace("taken back", "told otherwise")
    with transcript.path.open("r+") as file:
        file.write(text)
    transcript.prompt("The end")
    import_histories(store, [folder])
    assert resumed == [False]
    assert "This will be told otherwise" in {
        part.text for message in store.conversations.read("cc_s1") for part in message.parts
    }


@pytest.mark.parametrize("change", ["shorter", "back in time", "another file"])
def test_a_file_that_did_not_just_grow_is_read_whole(
    store: Store, folder: Path, resumed: list[bool], change: str
) -> None:
    transcript = ClaudeTranscript(folder / "s1.jsonl")
    transcript.prompt("Begin")
    transcript.prompt("Go on, and on, and on")
    import_histories(store, [folder])
    lines = transcript.path.read_text().split("\n")
    if change == "shorter":
        transcript.path.write_text(lines[0] + "\n")
    elif change == "back in time":
        transcript.prompt("More")
        os.utime(transcript.path, (1, 1))
    else:
        other = transcript.path.with_name("other")
        other.write_text("\n".join(lines) + lines[0].replace("s1-1", "s1-9") + "\n")
        other.replace(transcript.path)
    summary = import_histories(store, [folder])
    assert (resumed, summary.read) == ([], 1)


def test_an_unterminated_last_line_waits_until_it_is_whole(store: Store, folder: Path) -> None:
    transcript = ClaudeTranscript(folder / "s1.jsonl")
    transcript.prompt("Begin")
    whole = transcript.path.read_bytes()
    transcript.prompt("The second one")
    both = transcript.path.read_bytes()
    transcript.path.write_bytes(both[: len(whole) + 40])
    assert import_histories(store, [folder]).messages == Written(1)
    transcript.path.write_bytes(both[:-1])
    assert import_histories(store, [folder]).messages == Written(1)
    transcript.path.write_bytes(both)
    assert import_histories(store, [folder]).messages == Written(0, 0, 2)


def test_the_log_of_a_database_is_part_of_it(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "state.vscdb"
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("PRAGMA journal_mode = WAL")
    writing.execute("CREATE TABLE cursorDiskKV (key TEXT PRIMARY KEY, value BLOB)")
    writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert import_histories(store, [path]).read == 1
    assert import_histories(store, [path]).unchanged == 1
    writing.execute("INSERT INTO cursorDiskKV VALUES ('composerData:1', '{}')")
    assert import_histories(store, [path]).read == 1
    writing.close()
