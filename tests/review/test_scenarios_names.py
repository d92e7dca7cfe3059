"""Renames, moves and copies: rules 9 and 11 of ``attribution.md``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, told, whose

BASE = "".join(f"line {number}\n" for number in range(1, 31))
BLOCK = "def total(orders):\n    found = sum(order.price for order in orders)\n    return round(found, 2)\n"
OTHER = "def names(people):\n    chosen = [person.name for person in people]\n    return sorted(chosen)\n"


def moved(world: World, old: str, new: str) -> None:
    """A person moves a file."""
    (world.path / new).parent.mkdir(parents=True, exist_ok=True)
    (world.path / old).rename(world.path / new)
    world.tick()


def test_s10_an_edit_before_the_rename_and_one_after_it_are_both_credited(world: World) -> None:
    world.person_writes("old.py", BASE)
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.replaces("old.py", "line 9\n", "line 9\nfrom a\n")
    moved(world, "old.py", "new.py")
    b.replaces("new.py", "line 20\n", "line 20\nfrom b\n")
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact", "+from b | B gpt exact"]


def test_s10_an_edit_of_the_old_name_committed_before_the_rename_is_its_own_commits(world: World) -> None:
    world.person_writes("old.py", BASE)
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.replaces("old.py", "line 9\n", "line 9\nfrom a\n")
    world.commit()
    moved(world, "old.py", "new.py")
    world.commit()
    b.replaces("new.py", "line 20\n", "line 20\nfrom b\n")
    world.commit()
    assert told(world.review("HEAD~2")) == ["+from a | A opus exact"]
    assert told(world.review("HEAD~1")) == []
    assert told(world.review()) == ["+from b | B gpt exact"]


def test_s10_a_line_of_the_old_name_removed_under_the_new_one_is_its_removers(world: World) -> None:
    world.person_writes("old.py", BASE)
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt", with_before=True)
    a.replaces("old.py", "line 9\n", "line 9\nfrom a\n")
    world.commit()
    moved(world, "old.py", "new.py")
    b.replaces("new.py", "from a\n", "from b\n")
    world.commit()
    assert told(world.review()) == ["-from a | B gpt exact", "+from b | B gpt exact"]


def test_s10_a_name_that_was_given_to_another_file_credits_nobody_with_that_files_lines(world: World) -> None:
    world.person_writes("a.txt", BASE)
    world.person_writes("b.txt", "other content\nof another file\n")
    world.commit()
    world.agent("A").replaces("a.txt", "line 9\n", "line 9\nfrom a\n")
    moved(world, "a.txt", "c.txt")
    moved(world, "b.txt", "a.txt")
    world.commit()
    assert {line.rpartition(" | ")[2] for line in told(world.review())} == {"unknown no_edit"}


@pytest.mark.parametrize("with_before", [True, False])
def test_an_agents_move_with_an_edit_is_credited_under_the_new_name(world: World, with_before: bool) -> None:
    world.person_writes("old.py", BASE)
    world.commit()
    a = world.agent("A", with_before=with_before)
    a.moves("old.py", "sub/new.py", BASE.replace("line 9\n", "line nine\n"))
    world.commit()
    review = world.review()
    assert review.files[0].status == "renamed"
    assert told(review) == ["-line 9 | A opus exact", "+line nine | A opus exact"]


@pytest.mark.parametrize("with_before", [True, False])
def test_an_agents_move_that_git_shows_as_two_files_removed_the_old_ones_lines(
    world: World, with_before: bool
) -> None:
    world.person_writes("old.py", "first of old\nsecond of old\nthird of old\n")
    world.commit()
    fresh = "first of old\n" + "".join(f"something quite new {number}\n" for number in range(8))
    world.agent("A", with_before=with_before).moves("old.py", "new.py", fresh)
    world.commit()
    review = world.review()
    assert [file.status for file in review.files] == ["added", "deleted"]
    assert whose(review, "new.py")[1:] == ["+ A opus exact"] * 8
    assert told(review, "old.py")[1:] == [
        "-second of old | A opus exact",
        "-third of old | A opus exact",
    ]


def test_a_rename_by_letter_case_alone_keeps_the_author(world: World) -> None:
    world.person_writes("Readme.md", BASE)
    world.commit()
    world.agent("A").replaces("Readme.md", "line 9\n", "line 9\nfrom a\n")
    moved(world, "Readme.md", "README.md")
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact"]


def test_a_folder_that_was_renamed_keeps_the_authors_of_its_files(world: World) -> None:
    world.person_writes("lib/one.py", BASE)
    world.person_writes("lib/two.py", BASE.replace("line", "row"))
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.replaces("lib/one.py", "line 9\n", "line 9\nfrom a\n")
    b.replaces("lib/two.py", "row 9\n", "row 9\nfrom b\n")
    (world.path / "lib").rename(world.path / "src")
    world.commit()
    assert told(world.review(), "src/one.py") == ["+from a | A opus exact"]
    assert told(world.review(), "src/two.py") == ["+from b | B gpt exact"]


def test_a_copied_file_that_git_knows_as_such_leaves_the_original_its_author(world: World) -> None:
    world.agent("A").writes("f.py", BLOCK)
    world.commit()
    world.person_writes("g.py", BLOCK)
    world.commit()
    assert {line.rpartition(" | ")[2] for line in told(world.review())} == {"unknown no_edit"}


def test_rule_9_a_block_moved_to_another_file_in_the_same_commit_it_was_written(world: World) -> None:
    world.person_writes("f.py", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("f.py", "line 9\n", f"line 9\n{BLOCK}")
    world.person_writes("f.py", BASE + "typed\n")
    world.person_writes("g.py", BLOCK)
    world.commit()
    assert whose(world.review(), "g.py") == ["+ A opus moved"] * 3


def test_rule_9_of_two_blocks_that_moved_each_keeps_its_author(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", f"{BLOCK}\n\nEND = 1\n")
    b.replaces("f.py", "END = 1\n", f"{OTHER}\n\nEND = 1\n")
    world.commit()
    world.person_writes("f.py", "END = 1\n")
    world.person_writes("g.py", f"import os\n\n\n{OTHER}\n\n{BLOCK}")
    world.commit()
    lines = told(world.review(), "g.py")
    assert [line.rpartition(" | ")[2] for line in lines if "def " in line] == [
        "B gpt moved carried",
        "A opus moved carried",
    ]


def test_rule_9_a_short_line_elsewhere_is_no_move(world: World) -> None:
    world.agent("A").writes("f.py", "x = 1\nkept = 2\n")
    world.commit()
    world.person_writes("f.py", "kept = 2\n")
    world.person_writes("g.py", "x = 1\n")
    world.commit()
    assert whose(world.review(), "g.py") == ["+ unknown no_edit"]


def test_rule_9_a_block_that_appears_at_two_places_was_not_moved(world: World) -> None:
    world.agent("A").writes("f.py", f"{BLOCK}\nEND = 1\n")
    world.commit()
    world.person_writes("f.py", "END = 1\n")
    world.person_writes("g.py", BLOCK)
    world.person_writes("h.py", BLOCK)
    world.commit()
    review = world.review()
    assert {line for path in ("g.py", "h.py") for line in whose(review, path)} == {"+ unknown no_edit"}


def test_rule_9_a_block_moved_by_an_agents_edits_is_that_agents(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", f"{BLOCK}\nEND = 1\n")
    world.commit()
    b.writes("f.py", "END = 1\n")
    b.writes("g.py", BLOCK)
    world.commit()
    assert whose(world.review(), "g.py") == ["+ B gpt exact"] * 3


def test_rule_9_a_block_moved_down_in_its_committed_file_is_carried(world: World) -> None:
    world.agent("A").writes("f.py", f"{BLOCK}\n{BASE}")
    world.commit()
    world.person_writes("f.py", f"{BASE}\n{BLOCK}")
    world.commit()
    lines = [line for line in told(world.review()) if line.startswith("+") and "def " in line]
    assert lines == ["+def total(orders): | A opus moved carried"]


def test_rule_11_a_relative_path_is_no_suffix_of_another(world: World) -> None:
    world.person_writes("README.md", "top\n")
    world.person_writes("docs/README.md", "inner\n")
    world.commit()
    a = world.agent("A")
    a.recorded_root = "."
    a.records("README.md", "top\n", "top\na whole new sentence\n")
    world.person_writes("docs/README.md", "inner\na whole new sentence\n")
    world.commit()
    assert whose(world.review(), "docs/README.md") == ["+ unknown no_edit"]


def test_rule_11_paths_of_another_machine_with_backslashes_are_read(world: World) -> None:
    world.person_writes("src/app/main.py", BASE)
    world.commit()
    a = world.agent("A", root="C:/Users/mia/project")
    a.replaces("src/app/main.py", "line 5\n", "line 5\nfrom a\n")
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact"]


def test_rule_11_a_checkout_inside_another_is_told_from_it(
    world: World, clone_of: Callable[[World, str], Path]
) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    inner = clone_of(world, "side")
    a, b = world.agent("A", "opus"), world.agent("B", "gpt", checkout=inner)
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    b.replaces("f.txt", "line 5\n", "line 5\nfrom b\n")
    world.commit()
    world.git("commit", "-qam", "side", folder=inner)
    assert told(world.review("main")) == ["+from a | A opus exact"]
    assert told(world.review("side")) == ["+from b | B gpt exact"]


def test_equal_lines_written_in_two_checkouts_are_the_one_whose_branch_has_them_or_ambiguous(
    world: World, clone_of: Callable[[World, str], Path]
) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    side = clone_of(world, "side")
    a, b = world.agent("A", "opus"), world.agent("B", "gpt", checkout=side)
    a.replaces("f.txt", "line 5\n", "line 5\nthe very same line\n")
    b.replaces("f.txt", "line 5\n", "line 5\nthe very same line\n")
    world.commit()
    assert told(world.review()) == ["+the very same line | unknown ambiguous"]


def test_s17_a_clone_of_the_same_repository_counts_as_it(world: World, tmp_path: Path) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    clone = tmp_path / "clone"
    world.git("clone", "-q", str(world.path), str(clone))
    world.agent("A", checkout=clone).replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.git("commit", "-qam", "in the clone", folder=clone)
    world.git("pull", "-q", str(clone), "main")
    assert told(world.review()) == ["+from a | A opus exact"]
