"""A patch as text and as JSON: what is written, what is refused."""

from typing import Any

import pytest

from byline.errors import PatchError
from byline.patch import (
    ContextLine,
    FilePatch,
    Hunk,
    Patch,
    TouchedLine,
    parse_patch,
    patch_from_json,
    patch_to_json,
    render_patch,
)
from byline.patch.hunk_body import read_hunk

ADDED = TouchedLine("added", 1, "x")


def test_the_interchange_form_has_the_keys_of_the_design() -> None:
    patch = Patch((FilePatch("", "f", "added", (Hunk(0, 0, 1, 1, (ADDED,)),)),))
    assert patch_to_json(patch) == {
        "files": [
            {
                "old_path": "",
                "new_path": "f",
                "kind": "added",
                "hunks": [
                    {
                        "old_start": 0,
                        "old_count": 0,
                        "new_start": 1,
                        "new_count": 1,
                        "model_id": None,
                        "lines": [{"kind": "added", "line_number": 1, "content": "x", "session_id": None}],
                    }
                ],
            }
        ]
    }


def test_further_facts_of_a_line_are_written_where_there_are_any() -> None:
    line = TouchedLine("added", 1, "x", "cc_1", "claude-x", "m", "t", "moved")
    patch = Patch((FilePatch("f", "f", "modified", (Hunk(1, 1, 1, 2, (line,), (ContextLine(1, "y"),)),)),))
    (hunk,) = patch_to_json(patch)["files"][0]["hunks"]
    assert hunk["lines"][0] == {
        "kind": "added", "line_number": 1, "content": "x", "session_id": "cc_1", "model_id": "claude-x",
        "message_id": "m", "tool_call_id": "t", "match": "moved",
    }  # fmt: skip
    assert hunk["context"] == [[1, "y"]]
    assert patch_from_json(patch_to_json(patch)) == patch


def test_unknown_keys_are_ignored_and_missing_facts_are_none() -> None:
    value: dict[str, Any] = {
        "files": [
            {
                "old_path": "f", "new_path": "f", "kind": "modified", "later": 1,
                "hunks": [
                    {
                        "old_start": 1, "old_count": 0, "new_start": 1, "new_count": 1,
                        "lines": [{"kind": "added", "line_number": 1, "content": "x", "colour": "red"}],
                    }
                ],
            }
        ],
        "format": 9,
    }  # fmt: skip
    assert patch_from_json(value).files[0].hunks == (Hunk(1, 0, 1, 1, (ADDED,)),)


LINE = {"kind": "added", "line_number": 1, "content": "x"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "files",
        {},
        {"files": 1},
        {"files": [1]},
        {"files": [{"old_path": "", "new_path": "f", "kind": "added"}]},
        {"files": [{"old_path": "", "new_path": "f", "kind": "grown", "hunks": []}]},
        {"files": [{"old_path": "", "new_path": "f", "kind": "added", "hunks": [{}]}]},
        {"files": [{"old_path": "", "new_path": "f", "kind": ["added"], "hunks": []}]},
        {"files": [{"old_path": "", "new_path": "f", "kind": "added", "hunks": {"a": 1}}]},
    ],
)
def test_what_is_no_parsed_patch_is_refused(value: object) -> None:
    with pytest.raises(PatchError, match="not the JSON of a parsed patch"):
        patch_from_json(value)


@pytest.mark.parametrize(
    "line", [{**LINE, "kind": "kept"}, {**LINE, "line_number": "one"}, {"kind": "added"}, 1]
)
def test_a_line_that_is_no_touched_line_is_refused(line: object) -> None:
    hunk = {"old_start": 0, "old_count": 0, "new_start": 1, "new_count": 1, "lines": [line]}
    with pytest.raises(PatchError, match="not the JSON of a parsed patch"):
        patch_from_json({"files": [{"old_path": "", "new_path": "f", "kind": "added", "hunks": [hunk]}]})


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("plain", "--- a/plain\n+++ b/plain\n"),
        ("with space", "--- a/with space\t\n+++ b/with space\t\n"),
        ('q"\t\\', '--- "a/q\\"\\t\\\\"\n+++ "b/q\\"\\t\\\\"\n'),
        ("del\x7f", '--- "a/del\\177"\n+++ "b/del\\177"\n'),
        ("naïve", "--- a/naïve\n+++ b/naïve\n"),
    ],
)
def test_a_name_is_written_as_git_writes_it(path: str, header: str) -> None:
    line = TouchedLine("removed", 1, "x")
    patch = Patch((FilePatch(path, path, "modified", (Hunk(1, 1, 1, 1, (line, ADDED)),)),))
    assert header in render_patch(patch)
    assert parse_patch(render_patch(patch)) == patch


def test_a_hunk_without_its_context_is_written_as_one_hunk_per_run() -> None:
    lines = (TouchedLine("removed", 2, "b"), TouchedLine("added", 2, "B"), TouchedLine("added", 5, "e"))
    patch = Patch((FilePatch("f", "f", "modified", (Hunk(1, 6, 1, 7, lines),)),))
    assert render_patch(patch).split("\n")[3:] == ["@@ -2,1 +2,1 @@", "-b", "+B", "@@ -4,0 +5,1 @@", "+e", ""]


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        (Patch(), ""),
        (Patch((FilePatch("", "e", "added"),)), "diff --git a/e b/e\nnew file mode 100644\n"),
        (Patch((FilePatch("e", "", "deleted"),)), "diff --git a/e b/e\ndeleted file mode 100644\n"),
        (
            Patch((FilePatch("e", "f g", "renamed"),)),
            "diff --git a/e b/f g\nrename from e\nrename to f g\n",
        ),
    ],
)
def test_a_change_without_lines_is_written(patch: Patch, text: str) -> None:
    assert render_patch(patch) == text
    assert parse_patch(text) == patch


def test_the_body_of_a_hunk_gives_its_counts_and_numbers() -> None:
    hunk = read_hunk(10, 12, [" a", "-b", "-c", "+d", "\\ No newline at end of file", "", "+e"], "cc_1")
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (10, 4, 12, 4)
    assert hunk.context == (ContextLine(10, "a"), ContextLine(13, ""))
    assert hunk.lines == (
        TouchedLine("removed", 11, "b", "cc_1"),
        TouchedLine("removed", 12, "c", "cc_1"),
        TouchedLine("added", 13, "d", "cc_1"),
        TouchedLine("added", 15, "e", "cc_1"),
    )


@pytest.mark.parametrize(
    ("old", "new", "body", "number"),
    [(0, 1, ["+x"], 1), (7, 8, ["+x"], 8), (1, 0, ["-x"], 1), (8, 7, ["-x"], 8)],
)
def test_a_side_without_lines_names_the_line_before(old: int, new: int, body: list[str], number: int) -> None:
    (line,) = read_hunk(old, new, body).lines
    assert line.line_number == number


def test_a_line_of_a_hunk_without_a_mark_is_refused() -> None:
    with pytest.raises(PatchError, match=r"begins with 'x'"):
        read_hunk(1, 1, [" a", "x"])
