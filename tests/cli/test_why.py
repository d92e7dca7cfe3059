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
