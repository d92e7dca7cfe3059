"""combine_patches and intersect_patches: the goldens, and the same behaviour in fixtures of our own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from byline.patch import (
    FilePatch,
    Hunk,
    LineKind,
    Patch,
    TouchedLine,
    combine_patches,
    intersect_patches,
    parse_patch,
    patch_to_json,
)

FIXTURES = Path(__file__).parent / "fixtures"
GOLDENS = Path("/work/shared/reference/goldens/patch")
GOLDEN_NAMES = [
    "average_age_reconstruction",
    "hello_world_reconstruction",
    "mixed_change_reconstruction",
    "poem_edit_reconstruction",
]


def interchange(value: object) -> object:
    """The JSON form without what Byline adds: keys that say nothing, and context."""
    if isinstance(value, dict):
        return {k: interchange(v) for k, v in value.items() if v is not None and k != "context"}
    if isinstance(value, list):
        return [interchange(item) for item in value]
    return value


def reconstructed(folder: Path) -> object:
    def read(path: Path) -> Patch:
        return parse_patch(path.read_bytes().decode())

    incrementals = [read(path) for path in sorted(folder.glob("incremental_*.patch"))]
    assert incrementals
    matched = intersect_patches(combine_patches(incrementals), read(folder / "post_commit.patch"))
    return interchange(patch_to_json(matched))


@pytest.mark.skipif(not GOLDENS.is_dir(), reason="the interchange goldens of /work/shared are absent")
@pytest.mark.parametrize("name", GOLDEN_NAMES)
def test_the_golden_is_reproduced(name: str) -> None:
    assert reconstructed(GOLDENS / name) == json.loads((GOLDENS / name / "golden.json").read_bytes())


@pytest.mark.parametrize("name", ["recipe_edit", "notes_cleanup"])
def test_our_own_reconstruction_is_as_written_down(name: str) -> None:
    assert reconstructed(FIXTURES / name) == json.loads((FIXTURES / name / "golden.json").read_bytes())


def line(kind: LineKind, number: int, content: str, session: str | None = None) -> TouchedLine:
    return TouchedLine(kind, number, content, session)


def patch(*hunks: tuple[TouchedLine, ...], path: str = "f") -> Patch:
    built = tuple(Hunk(10 * index + 1, 1, 10 * index + 1, 1, lines) for index, lines in enumerate(hunks))
    return Patch((FilePatch(path, path, "modified", built),))


def lines(value: Patch) -> Iterator[TouchedLine]:
    for file in value.files:
        for hunk in file.hunks:
            yield from hunk.lines


def test_the_union_keeps_lines_that_differ_in_kind_number_or_content() -> None:
    first = patch((line("added", 1, "a"),))
    others = [
        patch((other,)) for other in (line("removed", 1, "a"), line("added", 2, "a"), line("added", 1, "b"))
    ]
    assert len(list(lines(combine_patches([first, *others])))) == 4


def test_of_equal_lines_the_later_patch_wins() -> None:
    combined = combine_patches(
        [patch((line("added", 1, "a", "cc_1"),)), patch((line("added", 1, "a", "cc_2"),))]
    )
    assert [found.session_id for found in lines(combined)] == ["cc_2"]


def test_a_file_takes_its_kind_and_old_path_from_the_latest_patch() -> None:
    added = Patch((FilePatch("", "f", "added", (Hunk(0, 0, 1, 1, (line("added", 1, "a"),)),)),))
    combined = combine_patches([added, patch((line("added", 2, "b"),))])
    assert [(file.old_path, file.kind) for file in combined.files] == [("f", "modified")]
    assert [found.content for found in lines(combined)] == ["a", "b"]


def test_files_keep_the_order_of_their_first_appearance() -> None:
    parts = [patch((line("added", 1, name),), path=name) for name in ("z", "a", "z", "m")]
    assert [file.path for file in combine_patches(parts).files] == ["z", "a", "m"]


def test_combining_nothing_is_an_empty_patch() -> None:
    assert combine_patches([]) == Patch()


def test_a_matched_line_has_the_commits_number_and_the_records_facts() -> None:
    recorded = patch((TouchedLine("added", 40, "a", "cc_1", "claude-x", "m1", "t1"),))
    (found,) = lines(intersect_patches(recorded, patch((line("added", 3, "a"),))))
    assert found == TouchedLine("added", 3, "a", "cc_1", "claude-x", "m1", "t1")


def test_the_exact_place_is_given_out_before_equal_content() -> None:
    recorded = patch((line("added", 5, "}", "far"), line("added", 2, "}", "here")))
    committed = patch((line("added", 1, "}"), line("added", 2, "}")))
    assert [(f.line_number, f.session_id) for f in lines(intersect_patches(recorded, committed))] == [
        (1, "far"),
        (2, "here"),
    ]


def test_each_recorded_line_is_used_once() -> None:
    recorded = patch((line("added", 5, "}", "cc_1"),))
    committed = patch((line("added", 1, "}"), line("added", 2, "}")))
    assert [found.line_number for found in lines(intersect_patches(recorded, committed))] == [1]


def test_an_added_line_does_not_match_a_removed_one() -> None:
    committed = patch((line("removed", 1, "a"),))
    assert intersect_patches(patch((line("added", 1, "a"),)), committed) == Patch()


def test_hunks_and_files_without_a_match_are_left_out() -> None:
    recorded = patch((line("added", 1, "a"),))
    committed = patch((line("added", 1, "a"),), (line("added", 11, "b"),))
    other = patch((line("added", 1, "a"),), path="g")
    found = intersect_patches(recorded, Patch(committed.files + other.files))
    assert [(file.path, len(file.hunks)) for file in found.files] == [("f", 1)]


def test_many_equal_lines_are_matched_in_linear_time() -> None:
    def far_and_near(start: int) -> Patch:
        return patch(tuple(line("added", start + number, "}") for number in range(100_000)))

    # Quadratic work on these would be ten thousand million steps.
    assert sum(1 for _ in lines(intersect_patches(far_and_near(1_000_000), far_and_near(1)))) == 100_000


def test_the_arguments_are_left_as_they_were() -> None:
    recorded, committed = patch((line("added", 5, "}", "cc_1"),)), patch((line("added", 1, "}"),))
    before: Any = (patch_to_json(recorded), patch_to_json(committed))
    intersect_patches(combine_patches([recorded, recorded]), committed)
    assert (patch_to_json(recorded), patch_to_json(committed)) == before
