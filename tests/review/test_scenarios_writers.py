"""Who wrote a line last: scenarios of ``attribution.md`` on edits that follow, undo and repeat each other.

The numbers are in the names, here and in the files beside this. Copies of one history (36) are the
importer's, see tests/history.
"""

from world import World, told

from byline.record import Session

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


def test_s34_a_clock_ahead_does_not_outlive_the_edit_that_followed(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b = world.agent("A", with_before=True), world.agent("B", "gpt", with_before=True)
    b.writes("f.txt", BASE.replace("line 5\n", "line 5 by b\n"), time_ms=world.now_ms + 7_200_000)
    a.writes("f.txt", BASE.replace("line 5\n", "line 5 by a\n"))
    world.commit()
    assert told(world.review())[-1] == "+line 5 by a | A opus exact"


def test_s35_an_edit_recorded_a_day_after_the_commit_credits_nothing(world: World) -> None:
    world.person_writes("f.txt", BASE + "the very line\n")
    world.commit()
    a = world.agent("A")
    a.records("f.txt", BASE, BASE + "the very line\n", time_ms=world.now_ms + 86_400_000)
    assert "+the very line | unknown after_commit" in told(world.review())


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


def test_an_edit_that_is_committed_within_the_same_second_has_its_author(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.tick()
    world.now_ms += 700
    a = world.agent("A")
    a.replaces("f.txt", "line 30\n", "line 30\nfrom a\n")
    world.git("commit", "-qam", "work")
    (edit,) = world.store.edits.named(["f.txt"])
    assert edit.time_ms % 1000 == 700
    assert world.git("show", "-s", "--format=%ct") == str(edit.time_ms // 1000)
    assert told(world.review()) == ["+from a | A opus exact"]
