"""``byline blame`` as people call it."""

import json
import subprocess
from collections.abc import Callable

import pytest
from world import World

Byline = Callable[..., "subprocess.CompletedProcess[bytes]"]

KEYS = [
    "line_number", "content", "commit", "original_line", "original_path", "contributor", "match",
    "session_id", "message_id", "tool_call_id", "model_id", "tool", "time_ms",
]  # fmt: skip


def out(done: "subprocess.CompletedProcess[bytes]") -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.fixture
def written(world: World) -> World:
    """A file by an agent and a person, with what a terminal must not obey."""
    world.agent("A", "claude-opus-4-6").writes("src/f.py", "first = 1\nesc = '\x1b[31m[bold]'\n")
    world.commit()
    world.person_writes("src/f.py", world.read("src/f.py") + "typed = '\u202e'\n")
    return world


def test_json_is_an_array_of_the_files_lines(written: World, byline: Byline) -> None:
    first, second, third = json.loads(out(byline("blame", "src/f.py", "--json")))
    assert list(first) == KEYS
    assert first == {
        "line_number": 1,
        "content": "first = 1",
        "commit": written.git("rev-parse", "HEAD"),
        "original_line": 1,
        "original_path": "src/f.py",
        "contributor": "ai",
        "match": "exact",
        "session_id": "cc_A",
        "message_id": "msg_cc_A_1",
        "tool_call_id": "call_cc_A_1",
        "model_id": "claude-opus-4-6",
        "tool": "Edit",
        "time_ms": first["time_ms"],
    }
    assert second["content"] == "esc = '\x1b[31m[bold]'"
    assert list(third) == [*KEYS, "reason"]
    assert (third["commit"], third["contributor"], third["reason"]) == (None, "unknown", "no_edit")


def test_text_has_who_the_commit_the_number_and_the_line(written: World, byline: Byline) -> None:
    oid = written.git("rev-parse", "HEAD")[:8]
    legend, unknown, blank, first, second, third, end = out(byline("blame", "src/f.py")).split("\n")
    assert legend[0] == "▌"
    assert legend[3:] == " cc_A  claude-opus-4-6  2"
    assert unknown == " ·  unknown  1"
    assert (blank, end) == ("", "")
    assert first == f"{legend[:3]} {'opus-4-6':<12}   {oid} 1  first = 1"
    assert second.endswith(f" {oid} 2  esc = '␛[31m[bold]'")
    assert third.endswith(" ········ 3  typed = '‹202E›'")


def test_a_path_is_read_from_the_folder_one_is_in(written: World, byline: Byline) -> None:
    for word, folder in (("f.py", "src"), ("../src/f.py", "src"), (str(written.path / "src/f.py"), ".")):
        assert len(json.loads(out(byline("blame", word, "--json", folder=folder)))) == 3
    assert len(json.loads(out(byline("blame", "f.py", "HEAD", "--json", folder="src")))) == 2


def test_colour_is_there_when_asked_for_and_only_then(written: World, byline: Byline) -> None:
    assert "\x1b[" not in out(byline("blame", "src/f.py"))
    assert "\x1b[" in out(byline("--color", "always", "blame", "src/f.py"))


def test_an_empty_file_is_said_to_be_empty(world: World, byline: Byline) -> None:
    world.person_writes("empty", "")
    world.commit()
    assert out(byline("blame", "empty")) == "empty is empty\n"
    assert json.loads(out(byline("blame", "empty", "--json"))) == []


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["none.py"], 1, "there is no file none.py in "),
        (["src/f.py", "nope"], 1, "there is no revision 'nope' in "),
        (["src"], 1, "src is a folder: name a file"),
        (["/elsewhere"], 2, "/elsewhere is outside of the repository "),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_errors_are_one_line_and_an_exit_code(
    written: World, byline: Byline, words: list[str], code: int, message: str
) -> None:
    done = byline("blame", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.decode().startswith(f"byline: {message}")
    assert done.stderr.count(b"\n") == 1


def test_outside_of_a_repository_is_one_line(written: World, byline: Byline) -> None:
    done = byline("blame", "f.py", folder="..")
    assert done.returncode == 1
    assert done.stderr.decode().startswith("byline: not a git repository")
