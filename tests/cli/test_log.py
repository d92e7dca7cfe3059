"""``byline log`` as people call it."""

import json
import subprocess
from collections.abc import Callable

import pytest
from world import World

Byline = Callable[..., "subprocess.CompletedProcess[bytes]"]


def out(done: "subprocess.CompletedProcess[bytes]") -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.fixture
def written(world: World) -> World:
    """Two commits: half an agent's, and a person's with a subject that a terminal must not obey."""
    world.agent("A", "claude-opus-4-6").writes("a.py", "one\ntwo\n")
    world.person_writes("b/c.py", "three\nfour\n")
    world.commit("Half of it")
    world.person_writes("b/c.py", "three\nfour\nfive\n")
    world.commit("By \x1b[31m[bold]hand")
    return world


def subjects(text: str) -> list[str]:
    return [value["subject"] for value in json.loads(text)]


def test_json_has_the_summary_of_each_commit(written: World, byline: Byline) -> None:
    for _ in range(2):
        second, first = json.loads(out(byline("log", "--json")))
        assert list(first) == ["commit", "parents", "author", "author_time", "subject", "summary"]
        assert (first["subject"], first["parents"]) == ("Half of it", [])
        assert second["parents"] == [first["commit"]]
        shown = json.loads(out(byline("show", first["commit"], "--json")))
        assert first["summary"] == shown["summary"]
        assert first["author_time"] == shown["author_time"]
        assert first["summary"]["sessions"] == {"cc_A": {"added": 2, "removed": 0}}


def test_text_has_a_bar_and_words_for_each_commit(written: World, byline: Byline) -> None:
    one, bar_one, two, bar_two, end = out(byline("log")).split("\n")
    assert one.endswith(" 2025-10-09 By ␛[31m[bold]hand")
    assert bar_one == "         ░░░░░░░░░░░░░░░░░░░░ +1 −0  unknown 100%"
    assert two == f"{written.git('rev-parse', 'HEAD~1')[:8]} 2025-10-09 Half of it"
    assert bar_two == "         ██████████░░░░░░░░░░ +4 −0  cc_A opus-4-6 50% · unknown 50%"
    assert end == ""


def test_ranges_numbers_and_paths_choose_the_commits(written: World, byline: Byline) -> None:
    both = ["By \x1b[31m[bold]hand", "Half of it"]
    for words, wanted in (
        ([], both),
        (["HEAD"], both),
        (["HEAD~1"], both[1:]),
        (["HEAD~1..HEAD"], both[:1]),
        (["HEAD~1.."], both[:1]),
        (["HEAD~1...HEAD"], both[:1]),
        (["-n", "1"], both[:1]),
        (["--", "a.py"], both[1:]),
        (["a.py"], both[1:]),
        (["HEAD", "--", "b"], both),
    ):
        assert subjects(out(byline("log", "--json", *words))) == wanted, words
    (limited,) = json.loads(out(byline("log", "--json", "--", "c.py", folder="b")))[1:]
    assert limited["summary"]["added"]["unknown"] == 2
    assert limited["summary"]["added"]["ai"] == 0


def test_an_empty_commit_is_said_to_have_no_lines(world: World, byline: Byline) -> None:
    world.commit("nothing")
    assert out(byline("log")).split("\n")[1] == "         no lines"


def test_a_name_with_a_star_is_no_pattern(written: World, byline: Byline) -> None:
    written.person_writes("*.py", "x\n")
    written.commit("star")
    assert subjects(out(byline("log", "--json", "--", "*.py"))) == ["star"]


def test_colour_is_there_when_asked_for_and_only_then(written: World, byline: Byline) -> None:
    assert "\x1b[" not in out(byline("log"))
    assert "\x1b[" in out(byline("--color", "always", "log"))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nope"], 1, "there is no revision 'nope' in "),
        (["nope..HEAD"], 1, "there is no revision 'nope' in "),
        (["-n", "-3"], 2, "-n -3: give a number of commits"),
        (["--", "/elsewhere"], 2, "/elsewhere is outside of the repository "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_one_line_and_an_exit_code(
    written: World, byline: Byline, words: list[str], code: int, message: str
) -> None:
    done = byline("log", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.decode().startswith(f"byline: {message}")
    assert done.stderr.count(b"\n") == 1


def test_a_repository_without_commits_is_one_line(world: World, byline: Byline) -> None:
    done = byline("log")
    assert done.returncode == 1
    assert done.stderr.decode().endswith("has no commits yet\n")


def test_names_are_left_out_where_the_line_is_too_short_for_them(world: World, byline: Byline) -> None:
    for name in ("one", "two", "three", "four", "five"):
        world.agent(f"{name}-with-a-long-id", "claude-sonnet-4-5").writes(f"{name}.py", "x\n")
    world.person_writes("typed.py", "y\n")
    world.commit("many")
    for columns, more in ((80, "sonnet-4-5 83%"), (120, "3 more"), (200, "1 more")):
        bar = out(byline("log", COLUMNS=str(columns))).split("\n")[1]
        assert len(bar) <= columns
        assert bar.endswith(f" {more} · unknown 17%")


def test_paths_above_the_folder_one_is_in_are_found(written: World, byline: Byline) -> None:
    assert subjects(out(byline("log", "--json", "--", "../a.py", folder="b"))) == ["Half of it"]
    assert len(subjects(out(byline("log", "--json", "--", ".", folder="b")))) == 2
