"""What a Claude Code tool call did to a file, from its input and result."""

import json
from pathlib import Path
from typing import Any

import pytest

from byline.agents.claude.tool_edit import ToolEdit, edit_payload, read_edit, read_edits
from byline.errors import FormatError
from byline.patch import Patch, parse_patch, render_patch

GOLDENS = Path("/work/shared/reference/goldens/structured_patch")
FIXTURES = Path(__file__).parent / "fixtures"
PATH = "/w/app/src/a.py"
CWD = "/w/app"
HUNK = {"oldStart": 2, "oldLines": 2, "newStart": 2, "newLines": 2, "lines": [" b", "-c", "+C"]}


def edit(tool: str, tool_input: dict[str, Any], response: object) -> ToolEdit:
    """The edit that must be there."""
    found = read_edit(tool, tool_input, response, CWD)
    assert found is not None
    return found


def touched(found: ToolEdit) -> list[tuple[str, int, str]]:
    return [(line.kind, line.line_number, line.content) for hunk in found.patch.hunks for line in hunk.lines]


def header(found: ToolEdit) -> list[tuple[int, int, int, int]]:
    return [(hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) for hunk in found.patch.hunks]


@pytest.mark.skipif(not GOLDENS.is_dir(), reason="the shared goldens are not on this machine")
@pytest.mark.parametrize("name", ["edit_only_deletions", "edit_single_hunk", "write_create_simple"])
def test_goldens_give_the_expected_patch(name: str) -> None:
    event = json.loads((GOLDENS / name / "claude-post-tool-use.json").read_text())
    found = edit(event["tool_name"], event["tool_input"], event["tool_response"])
    assert Patch((found.patch,)) == parse_patch((GOLDENS / name / "expected.patch").read_text())


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_recorded_shapes_give_the_diff_beside_them(fixture: Path) -> None:
    event = json.loads(fixture.read_text())
    found = edit(event["tool_name"], event["tool_input"], event["tool_response"])
    assert render_patch(Patch((found.patch,))) == fixture.with_suffix(".patch").read_text()


def test_the_path_is_kept_and_the_patch_is_relative_to_the_folder() -> None:
    found = edit("Edit", {}, {"filePath": PATH, "structuredPatch": [HUNK]})
    assert (found.path, found.patch.path) == (PATH, "src/a.py")


@pytest.mark.parametrize("path", ["/elsewhere/a.py", "/w/apple/a.py", "a.py"])
def test_a_path_outside_of_the_folder_stays_as_recorded(path: str) -> None:
    assert edit("Edit", {}, {"filePath": path, "structuredPatch": [HUNK]}).patch.path == path


def test_a_windows_path_is_relative_whatever_the_case_of_its_drive() -> None:
    response = {"filePath": "C:\\w\\app\\src\\a.py", "structuredPatch": [HUNK]}
    found = read_edit("Edit", {}, response, "c:\\w\\app")
    assert found is not None
    assert found.patch.path == "src/a.py"


def test_hunks_that_apply_give_the_content_after() -> None:
    response = {"filePath": PATH, "originalFile": "a\nb\nc\n", "structuredPatch": [HUNK]}
    found = edit("Edit", {"old_string": "c", "new_string": "C"}, response)
    assert (found.before, found.after, found.precision) == ("a\nb\nc\n", "a\nb\nC\n", "vendor_diff")


def test_hunks_that_do_not_apply_leave_the_content_after_unknown() -> None:
    response = {"filePath": PATH, "originalFile": "x\ny\nz\n", "structuredPatch": [HUNK]}
    found = edit("Edit", {}, response)
    assert (found.after, found.precision, touched(found)) == (
        None,
        "vendor_diff",
        [("removed", 3, "c"), ("added", 3, "C")],
    )


def test_tabs_that_the_agents_diff_shows_as_spaces_come_back_from_the_contents() -> None:
    hunk = {
        "oldStart": 1,
        "oldLines": 2,
        "newStart": 1,
        "newLines": 3,
        "lines": [" if x:", "   y()", "+  z()"],
    }
    response = {
        "filePath": PATH, "originalFile": "if x:\n\ty()\n", "oldString": "\ty()", "newString": "\ty()\n\tz()",
        "structuredPatch": [hunk],
    }  # fmt: skip
    found = edit("Edit", {}, response)
    assert (touched(found), found.after, found.precision) == (
        [("added", 3, "\tz()")],
        "if x:\n\ty()\n\tz()\n",
        "before_after",
    )


def test_tabs_of_a_pure_insertion_come_back_although_its_hunk_applies() -> None:
    hunk = {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 2, "lines": [" if x:", "+  y()"]}
    response = {
        "filePath": PATH, "originalFile": "if x:\n", "oldString": "if x:", "newString": "if x:\n\ty()",
        "structuredPatch": [hunk],
    }  # fmt: skip
    assert touched(edit("Edit", {}, response)) == [("added", 2, "\ty()")]


def test_tabs_come_back_from_the_strings_when_there_is_no_content() -> None:
    hunk = {
        "oldStart": 7,
        "oldLines": 2,
        "newStart": 7,
        "newLines": 2,
        "lines": ["   a", "-  old()", "+  new()"],
    }
    response = {"filePath": PATH, "oldString": "\told()", "newString": "\tnew()", "structuredPatch": [hunk]}
    found = edit("Edit", {}, response)
    assert touched(found) == [("removed", 8, "\told()"), ("added", 8, "\tnew()")]
    assert found.patch.hunks[0].context == (), "a context line that may have had tabs is no evidence"


def test_a_created_file_is_its_content() -> None:
    response = {
        "type": "create",
        "filePath": PATH,
        "content": "a\nb\n",
        "structuredPatch": [],
        "originalFile": None,
    }
    found = edit("Write", {}, response)
    assert (found.patch.kind, found.patch.old_path, header(found)) == ("added", "", [(0, 0, 1, 2)])
    assert (found.before, found.after) == ("", "a\nb\n")


def test_an_edit_with_an_empty_old_string_creates_the_file() -> None:
    response = {
        "filePath": PATH,
        "oldString": "",
        "newString": "a\n",
        "originalFile": "",
        "structuredPatch": [],
    }
    found = edit("Edit", {}, response)
    assert (found.patch.kind, touched(found), found.before) == ("added", [("added", 1, "a")], "")


def test_a_written_file_without_any_word_on_before_counts_as_created_without_claiming_it_was_empty() -> None:
    found = edit("Write", {"file_path": PATH, "content": "a\n"}, {"filePath": PATH, "success": True})
    assert (found.patch.kind, found.before, found.after, found.precision) == ("added", None, "a\n", "strings")


def test_an_update_without_its_diff_is_compared_with_the_file_before() -> None:
    response = {
        "type": "update",
        "filePath": PATH,
        "content": "a\nB\n",
        "originalFile": "a\nb\n",
        "structuredPatch": [],
    }
    found = edit("Write", {}, response)
    assert (touched(found), found.precision) == ([("removed", 2, "b"), ("added", 2, "B")], "before_after")


def test_an_update_of_a_file_too_large_to_record_claims_no_line() -> None:
    response = {
        "type": "update",
        "filePath": PATH,
        "content": "a\n",
        "originalFile": None,
        "structuredPatch": [],
    }
    found = edit("Write", {}, response)
    assert (found.patch.hunks, found.before, found.after) == ((), None, "a\n")


def test_multiedit_without_a_diff_is_replayed_on_the_file_before() -> None:
    edits = [
        {"old_string": "a", "new_string": "b"},
        {"old_string": "b", "new_string": "c", "replace_all": True},
    ]
    found = edit("MultiEdit", {}, {"filePath": PATH, "edits": edits, "originalFileContents": "a\nx\n"})
    assert (found.before, found.after) == ("a\nx\n", "c\nx\n")


def test_a_string_that_is_there_twice_is_not_replaced_by_guess() -> None:
    response = {"filePath": PATH, "oldString": "a", "newString": "b", "originalFile": "a\na\n"}
    found = edit("Edit", {}, response)
    assert (found.after, found.precision) == (None, "strings")


def test_strings_alone_are_one_hunk_without_a_place() -> None:
    found = edit("Edit", {"file_path": PATH, "old_string": "a\nb", "new_string": "a\nB\nc"}, None)
    assert found.precision == "strings"
    assert [(hunk.old_start, hunk.new_start) for hunk in found.patch.hunks] == [(0, 0)]
    assert [(kind, content) for kind, _, content in touched(found)] == [
        ("removed", "b"), ("added", "B"), ("added", "c"),
    ]  # fmt: skip


def test_a_notebook_is_compared_as_a_file() -> None:
    response = {"notebook_path": "/w/app/n.ipynb", "original_file": "{\n 1\n}", "updated_file": "{\n 2\n}"}
    found = edit("NotebookEdit", {"new_source": "2"}, response)
    assert (found.patch.path, touched(found)) == ("n.ipynb", [("removed", 2, " 1"), ("added", 2, " 2")])


@pytest.mark.parametrize(
    "response",
    [
        "Error: File has not been read yet.",
        {"filePath": PATH, "structuredPatch": [HUNK], "staged": True},
        {"filePath": PATH, "success": False},
        {"filePath": PATH, "structuredPatch": [], "originalFile": "a", "oldString": "x", "newString": "x"},
        [{"type": "text", "text": "done"}],
    ],
    ids=["failed", "staged", "unsuccessful", "nothing changed", "text blocks"],
)
def test_what_wrote_nothing_is_no_edit(response: object) -> None:
    assert read_edit("Edit", {"file_path": PATH}, response, CWD) is None


def test_a_notebook_error_is_no_edit() -> None:
    assert read_edit("NotebookEdit", {}, {"notebook_path": PATH, "error": "no such cell"}, CWD) is None


def test_other_tools_are_no_edit() -> None:
    assert read_edit("Read", {"file_path": PATH}, {"filePath": PATH}, CWD) is None


@pytest.mark.parametrize(
    "patch",
    [
        "text",
        [1],
        [{"oldStart": 1}],
        [{**HUNK, "lines": [3]}],
        [{**HUNK, "lines": ["?"]}],
        [{**HUNK, "oldStart": -1}],
    ],
)
def test_a_diff_of_another_shape_is_refused_with_its_place(patch: object) -> None:
    with pytest.raises(FormatError, match="structuredPatch"):
        read_edit("Edit", {}, {"filePath": PATH, "structuredPatch": patch}, CWD)


def test_a_call_without_a_path_is_refused() -> None:
    with pytest.raises(FormatError, match="neither the result nor the input names the file"):
        read_edit("Edit", {}, {"structuredPatch": [HUNK]}, CWD)


@pytest.mark.parametrize(("old_start", "new_start"), [(6, 6), (5, 6)], ids=["jsdiff", "unified"])
def test_an_insertion_without_context_is_after_line_five_in_both_conventions(
    old_start: int, new_start: int
) -> None:
    hunk = {"oldStart": old_start, "oldLines": 0, "newStart": new_start, "newLines": 1, "lines": ["+x"]}
    found = edit("Edit", {}, {"filePath": PATH, "structuredPatch": [hunk]})
    assert (header(found), touched(found)) == ([(5, 0, 6, 1)], [("added", 6, "x")])


def test_the_files_a_shell_command_changed_are_edits_too() -> None:
    created = {"oldStart": 0, "oldLines": 0, "newStart": 1, "newLines": 1, "lines": ["+x"]}
    response = {
        "stdout": "", "bashEditDiff": {
            "files": [{"filePath": PATH, "hunks": [HUNK]}, {"filePath": "/w/app/new", "hunks": [created]}],
            "moreFiles": 0, "changedFiles": [PATH, "/w/app/new"],
        },
    }  # fmt: skip
    found = read_edits("Bash", {"command": "sed -i s/c/C/ src/a.py"}, response, CWD)
    assert [(each.patch.path, each.patch.kind) for each in found] == [
        ("src/a.py", "modified"),
        ("new", "added"),
    ]


def test_the_payload_leaves_out_contents_that_the_edit_holds() -> None:
    response = {
        "filePath": PATH,
        "originalFile": "a\nb\nc\n",
        "structuredPatch": [HUNK],
        "userModified": True,
    }
    kept = json.loads(edit_payload(response, edit("Edit", {}, response)))
    assert kept == {"filePath": PATH, "structuredPatch": [HUNK], "userModified": True}
