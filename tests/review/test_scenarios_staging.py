"""What is committed of the work: parts, stale indices, later commits, and what was undone meanwhile."""

import pytest
from world import World, told, whose

from byline.git.repository import Repository
from byline.review.review import review_staged, review_worktree

BASE = "".join(f"line {number}\n" for number in range(1, 31))


@pytest.fixture
def based(world: World) -> World:
    world.person_writes("f.txt", BASE)
    world.commit()
    return world


def insert(text: str, after: int, *lines: str) -> str:
    """``text`` with lines behind ``line {after}``."""
    return text.replace(f"line {after}\n", f"line {after}\n" + "".join(f"{line}\n" for line in lines))


def test_s9_one_line_of_a_hunk_is_staged_and_the_other_comes_later(based: World) -> None:
    a = based.agent("A")
    a.writes("f.txt", insert(BASE, 5, "first of a", "second of a"))
    based.stages("f.txt", insert(BASE, 5, "second of a"))
    based.commit(all_files=False)
    based.commit()
    assert told(based.review("HEAD^")) == ["+second of a | A opus exact"]
    assert told(based.review()) == ["+first of a | A opus exact"]


def test_s9_only_the_removal_of_a_replacement_is_staged(based: World) -> None:
    based.agent("A").replaces("f.txt", "line 9\n", "nine\n")
    based.stages("f.txt", BASE.replace("line 9\n", ""))
    based.commit(all_files=False)
    based.commit()
    assert told(based.review("HEAD^")) == ["-line 9 | A opus exact"]
    assert told(based.review()) == ["+nine | A opus exact"]


def test_s9_two_sessions_lines_of_one_hunk_committed_apart(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.writes("f.txt", insert(BASE, 5, "from a"))
    b.writes("f.txt", insert(BASE, 5, "from a", "from b"))
    based.stages("f.txt", insert(BASE, 5, "from b"))
    based.commit(all_files=False)
    based.commit()
    assert told(based.review("HEAD^")) == ["+from b | B gpt exact"]
    assert told(based.review()) == ["+from a | A opus exact"]


def test_s9_braces_of_two_functions_committed_apart_are_each_their_writers(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.writes("f.txt", insert(BASE, 5, "void a() {", "}"))
    b.writes("f.txt", insert(BASE, 5, "void a() {", "}", "void b() {", "}"))
    based.stages("f.txt", insert(BASE, 5, "void b() {", "}"))
    based.commit(all_files=False)
    based.commit()
    # Which of the two braces is whose is a matter of how B's own diff slides: each has one of them.
    braces = [line for rev in ("HEAD^", "HEAD") for line in told(based.review(rev)) if "}" in line]
    assert sorted(braces) == ["+} | A opus exact", "+} | B gpt exact"]
    assert told(based.review("HEAD^"))[0] == "+void b() { | B gpt exact"


def test_s9_the_common_line_of_a_partial_commit_is_not_a_later_edits(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.writes("f.txt", insert(BASE, 5, "def a():", "    return None"))
    based.stages("f.txt", insert(BASE, 5, "def a():", "    return None"))
    b.writes("f.txt", insert(BASE, 5, "def a():", "    return None", "    return None"))
    based.commit(all_files=False)
    based.commit()
    assert whose(based.review("HEAD^")) == ["+ A opus exact"] * 2
    assert whose(based.review()) == ["+ B gpt exact"]


def test_s21_an_index_two_edits_stale_has_what_was_written_by_then(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.replaces("f.txt", "line 5\n", "line 5 first\n")
    based.git("add", "f.txt")
    b.replaces("f.txt", "line 5 first\n", "line 5 second\n")
    a.replaces("f.txt", "line 5 second\n", "line 5 third\n")
    based.commit(all_files=False)
    assert told(based.review())[1] == "+line 5 first | A opus exact"
    based.commit()
    assert told(based.review()) == ["-line 5 first | B gpt exact", "+line 5 third | A opus exact"]


def test_s21_the_index_between_two_edits_of_one_session_with_two_models(based: World) -> None:
    a = based.agent("A", "opus")
    a.replaces("f.txt", "line 5\n", "line 5\nby opus\n")
    based.git("add", "f.txt")
    a.model = "haiku"
    a.replaces("f.txt", "by opus\n", "by opus\nby haiku\n")
    based.commit(all_files=False)
    based.commit()
    assert told(based.review("HEAD^")) == ["+by opus | A opus exact"]
    assert told(based.review()) == ["+by haiku | A haiku exact"]


def test_rule_12_an_edit_committed_many_commits_later_is_still_its_authors(based: World) -> None:
    based.agent("A").writes("f.txt", insert(BASE, 5, "from a"))
    kept = based.read("f.txt")
    based.person_writes("f.txt", BASE)
    for number in range(4):
        based.person_writes("g.txt", f"typed {number}\n")
        based.commit()
    based.tick(86_400)
    based.person_writes("f.txt", kept)
    based.commit()
    assert told(based.review()) == ["+from a | A opus exact"]


def test_rule_12_edits_that_were_never_committed_do_not_hurt_those_that_were(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.writes("f.txt", insert(BASE, 5, "lost one", "lost two", "lost three"))
    based.person_writes("f.txt", BASE)
    b.writes("f.txt", insert(BASE, 25, "from b"))
    based.commit()
    assert told(based.review()) == ["+from b | B gpt exact"]


def test_rule_12_a_line_committed_once_is_not_credited_again_to_be_typed_elsewhere(based: World) -> None:
    based.agent("A").writes("f.txt", insert(BASE, 5, "return compute(a)"))
    based.commit()
    based.person_writes("f.txt", insert(based.read("f.txt"), 25, "return compute(a)"))
    based.commit()
    assert whose(based.review()) == ["+ unknown no_edit"]


def test_rule_14_an_edit_undone_and_done_again_is_the_later_ones(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.writes("f.txt", insert(BASE, 5, "the line in question"))
    a.writes("f.txt", BASE)
    b.writes("f.txt", insert(BASE, 5, "the line in question"))
    based.commit()
    assert told(based.review()) == ["+the line in question | B gpt exact"]


def test_rule_14_a_removal_that_was_taken_back_removes_nothing(based: World) -> None:
    a = based.agent("A")
    a.replaces("f.txt", "line 9\n", "")
    a.writes("f.txt", BASE)
    a.replaces("f.txt", "line 20\n", "")
    based.commit()
    assert told(based.review()) == ["-line 20 | A opus exact"]


def test_rule_14_a_line_that_an_edit_replaced_and_a_person_wrote_again_is_unknown(based: World) -> None:
    a = based.agent("A")
    a.replaces("f.txt", "line 9\n", "nine\n")
    a.replaces("f.txt", "nine\n", "line 9\n")
    based.person_writes("f.txt", BASE.replace("line 9\n", "nine\n"))
    based.commit()
    assert told(based.review())[1] == "+nine | unknown no_edit"


def test_s12_a_failed_call_that_left_no_edit_credits_nothing(based: World) -> None:
    a = based.agent("A")
    a.shell("false", "g.txt", "", "made\n")
    based.person_writes("f.txt", insert(BASE, 5, "typed by hand"))
    based.commit()
    assert told(based.review(), "f.txt") == ["+typed by hand | unknown no_edit"]


def test_s13_one_of_two_equal_lines_deleted_by_each_of_two_sessions(based: World) -> None:
    text = "head\nsame\nmiddle\nsame\ntail\n"
    based.person_writes("g.txt", text)
    based.commit()
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.writes("g.txt", "head\nmiddle\nsame\ntail\n")
    b.writes("g.txt", "head\nmiddle\ntail\n")
    based.commit()
    assert told(based.review()) == ["-same | A opus exact", "-same | B gpt exact"]


def test_s16_an_insertion_taken_back_by_another_session_leaves_nothing(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.writes("f.txt", insert(BASE, 5, "from a"))
    b.writes("f.txt", insert(BASE, 25, "from b"))
    based.commit()
    assert told(based.review()) == ["+from b | B gpt exact"]


def test_the_work_tree_and_the_index_each_have_their_own_edits_of_one_line(based: World) -> None:
    a, b = based.agent("A", "opus"), based.agent("B", "gpt")
    a.replaces("f.txt", "line 5\n", "line 5 by a\n")
    based.git("add", "f.txt")
    b.replaces("f.txt", "line 5 by a\n", "line 5 by b\n")
    repository = Repository.open(based.path)
    assert told(review_staged(based.store, repository, now_ms=based.now_ms)) == [
        "-line 5 | A opus exact",
        "+line 5 by a | A opus exact",
    ]
    assert told(review_worktree(based.store, repository, now_ms=based.now_ms)) == [
        "-line 5 by a | B gpt exact",
        "+line 5 by b | B gpt exact",
    ]


def test_an_edit_a_minute_after_the_commit_may_be_of_a_clock_that_is_ahead(based: World) -> None:
    after = insert(BASE, 5, "from a, whose clock is ahead")
    based.person_writes("f.txt", after)
    based.commit()
    based.agent("A").records("f.txt", BASE, after, time_ms=based.now_ms + 30_000)
    assert told(based.review()) == ["+from a, whose clock is ahead | A opus exact"]
    assert [line.credit.assumed for file in based.review().files for line in file.touched()] == ["base"]
