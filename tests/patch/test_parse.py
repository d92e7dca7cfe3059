"""parse_patch on git's own diffs: every name, every kind of content, every kind of change."""

from collections.abc import Callable
from typing import Any

import pytest

from byline.patch import ContextLine, Patch, TouchedLine, parse_patch

MakeChange = Callable[..., Any]
"""The fixture ``change``: old and new tree to a repository."""

LINES = b"".join(b"line %d of thirty\n" % number for number in range(1, 31))


def touched(patch: Patch) -> list[tuple[str, int, str]]:
    return [
        (line.kind, line.line_number, line.content)
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
    ]


def files(patch: Patch) -> list[tuple[str, str, str]]:
    return [(file.old_path, file.new_path, file.kind) for file in patch.files]


def test_a_change_gives_numbers_of_the_old_and_of_the_new_file(change: MakeChange) -> None:
    new = LINES.replace(b"line 4 of thirty\n", b"").replace(
        b"line 20 of thirty\n", b"line twenty\nand more\n"
    )
    patch = parse_patch(change({"a.txt": LINES}, {"a.txt": new}).diff())
    assert files(patch) == [("a.txt", "a.txt", "modified")]
    assert touched(patch) == [
        ("removed", 4, "line 4 of thirty"),
        ("removed", 20, "line 20 of thirty"),
        ("added", 19, "line twenty"),
        ("added", 20, "and more"),
    ]
    hunks = patch.files[0].hunks
    assert [(h.old_start, h.old_count, h.new_start, h.new_count) for h in hunks] == [
        (1, 7, 1, 6),
        (17, 7, 16, 8),
    ]
    assert hunks[0].context[0] == ContextLine(1, "line 1 of thirty")
    assert hunks[1].context[-1] == ContextLine(23, "line 23 of thirty")


def test_a_patch_without_context_has_the_same_touched_lines(change: MakeChange) -> None:
    new = LINES.replace(b"line 4 of thirty\n", b"").replace(b"line 20 of thirty\n", b"line 20 of thirty\nx\n")
    made = change({"a.txt": LINES}, {"a.txt": new})
    assert touched(parse_patch(made.diff("-U0"))) == touched(parse_patch(made.diff()))


def test_every_touched_line_is_stamped_with_the_session(change: MakeChange) -> None:
    patch = parse_patch(change({"a": b"1\n"}, {"a": b"2\n"}).diff(), "cc_7")
    assert patch.files[0].hunks[0].lines == (
        TouchedLine("removed", 1, "1", "cc_7"),
        TouchedLine("added", 1, "2", "cc_7"),
    )


@pytest.mark.parametrize(
    "name",
    [
        "plain.py",
        "with space.txt",
        " leading and trailing ",
        "x b/y b/z.txt",
        "a/b",
        "b/a",
        "a",
        "naïve.txt",
        "日本語/ファイル.md",
        'tab\tquote"back\\slash.txt',
        "new\nline",
        "del\x7f.txt",
        '"quoted"',
        b"caf\xe9.txt",
        "dev/null",
        "sub/dev/null",
    ],
)
@pytest.mark.parametrize("options", [(), ("--no-prefix",), ("--src-prefix=i/", "--dst-prefix=w/")], ids=len)
def test_a_name_is_read_as_it_is(change: MakeChange, name: str | bytes, options: tuple[str, ...]) -> None:
    path = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    before, after = {name: b"1\n"}, {name: b"2\n"}
    assert files(parse_patch(change(before, after).diff(*options))) == [(path, path, "modified")]
    assert files(parse_patch(change({}, after).diff(*options))) == [("", path, "added")]
    assert files(parse_patch(change(before, {}).diff(*options))) == [(path, "", "deleted")]
    assert files(parse_patch(change({}, {name: b""}).diff(*options))) == [("", path, "added")]
    assert files(parse_patch(change({name: b""}, {}).diff(*options))) == [(path, "", "deleted")]


def test_names_are_the_same_whether_git_quotes_them_or_not(change: MakeChange) -> None:
    made = change({"ñ b/ü": b"1\n"}, {"ñ b/ü": b"2\n"})
    quoted = made.diff()
    made.git("config", "core.quotePath", "false")
    plain = made.diff()
    assert '"a/\\303\\261' in quoted
    assert "a/ñ b/ü" in plain
    assert parse_patch(quoted) == parse_patch(plain)


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (b"a\nb", b"a\nb\nc", [("removed", 2, "b"), ("added", 2, "b"), ("added", 3, "c")]),
        (b"a\n", b"a", [("removed", 1, "a"), ("added", 1, "a")]),
        (b"a", b"b", [("removed", 1, "a"), ("added", 1, "b")]),
        (b"a\r\nb\r\n", b"a\r\nc\r\n", [("removed", 2, "b\r"), ("added", 2, "c\r")]),
        (b"a\r\n", b"a\n", [("removed", 1, "a\r"), ("added", 1, "a")]),
        (b"a\rb\n", b"a\rc\n", [("removed", 1, "a\rb"), ("added", 1, "a\rc")]),
        (b"-- old\n", b"++ new\n", [("removed", 1, "-- old"), ("added", 1, "++ new")]),
        (b"-- a/x\n", b"++ b/x\n", [("removed", 1, "-- a/x"), ("added", 1, "++ b/x")]),
        (
            b"z\n",
            b"z\n@@ -1 +1 @@\ndiff --git a/q b/q\n",
            [("added", 2, "@@ -1 +1 @@"), ("added", 3, "diff --git a/q b/q")],
        ),
        (b"\n", b"\\ No newline\n", [("removed", 1, ""), ("added", 1, "\\ No newline")]),
        (b"caf\xe9\n", b"caf\xe8\n", [("removed", 1, "caf\udce9"), ("added", 1, "caf\udce8")]),
        (b"", b"x\n", [("added", 1, "x")]),
        (b"x\n", b"", [("removed", 1, "x")]),
        (b"\x1b[31mx\n", b"\x1b[32mx\n", [("removed", 1, "\x1b[31mx"), ("added", 1, "\x1b[32mx")]),
    ],
    ids=[
        "no newline, grown", "newline taken away", "no newline on both sides", "crlf", "crlf to lf",
        "lone cr", "look-alikes of bare headers", "look-alikes of prefixed headers",
        "look-alikes of git and hunk headers", "look-alike of the no-newline mark", "latin-1",
        "was empty", "emptied", "escape sequences",
    ],
)  # fmt: skip
def test_content_is_read_as_it_is(
    change: MakeChange, old: bytes, new: bytes, lines: list[tuple[str, int, str]]
) -> None:
    patch = parse_patch(change({"f": old}, {"f": new}).diff())
    assert files(patch) == [("f", "f", "modified")]
    assert touched(patch) == lines


@pytest.mark.parametrize("code", [0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029])
def test_only_a_newline_ends_a_line(change: MakeChange, code: int) -> None:
    forged = f"one{chr(code)}diff --git a/evil b/evil{chr(code)}two\n".encode()
    patch = parse_patch(change({"f": b"x\n"}, {"f": forged}).diff())
    assert files(patch) == [("f", "f", "modified")]
    assert touched(patch)[1:] == [("added", 1, forged.decode().removesuffix("\n"))]


def test_a_renamed_file_has_both_names_and_its_changed_lines(change: MakeChange) -> None:
    patch = parse_patch(change({"old name": LINES}, {"new/name": LINES + b"more\n"}).diff())
    assert files(patch) == [("old name", "new/name", "renamed")]
    assert touched(patch) == [("added", 31, "more")]


def test_a_purely_renamed_file_has_no_hunks(change: MakeChange) -> None:
    patch = parse_patch(change({"é b/1": LINES}, {'"2"': LINES}).diff())
    assert files(patch) == [("é b/1", '"2"', "renamed")]
    assert patch.files[0].hunks == ()


def test_a_copied_file_has_both_names(change: MakeChange) -> None:
    made = change({"one": LINES}, {"one": LINES, "a longer two": LINES})
    patch = parse_patch(made.diff("-C", "--find-copies-harder"))
    assert files(patch) == [("one", "a longer two", "renamed")]


@pytest.mark.parametrize("options", [(), ("--binary",)], ids=["named", "whole"])
def test_a_binary_change_is_a_file_without_hunks(change: MakeChange, options: tuple[str, ...]) -> None:
    old, new = {"f": b"\0old\n", "z": b"1\n"}, {"f": b"\0new" * 99, "z": b"2\n"}
    patch = parse_patch(change(old, new).diff(*options))
    assert files(patch) == [("f", "f", "modified"), ("z", "z", "modified")]
    assert patch.files[0].hunks == ()
    assert touched(patch) == [("removed", 1, "1"), ("added", 1, "2")]


def test_a_change_of_mode_is_a_file_without_hunks(change: MakeChange) -> None:
    made = change({"a b": b"1\n"}, {"a b": b"1\n"})
    made.git("update-index", "--chmod=+x", "a b")
    patch = parse_patch(made.diff())
    assert files(patch) == [("a b", "a b", "modified")]
    assert patch.files[0].hunks == ()


def test_a_coloured_diff_is_read_like_a_plain_one(change: MakeChange) -> None:
    made = change({"f": LINES}, {"f": LINES.replace(b"9 of", b"nine of")})
    assert parse_patch(made.diff("--color=always")) == parse_patch(made.diff())


@pytest.mark.parametrize(
    "words", [("log", "-p"), ("format-patch", "--stdout", "--root")], ids=["log", "mail"]
)
def test_patches_between_messages_are_read(change: MakeChange, words: tuple[str, ...]) -> None:
    made = change({"f": b"1\n"}, {"f": b"2\n"})
    made.git("commit", "-q", "-m", "subject\n\n--- a/no\n@@ nor this\n- nor that")
    patch = parse_patch(made.git(*words))
    assert sorted(touched(patch)) == [("added", 1, "1"), ("added", 1, "2"), ("removed", 1, "1")]
