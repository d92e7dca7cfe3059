"""parse_patch on what is not git's own: agents' Index: style, bare headers, and what must be refused."""

import pytest

from byline.errors import PatchError
from byline.patch import ContextLine, Patch, TouchedLine, parse_patch

HEADER = "--- a/x\n+++ b/x\n"
RULE = "=" * 67 + "\n"
ONE = "@@ -1 +1 @@\n-a\n+b\n"


def named(text: str) -> list[tuple[str, str, str]]:
    return [(file.old_path, file.new_path, file.kind) for file in parse_patch(text).files]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Index: x.md\n{RULE}--- x.md\n+++ x.md\n{ONE}", ("x.md", "x.md", "modified")),
        (f"Index: x.md\n{RULE}--- x.md\t\n+++ x.md\t\n{ONE}", ("x.md", "x.md", "modified")),
        (f"Index: x.md\n{RULE}--- a/x.md\n+++ b/x.md\n{ONE}", ("x.md", "x.md", "modified")),
        (f"Index: x.md\n{RULE}--- x.md\n+++ x.md\n@@ -0,0 +1 @@\n+b\n", ("", "x.md", "added")),
        (f"Index: x.md\n{RULE}--- x.md\n+++ x.md\n@@ -1 +0,0 @@\n-b\n", ("x.md", "", "deleted")),
        (f"Index: x.md\n{RULE}--- x.md\n+++ x.md\n", ("", "x.md", "added")),
        (
            f"--- x.py\t2025-01-01 00:00:00\n+++ x.py\t2025-01-02 00:00:00\n{ONE}",
            ("x.py", "x.py", "modified"),
        ),
        (f"--- /dev/null\n+++ b/x\n{ONE.replace('-a', '').replace('-1', '-0,0')}", None),
        (f"--- a/one\n+++ b/two\n{ONE}", ("one", "two", "renamed")),
        (f"--- a/b\n+++ a/b\n{ONE}", ("a/b", "a/b", "modified")),
        ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+b\n", ("", "x", "added")),
        ("--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n", ("x", "", "deleted")),
        ("diff --git a/e b/e\nnew file mode 100644\n", ("", "e", "added")),
    ],
)
def test_a_header_names_its_file_and_what_happened(text: str, expected: tuple[str, str, str] | None) -> None:
    if expected is None:
        with pytest.raises(PatchError, match="line"):
            parse_patch(text)
    else:
        assert named(text) == [expected]


def test_bare_sections_follow_each_other() -> None:
    text = f"--- a/x\n+++ b/x\n{ONE}--- a/y\n+++ b/y\n{ONE}"
    assert named(text) == [("x", "x", "modified"), ("y", "y", "modified")]


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\ufeff"])
def test_a_blank_text_is_an_empty_patch(text: str) -> None:
    assert parse_patch(text) == Patch()


def test_a_context_line_that_lost_its_space_is_an_empty_line() -> None:
    (hunk,) = parse_patch(f"{HEADER}@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n").files[0].hunks
    assert hunk.context == (ContextLine(1, "a"), ContextLine(2, ""))
    assert hunk.lines == (TouchedLine("removed", 3, "b"), TouchedLine("added", 3, "c"))


def test_a_patch_with_crlf_in_its_headers_is_read() -> None:
    text = f"diff --git a/x b/x\n{HEADER}{ONE}diff --git a/e b/e\nnew file mode 100644\n".replace(
        "\n", "\r\n"
    )
    assert named(text) == [("x", "x", "modified"), ("", "e", "added")]


def test_a_byte_order_mark_in_front_is_skipped() -> None:
    assert parse_patch("\ufeff" + HEADER + ONE) == parse_patch(HEADER + ONE)


def test_a_final_newline_may_be_missing() -> None:
    assert parse_patch((HEADER + ONE).removesuffix("\n")) == parse_patch(HEADER + ONE)


def test_the_signature_of_a_mailed_patch_is_no_line_of_it() -> None:
    assert parse_patch(f"{HEADER}{ONE}-- \n2.39.5\n\n") == parse_patch(HEADER + ONE)


def test_colour_inside_a_line_stays() -> None:
    (hunk,) = parse_patch(f"{HEADER}@@ -1 +1 @@\n-a\n+b \x1b[31mred\x1b[m\n").files[0].hunks
    assert hunk.lines[1].content == "b \x1b[31mred\x1b[m"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello\nworld\n", "no file header found"),
        ("--- a/x\n", "no file header found"),
        ("@@ -1 +1 @@\n-a\n+b\n", "line 1: a hunk without a file header"),
        (f"{HEADER}@@ -1,3 +1,3 @@\n a\n-b\n+c\n", "line 3: the hunk has fewer lines"),
        (f"{HEADER}@@ -1,3 +1,3 @@\n a\n-b\n+c", "line 3: the hunk has fewer lines"),
        (f"{HEADER}{ONE}@@ -9,99 +9,99 @@\n a\n", "line 6: the hunk has fewer lines"),
        (f"{HEADER}@@ -1,2 +1,2 @@\n a\n-b\n+c\n+d\n", "line 7: more lines than the hunk header at line 3"),
        (f"{HEADER}@@ -1,2 +1,2 @@\n a\n-b\n+c\n d\n", "line 7: more lines than the hunk header at line 3"),
        (f"{HEADER}@@ -1 +1,3 @@\n a\n-b\n+c\n+d\n", "line 5: more lines than the hunk header at line 3"),
        (f"{HEADER}@@ -1,2 +1,2 @@\n a\n?b\n+c\n", "line 5: a hunk line begins with"),
        (f"{HEADER}@@ -1,2 +1,2 @@\n a\ndiff --git a/y b/y\n", "line 5: a hunk line begins with"),
        (f"{HEADER}@@ -1,x +1 @@\n a\n", "line 3: not a hunk header"),
        (f"{HEADER}@@ -1 1 @@\n a\n", "line 3: not a hunk header"),
        (f"Index: x\n{RULE}", "line 1: a file header without names"),
        ("\ndiff --git \n", "line 2: a file header without names"),
        (f"diff --cc x\n{HEADER}@@@ -1 -1 +1 @@@\n- a\n -b\n++c\n", "line 1: a combined"),
        (f"diff --combined x\n{HEADER}", "line 1: a combined"),
        (f"{HEADER}@@@ -1 -1 +1 @@@\n- a\n -b\n++c\n", "line 3: a combined"),
    ],
)
def test_a_text_that_is_no_whole_patch_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(PatchError) as caught:
        parse_patch(text)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refusal_cannot_carry_an_escape_sequence() -> None:
    with pytest.raises(PatchError) as caught:
        parse_patch(f"{HEADER}@@ -1,2 +1,2 @@\n a\n\x1b[31mb\n")
    assert "\x1b" not in str(caught.value)
