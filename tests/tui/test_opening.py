"""The file that a block is about, and the editor that it is opened in."""

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from byline.errors import BylineError
from byline.reading.pages import Pages, open_conversation
from byline_tui.editor import edit, editor_command
from byline_tui.opening import place_of

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ["vi", "+7", "/a b.py"]),
        ({"EDITOR": "nano -w"}, ["nano", "-w", "+7", "/a b.py"]),
        ({"EDITOR": "nano", "VISUAL": "/opt/nvim"}, ["/opt/nvim", "+7", "/a b.py"]),
        ({"EDITOR": "'/my bin/hx'"}, ["/my bin/hx", "/a b.py:7"]),
        ({"EDITOR": "emacsclient -t -a ''"}, ["emacsclient", "-t", "-a", "", "+7", "/a b.py"]),
        *(({"EDITOR": name}, [name, "+7", "/a b.py"]) for name in ("vim", "nvim", "emacs", "kak", "micro")),
        ({"EDITOR": "code"}, ["code", "--goto", "/a b.py:7"]),
        ({"EDITOR": "code -n --wait"}, ["code", "-n", "--goto", "/a b.py:7"]),
        ({"EDITOR": "subl -w"}, ["subl", "/a b.py:7"]),
        ({"EDITOR": "zed --wait"}, ["zed", "/a b.py:7"]),
        ({"EDITOR": "/opt/idea/bin/idea.sh"}, ["/opt/idea/bin/idea.sh", "--line", "7", "/a b.py"]),
    ],
)
def test_editors_are_told_the_line_in_their_own_way(environment: dict[str, str], words: list[str]) -> None:
    assert editor_command(environment, Path("/a b.py"), 7) == words


@pytest.mark.parametrize("given", ["'", " "])
def test_an_editor_that_is_no_command_is_said_so(given: str) -> None:
    with pytest.raises(BylineError, match="EDITOR is"):
        editor_command({"EDITOR": given}, Path("/a.py"), 1)


def test_the_editor_gets_the_file_and_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "my editor"
    editor.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > "{tmp_path}/told"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{editor}' --plain")
    edit(tmp_path / "-a.py", 12)
    assert (tmp_path / "told").read_text() == f"--plain|+12|{tmp_path}/-a.py|"


def test_an_editor_that_is_missing_or_fails_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "no-such-editor-anywhere")
    with pytest.raises(BylineError, match=r"'no-such-editor-anywhere' cannot be started .*: set EDITOR"):
        edit(Path("/a.py"), 1)
    monkeypatch.setenv("EDITOR", "false")
    with pytest.raises(BylineError, match="'false' ended with 1"):
        edit(Path("/a.py"), 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files that a session was about."""
    for name in ("src/a.py", "top.md"):
        path = tmp_path / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    return tmp_path / "work"


def opened(record: "Recorder", cwd: str) -> Pages:
    record.session("cc_s", "S", cwd=cwd).says("user", "look at src/a.py:12 and nothing else")
    record.edits("e1", f"{cwd}/src/a.py", ["x = 2"], ["x = 1"])
    record.edits("e2", f"{cwd}/top.md", ["x = 2"], ["x = 1"])
    record.part("tool", "", tool="Read", tool_call_id="r", input=json.dumps({"path": "top.md", "offset": 40}))
    record.part("tool", "", tool="Bash", tool_call_id="b", input='{"command":"ls"}')
    pages = open_conversation(record.write(), "cc_s")
    assert pages is not None
    return pages


def place(pages: Pages, call: str | None, shown: str = "", checkout: Path | None = None) -> tuple[Path, int]:
    index = pages.thread.block_of(None, call) if call is not None else pages.thread.prompts[0]
    assert index is not None
    return place_of(pages.block(index), pages, shown, checkout)


def test_an_edit_is_opened_at_its_first_new_line_or_at_the_line_under_the_cursor(
    record: "Recorder", folder: Path
) -> None:
    pages = opened(record, str(folder))
    assert place(pages, "e1") == (folder / "src/a.py", 3)
    assert place(pages, "e1", "▎   │   41 + x = 2") == (folder / "src/a.py", 41)
    assert place(pages, "r") == (folder / "top.md", 40)
    assert place(pages, None, "▌ look at src/a.py:12 and nothing") == (folder / "src/a.py", 12)


def test_a_block_about_no_file_and_a_file_that_is_gone_are_said_so(record: "Recorder", folder: Path) -> None:
    pages = opened(record, str(folder))
    with pytest.raises(BylineError, match="about no file"):
        place(pages, "b")
    (folder / "src/a.py").unlink()
    with pytest.raises(BylineError, match=r"src/a\.py is not there \(any more\)"):
        place(pages, "e1")


def test_a_path_of_another_machine_is_found_in_the_checkout_of_the_repository(
    record: "Recorder", folder: Path
) -> None:
    pages = opened(record, "/Users/mia/proj")
    assert place(pages, "e1", checkout=folder) == (folder / "src/a.py", 3)
    assert place(pages, "e2", checkout=folder) == (folder / "top.md", 3)


def test_a_single_name_is_not_looked_for_where_nothing_tells_that_it_is_the_same_folder(
    record: "Recorder", folder: Path
) -> None:
    pages = opened(record, "/Users/mia/proj")
    (folder / "src/a.py").unlink()
    with pytest.raises(BylineError, match="is not there"):
        place(pages, "e2", checkout=folder)
