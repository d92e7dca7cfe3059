"""Hunks between contents, and contents from hunks: what one makes the other must undo."""

import subprocess
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from byline.agents.content_diff import apply_hunks, created_hunk, diff_contents, diff_strings
from byline.patch import FilePatch, Patch, render_patch
from byline.patch.hunk_body import hunk_body
from byline.text import split_lines

contents = st.lists(st.sampled_from(["a", "b", "c", "", "d\r", "\x0ce"]), max_size=30).map(
    lambda lines: "".join(line + "\n" for line in lines)
)


@example("x\n1\n2\n3\n4\n", "y\n1\n2\n3\n4\nz\n")  # an equal run to the end of one side only
@given(contents, contents)
def test_hunks_lead_from_one_content_to_the_other(before: str, after: str) -> None:
    assert apply_hunks(before, diff_contents(before, after)) == split_lines(after)


@given(contents, contents)
def test_the_strings_can_be_read_back_from_their_hunk(before: str, after: str) -> None:
    hunks = diff_strings(before, after)
    body = [pair for hunk in hunks for pair in hunk_body(hunk)]
    if hunks:
        assert [text for mark, text in body if mark != "+"] == split_lines(before)
        assert [text for mark, text in body if mark != "-"] == split_lines(after)
    else:
        assert before == after


def test_git_applies_the_hunks(repo: Path) -> None:
    before = "".join(f"{number}\n" for number in range(40))
    after = before.replace("3\n", "three\n", 1).replace("20\n", "").replace("39\n", "39\nend\n")
    (repo / "f").write_text(before)
    patch = render_patch(Patch((FilePatch("f", "f", "modified", diff_contents(before, after)),)))
    subprocess.run(["git", "apply", "-"], cwd=repo, input=patch, text=True, check=True)
    assert (repo / "f").read_text() == after


def test_hunks_of_another_content_do_not_apply() -> None:
    assert apply_hunks("x\n", diff_contents("a\n", "b\n")) is None


def test_an_empty_file_is_created_without_a_hunk() -> None:
    assert created_hunk("") == ()


def test_contents_too_large_to_compare_are_one_replacement() -> None:
    before = "".join(f"old {number}\n" for number in range(2500))
    after = "".join(f"new {number}\n" for number in range(2500))
    hunks = diff_contents(f"head\n{before}", f"head\n{after}")
    assert [(hunk.old_count, hunk.new_count) for hunk in hunks] == [(2501, 2501)]
    assert apply_hunks(f"head\n{before}", hunks) == split_lines(f"head\n{after}")
