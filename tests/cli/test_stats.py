"""``byline stats`` as people call it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from world import World

Byline = Callable[..., "subprocess.CompletedProcess[bytes]"]


def out(done: "subprocess.CompletedProcess[bytes]") -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.fixture
def written(world: World) -> World:
    """Two commits: an agent's and a person's first, then a person's who removes a line of the agent's."""
    world.agent("A", "claude-opus-4-6").writes("a.py", "one\ntwo\nthree\n")
    world.person_writes("b/c.py", "four\n")
    world.commit("Half of it")
    world.tick(60 * 24 * 3600)
    world.person_writes("a.py", "one\nthree\n")
    world.person_writes("b/c.py", "four\nfive\n")
    world.commit("By \x1b[31m[bold]hand")
    return world


def counts(world: World, byline: Byline, *words: str) -> dict[str, int]:
    value = json.loads(out(byline("stats", "--json", *words)))
    return {row["name"]: sum(row["added"].values()) - row["added"]["carried"] for row in value["rows"]}


def test_json_has_what_was_counted_a_row_per_group_and_the_time(written: World, byline: Byline) -> None:
    value = json.loads(out(byline("stats", "--json")))
    assert list(value) == [
        "format", "commits", "merges", "unread", "survival_at", "total", "by", "rows", "over_time"
    ]  # fmt: skip
    assert (value["format"], value["commits"], value["merges"], value["by"]) == (1, 2, 0, "model")
    first, second = value["rows"]
    assert first == {
        "name": "claude-opus-4-6",
        "kind": "known",
        "added": {"ai": 3, "mixed": 0, "human": 0, "unknown": 0, "carried": 0},
        "removed": {"ai": 0, "mixed": 0, "human": 0, "unknown": 0, "carried": 0},
        "commits": 1,
        "written": 3,
        "survived": None,
    }
    assert (second["name"], second["kind"], second["commits"]) == ("unknown", "unknown", 2)
    assert value["total"]["added"]["unknown"] == 2
    assert value["over_time"]["unit"] == "week"
    periods = value["over_time"]["periods"]
    assert (periods[0]["start"], periods[0]["counts"]) == ("2025-10-06", [3, 1])
    assert (periods[-1]["start"], periods[-1]["counts"]) == ("2025-12-08", [0, 1])
    assert len(periods) == 10


def test_survival_tells_how_many_lines_are_still_there(written: World, byline: Byline) -> None:
    value = json.loads(out(byline("stats", "--json", "--survival")))
    assert value["survival_at"] == written.git("rev-parse", "HEAD")
    assert (value["rows"][0]["written"], value["rows"][0]["survived"]) == (3, 2)
    text = out(byline("stats", "--survival"))
    assert "2 of the 3 lines that sessions wrote are still there (67%)" in text
    heading, row = text.split("\n")[3:5]
    assert heading.endswith("  lines of sessions still there")
    assert row.endswith("  2 of 3  67%")


def test_text_has_totals_bars_and_numbers(written: World, byline: Byline) -> None:
    head, gap, heading, opus, unknown, end = out(byline("stats", COLUMNS="80")).split("\n")
    assert head == "2 commits  +5 −1   █ ai 60% ░ unknown 40%"
    assert (gap, end) == ("", "")
    assert heading.split() == ["model", "added", "removed", "commits"]
    assert opus.split() == ["opus-4-6", "█" * opus.count("█"), "+3", "60%", "−0", "1"]
    assert unknown.split() == ["unknown", "░" * unknown.count("░"), "+2", "40%", "−1", "2"]
    assert opus.count("█") > unknown.count("░") > 10
    assert {len(heading), len(opus), len(unknown)} <= set(range(60, 81))


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_rows_are_no_wider_than_the_terminal_where_that_can_be(
    written: World, byline: Byline, width: int
) -> None:
    long = "x" * 200
    written.person_writes(f"{long}/a.txt", "one\n")
    written.commit()
    rows = out(byline("stats", "--by", "directory", COLUMNS=str(width))).split("\n")[2:-1]
    assert len(rows) == 4
    assert max(map(len, rows)) <= max(width, 50)


def test_ranges_paths_and_times_choose_the_commits(written: World, byline: Byline) -> None:
    for words, wanted in (
        (["HEAD~1"], {"claude-opus-4-6": 3, "unknown": 1}),
        (["HEAD~1..HEAD"], {"unknown": 1}),
        (["HEAD", "--", "b"], {"unknown": 2}),
        (["b/c.py"], {"unknown": 2}),
        (["--since", "2025-12-01"], {"unknown": 1}),
        (["--since", "2026-01-01"], {}),
    ):
        assert counts(written, byline, *words) == wanted, words


def test_every_grouping_can_be_asked_for(written: World, byline: Byline) -> None:
    for by, wanted in (
        ("agent", {"claude": 3, "unknown": 2}),
        ("author", {"Mia Person": 5}),
        ("directory", {".": 3, "b": 2}),
        ("session", {"cc_A": 3, "unknown": 2}),
        ("week", {"2025-10-06": 4, "2025-12-08": 1}),
    ):
        assert counts(written, byline, "--by", by) == wanted, by
    assert byline("stats", "--by", "moon").returncode == 2


def test_a_picture_is_written_to_a_file_or_to_standard_output(written: World, byline: Byline) -> None:
    done = byline("stats", "--svg", "out.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"wrote out.svg\n")
    text = Path(written.path / "out.svg").read_text()
    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314 - our own
    assert out(byline("stats", "--svg", "-")) == text


def test_a_picture_that_cannot_be_written_is_one_line(written: World, byline: Byline) -> None:
    done = byline("stats", "--svg", "no/such/folder/out.svg")
    assert done.returncode == 1
    assert done.stderr == b"byline: cannot write no/such/folder/out.svg: No such file or directory\n"


def test_foreign_names_reach_the_terminal_as_text(world: World, byline: Byline) -> None:
    world.person_writes("a.txt", "one\n")
    world.git("add", "-A")
    world.git("commit", "-q", "--author=Eve \x1b[31m[bold]Eve\u202e <e@x>", "-m", "x")
    text = out(byline("stats", "--by", "author"))
    assert "Eve ␛[31m[bold]Eve‹202E›" in text
    assert "\x1b" not in text


def test_colour_is_there_when_asked_for_and_only_then(written: World, byline: Byline) -> None:
    assert "\x1b[" not in out(byline("stats"))
    assert "\x1b[" in out(byline("--color", "always", "stats"))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nope"], 1, "there is no revision 'nope' in "),
        (["--since", "soonish"], 2, "'soonish' is no time"),
        (["--", "/elsewhere"], 2, "/elsewhere is outside of the repository "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_one_line_and_an_exit_code(
    written: World, byline: Byline, words: list[str], code: int, message: str
) -> None:
    done = byline("stats", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.decode().startswith(f"byline: {message}")
    assert done.stderr.count(b"\n") == 1


def test_a_repository_without_commits_is_one_line(world: World, byline: Byline) -> None:
    done = byline("stats")
    assert done.returncode == 1
    assert done.stderr.decode().endswith("has no commits yet\n")


def test_commits_without_lines_are_counted_and_have_no_table(world: World, byline: Byline) -> None:
    world.commit("nothing")
    assert out(byline("stats")) == "1 commit  +0 −0  \n"
