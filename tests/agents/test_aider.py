"""Aider's chat histories: what is stored of them, and what their damage costs."""

import json
import re
import shutil
from pathlib import Path

import pytest
from stored_histories import Rows, samples, stored

from byline.agents.aider.edit_blocks import read_blocks
from byline.agents.aider.history import AiderHistory
from byline.history import Summary

FIXTURES = Path(__file__).parent / "fixtures" / "aider"
NAME = ".aider.chat.history.md"


def placeless(scratch: Path, folder: Path) -> tuple[dict[str, Rows], Summary]:
    """What a history in a folder gives, without its place, which is in paths and in the ids made of it."""
    found, summary = stored(scratch / "x.db", folder / NAME)
    text = json.dumps(found).replace(str(folder), "/folder")
    return json.loads(re.sub(r"(?<!\d)(\d{14})-[0-9a-f]{8}\b", r"\1-place", text)), summary


def test_blocks_that_failed_are_no_edits_and_the_others_of_their_answer_are(tmp_path: Path) -> None:
    found, _ = placeless(tmp_path, FIXTURES / "formats")
    first = [each for each in found["edits"] if each["session_id"].startswith("ai_20260201")]
    assert [(each["path"], added(each)) for each in first] == [
        ("/folder/greet.py", ["good morning"]),
        ("/folder/other.py", ["b"]),
        ("/folder/greet.py", ["farewell"]),
    ]


def added(edit: dict[str, object]) -> list[str]:
    """The contents of the lines that an edit adds."""
    patch = edit["patch"]
    assert isinstance(patch, dict)
    lines = [line for file in patch["files"] for hunk in file["hunks"] for line in hunk["lines"]]
    return [line["content"] for line in lines if line["kind"] == "added"]


def test_a_chat_with_a_wrong_time_is_named_and_nothing_around_it_is_lost(tmp_path: Path) -> None:
    chat = "# aider chat started at {}\n\n#### Do {}  \n\nDone.\n\n"
    text = chat.format("2026-02-30 10:00:00", "this") + chat.format("2026-02-01 10:00:00", "that")
    (tmp_path / NAME).write_bytes(text.encode() + b"\xff\xfe\x00 odd bytes")
    found, summary = stored(tmp_path / "x.db", tmp_path / NAME)
    assert [(each.line, each.reason) for each in summary.unreadable] == [
        (1, "chat started at '2026-02-30 10:00:00': that is no time")
    ]
    assert [each["title"] for each in found["sessions"]] == ["Do that"]
    assert found["parts"][-1]["text"].startswith("Done.\n\n\ufffd\ufffd")
    assert found["parts"][-1]["text"].endswith(" odd bytes")


def test_a_history_that_grew_keeps_what_it_had(tmp_path: Path) -> None:
    text = (FIXTURES / "own-0.86.2" / NAME).read_text()
    shutil.copy(FIXTURES / "own-0.86.2" / ".aider.input.history", tmp_path)
    (tmp_path / NAME).write_text(text)
    stored(tmp_path / "x.db", tmp_path / NAME)
    (tmp_path / NAME).write_text(text + "\n#### And now?  \n\nNothing.\n")
    found, summary = stored(tmp_path / "x.db", tmp_path / NAME)
    assert (summary.messages.persisted, summary.edits.persisted) == (2, 0)
    assert [each["title"] for each in found["sessions"]] == ["Create hello.py and edit notes.txt"]


def test_an_edit_has_the_time_its_prompt_was_typed(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "own-0.86.2", tmp_path, dirs_exist_ok=True)
    with_times, _ = stored(tmp_path / "x.db", tmp_path / NAME)
    (tmp_path / ".aider.input.history").unlink()
    without, _ = stored(tmp_path / "y.db", tmp_path / NAME)
    assert [each["time_ms"] for each in with_times["edits"]] == [1795399780557] * 2
    assert [each["time_ms"] for each in without["edits"]] == [1795399778000] * 2


@pytest.mark.parametrize(
    ("text", "edit_format", "expected"),
    [
        pytest.param("a.py\n<<<<<<< SEARCH\nx\n=======\ny\n", "diff", [], id="a block without its end"),
        pytest.param(
            "<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE", "diff", [], id="a block without a file"
        ),
        pytest.param("a.py\n```\nx\n```", "diff", [], id="code that is only shown"),
        pytest.param("**a.py**:\n```\nx\n```", "whole", [("a.py", None, "x\n")], id="a whole file"),
        pytest.param(
            "`a b.py`\n```\n<<<<<<< SEARCH\n=======\ny\n>>>>>>> REPLACE\n```",
            "diff",
            [("a b.py", "", "y\n")],
            id="an empty search",
        ),
    ],
)
def test_the_blocks_of_an_answer(text: str, edit_format: str, expected: list[tuple[str, ...]]) -> None:
    blocks = read_blocks(text, edit_format)
    assert [(block.path, block.search, block.replace) for block in blocks] == expected


def test_the_real_samples_are_read_whole(tmp_path: Path) -> None:
    found, summary = stored(tmp_path / "x.db", samples("aider"))
    assert not summary.unreadable
    assert [Path(path).name for path in summary.unrecognised] == ["git-log.txt"]
    titles = {each["title"] for each in found["sessions"]}
    assert titles == {
        "Create hello.py and edit notes.txt",
        "add a retry to the webhook",
        "make the timeout configurable",
    }


def test_the_history_of_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / NAME).write_text("# aider chat started at 2026-02-01 10:00:00\n")
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert tmp_path / NAME in set(AiderHistory().discover())


@pytest.mark.parametrize("head", [b"# Notes\n# aider chat started at 2026-02-01 10:00:00\n", b"{}", b""])
def test_other_files_are_not_taken_for_aiders(head: bytes) -> None:
    assert not AiderHistory().sniff(head, Path(NAME))
