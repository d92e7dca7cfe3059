"""Random pairs of files through real git: what is parsed, counted, rendered and stored agrees with git."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unidiff import PatchSet

from byline.patch import Patch, parse_patch, patch_from_json, patch_to_json, render_patch
from byline.patch.hunk_body import hunk_body, read_hunk

MakeChange = Callable[[dict[str, bytes], dict[str, bytes]], Any]

LINES = st.one_of(
    st.sampled_from(["", "}", "    return None", "-- old", "++ new", "--- a/x", "+++ b/x", "@@ -1 +1 @@"]),
    st.sampled_from(
        ["diff --git a/x b/x", "\\ No newline", "x\r", "\f", "a\u2028b", "\x85", "\t", "é", "-- ", " "]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\n\0"), max_size=6),
)
FILES = st.lists(LINES, max_size=24)
REAL_GIT = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def text(lines: list[str], *, final_newline: bool = True) -> bytes:
    joined = "\n".join(lines) + ("\n" if lines and final_newline else "")
    return joined.encode()


def counts(patch: Patch) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for file in patch.files:
        kinds = [line.kind for hunk in file.hunks for line in hunk.lines]
        found[file.path] = (kinds.count("added"), kinds.count("removed"))
    return found


@REAL_GIT
@given(old=FILES, new=FILES, ends=st.booleans())
def test_touched_lines_are_gits_and_unidiffs(
    change: MakeChange, old: list[str], new: list[str], ends: bool
) -> None:
    made = change({"f": text(old)}, {"f": text(new, final_newline=ends)})
    diff = made.diff()
    patch = parse_patch(diff)
    assert counts(patch) == made.numstat()
    theirs = [
        (line.is_added, line.target_line_no or line.source_line_no, line.value.removesuffix("\n"))
        for file in PatchSet(StringIO(diff, newline="\n"))
        for hunk in file
        for line in hunk
        if line.is_added or line.is_removed
    ]
    ours = [
        (line.kind == "added", line.line_number, line.content)
        for file in patch.files
        for hunk in file.hunks
        for line in hunk.lines
    ]
    assert ours == theirs


@REAL_GIT
@given(old=FILES, new=FILES, width=st.integers(0, 4))
def test_every_touched_line_stands_at_its_number(
    change: MakeChange, old: list[str], new: list[str], width: int
) -> None:
    patch = parse_patch(change({"f": text(old)}, {"f": text(new)}).diff(f"-U{width}"))
    for file in patch.files:
        for hunk in file.hunks:
            for line in hunk.lines:
                side = new if line.kind == "added" else old
                assert side[line.line_number - 1] == line.content
            for context in hunk.context:
                assert old[context.line_number - 1] == context.content


@REAL_GIT
@given(old=FILES, new=FILES, width=st.integers(0, 4))
def test_a_rendered_patch_applies_and_reads_back_equal(
    change: MakeChange, old: list[str], new: list[str], width: int
) -> None:
    made = change({"f": text(old), "gone b/x": b"1\n"}, {"f": text(new), 'a "new" one': b"2\n"})
    patch = parse_patch(made.diff(f"-U{width}", "--no-renames"))
    rendered = render_patch(patch)
    assert parse_patch(rendered) == patch
    assert made.applies(rendered)


@REAL_GIT
@given(old=FILES, new=FILES)
def test_json_gives_the_patch_back(change: MakeChange, old: list[str], new: list[str]) -> None:
    patch = parse_patch(change({"f": text(old)}, {"f": text(new)}).diff(), "cc_1")
    assert patch_from_json(json.loads(json.dumps(patch_to_json(patch)))) == patch


@REAL_GIT
@given(old=FILES, new=FILES, width=st.integers(0, 4))
def test_the_body_of_a_hunk_reads_back_equal(
    change: MakeChange, old: list[str], new: list[str], width: int
) -> None:
    patch = parse_patch(change({"f": text(old)}, {"f": text(new)}).diff(f"-U{width}"), "cc_1")
    for file in patch.files:
        for hunk in file.hunks:
            body = [mark + content for mark, content in hunk_body(hunk)]
            assert read_hunk(hunk.old_start, hunk.new_start, body, "cc_1") == hunk


@REAL_GIT
@given(old=FILES, new=FILES)
def test_a_patch_that_lost_its_context_still_applies(
    change: MakeChange, old: list[str], new: list[str]
) -> None:
    made = change({"f": text(old)}, {"f": text(new)})
    patch = parse_patch(made.diff("-U3"))
    value = patch_to_json(patch)
    for file in value["files"]:
        for hunk in file["hunks"]:
            hunk.pop("context", None)
    bare = patch_from_json(value)
    rendered = render_patch(bare)
    assert [counts(parse_patch(rendered))] == [counts(patch)]
    assert made.applies(rendered)
