"""The scenarios of ``attribution.md``, each over a real git repository, by session and model per line.

Their numbers are in the names. Copies of one history (36) are the importer's, see tests/history.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, diff, told

from byline.git.repository import Repository
from byline.record import Edit, Session
from byline.review.review import review_staged, review_worktree

BASE = "".join(f"line {number}\n" for number in range(1, 31))


def test_s1_lines_inserted_into_another_sessions_function_are_their_own(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", "def f():\n    one = 1\n    two = 2\n    return one + two\n")
    b.replaces("f.py", "    two = 2\n", "    x = 10\n    y = 20\n    z = 30\n    two = 2\n")
    world.commit()
    assert told(world.review()) == [
        "+def f(): | A opus exact",
        "+    one = 1 | A opus exact",
        "+    x = 10 | B gpt exact",
        "+    y = 20 | B gpt exact",
        "+    z = 30 | B gpt exact",
        "+    two = 2 | A opus exact",
        "+    return one + two | A opus exact",
    ]


def test_s2_the_brace_that_git_shows_stands_for_the_one_that_was_written(world: World) -> None:
    world.person_writes("f.c", "int a() {\n  return 1;\n}\n")
    world.commit()
    a = world.agent("A")
    a.writes("f.c", "int a() {\n  return 1;\n}\n\nint b() {\n  return 2;\n}\n")
    world.commit()
    assert [line.endswith("A opus exact") for line in told(world.review())] == [True] * 4


def test_s2_a_function_put_before_its_twin_slides_and_stays_credited(world: World) -> None:
    world.person_writes("f.c", "head\n\nvoid a() {\n  x();\n}\n\nvoid z() {\n  x();\n}\n")
    world.commit()
    a = world.agent("A")
    a.replaces("f.c", "void z() {", "void m() {\n  x();\n}\n\nvoid z() {")
    world.commit()
    lines = told(world.review())
    assert len(lines) == 4
    assert all(line.endswith("A opus exact") for line in lines)


def test_s3_drifting_numbers_keep_every_session_its_own_lines(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b, c = world.agent("A"), world.agent("B"), world.agent("C")
    a.writes("f.txt", "a one\na two\n" + world.read("f.txt"))
    b.writes("f.txt", world.read("f.txt") + "b one\n")
    c.replaces("f.txt", "line 15\n", "line 15\nc one\nc two\n")
    world.commit()
    assert told(world.review()) == [
        "+a one | A opus exact",
        "+a two | A opus exact",
        "+c one | C opus exact",
        "+c two | C opus exact",
        "+b one | B opus exact",
    ]


def test_s3_an_edit_recorded_before_a_person_inserted_above_it_is_still_found(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b = world.agent("A"), world.agent("B")
    a.replaces("f.txt", "line 20\n", "line 20\nfrom a\n")
    world.person_writes("f.txt", "typed 1\ntyped 2\n" + world.read("f.txt"))
    b.replaces("f.txt", "line 25\n", "line 25\nfrom b\n")
    world.commit()
    assert told(world.review()) == [
        "+typed 1 | unknown no_edit",
        "+typed 2 | unknown no_edit",
        "+from a | A opus exact",
        "+from b | B opus exact",
    ]


def test_s4_a_line_rewritten_by_a_person_is_unknown_and_its_neighbours_are_not(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "alpha = 1\nbeta = 2\ngamma = 3\n")
    world.person_replaces("f.py", "beta = 2", "print('something else entirely')")
    world.commit()
    assert told(world.review()) == [
        "+alpha = 1 | A opus exact",
        "+print('something else entirely') | unknown no_edit",
        "+gamma = 3 | A opus exact",
    ]


def test_s5_one_changed_word_makes_a_line_mixed_and_its_origin_stays(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "first = 1\nlimit = compute_limit(user, request, window)\nlast = 3\n")
    world.person_replaces("f.py", "request, window", "response, window")
    world.commit()
    assert told(world.review()) == [
        "+first = 1 | A opus exact",
        "+limit = compute_limit(user, response, window) | A opus edited mixed",
        "+last = 3 | A opus exact",
    ]


def test_s5_a_changed_literal_is_no_recognisable_line(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "a = 1\nflag = True\nb = 2\n")
    world.person_replaces("f.py", "flag = True", "flag = False")
    world.commit()
    assert told(world.review())[1] == "+flag = False | unknown no_edit"


def test_s6_a_formatter_that_indents_and_wraps_keeps_the_author(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "def f():\n  return call(first_argument, second_argument, third_argument)\n\nx = 1\n")
    world.person_writes(
        "f.py",
        "def f():\n    return call(\n        first_argument,\n        second_argument,\n"
        "        third_argument,\n    )\n\nx = 1\n",
    )
    world.commit()
    assert told(world.review()) == [
        "+def f(): | A opus exact",
        "+    return call( | A opus reformatted",
        "+        first_argument, | A opus reformatted",
        "+        second_argument, | A opus reformatted",
        "+        third_argument, | A opus reformatted",
        "+    ) | A opus reformatted",
        "+ | A opus exact",
        "+x = 1 | A opus exact",
    ]


def test_s6_lines_a_formatter_joined_keep_the_author(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "value = call(\n    first,\n    second,\n)\n")
    world.person_writes("f.py", "value = call(first, second)\n")
    world.commit()
    assert told(world.review()) == ["+value = call(first, second) | A opus reformatted"]


def test_s6_white_space_changed_inside_quotes_is_a_change_of_words_not_of_form(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "name = 'two  spaces'\n")
    world.person_writes("f.py", "name = 'two spaces'\n")
    world.commit()
    assert told(world.review()) == ["+name = 'two spaces' | A opus edited mixed"]


def test_s7_the_old_last_line_without_newline_is_not_the_appenders(world: World) -> None:
    world.person_writes("f.txt", "one\ntwo")
    world.commit()
    world.agent("A").writes("f.txt", "one\ntwo\nthree\n")
    world.commit()
    assert told(world.review()) == [
        "-two | unknown no_edit",
        "+two | unknown no_edit",
        "+three | A opus exact",
    ]


def test_s8_a_model_switch_between_two_calls_gives_each_line_its_calls_model(world: World) -> None:
    a = world.agent("A", "opus")
    a.writes("f.py", "first = 1\n")
    a.model = "sonnet"
    a.writes("f.py", "first = 1\nsecond = 2\n")
    world.commit()
    assert told(world.review()) == ["+first = 1 | A opus exact", "+second = 2 | A sonnet exact"]


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


def test_s10_a_file_renamed_in_the_same_commit_keeps_its_author(world: World) -> None:
    world.person_writes("old.py", BASE)
    world.commit()
    world.agent("A").replaces("old.py", "line 9\n", "line 9\nfrom a\n")
    world.git("mv", "old.py", "new.py")
    world.commit()
    review = world.review()
    assert review.files[0].status == "renamed"
    assert told(review) == ["+from a | A opus exact"]


def test_s10_a_new_file_moved_before_it_is_committed_keeps_its_author(world: World) -> None:
    a, b = world.agent("A", with_before=True), world.agent("B", with_before=True)
    a.writes("draft/notes.md", "first line of notes\nsecond line of notes\nthird line of notes\n")
    (world.path / "docs").mkdir()
    (world.path / "draft/notes.md").rename(world.path / "docs/guide.md")
    b.replaces("docs/guide.md", "third line", "fourth and last line")
    world.commit()
    assert told(world.review()) == [
        "+first line of notes | A opus exact",
        "+second line of notes | A opus exact",
        "+fourth and last line of notes | B opus exact",
    ]


def test_s10_a_new_file_moved_and_never_edited_again_keeps_its_author(world: World) -> None:
    a = world.agent("A", with_before=True)
    a.writes("draft.md", "first line of notes\nsecond line of notes\n")
    (world.path / "draft.md").rename(world.path / "final.md")
    world.commit()
    assert [line.partition(" | ")[2] for line in told(world.review())] == ["A opus exact"] * 2


def test_s40_a_copied_file_is_nobodys(world: World) -> None:
    a = world.agent("A", with_before=True)
    a.writes("one.md", "first line of notes\nsecond line of notes\n")
    world.person_writes("two.md", world.read("one.md"))
    world.commit()
    assert [line.partition(" | ")[2] for line in told(world.review(), "two.md")] == ["unknown no_edit"] * 2


def test_s11_an_edit_in_another_worktree_or_on_another_machine_counts(
    world: World, clone_of: Callable[[World, str], Path]
) -> None:
    world.person_writes("src/f.txt", BASE)
    world.commit()
    elsewhere = clone_of(world, "side")
    world.agent("A", checkout=elsewhere).replaces("src/f.txt", "line 5\n", "line 5\nfrom a\n")
    world.tick()
    world.git("commit", "-qam", "side", folder=elsewhere)
    assert told(world.review("side")) == ["+from a | A opus exact"]
    b = world.agent("B", root="/Users/mia/code/project")
    b.replaces("src/f.txt", "line 9\n", "line 9\nfrom b\n")
    world.commit()
    assert told(world.review()) == ["+from b | B opus exact"]


def test_s12_and_rule_14_what_no_edit_recorded_is_unknown(world: World) -> None:
    world.agent("A").writes("other.py", "x = 1\n")
    world.person_writes("f.py", "x = 1\n")
    world.commit()
    assert told(world.review(), "f.py") == ["+x = 1 | unknown no_edit"]


def test_s13_of_three_identical_lines_the_two_an_agent_deleted_are_its(world: World) -> None:
    world.person_writes("f.txt", "a\nsame\nb\nsame\nc\nsame\nd\n")
    world.commit()
    world.agent("A").writes("f.txt", "a\nb\nc\nsame\nd\n")
    world.person_writes("f.txt", "a\nb\nc\nd\n")
    world.commit()
    assert told(world.review()) == [
        "-same | A opus exact",
        "-same | A opus exact",
        "-same | unknown no_edit",
    ]


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


def test_s15_a_whole_file_write_owns_only_the_lines_it_changed(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A", with_before=True)
    a.writes("f.txt", BASE.replace("line 7\n", "seven\n").replace("line 21\n", ""))
    world.commit()
    assert told(world.review()) == [
        "-line 7 | A opus exact",
        "+seven | A opus exact",
        "-line 21 | A opus exact",
    ]


def test_s16_a_line_undone_by_an_edit_and_retyped_by_a_person_is_unknown(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("f.txt", "line 7\n", "line 7\nadded by a\n")
    a.replaces("f.txt", "added by a\n", "")
    world.person_replaces("f.txt", "line 7\n", "line 7\nadded by a\n")
    world.commit()
    assert told(world.review()) == ["+added by a | unknown no_edit"]


def test_s17_equal_files_of_two_repositories_are_kept_apart(
    world: World, other_world: Callable[[World], World]
) -> None:
    other = other_world(world)
    world.agent("A").writes("f.py", "shared = True\n")
    world.commit()
    other.now_ms = world.now_ms
    other.person_writes("f.py", "shared = True\n")
    other.commit()
    assert told(world.review()) == ["+shared = True | A opus exact"]
    assert told(other.review()) == ["+shared = True | unknown no_edit"]


def test_s18_a_crlf_file_edited_by_a_tool_that_reports_lf_is_credited(world: World) -> None:
    world.person_writes("f.txt", BASE.replace("\n", "\r\n"))
    world.commit()
    a = world.agent("A")
    after = BASE.replace("line 4\n", "line 4\nfrom a\n")
    a.records("f.txt", BASE, after)
    world.person_writes("f.txt", after.replace("\n", "\r\n"))
    world.commit()
    assert told(world.review()) == ["+from a\r | A opus exact"]


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


def test_s28_a_formatter_over_a_whole_file_gives_the_agent_only_its_own_lines(world: World) -> None:
    base = "".join(f"  base_{number} = value_{number}\n" for number in range(300))
    world.person_writes("f.py", base)
    world.commit()
    a = world.agent("A")
    mine = "".join(f"  mine_{number} = other_{number}\n" for number in range(20))
    a.writes("f.py", base.replace("  base_100 = value_100\n", mine + "  base_100 = value_100\n"))
    world.person_writes("f.py", world.read("f.py").replace("  ", "    "))
    world.commit()
    added = [line for line in told(world.review()) if line.startswith("+")]
    assert sum("mine_" in line and line.endswith("A opus reformatted") for line in added) == 20
    assert sum("base_" in line and line.endswith("unknown no_edit") for line in added) == 300


def test_s33_a_reworded_committed_line_is_mixed_and_carried(world: World) -> None:
    world.person_writes("f.py", "one\n")
    world.commit()
    world.agent("A").writes("f.py", "one\nlimit = compute_limit(user, request, window)\n")
    world.commit()
    world.person_replaces("f.py", "request, window", "response, window")
    world.commit()
    assert told(world.review())[1] == (
        "+limit = compute_limit(user, response, window) | A opus edited mixed carried"
    )
    world.git("reset", "-q", "--soft", "HEAD~2")
    world.commit("squashed")
    assert told(world.review()) == ["+limit = compute_limit(user, response, window) | A opus edited mixed"]


def test_s38_a_word_inserted_and_the_paragraph_reflowed(world: World) -> None:
    a = world.agent("A")
    a.writes(
        "f.md",
        "The uploader sends every file in parts of eight megabytes and\n"
        "waits for the server to confirm each part before it goes on to\n"
        "the next one, so that a lost connection costs one part at most.\n",
    )
    world.person_writes(
        "f.md",
        "The uploader sends every large file in parts of eight megabytes\n"
        "and waits for the server to confirm each part before it goes on\n"
        "to the next one, so that a lost connection costs one part at\n"
        "most.\n",
    )
    world.commit()
    assert [line.partition(" | ")[2] for line in told(world.review())] == [
        "A opus edited mixed",
        "A opus reformatted",
        "A opus reformatted",
        "A opus reformatted",
    ]


def test_s40_a_copied_function_is_unknown_and_a_moved_one_keeps_its_author(world: World) -> None:
    a = world.agent("A")
    copied = "def copied(value):\n    total = value + 1\n    return total * 2\n"
    moved = "def moved(items):\n    chosen = items[0]\n    return chosen.name\n"
    a.writes("f.py", f"{copied}\n\n{moved}\n\nEND = True\n")
    world.commit()
    world.person_writes("f.py", f"{copied}\n\nEND = True\n")
    world.person_writes("g.py", f"import os\n\n\n{copied}\n\n{moved}")
    world.commit()
    lines = told(world.review(), "g.py")
    assert "+def copied(value): | unknown no_edit" in lines
    assert lines[-3:] == [
        "+def moved(items): | A opus moved carried",
        "+    chosen = items[0] | A opus moved carried",
        "+    return chosen.name | A opus moved carried",
    ]


def test_rule_9_the_twin_of_a_distinctive_line_that_still_stands_is_called_a_copy(world: World) -> None:
    line = "compute_the_total_of_every_order(customer, period)\n"
    world.agent("A").writes("f.py", line)
    world.person_writes("g.py", line)
    world.commit()
    assert [entry.partition(" | ")[2] for entry in told(world.review())] == ["A opus exact", "unknown copy"]


def test_s19_lines_of_a_sub_agent_are_its_own_sessions(world: World) -> None:
    parent, child = world.agent("P", "opus"), world.agent("a1b2", "haiku")
    with world.store.write() as writer:
        writer.sessions([Session("cc_a1b2", "claude", "a1b2", parent_id="cc_P")])
    parent.writes("f.py", "from_parent = 1\n")
    child.writes("f.py", "from_parent = 1\nfrom_child = 2\n")
    world.commit()
    assert told(world.review()) == ["+from_parent = 1 | P opus exact", "+from_child = 2 | a1b2 haiku exact"]
    row = world.store.sessions.get("cc_a1b2")
    assert row is not None
    assert row.parent == "cc_P"


def test_rule_9_a_block_moved_within_its_file_before_it_is_committed(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    block = "alpha from a\nbeta from a\ngamma from a\n"
    a.replaces("f.txt", "line 5\n", f"line 5\n{block}")
    world.person_writes("f.txt", BASE.replace("line 25\n", f"line 25\n{block}"))
    world.commit()
    assert [line.partition(" | ")[2] for line in told(world.review())] == ["A opus moved"] * 3


def test_s22_a_cumulative_diff_owns_nothing_that_a_tool_or_a_person_wrote(world: World) -> None:
    a, b = world.agent("A"), world.agent("B", "gpt")
    a.writes("f.py", "from_a = 1\n")
    b.writes("f.py", "from_a = 1\nfrom_b = 2\n")
    world.person_writes("f.py", "from_a = 1\nfrom_b = 2\ntyped = 3\n")
    patch = diff("", world.read("f.py"), "f.py")
    assert patch is not None
    path = str(world.path / "f.py")
    cumulative = Edit("cc_A", path, patch, world.tick(), "opencode", "vendor_diff", message_id="m9")
    with world.store.write() as writer:
        writer.edits([cumulative])
    world.commit()
    assert told(world.review()) == [
        "+from_a = 1 | A opus exact",
        "+from_b = 2 | B gpt exact",
        "+typed = 3 | unknown no_edit",
    ]


def test_s23_what_version_control_brought_in_a_shell_call_is_not_the_calls(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    merged = BASE + "".join(f"merged {number}\n" for number in range(200))
    a.shell("git merge --squash topic", "f.txt", BASE, merged)
    world.person_writes("f.txt", merged)
    world.commit()
    assert {line.partition(" | ")[2] for line in told(world.review())} == {"unknown window"}


def test_rule_6_what_a_shell_call_alone_made_is_its_own(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    after = BASE.replace("line 7\n", "line 7\nmade by sed\n")
    world.agent("A").shell("sed -i '7a made by sed' f.txt", "f.txt", BASE, after)
    world.person_writes("f.txt", after)
    world.commit()
    assert told(world.review()) == ["+made by sed | A opus exact"]


def test_rule_6_a_shell_call_during_which_another_session_edited_owns_nothing(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b = world.agent("A"), world.agent("B")
    start = world.tick()
    b.writes("other.txt", "from b\n")
    after = BASE.replace("line 7\n", "line 7\nmade by sed\n")
    a.shell("sed -i '7a made by sed' f.txt", "f.txt", BASE, after, started_ms=start)
    world.person_writes("f.txt", after)
    world.commit()
    assert told(world.review(), "f.txt") == ["+made by sed | unknown window"]


def test_s28_a_formatter_in_a_shell_call_leaves_the_authors_their_lines(world: World) -> None:
    base = "".join(f"  base_{number} = value_{number}\n" for number in range(300))
    world.person_writes("f.py", base)
    world.commit()
    a = world.agent("A")
    mine = "".join(f"  mine_{number} = other_{number}\n" for number in range(20))
    before = base.replace("  base_100 = value_100\n", mine + "  base_100 = value_100\n")
    a.writes("f.py", before)
    a.shell("black f.py", "f.py", before, before.replace("  ", "    "))
    world.person_writes("f.py", before.replace("  ", "    "))
    world.commit()
    added = [line for line in told(world.review()) if line.startswith("+")]
    assert sum("mine_" in line and line.endswith("A opus reformatted") for line in added) == 20
    assert sum("base_" in line and " unknown " in line for line in added) == 300


def test_s27_lines_an_agent_read_before_it_wrote_the_whole_file_are_not_its_own(world: World) -> None:
    a = world.agent("A")
    typed = "typed one\ntyped two\ntyped three\n"
    world.person_writes("f.txt", typed)
    a.reads("f.txt")
    a.writes_whole("f.txt", typed + "from a\n")
    world.commit()
    assert told(world.review()) == [
        "+typed one | unknown no_edit",
        "+typed two | unknown no_edit",
        "+typed three | unknown no_edit",
        "+from a | A opus exact",
    ]


def test_s29_an_edit_that_wraps_anothers_lines_wrote_them(world: World) -> None:
    a, b = world.agent("A"), world.agent("B", "gpt")
    block = "".join(f"call_{number}(value)\n" for number in range(5))
    a.writes("f.py", block)
    world.commit()
    wrapped = "with lock:\n" + "".join(f"    {line}\n" for line in block.rstrip().split("\n"))
    b.writes("f.py", wrapped)
    world.commit()
    added = [line for line in told(world.review()) if line.startswith("+")]
    assert len(added) == 6
    assert all(line.endswith("B gpt exact") for line in added)


def test_s30_a_patch_without_numbers_goes_to_the_first_place_its_tool_finds(world: World) -> None:
    twin = "def f():\n    pass\n"
    world.person_writes("f.py", f"{twin}\n\n{twin}")
    world.commit()
    a = world.agent("A")
    a.patches("f.py", " def f():", "-    pass", "+    return 1")
    changed = twin.replace("pass", "return 1")
    world.person_writes("f.py", f"{changed}\n\n{changed}")
    world.commit()
    assert [line for line in told(world.review()) if line.startswith("+")] == [
        "+    return 1 | A opus exact",
        "+    return 1 | unknown no_edit",
    ]


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


def test_s34_a_clock_ahead_does_not_outlive_the_edit_that_followed(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b = world.agent("A", with_before=True), world.agent("B", "gpt", with_before=True)
    b.writes("f.txt", BASE.replace("line 5\n", "line 5 by b\n"), time_ms=world.now_ms + 7_200_000)
    a.writes("f.txt", BASE.replace("line 5\n", "line 5 by a\n"))
    world.commit()
    assert told(world.review())[-1] == "+line 5 by a | A opus exact"


def test_s39_a_notebook_cell_is_its_editors_and_its_outputs_nobodys(world: World) -> None:
    def notebook(source: str, outputs: str) -> str:
        return (
            f'{{\n "cells": [\n  {{\n   "outputs": [{outputs}],\n   "source": [\n{source}   ]\n  }}\n ]\n}}\n'
        )

    world.person_writes("n.ipynb", notebook('    "old"\n', ""))
    world.commit()
    a = world.agent("A", with_before=True)
    a.writes("n.ipynb", notebook('    "import math\\n",\n    "math.pi"\n', ""))
    world.person_writes("n.ipynb", notebook('    "import math\\n",\n    "math.pi"\n', '"3.14159265"'))
    world.commit()
    lines = told(world.review())
    assert '+    "math.pi" | A opus exact' in lines
    assert [line for line in lines if "3.14159265" in line] == [
        '+   "outputs": ["3.14159265"], | unknown no_edit'
    ]


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


def test_s35_an_edit_recorded_a_day_after_the_commit_credits_nothing(world: World) -> None:
    world.person_writes("f.txt", BASE + "the very line\n")
    world.commit()
    a = world.agent("A")
    a.records("f.txt", BASE, BASE + "the very line\n", time_ms=world.now_ms + 86_400_000)
    assert "+the very line | unknown after_commit" in told(world.review())


def test_s37_a_shorter_path_of_the_same_name_is_not_meant(world: World) -> None:
    world.person_writes("src/i.ts", "one\n")
    world.person_writes("packages/a/src/i.ts", "one\n")
    world.commit()
    a = world.agent("A", root="/home/x/project")
    a.records("packages/a/src/i.ts", "one\n", "one\ntwo two two two\n")
    world.person_writes("src/i.ts", "one\ntwo two two two\n")
    world.commit()
    assert told(world.review()) == ["+two two two two | unknown no_edit"]


def test_rule_2_a_line_sent_again_unchanged_stays_its_first_authors(world: World) -> None:
    a, b = world.agent("A"), world.agent("B")
    a.writes("f.py", "one = 1\ntwo = 2\nthree = 3\n")
    world.tick()
    patch_text = "one = 1\ntwo = 2\nnew = 9\nthree = 3\n"
    b.writes("f.py", patch_text)
    world.commit()
    assert told(world.review()) == [
        "+one = 1 | A opus exact",
        "+two = 2 | A opus exact",
        "+new = 9 | B opus exact",
        "+three = 3 | A opus exact",
    ]


def test_rule_10_a_deleted_file_is_its_deleters_if_an_edit_emptied_it(world: World) -> None:
    world.person_writes("f.txt", "one\ntwo\n")
    world.commit()
    (world.path / "f.txt").unlink()
    world.commit()
    assert told(world.review()) == ["-one | unknown no_edit", "-two | unknown no_edit"]


def test_rule_14_the_same_call_recorded_twice_is_one_edit(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "x = 1\n")
    a.calls = 0
    a.records("f.py", "", "x = 1\n")
    world.commit()
    assert told(world.review()) == ["+x = 1 | A opus exact"]
    assert len(world.store.edits.of_session("cc_A")) == 1


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


def test_a_repository_without_commits_can_be_reviewed_before_the_first(world: World) -> None:
    world.agent("A").writes("f.txt", "one\n")
    world.git("add", "-A")
    staged = review_staged(world.store, Repository.open(world.path), now_ms=world.now_ms)
    assert told(staged) == ["+one | A opus exact"]


def test_edits_of_a_session_whose_repository_is_not_known_credit_nothing(world: World) -> None:
    world.person_writes("src/f.txt", BASE)
    world.commit()
    a = world.agent("A", root=None)
    a.recorded_root = "/gone/project"
    a.replaces("src/f.txt", "line 5\n", "line 5\nfrom a\n")
    with world.store.write() as writer:
        writer._connection.execute("UPDATE sessions SET cwd = '/gone/project', repository_id = NULL")
    world.commit()
    assert told(world.review()) == ["+from a | unknown no_edit"]


def test_a_malformed_stored_patch_costs_that_edit_only_and_is_named(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("f.txt", "line 5\n", "line 5\ngood\n")
    a.replaces("f.txt", "line 25\n", "line 25\nbad\n")
    with world.store.write() as writer:
        writer._connection.execute("UPDATE diff_traces SET patch = '{broken' WHERE seq = 2")
    world.commit()
    review = world.review()
    assert told(review) == ["+good | A opus exact", "+bad | unknown no_edit"]
    assert len(review.problems) == 1
    assert "f.txt" in review.problems[0]
