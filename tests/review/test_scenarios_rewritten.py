"""History rewritten in every usual way: rules 12 and 13 of ``attribution.md``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, told, whose

BASE = "".join(f"line {number}\n" for number in range(1, 31))


@pytest.fixture
def based(world: World) -> World:
    """A repository with a file of thirty lines and another one on ``main``."""
    world.person_writes("f.txt", BASE)
    world.person_writes("other.txt", "other\n")
    world.commit("base")
    return world


def two_commits(world: World) -> tuple[str, str]:
    """On a branch ``topic`` a commit with A's line, and one with B's."""
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    world.git("checkout", "-qb", "topic")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    first = world.commit("first")
    b.replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    return first, world.commit("second")


def meanwhile(world: World) -> None:
    """Somebody else's commit on ``main``."""
    world.git("checkout", "-q", "main")
    world.person_writes("f.txt", "typed above\n" + world.read("f.txt"))
    world.commit("meanwhile")


def test_a_reworded_commit_has_the_same_owners(based: World) -> None:
    two_commits(based)
    based.tick(86_400)
    based.git("commit", "--amend", "-qm", "another message")
    assert told(based.review()) == ["+from b | B gpt exact"]


def test_an_amend_that_adds_an_agents_line_has_both(based: World) -> None:
    two_commits(based)
    based.agent("C", "flash").replaces("f.txt", "line 15\n", "line 15\nfrom c\n")
    based.git("commit", "-qa", "--amend", "--no-edit")
    assert told(based.review()) == ["+from c | C flash exact", "+from b | B gpt exact"]


def test_an_amend_that_drops_a_line_keeps_the_others(based: World) -> None:
    a = based.agent("A")
    a.replaces("f.txt", "line 5\n", "line 5\nfirst\nsecond\n")
    based.commit()
    based.person_replaces("f.txt", "first\n", "")
    based.git("commit", "-qa", "--amend", "--no-edit")
    assert told(based.review()) == ["+second | A opus exact"]


def test_commits_in_another_order_keep_their_owners(based: World) -> None:
    first, second = two_commits(based)
    based.git("checkout", "-qb", "reordered", "main")
    based.git("cherry-pick", second, first)
    assert told(based.review("reordered^")) == ["+from b | B gpt exact"]
    assert told(based.review("reordered")) == ["+from a | A opus exact"]


def test_a_rebase_over_lines_typed_above_keeps_the_owners(based: World) -> None:
    two_commits(based)
    meanwhile(based)
    based.tick(3600)
    based.git("rebase", "-q", "main", "topic")
    assert told(based.review("topic^")) == ["+from a | A opus exact"]
    assert told(based.review("topic")) == ["+from b | B gpt exact"]


def test_a_rebase_a_month_later_keeps_the_owners(based: World) -> None:
    two_commits(based)
    meanwhile(based)
    based.tick(30 * 86_400)
    based.git("rebase", "-q", "--no-ff", "main", "topic")
    assert told(based.review("topic^")) == ["+from a | A opus exact"]
    assert told(based.review("topic")) == ["+from b | B gpt exact"]


def test_a_rebase_with_a_conflict_that_an_agent_resolved_credits_it_with_the_resolution(based: World) -> None:
    a = based.agent("A", "opus")
    based.git("checkout", "-qb", "topic")
    a.replaces("f.txt", "line 5\n", "line five of a\n")
    based.commit("first")
    based.git("checkout", "-q", "main")
    based.person_replaces("f.txt", "line 5\n", "line five typed\n")
    based.commit("meanwhile")
    based.git("checkout", "-q", "topic")
    with pytest.raises(Exception, match="rebase"):
        based.git("rebase", "-q", "main")
    b = based.agent("B", "gpt")
    b.writes("f.txt", BASE.replace("line 5\n", "line five of both\n"))
    based.git("add", "-A")
    based.git("-c", "core.editor=true", "rebase", "--continue")
    assert told(based.review()) == ["-line five typed | B gpt exact", "+line five of both | B gpt exact"]


def test_a_commit_split_in_two_has_each_line_in_its_own(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    b.replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    whole = based.read("f.txt")
    based.commit("both")
    based.git("reset", "-q", "--soft", "HEAD^")
    based.stages("f.txt", whole.replace("from b\n", ""))
    based.commit("one", all_files=False)
    based.commit("two")
    assert told(based.review("HEAD^")) == ["+from a | A opus exact"]
    assert told(based.review()) == ["+from b | B gpt exact"]


def test_a_fixup_squashed_into_an_earlier_commit_keeps_both_owners(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a, wrong\n")
    based.commit("feature")
    b.replaces("f.txt", "from a, wrong\n", "from b, right\n")
    based.git("commit", "-qa", "--fixup", "HEAD")
    based.git("-c", "sequence.editor=true", "rebase", "-q", "-i", "--autosquash", "HEAD~2")
    assert told(based.review()) == ["+from b, right | B gpt exact"]


def test_a_squash_of_a_line_written_and_removed_again_has_neither(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    based.commit()
    b.replaces("f.txt", "from a\n", "")
    b.replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    based.commit()
    based.git("reset", "-q", "--soft", "HEAD~2")
    based.commit("squashed")
    assert told(based.review()) == ["+from b | B gpt exact"]


def test_a_squash_of_a_reformatted_line_is_reformatted_and_not_carried(based: World) -> None:
    a = based.agent("A")
    a.replaces("f.txt", "line 5\n", "line 5\nvalue = compute(first, second)\n")
    based.commit()
    based.person_replaces("f.txt", "value = comp", "    value = comp")
    based.commit()
    assert told(based.review())[1] == "+    value = compute(first, second) | A opus reformatted carried"
    based.git("reset", "-q", "--soft", "HEAD~2")
    based.commit("squashed")
    assert told(based.review()) == ["+    value = compute(first, second) | A opus reformatted"]


def test_a_reverted_commit_removed_nothing_of_its_own(based: World) -> None:
    based.agent("A").replaces("f.txt", "line 5\n", "five\n")
    based.commit()
    based.tick(600)
    based.git("revert", "--no-edit", "HEAD")
    assert whose(based.review()) == ["- unknown no_edit", "+ unknown no_edit"]


def test_a_revert_by_an_agents_edit_is_that_agents(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.replaces("f.txt", "line 5\n", "five of a\n")
    based.commit()
    b.replaces("f.txt", "five of a\n", "line 5\n")
    based.commit()
    assert told(based.review()) == ["-five of a | B gpt exact", "+line 5 | B gpt exact"]


def test_a_revert_of_a_revert_after_other_work_restores_the_owner(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a one\nfrom a two\n")
    based.commit()
    based.tick(600)
    based.git("revert", "--no-edit", "HEAD")
    reverted = based.git("rev-parse", "HEAD")
    b.replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    based.commit()
    based.git("revert", "--no-edit", reverted)
    assert told(based.review()) == ["+from a one | A opus exact", "+from a two | A opus exact"]
    assert told(based.review("HEAD^")) == ["+from b | B gpt exact"]


def test_a_file_restored_from_an_earlier_commit_has_its_owners(based: World) -> None:
    a = based.agent("A")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    kept = based.commit()
    based.person_writes("f.txt", BASE)
    based.commit("dropped by hand")
    based.git("checkout", "-q", kept, "--", "f.txt")
    based.commit("restored")
    assert told(based.review()) == ["+from a | A opus exact"]


def test_a_cherry_pick_to_a_release_branch_keeps_the_owner(based: World) -> None:
    based.git("branch", "release")
    first, _ = two_commits(based)
    based.git("checkout", "-q", "release")
    based.person_writes("f.txt", "release notes\n" + BASE)
    based.commit("release")
    based.tick(86_400)
    based.git("cherry-pick", first)
    assert told(based.review()) == ["+from a | A opus exact"]


def test_a_merge_without_conflict_carries_what_stands_in_a_parent(based: World) -> None:
    two_commits(based)
    meanwhile(based)
    based.git("merge", "-q", "--no-ff", "-m", "merged", "topic")
    assert told(based.review()) == [
        "+from a | A opus exact carried",
        "+from b | B gpt exact carried",
    ]


def test_a_line_that_an_agent_added_while_merging_is_not_carried(based: World) -> None:
    two_commits(based)
    meanwhile(based)
    based.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    based.agent("C", "flash").replaces("f.txt", "line 15\n", "line 15\nfrom c\n")
    based.commit("merged")
    assert told(based.review()) == [
        "+from a | A opus exact carried",
        "+from c | C flash exact",
        "+from b | B gpt exact carried",
    ]


def test_an_octopus_merge_carries_the_lines_of_all_its_parents(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    based.git("checkout", "-qb", "one")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    based.commit()
    based.git("checkout", "-qb", "two", "main")
    b.replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    based.commit()
    based.git("checkout", "-q", "main")
    based.person_writes("g.txt", "typed\n")
    based.commit()
    based.git("merge", "-q", "-m", "octopus", "one", "two")
    assert told(based.review(), "f.txt") == [
        "+from a | A opus exact carried",
        "+from b | B gpt exact carried",
    ]


def test_a_fast_forward_is_the_branchs_own_commits(based: World) -> None:
    two_commits(based)
    based.git("checkout", "-q", "main")
    based.git("merge", "-q", "--ff-only", "topic")
    assert told(based.review("main^")) == ["+from a | A opus exact"]
    assert told(based.review("main")) == ["+from b | B gpt exact"]


def test_a_merge_that_takes_ours_removes_nothing_of_theirs(based: World) -> None:
    two_commits(based)
    meanwhile(based)
    based.git("merge", "-q", "-s", "ours", "-m", "ours", "topic")
    assert told(based.review()) == []


def test_s24_a_stash_applied_on_another_branch_keeps_the_owner(based: World) -> None:
    based.agent("A").replaces("f.txt", "line 5\n", "line 5\nblock one\nblock two\nblock three\n")
    based.git("stash", "-q")
    based.git("checkout", "-qb", "elsewhere")
    based.person_writes("f.txt", "typed above\n" + BASE)
    based.commit()
    based.git("stash", "pop", "-q")
    based.commit()
    assert whose(based.review()) == ["+ A opus exact"] * 3


def test_a_patch_mailed_and_applied_keeps_the_owner(based: World, tmp_path: Path) -> None:
    two_commits(based)
    mails = based.git("format-patch", "-q", "-o", str(tmp_path / "mails"), "main")
    assert not mails
    meanwhile(based)
    based.git("am", "-q", *map(str, sorted((tmp_path / "mails").iterdir())))
    assert told(based.review("HEAD^")) == ["+from a | A opus exact"]
    assert told(based.review()) == ["+from b | B gpt exact"]


def test_a_branch_made_in_another_work_tree_and_rebased_here_keeps_its_owner(
    based: World, clone_of: Callable[[World, str], Path]
) -> None:
    side = clone_of(based, "side")
    based.agent("A", checkout=side).replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    based.tick()
    based.git("commit", "-qam", "on the side", folder=side)
    based.person_writes("f.txt", "typed above\n" + BASE)
    based.commit()
    based.git("rebase", "-q", "main", folder=side)
    assert told(based.review("side")) == ["+from a | A opus exact"]


def test_a_history_with_a_new_root_keeps_the_owners(based: World) -> None:
    first, second = two_commits(based)
    based.git("checkout", "-q", "--orphan", "fresh")
    based.git("reset", "-q", "--hard")
    based.person_writes("f.txt", BASE)
    based.commit("new root")
    based.git("cherry-pick", first, second)
    assert told(based.review("HEAD^")) == ["+from a | A opus exact"]
    assert told(based.review()) == ["+from b | B gpt exact"]
