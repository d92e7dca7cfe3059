"""What an OpenCode tool call did to files, from its state; and the indentation that its diffs leave out."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stored_histories import stored

from byline.agents.opencode.indentation import by_words, restore_indentation
from byline.agents.opencode.known_lines import KnownLines
from byline.agents.opencode.tool_edit import read_edits
from byline.agents.recorded_edit import RecordedEdit
from byline.errors import FormatError
from byline.patch import Patch, parse_patch, render_patch

CWD = "/w/app"
PATH = "/w/app/src/a.py"
NESTED = """\
class A:
    def f(self):
        a = 1
        b = 2
        c = 3
        d = 4
        return a
"""


def shown(body: str, path: str = PATH) -> str:
    """A diff as OpenCode records it."""
    return f"Index: {path}\n{'=' * 67}\n--- {path}\n+++ {path}\n{body}"


TRIMMED = shown("@@ -3,5 +3,7 @@\n a = 1\n b = 2\n-c = 3\n+c = 30\n+if c:\n+    c += 1\n d = 4\n return a\n")


def edits(
    tool: str, tool_input: dict[str, Any], metadata: dict[str, Any], known: KnownLines | None = None
) -> tuple[RecordedEdit, ...]:
    state = {"status": "completed", "input": tool_input, "metadata": metadata}
    return read_edits(tool, state, CWD, known or KnownLines())


def edit(
    tool: str, tool_input: dict[str, Any], metadata: dict[str, Any], known: KnownLines | None = None
) -> RecordedEdit:
    """The one edit that must be there."""
    (found,) = edits(tool, tool_input, metadata, known)
    return found


def body(found: RecordedEdit) -> str:
    """The patch from its first hunk on."""
    return render_patch(Patch((found.patch,))).partition("\n@@")[2]


def replaced(old: str, new: str, diff: str = TRIMMED, known: KnownLines | None = None) -> RecordedEdit:
    tool_input = {"filePath": PATH, "oldString": old, "newString": new}
    return edit("edit", tool_input, {"diff": diff, "filediff": {"file": PATH, "patch": diff}}, known)


# Written files


def test_a_written_file_that_was_not_there_is_created_whole() -> None:
    found = edit("write", {"filePath": PATH, "content": "x\ny\n"}, {"filepath": PATH, "exists": False})
    assert (found.path, found.patch.kind, found.patch.path) == (PATH, "added", "src/a.py")
    assert (found.before, found.after, found.precision) == ("", "x\ny\n", "before_after")
    assert body(found) == " -0,0 +1,2 @@\n+x\n+y\n"


def test_a_file_written_over_has_its_content_after_and_no_hunks() -> None:
    found = edit("write", {"filePath": PATH, "content": "x\n"}, {"filepath": PATH, "exists": True})
    assert (found.patch.kind, found.patch.hunks) == ("modified", ())
    assert (found.before, found.after, found.precision) == (None, "x\n", "before_after")


def test_a_write_that_does_not_say_whether_the_file_was_there_claims_no_base() -> None:
    found = edit("write", {"filePath": "src/a.py", "content": "x\n"}, {})
    assert (found.path, found.before, found.after, found.precision) == (PATH, None, "x\n", "strings")


# Replaced strings


def test_contents_before_and_after_give_the_hunks_whatever_the_diff_shows() -> None:
    after = NESTED.replace("c = 3", "c = 30")
    filediff = {"file": PATH, "before": NESTED, "after": after}
    found = edit(
        "edit", {"oldString": "c = 3", "newString": "c = 30"}, {"diff": TRIMMED, "filediff": filediff}
    )
    assert (found.before, found.after, found.precision) == (NESTED, after, "before_after")
    assert "-        c = 3\n+        c = 30\n" in body(found)


def test_lines_of_the_new_string_give_a_diff_its_indentation_back() -> None:
    found = replaced("c = 3", "c = 30\n        if c:\n            c += 1")
    assert found.precision == "vendor_diff"
    assert body(found) == (
        " -3,5 +3,7 @@\n         a = 1\n         b = 2\n-        c = 3\n+        c = 30\n+        if c:\n"
        "+            c += 1\n         d = 4\n         return a\n"
    )


ONE_LINE = shown("@@ -3,5 +3,5 @@\n a = 1\n b = 2\n-c = 3\n+c = 30\n d = 4\n return a\n")


@pytest.mark.parametrize(
    "output",
    [
        "<path>/w</path>\n<content>\n1: class A:\n2:     def f(self):\n3:         a = 1\n4:         b = 2\n",
        "<content>1: class A:\n2:     def f(self):\n3:         a = 1\n</content>",
        "<file>\n00001| class A:\n00002|     def f(self):\n00003|         a = 1\n</file>",
    ],
)
def test_what_was_read_of_the_file_gives_a_diff_its_indentation_back(output: str) -> None:
    known = KnownLines()
    known.note_output(PATH, output)
    found = replaced("c = 3", "c = 30", ONE_LINE, known)
    assert found.precision == "vendor_diff"
    assert "-        c = 3\n+        c = 30\n" in body(found)


def test_a_diff_that_was_not_cut_stays_as_it_is() -> None:
    flush = shown("@@ -1,2 +1,2 @@\n import os\n-import re\n+import sys\n")
    known = KnownLines()
    known.note_content(PATH, "import os\nimport re\n")
    found = replaced("import re", "import sys", flush, known)
    assert (found.precision, body(found)) == (
        "vendor_diff", " -1,2 +1,2 @@\n import os\n-import re\n+import sys\n",
    )  # fmt: skip


def test_without_a_whole_line_to_go_by_only_the_strings_are_believed() -> None:
    found = replaced("c = 3", "c = 30", ONE_LINE)
    assert (found.precision, body(found)) == ("strings", " -0,1 +0,1 @@\n-c = 3\n+c = 30\n")


def test_of_a_diff_that_cannot_be_read_the_strings_are_left() -> None:
    found = replaced("c = 3", "c = 30", shown("@@ -3,9 +3,9 @@\n-c = 3\n"))
    assert (found.precision, body(found)) == ("strings", " -0,1 +0,1 @@\n-c = 3\n+c = 30\n")


def test_lines_that_fit_two_indentations_alike_decide_nothing() -> None:
    (file,) = parse_patch(shown("@@ -1,1 +1,1 @@\n-}\n+})\n")).files
    assert restore_indentation(file.hunks, by_words(["  }", "    }"])) is None
    assert restore_indentation(file.hunks, by_words(["  }", "    }", "  })"])) is not None


def test_a_diff_whose_lines_are_all_indented_was_not_cut() -> None:
    (file,) = parse_patch(shown("@@ -1,1 +1,1 @@\n-  x\n+  y\n")).files
    assert restore_indentation(file.hunks) == file.hunks


def test_tabs_come_back_and_empty_lines_stay_empty() -> None:
    (file,) = parse_patch(shown("@@ -1,2 +1,3 @@\n x\n \n+\ty\n")).files
    restored = restore_indentation(file.hunks, by_words(["\t\tx"]))
    assert restored is not None
    assert [line.content for line in restored[0].lines] == ["\t\t\ty"]
    assert [line.content for line in restored[0].context] == ["\t\tx", ""]


def test_an_empty_old_string_creates_the_file() -> None:
    diff = shown("@@ -0,0 +1,1 @@\n+x\n")
    found = edit("edit", {"filePath": PATH, "oldString": "", "newString": "x"}, {"diff": diff})
    assert (found.patch.kind, found.before, found.after) == ("added", "", "x")


def test_a_created_file_that_was_formatted_has_the_formatted_content() -> None:
    diff = shown("@@ -0,0 +1,2 @@\n+x\n+y\n")
    found = edit("edit", {"filePath": PATH, "oldString": "", "newString": "x;y\nx"}, {"diff": diff})
    assert found.after == "x\ny\n"


def test_several_strings_replaced_are_one_edit_of_the_file() -> None:
    pairs = [{"oldString": "a", "newString": "b"}, {"oldString": "b", "newString": "c"}]
    results = [
        {"filediff": {"before": "a\n", "after": "b\n"}},
        {"filediff": {"before": "b\n", "after": "c\n"}},
    ]
    found = edit("multiedit", {"filePath": PATH, "edits": pairs}, {"results": results})
    assert (found.before, found.after) == ("a\n", "c\n")
    bare = edit("multiedit", {"filePath": PATH, "edits": pairs}, {})
    assert (bare.precision, len(bare.patch.hunks)) == ("strings", 2)


# apply_patch


def patched(kind: str, diff: str, patch_text: str = "", **more: object) -> RecordedEdit:
    entry = {"filePath": PATH, "type": kind, "patch": diff, **more}
    return edit("apply_patch", {"patchText": patch_text}, {"files": [entry]})


def test_the_patch_text_gives_the_diffs_their_indentation_back() -> None:
    text = "*** Update File: src/a.py\n@@\n         b = 2\n-        c = 3\n+        c = 30\n*** End Patch"
    found = patched("update", ONE_LINE, text)
    assert found.precision == "vendor_diff"
    assert "         b = 2\n-        c = 3\n+        c = 30\n         d = 4\n" in body(found)


def test_a_moved_file_has_both_names_and_its_hunks() -> None:
    diff = shown("@@ -1,1 +1,1 @@\n-x\n+y\n")
    found = patched("move", diff, "-x\n+y\n", movePath="/w/app/src/b.py")
    assert found.path == "/w/app/src/b.py"
    assert (found.patch.old_path, found.patch.new_path, found.patch.kind) == (
        "src/a.py",
        "src/b.py",
        "renamed",
    )
    assert body(found) == " -1,1 +1,1 @@\n-x\n+y\n"


def test_a_deleted_file_has_no_new_name() -> None:
    found = patched("delete", shown("@@ -1,1 +0,0 @@\n-x\n"), "-x\n")
    assert (found.patch.old_path, found.patch.new_path, found.patch.kind) == ("src/a.py", "", "deleted")


def test_an_added_file_has_its_content() -> None:
    found = patched("add", shown("@@ -0,0 +1,2 @@\n+x\n+y\n"), "+x\n+y\n")
    assert (found.before, found.after, found.patch.kind) == ("", "x\ny\n", "added")


# What is no edit


@pytest.mark.parametrize("tool", ["read", "bash", "task", "grep"])
def test_other_tools_edit_nothing(tool: str) -> None:
    assert edits(tool, {"filePath": PATH, "content": "x"}, {}) == ()


def test_a_replacement_that_changes_nothing_is_no_edit() -> None:
    assert edits("edit", {"filePath": PATH}, {"filediff": {"before": "x\n", "after": "x\n"}}) == ()


@pytest.mark.parametrize(
    ("tool", "tool_input", "metadata", "reason"),
    [
        ("write", {"content": "x"}, {}, "names the file"),
        ("write", {"filePath": PATH, "content": 5}, {}, "no text"),
        ("edit", {"filePath": PATH}, {}, "neither a diff"),
        ("edit", {"filePath": PATH}, {"diff": "what?"}, "the recorded diff"),
        ("multiedit", {"filePath": PATH, "edits": [5]}, {}, "neither contents nor strings"),
        ("apply_patch", {"patchText": "x"}, {"files": [{}]}, "without its path"),
    ],
)
def test_a_call_without_the_shape_of_its_tool_is_told(
    tool: str, tool_input: dict[str, Any], metadata: dict[str, Any], reason: str
) -> None:
    with pytest.raises(FormatError, match=reason):
        edits(tool, tool_input, metadata)


def test_a_later_summary_gives_an_edit_in_a_database_its_indentation_back(tmp_path: Path) -> None:
    whole = (
        "Index: src/a.py\n===\n--- src/a.py\t\n+++ src/a.py\t\n"
        "@@ -4,2 +4,2 @@\n         b = 2\n-        c = 3\n+        c = 30\n"
    )
    diff = {"file": "src/a.py", "patch": whole, "additions": 1, "deletions": 1, "status": "modified"}
    prompt = {"role": "user", "time": {"created": 1}, "summary": {"diffs": [diff]}}
    reply = {"role": "assistant", "time": {"created": 2}, "path": {"cwd": CWD, "root": CWD}}
    reply |= {"providerID": "acme", "modelID": "m-1", "parentID": "msg_1"}
    state = {"status": "completed", "output": "ok", "time": {"start": 3, "end": 4}}
    state |= {"input": {"filePath": PATH, "oldString": "c = 3", "newString": "c = 30"}}
    state |= {"metadata": {"diff": ONE_LINE}}
    call = {"type": "tool", "tool": "edit", "callID": "c1", "state": state}
    with closing(sqlite3.connect(tmp_path / "opencode.db")) as connection:
        connection.executescript(
            "CREATE TABLE session (id, directory, title, time_created);"
            "CREATE TABLE message (id, session_id, data);"
            "CREATE TABLE part (id, message_id, data);"
            "INSERT INTO session VALUES ('ses_1', '/w/app', 'Title', 1);"
        )
        messages = [("msg_1", "ses_1", json.dumps(prompt)), ("msg_2", "ses_1", json.dumps(reply))]
        connection.executemany("INSERT INTO message VALUES (?, ?, ?)", messages)
        connection.execute("INSERT INTO part VALUES ('prt_1', 'msg_2', ?)", (json.dumps(call),))
        connection.commit()
    found, summary = stored(tmp_path / "x.db", tmp_path / "opencode.db")
    assert not summary.unreadable
    (made,) = found["edits"]
    assert (made["precision"], made["model_id"], made["time_ms"]) == ("vendor_diff", "acme/m-1", 4)
    assert [line["content"] for line in made["patch"]["files"][0]["hunks"][0]["lines"]] == [
        "        c = 3",
        "        c = 30",
    ]
