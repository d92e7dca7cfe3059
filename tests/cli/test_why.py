"""``byline why`` as people call it."""

import json
import subprocess
from collections.abc import Callable

import pytest
from world import World

from byline.record import Message, Part, Session

Byline = Callable[..., "subprocess.CompletedProcess[bytes]"]


def out(done: "subprocess.CompletedProcess[bytes]") -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.fixture
def written(world: World) -> World:
    """A line that A wrote, B wrapped, and a person's; A's prompt says what a terminal must not obey."""
    a, b = world.agent("A", "claude-opus-4-6"), world.agent("B", "gpt-5.5")
    now = world.tick()
    with world.store.write() as writer:
        writer.sessions([Session("cc_B", "claude", "B", title="Wrap \x1b[31m[bold]it", parent_id="cc_A")])
        writer.messages([Message("cc_B", "p", "user", now)])
        writer.parts([Part("cc_B", "p", "1", "text", "Make it \x1b]52;c;x\x07safe.\nAnd [red]quick.", now)])
    a.writes("f.py", "value = compute(first)\nother = compute(second)\n")
    b.writes("f.py", "with lock:\n    value = compute(first)\n    other = compute(second)\n")
    world.commit("The subject")
    world.person_writes("f.py", world.read("f.py") + "typed = 1\n")
    return world


def test_text_tells_the_evidence(written: World, byline: Byline) -> None:
    text = out(byline("why", "f.py:2", TZ="UTC", COLUMNS="160"))
    lines = text.split("\n")
    assert lines[0].startswith(f"f.py:2  {written.git('rev-parse', 'HEAD')[:8]} The subject")
    assert lines[1] == "        value = compute(first)"
    assert lines[3].startswith("written by ▌")
    assert lines[3].endswith(" gpt-5.5")
    assert lines[4] == "prompt     Make it ␛]52;c;x␇safe."
    assert lines[5] == "           And [red]quick."
    assert lines[6] == "session    cc_B  “Wrap ␛[31m[bold]it”  (sub-agent of cc_A)"
    assert lines[7].startswith("call       Edit  call_cc_B_1  2025-10-09 ")
    assert lines[8] == "match      exact: the line is as the call left it"
    assert "         → +    value = compute(first)" in lines
    assert any(
        line.startswith("earlier    cc_A claude-opus-4-6, Edit call_cc_A_1, ")
        and line.endswith(": “value = compute(first)”")
        for line in lines
    )


def test_text_tells_why_nobody_is_named_and_who_was_considered(written: World, byline: Byline) -> None:
    written.person_writes("f.py", written.read("f.py") + "limit = compute_limit()\n")
    written.commit("more")
    written.tick(900)
    written.agent("L", "late").records("f.py", "", "limit = compute_limit()\n")
    lines = out(byline("why", "f.py:5", "HEAD")).split("\n")
    assert lines[3] == "written by unknown"
    assert lines[4] == "because    the only edit with this text was made after the commit"
    assert lines[6] == "Other edits that were considered"
    assert lines[7].startswith("  cc_L late, Edit call_cc_L_1, ")
    assert lines[8] == "      it was made after the commit"


def test_json_is_the_line_with_prompt_edit_and_considered(written: World, byline: Byline) -> None:
    value = json.loads(out(byline("why", "--json", "f.py:2")))
    assert value["prompt"] == "Make it \x1b]52;c;x\x07safe.\nAnd [red]quick."
    assert value["edit"]["tool_call_id"] == value["tool_call_id"] == "call_cc_B_1"
    assert value["edit"]["hunk"].startswith("--- a/f.py\n+++ b/f.py\n@@ -1,2 +1,3 @@\n")
    assert [entry["tool_call_id"] for entry in value["earlier"]] == ["call_cc_A_1"]
    assert value["considered"] == []
    typed = json.loads(out(byline("why", "--json", "f.py:4")))
    assert (typed["commit"], typed["prompt"], typed["edit"]) == (None, None, None)


def test_a_column_behind_the_line_is_passed_over(written: World, byline: Byline) -> None:
    for place in ("f.py:2:17", "f.py:2:", "./f.py:2"):
        assert json.loads(out(byline("why", "--json", place)))["line_number"] == 2


def test_a_large_write_is_cut_around_the_line(world: World, byline: Byline) -> None:
    world.agent("A").writes("f.txt", "".join(f"line {number}\n" for number in range(1, 501)))
    world.commit()
    text = out(byline("why", "f.txt:250"))
    assert "         → +line 250\n" in text
    assert "+line 244\n" in text
    assert "+line 243\n" not in text
    assert "… 244 more lines\n" in text


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["f.py"], 2, "'f.py' names no line: write FILE:LINE, as in src/app.py:42"),
        (["f.py:99"], 1, "f.py has 4 lines: there is no line 99"),
        (["none.py:1"], 1, "there is no file none.py in "),
        (["f.py:1", "nope"], 1, "there is no revision 'nope' in "),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_errors_are_one_line_and_an_exit_code(
    written: World, byline: Byline, words: list[str], code: int, message: str
) -> None:
    done = byline("why", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.decode().startswith(f"byline: {message}")
    assert done.stderr.count(b"\n") == 1


def test_prose_is_wrapped_beside_its_label_and_code_is_not(written: World, byline: Byline) -> None:
    prompt = "Please make the computation safe for several threads at once. " * 3
    written.store.database.execute_sql("UPDATE parts SET text = ? WHERE type = 'text'", (prompt,))
    lines = out(byline("why", "f.py:2", COLUMNS="60")).split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("prompt     Please make"))
    beside = lines[at : at + 5]
    assert all(len(line) <= 60 for line in beside)
    assert all(line.startswith(" " * 11) and line[11] != " " for line in beside[1:4])
    assert "         → +    value = compute(first)" in lines


DISTINCT = "retries_of_the_uploader = compute_retries(configuration)\n"


@pytest.fixture
def reworked(written: World) -> World:
    """After ``written``: B takes A's line out and commits, then writes one into the work tree."""
    written.git("checkout", "-q", "--", "f.py")
    b = written.agent("B2", "gpt-5.5")
    b.writes("f.py", "with lock:\n    value = compute(first)\n")
    written.commit("Less")
    b.writes("f.py", "with lock:\n    value = compute(first)\n    third = compute_everything(else_of_all)\n")
    return written


@pytest.mark.parametrize("words", [["--removed"], ["HEAD", "--removed"], ["--removed", "HEAD~1..HEAD"]])
def test_a_removed_line_is_named_by_its_number_in_the_old_file(
    reworked: World, byline: Byline, words: list[str]
) -> None:
    lines = out(byline("why", "f.py:3", *words, TZ="UTC", COLUMNS="160")).split("\n")
    assert lines[0] == f"f.py:3  removed  {reworked.git('rev-parse', 'HEAD')[:8]} Less"
    assert lines[1] == "  -     other = compute(second)"
    assert lines[3].startswith("removed by ▌")
    assert "         → -    other = compute(second)" in lines
    (author,) = [line for line in lines if line.startswith("written by ")]
    assert author.startswith("written by cc_B gpt-5.5, Edit call_cc_B_1, ")
    assert author.endswith(": “other = compute(second)”")


def test_a_removed_line_as_json_says_so(reworked: World, byline: Byline) -> None:
    value = json.loads(out(byline("why", "f.py:3", "--removed", "--json")))
    assert (value["removed"], value["since"], value["line_number"]) == (True, None, 3)
    assert value["commit"] == reworked.git("rev-parse", "HEAD")
    assert (value["session_id"], value["edit"]["tool_call_id"]) == ("cc_B2", "call_cc_B2_1")
    assert [entry["tool_call_id"] for entry in value["earlier"]] == ["call_cc_B_1"]


def test_the_removed_lines_of_a_renamed_file_are_found_by_both_of_its_names(
    world: World, byline: Byline
) -> None:
    lines = [f"step_{number} = run(number_{number})\n" for number in range(9)]
    world.agent("A").writes("f.py", "".join(lines))
    world.commit()
    world.git("mv", "f.py", "g.py")
    world.agent("B").writes("g.py", "".join(lines[:4] + lines[5:]))
    world.git("add", "-A")
    for name in ("f.py", "g.py"):
        value = json.loads(out(byline("why", f"{name}:5", "--staged", "--removed", "--json")))
        assert (value["original_path"], value["content"]) == ("f.py", lines[4].removesuffix("\n"))


def test_lines_of_the_work_tree_and_of_the_index_are_told_apart(reworked: World, byline: Byline) -> None:
    text = out(byline("why", "f.py:3", "--worktree"))
    assert text.startswith("f.py:3  not committed\n        third = compute_everything(else_of_all)\n")
    none_staged = byline("why", "f.py:3", "--staged")
    assert (none_staged.returncode, none_staged.stdout) == (1, b"")
    assert none_staged.stderr == (
        b"byline: f.py:3 is no line that the index adds: `byline why f.py:3` explains any line of the file\n"
    )
    reworked.git("add", "-A")
    value = json.loads(out(byline("why", "f.py:3", "--staged", "--json")))
    assert (value["commit"], value["edit"]["tool_call_id"]) == (None, "call_cc_B2_2")
    reworked.person_writes("f.py", "with lock:\n    third = compute_everything(else_of_all)\n")
    text = out(byline("why", "f.py:2", "--worktree", "--removed"))
    assert text.startswith("f.py:2  removed  not committed\n  -     value = compute(first)\n")
    assert "\nremoved by unknown\n" in text


def test_a_line_of_several_commits_as_one_names_where_they_begin(reworked: World, byline: Byline) -> None:
    first = reworked.git("rev-parse", "HEAD~1")
    reworked.commit("More")
    tip = reworked.git("rev-parse", "HEAD")
    for range_, number, sign in (("HEAD~2..", 3, "+"), (f"{first}..HEAD", 3, "+"), ("HEAD~2..HEAD", 3, "-")):
        words = ["why", f"f.py:{number}", range_, *(["--removed"] if sign == "-" else [])]
        value = json.loads(out(byline(*words, "--json")))
        assert (value["since"], value["commit"], value["subject"]) == (first, tip, None)
        assert value["session_id"] == "cc_B2"
        assert f"  {first[:8]}..{tip[:8]} \n" in out(byline(*words)).partition("\n")[0] + "\n"


def test_a_line_that_is_not_touched_is_an_error_that_says_where_to_look(
    reworked: World, byline: Byline
) -> None:
    for words, message in (
        (["f.py:1", "--removed"], "f.py:1 is no line that HEAD removes: `byline show HEAD` has the old"),
        (["f.py:1", "--worktree"], "f.py:1 is no line that the work tree adds: `byline why f.py:1` explains"),
        (["f.py:1", "HEAD~1.."], "f.py:1 is no line that HEAD~1.. adds: `byline why f.py:1 HEAD` explains"),
        (["f.py:9", "HEAD~1..", "--removed"], "f.py:9 is no line that HEAD~1.. removes: `git diff HEAD~1..`"),
        (["f.py:1", "nope", "--removed"], "there is no revision 'nope' in "),
        (["f.py:1", "nope..HEAD"], "there is no revision 'nope' in "),
    ):
        done = byline("why", *words)
        assert (done.returncode, done.stdout) == (1, b""), words
        assert done.stderr.decode().startswith(f"byline: {message}"), done.stderr
        assert done.stderr.count(b"\n") == 1


def test_words_that_contradict_each_other_are_refused(reworked: World, byline: Byline) -> None:
    for words in (
        ["HEAD", "--staged"],
        ["HEAD", "--worktree"],
        ["HEAD~1...HEAD"],
        ["--staged", "--worktree"],
    ):
        done = byline("why", "f.py:1", *words)
        assert (done.returncode, done.stdout) == (2, b""), words


def test_a_copy_says_what_it_repeats_and_that_nobody_recorded_the_copying(
    world: World, byline: Byline
) -> None:
    world.agent("A", "claude-opus-4-6").writes("f.py", DISTINCT + "tail = 0\n")
    first = world.commit("First")
    world.person_writes("f.py", world.read("f.py") + DISTINCT)
    world.commit("Copied")
    lines = out(byline("why", "f.py:3", COLUMNS="160")).split("\n")
    assert lines[3] == "written by unknown"
    assert lines[4] == "because    it is a copy of a recorded line, and nobody recorded who copied it"
    assert lines[5].startswith("copy of    f.py:1, written by cc_A claude-opus-4-6, Edit call_cc_A_1, 2025-")
    assert lines[5].endswith(f", committed in {first[:8]}")
    assert lines[6:] == [""]
    (twin,) = json.loads(out(byline("why", "f.py:3", "--json")))["twins"]
    assert (twin["path"], twin["line_number"], twin["commit"]) == ("f.py", 1, first)
    assert (twin["session_id"], twin["tool_call_id"]) == ("cc_A", "call_cc_A_1")


def test_an_equal_line_that_was_committed_before_is_told_though_the_line_is_not_known_for_a_copy(
    world: World, byline: Byline
) -> None:
    world.agent("A").writes("f.py", "limit = compute_limit()\ntail = 0\n")
    world.commit()
    world.person_writes("f.py", world.read("f.py") + "limit = compute_limit()\n")
    world.commit()
    lines = out(byline("why", "f.py:3", COLUMNS="160")).split("\n")
    assert lines[4] == "because    no recorded edit touched this line"
    assert lines[5].startswith("same text  f.py:1, written by cc_A opus, Edit call_cc_A_1, ")


def test_options_may_stand_before_between_and_behind_the_other_words(written: World, byline: Byline) -> None:
    first = written.git("rev-parse", "HEAD")
    for words in (
        ["why", "f.py:2", "--json", "HEAD"],
        ["why", "--json", "f.py:2", "--color", "never", "HEAD"],
        ["why", "f.py:2", "HEAD", "--json"],
    ):
        assert json.loads(out(byline(*words)))["commit"] == first
    assert len(json.loads(out(byline("blame", "f.py", "--json", "HEAD")))) == 3
    shown = json.loads(out(byline("show", "HEAD", "--json", "none.py")))
    assert (shown["commit"], shown["files"]) == (first, [])
    assert json.loads(out(byline("log", "HEAD", "--json", "--", "none.py"))) == []
    missing = byline("why", "--json")
    assert (missing.returncode, missing.stdout) == (2, b"")
    assert b"the following arguments are required: FILE:LINE" in missing.stderr
