"""Indexes, branches, stashes and merges: scenarios of ``attribution.md`` on what git does with lines."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, told

from byline.git.repository import Repository
from byline.review.review import review_staged, review_worktree

BASE = "".join(f"line {number}\n" for number in range(1, 31))


def test_s9_hunks_committed_apart_are_credited_in_their_own_commit(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("f.txt", "line 3\n", "line 3\nearly\n")
    first = world.read("f.txt")
    a.replaces("f.txt", "line 28\n", "line 28\nlate\n")
    blob = world.git("hash-object", "-w", "--stdin", stdin=first)
    world.git("update-index", "--cacheinfo", f"100644,{blob},f.txt")
    world.commit(all_files=False)
    world.commit()
    assert told(world.review("HEAD^")) == ["+early | A opus exact"]
    assert told(world.review("HEAD")) == ["+late | A opus exact"]


def test_s9_the_later_hunk_may_be_committed_first(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("f.txt", "line 3\n", "line 3\nearly\n")
    a.replaces("f.txt", "line 28\n", "line 28\nlate\n")
    blob = world.git("hash-object", "-w", "--stdin", stdin=BASE.replace("line 28\n", "line 28\nlate\n"))
    world.git("update-index", "--cacheinfo", f"100644,{blob},f.txt")
    world.commit(all_files=False)
    world.commit()
    assert told(world.review("HEAD^")) == ["+late | A opus exact"]
    assert told(world.review("HEAD")) == ["+early | A opus exact"]


def test_s14_amend_rebase_and_cherry_pick_keep_the_owner(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.person_writes("g.txt", "g\n")
    world.commit()
    a, b = world.agent("A"), world.agent("B")
    world.git("checkout", "-qb", "topic")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.commit("one")
    b.replaces("f.txt", "line 20\n", "line 20\nfrom b\n")
    world.commit("two")
    world.git("commit", "--amend", "-qm", "two, amended")
    assert told(world.review()) == ["+from b | B opus exact"]
    world.git("checkout", "-q", "main")
    world.person_writes("f.txt", "typed\n" + world.read("f.txt"))
    world.commit("meanwhile")
    world.git("checkout", "-q", "topic")
    world.git("rebase", "-q", "main")
    assert told(world.review("topic^")) == ["+from a | A opus exact"]
    assert told(world.review("topic")) == ["+from b | B opus exact"]
    world.git("checkout", "-q", "main")
    world.git("cherry-pick", "topic")
    assert told(world.review("main")) == ["+from b | B opus exact"]
    world.git("reset", "-q", "--hard", "main^")
    world.git("merge", "-q", "--squash", "topic")
    world.commit("squashed")
    assert told(world.review("main")) == ["+from a | A opus exact", "+from b | B opus exact"]


def test_s14_a_line_undone_after_its_commit_is_still_its_authors_when_that_commit_is_rebased(
    world: World,
) -> None:
    world.person_writes("f.txt", BASE)
    world.person_writes("g.txt", "g\n")
    base = world.commit()
    a, b = world.agent("A"), world.agent("B")
    world.git("checkout", "-qb", "topic")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.commit("written")
    b.replaces("f.txt", "from a\n", "")
    world.commit("undone")
    world.git("checkout", "-q", "main")
    world.person_writes("g.txt", "changed\n")
    world.commit("meanwhile")
    world.tick(7200)
    world.git("rebase", "-q", "--onto", "main", base, "topic")
    assert told(world.review("topic^")) == ["+from a | A opus exact"]
    assert told(world.review("topic")) == ["-from a | B opus exact"]


def test_s20_lines_an_agent_wrote_to_resolve_a_conflict_are_its(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.git("checkout", "-qb", "topic")
    world.person_replaces("f.txt", "line 5\n", "line 5 topic\n")
    world.commit()
    world.git("checkout", "-q", "main")
    world.person_replaces("f.txt", "line 5\n", "line 5 main\n")
    world.commit()
    with pytest.raises(subprocess.CalledProcessError):
        world.git("merge", "topic")
    a = world.agent("A")
    conflicted = world.read("f.txt")
    assert "<<<<<<<" in conflicted
    a.writes("f.txt", BASE.replace("line 5\n", "line 5 resolved by a\n"))
    world.commit("merged")
    assert told(world.review()) == ["-line 5 main | A opus exact", "+line 5 resolved by a | A opus exact"]


def test_s21_an_index_one_edit_stale_is_credited_to_the_edit_it_holds(world: World) -> None:
    world.person_writes("f.py", "name = 'x'\nother = 2\n")
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.replaces("f.py", "other = 2\n", "limit = 30\nother = 2\n")
    world.git("add", "f.py")
    b.replaces("f.py", "limit = 30", "limit = 60")
    world.commit(all_files=False)
    assert told(world.review()) == ["+limit = 30 | A opus exact"]
    world.commit()
    assert told(world.review()) == ["-limit = 30 | B gpt exact", "+limit = 60 | B gpt exact"]


def test_s24_a_block_that_went_into_a_stash_and_came_back_is_its_authors(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b = world.agent("A"), world.agent("B", with_before=True)
    a.replaces("f.txt", "line 5\n", "line 5\nblock one\nblock two\nblock three\n")
    world.git("stash", "-q")
    b.replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    world.git("commit", "-qam", "b's")
    world.git("stash", "pop", "-q")
    world.commit()
    assert told(world.review("HEAD^")) == ["+from b | B opus exact"]
    assert told(world.review("HEAD")) == [
        "+block one | A opus exact",
        "+block two | A opus exact",
        "+block three | A opus exact",
    ]


def test_s25_one_line_of_a_stashed_block_that_comes_back_alone_is_unknown(world: World) -> None:
    world.person_writes("f.py", BASE)
    world.commit()
    a, b = world.agent("A"), world.agent("B", with_before=True)
    a.replaces("f.py", "line 5\n", "line 5\nimport os\nimport sys\nprint(os, sys)\n")
    world.git("stash", "-q")
    b.replaces("f.py", "line 25\n", "line 25\nfrom b\n")
    world.person_replaces("f.py", "line 5\n", "line 5\nimport os\n")
    world.commit()
    assert told(world.review()) == ["+import os | unknown no_edit", "+from b | B opus exact"]


def test_s26_edits_of_one_path_in_two_worktrees_are_each_their_own(
    world: World, clone_of: Callable[[World, str], Path]
) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    elsewhere = clone_of(world, "side")
    world.agent("A").replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.agent("B", checkout=elsewhere).replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    world.commit()
    world.git("commit", "-qam", "side", folder=elsewhere)
    assert told(world.review("main")) == ["+from a | A opus exact"]
    assert told(world.review("side")) == ["+from b | B opus exact"]
    world.git("merge", "-q", "side", "-m", "merged")
    assert [line.partition(" carried")[0] for line in told(world.review())] == ["+from b | B opus exact"]


def test_s32_lines_restored_by_reverting_a_revert_are_their_authors_again(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.agent("A").replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.commit()
    world.tick(600)
    world.git("revert", "--no-edit", "HEAD")
    assert told(world.review()) == ["-from a | unknown no_edit"]
    world.git("revert", "--no-edit", "HEAD")
    assert told(world.review()) == ["+from a | A opus exact"]


def test_rule_12_lines_of_a_merge_that_stand_in_a_parent_are_carried(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.git("checkout", "-qb", "topic")
    world.agent("A").replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.commit()
    world.git("checkout", "-q", "main")
    world.person_replaces("f.txt", "line 25\n", "line 25 changed\n")
    world.commit()
    world.git("merge", "-q", "topic", "-m", "merged")
    assert told(world.review()) == ["+from a | A opus exact carried"]


def test_s31_one_uncommitted_edit_committed_on_two_branches_is_credited_on_both(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.agent("A").replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.git("checkout", "-qb", "one")
    world.commit()
    world.git("checkout", "-qb", "two", "main")
    world.git("checkout", "-q", "one", "--", "f.txt")
    world.commit()
    assert told(world.review("one")) == ["+from a | A opus exact"]
    assert told(world.review("two")) == ["+from a | A opus exact"]


def test_the_index_and_the_work_tree_are_reviewed_before_committing(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("f.txt", "line 5\n", "line 5\nstaged\n")
    world.git("add", "f.txt")
    a.replaces("f.txt", "line 25\n", "line 25\nunstaged\n")
    a.writes("untracked.py", "new = 1\n")
    repository = Repository.open(world.path)
    assert told(review_staged(world.store, repository, now_ms=world.now_ms)) == ["+staged | A opus exact"]
    assert told(review_worktree(world.store, repository, now_ms=world.now_ms)) == [
        "+unstaged | A opus exact",
        "+new = 1 | A opus exact",
    ]
