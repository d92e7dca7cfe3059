"""``byline show`` as people and programs call it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from world import World

from byline.store.store import Store

Show = Callable[..., "subprocess.CompletedProcess[str]"]

LINE_KEYS = [
    "kind", "line_number", "content", "contributor", "match", "session_id", "message_id", "tool_call_id",
    "model_id", "tool", "time_ms",
]  # fmt: skip


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> World:
    """A commit in which two sessions and a person each wrote a line."""
    world = World(repo, Store(tmp_path / "byline.db"))
    world.person_writes("src/a.py", "one = 1\nmid = 0\ntwo = 2\n")
    world.commit("Begin")
    a, b = world.agent("A", "claude-opus-4-6"), world.agent("B", "gpt-5.5")
    a.replaces("src/a.py", "one = 1\n", "one = 1\nfrom_a = True\n")
    b.replaces("src/a.py", "two = 2\n", "two = 22\n")
    world.person_writes("src/a.py", world.read("src/a.py") + "typed = 'é'\r\n")
    world.person_writes("née file.txt", "x\n")
    world.commit("Change things")
    return world


@pytest.fixture
def show(world: World, tmp_path: Path) -> Show:
    """Run ``byline show`` as a process, in the repository unless another folder is given."""

    def run(
        *words: str, folder: Path | None = None, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        env = {**os.environ, "BYLINE_DB": str(world.store.path), **environment}
        done = subprocess.run(
            [sys.executable, "-m", "byline.cli.main", *words],
            cwd=folder or world.path, env=env, capture_output=True, check=False,
        )  # fmt: skip
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run


def test_json_has_the_keys_of_the_contract_in_their_order(show: Show, world: World) -> None:
    done = show("show", "HEAD", "--json")
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert list(value) == ["format", "commit", "parent", "subject", "author_time", "summary", "files"]
    assert value["format"] == 1
    assert value["commit"] == world.git("rev-parse", "HEAD")
    assert value["parent"] == world.git("rev-parse", "HEAD^")
    assert value["subject"] == "Change things"
    assert value["summary"] == {
        "added": {"ai": 2, "mixed": 0, "human": 0, "unknown": 2, "carried": 0},
        "removed": {"ai": 1, "mixed": 0, "human": 0, "unknown": 0, "carried": 0},
        "unknown_reasons": {"no_edit": 2},
        "sessions": {"cc_B": {"added": 1, "removed": 1}, "cc_A": {"added": 1, "removed": 0}},
        "models": {"gpt-5.5": {"added": 1, "removed": 1}, "claude-opus-4-6": {"added": 1, "removed": 0}},
    }
    named = {file["path"]: file for file in value["files"]}
    assert list(named) == ["née file.txt", "src/a.py"]
    assert named["née file.txt"]["old_path"] is None
    assert named["née file.txt"]["status"] == "added"
    lines = named["src/a.py"]["lines"]
    assert [(line["kind"], line["line_number"], line["content"]) for line in lines] == [
        ("added", 2, "from_a = True"),
        ("removed", 3, "two = 2"),
        ("added", 4, "two = 22"),
        ("added", 5, "typed = 'é'\r"),
    ]
    assert [list(line) for line in lines[:3]] == [LINE_KEYS] * 3
    assert list(lines[3]) == [*LINE_KEYS, "reason"]
    assert lines[0] == {
        "kind": "added", "line_number": 2, "content": "from_a = True", "contributor": "ai",
        "match": "exact", "session_id": "cc_A", "message_id": "msg_cc_A_1",
        "tool_call_id": "call_cc_A_1", "model_id": "claude-opus-4-6", "tool": "Edit",
        "time_ms": lines[0]["time_ms"],
    }  # fmt: skip
    assert lines[3]["contributor"] == "unknown"
    assert lines[3]["reason"] == "no_edit"
    assert all(lines[3][key] is None for key in LINE_KEYS[4:])


def test_json_is_utf8_whatever_the_locale(show: Show) -> None:
    done = show("show", "--json", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert "typed = 'é'" in done.stdout


def test_a_range_is_an_array_oldest_first(show: Show, world: World) -> None:
    world.person_writes("b.txt", "b\n")
    world.commit("Third")
    value = json.loads(show("show", "HEAD~2..HEAD", "--json").stdout)
    assert [commit["subject"] for commit in value] == ["Change things", "Third"]
    assert json.loads(show("show", "HEAD..HEAD", "--json").stdout) == []


def test_the_index_and_the_work_tree_have_no_commit(show: Show, world: World) -> None:
    world.person_writes("src/a.py", "staged\n" + world.read("src/a.py"))
    world.git("add", "-A")
    world.person_writes("src/a.py", "not staged\n" + world.read("src/a.py"))
    staged = json.loads(show("show", "--staged", "--json").stdout)
    assert (staged["commit"], staged["subject"], staged["author_time"]) == (None, None, None)
    assert [line["content"] for line in staged["files"][0]["lines"]] == ["staged"]
    worktree = json.loads(show("show", "--worktree", "--json").stdout)
    assert [line["content"] for line in worktree["files"][0]["lines"]] == ["not staged"]


@pytest.mark.parametrize(
    "words",
    [
        ("HEAD", "--json", "--", "src"),
        ("--json", "--", "src/a.py"),
        ("HEAD", "src/a.py", "--json"),
        ("src/a.py", "--json"),
    ],
)
def test_paths_narrow_the_review(show: Show, words: tuple[str, ...]) -> None:
    assert [file["path"] for file in json.loads(show("show", *words).stdout)["files"]] == ["src/a.py"]


def test_paths_are_relative_to_where_one_is(show: Show, world: World) -> None:
    done = show("show", "HEAD", "--json", "--", "a.py", folder=world.path / "src")
    assert [file["path"] for file in json.loads(done.stdout)["files"]] == ["src/a.py"]


def test_text_says_who_wrote_each_line_and_adds_up(show: Show) -> None:
    done = show("show", "HEAD")
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert "2 files · +4 −1 · 3 ai · 2 unknown (no_edit 2)" in text
    (from_a,) = [line for line in text.split("\n") if line.endswith("+ from_a = True")]
    assert "opus-4-6" in from_a
    (typed,) = [line for line in text.split("\n") if "typed = " in line]
    assert typed.lstrip().startswith("·")
    assert "\x1b" not in text


def test_colour_is_for_those_who_ask(show: Show) -> None:
    assert "\x1b[" in show("--color", "always", "show", "HEAD").stdout
    assert "\x1b[" not in show("--color", "never", "show", "HEAD").stdout


def test_nothing_in_a_diff_reaches_the_terminal_as_it_is(show: Show, world: World) -> None:
    world.person_writes("evil \x1b[31m.txt", "a\x1b]52;c;aGk=\x07\u202eb\n[bold]x[/bold]\n")
    world.commit("Evil \x1b[2J subject")
    text = show("show", "HEAD").stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[bold]x[/bold]" in text


def test_a_trace_is_the_valid_record_of_the_commit(show: Show, world: World) -> None:
    from byline.trace.validate import validate_trace

    record = json.loads(show("show", "HEAD", "--trace").stdout)
    assert validate_trace(record) == []
    assert record["vcs"]["revision"] == world.git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nope"), "byline: there is no revision 'nope'"),
        (("show", "HEAD~9..HEAD"), "byline: "),
        (("show", "--staged", "--trace"), "byline: an Agent Trace record is of a commit"),
        (("show", "HEAD", "--", "/etc/passwd"), "byline: /etc/passwd is outside of the repository"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(show: Show, words: tuple[str, ...], said: str) -> None:
    done = show(*words)
    assert done.returncode in {1, 2}
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_outside_of_a_repository_it_says_so(show: Show, tmp_path: Path) -> None:
    done = show("show", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not a git repository" in done.stderr


@pytest.mark.parametrize(
    ("words", "folder", "shown"),
    [
        (("--", "../src/a.py"), "src", ["src/a.py"]),
        (("--", "../née file.txt"), "src", ["née file.txt"]),
        (("--", "."), "src", ["src/a.py"]),
        (("--", ".."), "src", ["née file.txt", "src/a.py"]),
        (("--", "src/../src//a.py"), ".", ["src/a.py"]),
        (("--", "src/*.py"), ".", []),
        (("--", ":(glob)**"), ".", []),
    ],
)
def test_paths_are_read_as_the_shell_gives_them_and_are_no_patterns(
    show: Show, world: World, words: tuple[str, ...], folder: str, shown: list[str]
) -> None:
    done = show("show", "HEAD", "--json", *words, folder=world.path / folder)
    assert done.returncode == 0, done.stderr
    assert [file["path"] for file in json.loads(done.stdout)["files"]] == shown


def test_a_bare_repository_is_shown_with_paths_of_its_trees(show: Show, world: World, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    world.git("clone", "-q", "--bare", str(world.path), str(bare))
    done = show("show", "HEAD", "--json", "--", "src/../src/a.py", folder=bare)
    assert [file["path"] for file in json.loads(done.stdout)["files"]] == ["src/a.py"]


def test_json_that_is_written_as_it_comes_is_laid_out_as_all_json_is(show: Show) -> None:
    for rev in ("HEAD", "HEAD~1..HEAD", "HEAD..HEAD"):
        text = show("show", rev, "--json").stdout
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_records_that_cannot_be_used_are_counted_and_named(show: Show, world: World) -> None:
    world.store.database.execute_sql("UPDATE diff_traces SET patch = '[broken \x1b[31m'")
    value = json.loads(show("show", "HEAD", "--json").stdout)
    assert len(value["problems"]) == 2
    assert value["summary"]["added"]["unknown"] == 4
    text = show("show", "HEAD").stdout
    assert "! 2 records could not be used:\n!   " in text
    assert f"{world.path}/src/a.py: the stored patch of edit 1 is no JSON" in text
    assert "\x1b" not in text


def test_a_file_in_conflict_is_shown_and_said_to_be(show: Show, world: World) -> None:
    world.git("switch", "-q", "-c", "side", "HEAD~1")
    world.person_writes("src/a.py", "side = 1\n")
    world.commit("side")
    world.git("switch", "-q", "main")
    subprocess.run(["git", "merge", "side"], cwd=world.path, check=False, capture_output=True)
    assert "(unresolved conflict)" in show("show", "--staged").stdout
    assert "+ <<<<<<< HEAD" in show("show", "--worktree").stdout


def test_a_commit_is_shown_although_a_blob_is_missing(show: Show, world: World) -> None:
    oid = world.git("rev-parse", "HEAD:née file.txt")
    (world.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    (world.path / "née file.txt").unlink()
    done = show("show", "HEAD")
    assert done.returncode == 0, done.stderr
    assert "added née file.txt (its content cannot be read)" in done.stdout
    assert "! 1 record could not be used:" in done.stdout
    assert "+ from_a = True" in done.stdout


def test_the_titles_of_the_legend_fit_the_width(show: Show, world: World) -> None:
    world.store.database.execute_sql("UPDATE sessions SET title = ?", ("日本語 and words " * 9,))
    for columns in (80, 160):
        lines = show("show", "HEAD", COLUMNS=str(columns)).stdout.split("\n")
        legend = [line for line in lines if "cc_A  claude" in line or "cc_B  gpt" in line]
        assert len(legend) == 2
        assert all("…”" in line and cell_len(line) <= columns for line in legend)


def test_every_reader_of_many_lines_sees_the_same_colours_as_of_one(show: Show) -> None:
    lines = show("--color", "always", "show", "HEAD").stdout.split("\n")
    (added,) = [line for line in lines if "+ from_a = True" in line]
    assert added.endswith("\x1b[32m+ from_a = True\x1b[0m")
    (typed,) = [line for line in lines if "typed = " in line]
    assert typed.startswith("\x1b[90m ·  ")
    assert "\x1b[1mmodified src/a.py\x1b[0m" in lines
