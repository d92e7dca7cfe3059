"""The hunk-level record, against the interchange goldens and patches of our own."""

import json
from pathlib import Path
from typing import Any

import pytest

from byline.patch import Patch, combine_patches, intersect_patches, parse_patch
from byline.trace import HunkTraceHead, build_hunk_trace, content_hash, validate_trace

GOLDENS = Path("/work/shared/reference/goldens/agent_trace")
HEAD = HunkTraceHead(
    id="01962f15-2d3d-7c85-9f6b-0a8b4f6b2fd1",
    timestamp="2026-04-23T10:20:30Z",
    revision="a0b1c2d3e4f5a6b7c8d9e0f11223344556677889",
    url="https://sce.crocoder.dev/conversations/01962f15-2d3d-7c85-9f6b-0a8b4f6b2fd1",
    producer="sce",
    producer_version="0.2.0",
)

EDITED = """\
--- a/song.md
+++ b/song.md
@@ -1,3 +1,3 @@
-one
+One
 two
 three
@@ -10,3 +10,4 @@
 ten
-eleven
+Eleven
+eleven and a half
 twelve
@@ -20,2 +21,3 @@
 twenty
+more
 end
"""
RECORDED = """\
--- a/song.md
+++ b/song.md
@@ -1,3 +1,3 @@
-one
+One
 two
 three
@@ -11 +11 @@
-eleven
+Eleven
"""


def traced(recorded: str, committed: str) -> dict[str, Any]:
    post_commit = parse_patch(committed)
    matched = intersect_patches(combine_patches([parse_patch(recorded)]), post_commit)
    return build_hunk_trace(matched, post_commit, HEAD)


@pytest.mark.skipif(not GOLDENS.is_dir(), reason="the interchange goldens of /work/shared are absent")
@pytest.mark.parametrize(
    "name", ["average_age_reconstruction", "hello_world_reconstruction", "poem_edit_reconstruction"]
)
def test_the_golden_is_reproduced(name: str) -> None:
    folder = GOLDENS / name

    def read(path: Path) -> Patch:
        return parse_patch(path.read_bytes().decode())

    post_commit = read(folder / "post_commit.patch")
    incrementals = [read(path) for path in sorted(folder.glob("incremental_*.patch"))]
    matched = intersect_patches(combine_patches(incrementals), post_commit)
    golden = json.loads((folder / "golden.json").read_text(encoding="utf-8"))
    assert build_hunk_trace(matched, post_commit, HEAD) == golden


def test_a_hunk_is_ai_when_every_line_matches_mixed_when_some_do_and_unknown_when_none_does() -> None:
    trace = traced(RECORDED, EDITED)
    found = [conversation["contributor"]["type"] for conversation in trace["files"][0]["conversations"]]
    assert found == ["ai", "mixed", "unknown"]
    assert trace["metadata"]["sce"]["line_changes"] == {
        "ai": {"added": 1, "removed": 1},
        "mixed": {"added": 2, "removed": 1},
        "unknown": {"added": 1, "removed": 0},
    }


def test_a_range_runs_over_the_whole_hunk_and_hashes_its_touched_lines_only() -> None:
    conversations = traced(RECORDED, EDITED)["files"][0]["conversations"]
    expected = content_hash([("removed", "eleven"), ("added", "Eleven"), ("added", "eleven and a half")])
    assert conversations[1]["ranges"] == [{"start_line": 10, "end_line": 13, "content_hash": expected}]


def test_a_deleted_file_is_listed_by_its_old_path_and_lines() -> None:
    deletion = (
        "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"
    )
    trace = traced(deletion, deletion)
    assert trace["files"][0]["path"] == "x"
    (conversation,) = trace["files"][0]["conversations"]
    assert (conversation["ranges"][0]["start_line"], conversation["ranges"][0]["end_line"]) == (1, 2)
    assert validate_trace(trace) == []


def test_a_hunk_that_empties_a_file_has_no_range() -> None:
    emptied = "--- a/x\n+++ b/x\n@@ -1,2 +0,0 @@\n-a\n-b\n"
    trace = traced(emptied, "diff --git a/x b/x\nindex 1..2 100644\n" + emptied)
    assert trace["files"][0]["conversations"][0]["ranges"] == []
    assert validate_trace(trace) == []


def test_a_file_without_hunks_is_not_listed() -> None:
    empty = "diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n"
    assert traced(empty, empty)["files"] == []


def test_a_model_is_named_only_where_the_matched_lines_agree_on_it() -> None:
    post_commit = parse_patch(EDITED)

    def with_models(*models: str) -> Patch:
        value = iter(models)
        recorded = parse_patch(RECORDED)
        from dataclasses import replace

        files = [
            replace(
                file,
                hunks=tuple(
                    replace(hunk, lines=tuple(replace(line, model_id=next(value)) for line in hunk.lines))
                    for hunk in file.hunks
                ),
            )
            for file in recorded.files
        ]
        return Patch(tuple(files))

    matched = intersect_patches(
        with_models("claude-x", "claude-x", "claude-x", "gpt-5"), post_commit
    )  # fmt: skip
    trace = build_hunk_trace(matched, post_commit, HEAD)
    assert [conversation["contributor"] for conversation in trace["files"][0]["conversations"]] == [
        {"type": "ai", "model_id": "anthropic/claude-x"},
        {"type": "mixed"},
        {"type": "unknown"},
    ]
