"""What nobody recorded, and who was at work at the same time: rules 2 to 8, 14 and 15."""

import pytest
from world import World, told, whose

BASE = "".join(f"line {number}\n" for number in range(1, 31))


def test_two_sessions_that_take_turns_on_one_line_leave_it_to_the_last(world: World) -> None:
    world.person_writes("f.py", "limit = 1\n")
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", "limit = 2\n")
    b.writes("f.py", "limit = 3\n")
    a.writes("f.py", "limit = 4\n")
    world.commit()
    assert told(world.review()) == ["-limit = 1 | A opus exact", "+limit = 4 | A opus exact"]


def test_two_sessions_interleaved_in_one_function_keep_their_own_lines(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", "def f():\n    a1 = 1\n    a2 = 2\n    return a1\n")
    b.replaces("f.py", "    a2 = 2\n", "    b1 = 1\n    a2 = 2\n    b2 = 2\n")
    a.replaces("f.py", "    b2 = 2\n", "    b2 = 2\n    a3 = 3\n")
    world.commit()
    assert [line[1] for line in (word.split() for word in whose(world.review()))] == list("AABABAA")


def test_a_session_without_a_known_model_is_credited_without_one(world: World) -> None:
    world.agent("A", None).writes("f.py", "one = 1\n")
    world.commit()
    assert told(world.review()) == ["+one = 1 | A exact"]


def test_three_models_of_one_session_in_one_hunk(world: World) -> None:
    a = world.agent("A", "opus")
    text = ""
    for model in ("opus", "sonnet", "haiku"):
        a.model = model
        text += f"by_{model} = 1\n"
        a.writes("f.py", text)
    world.commit()
    assert told(world.review()) == [
        f"+by_{model} = 1 | A {model} exact" for model in ("opus", "sonnet", "haiku")
    ]


def test_lines_that_a_person_typed_between_two_agents_are_nobodys(world: World) -> None:
    a, b = world.agent("A", "opus", with_before=True), world.agent("B", "gpt", with_before=True)
    a.writes("f.txt", "from a\n")
    world.person_writes("f.txt", "from a\ntyped\n")
    b.writes("f.txt", "from a\ntyped\nfrom b\n")
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact", "+typed | unknown gap", "+from b | B gpt exact"]


def test_a_brace_that_a_person_typed_beside_an_agents_is_one_of_two(world: World) -> None:
    world.agent("A").writes("f.c", "int a() {\n}\n")
    world.person_writes("f.c", "int a() {\n}\n}\n")
    world.commit()
    assert sorted(line for line in told(world.review()) if "}" in line) == [
        "+} | A opus exact",
        "+} | unknown no_edit",
    ]


def test_a_line_that_a_person_deleted_is_not_the_agents_removal(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.agent("A").replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    world.person_replaces("f.txt", "line 20\n", "")
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact", "-line 20 | unknown no_edit"]


def test_s4_a_person_who_rewrites_all_lines_leaves_none_to_the_agent(world: World) -> None:
    world.agent("A").writes("f.py", "alpha = 1\nbeta = 2\n")
    world.person_writes("f.py", "import os\nprint(os.name)\n")
    world.commit()
    assert whose(world.review()) == ["+ unknown no_edit"] * 2


def test_s5_a_comment_added_at_the_end_of_a_line_makes_it_mixed(world: World) -> None:
    world.agent("A").writes("f.py", "result = compute_total(orders, prices, discount)\n")
    world.person_writes("f.py", "result = compute_total(orders, prices, discount)  # checked\n")
    world.commit()
    assert whose(world.review()) == ["+ A opus edited mixed"]


def test_s5_a_line_that_shares_two_words_only_is_nobodys(world: World) -> None:
    world.agent("A").writes("f.py", "return first, second\n")
    world.person_writes("f.py", "return first, other\n")
    world.commit()
    assert whose(world.review()) == ["+ unknown no_edit"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("x = call(a, b)\n", "x = call(a,b)\n", id="white space between tokens"),
        pytest.param("def name(self):\n", "def name( self ) :\n", id="white space around brackets"),
        pytest.param("first_name = 1\n", "\tfirst_name = 1\n", id="a tab in front"),
        pytest.param("first_name = 1  \n", "first_name = 1\n", id="white space at the end"),
        pytest.param("call(\n    first,\n    second\n)\n", "call(first, second)\n", id="joined"),
        pytest.param(
            "call(first, second)\n", "call(\n    first,\n    second,\n)\n", id="wrapped with a comma"
        ),
    ],
)
def test_s6_what_formatters_do_keeps_the_author(world: World, written: str, found: str) -> None:
    world.agent("A").writes("f.py", written)
    world.person_writes("f.py", found)
    world.commit()
    assert set(whose(world.review())) == {"+ A opus reformatted"}


def test_s6_lines_of_two_authors_that_a_formatter_joined_are_neithers(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", "value = call(\n    first_argument,\n)\n")
    b.replaces("f.py", "    first_argument,\n", "    first_argument,\n    second_argument,\n")
    world.person_writes("f.py", "value = call(first_argument, second_argument)\n")
    world.commit()
    assert whose(world.review()) == ["+ unknown no_edit"]


def test_s6_quotes_that_a_formatter_changed_are_other_tokens(world: World) -> None:
    world.agent("A").writes("f.py", "name = 'value'\n")
    world.person_writes("f.py", 'name = "value"\n')
    world.commit()
    assert whose(world.review()) == ["+ unknown no_edit"]


def test_a_formatter_over_two_authors_lines_keeps_each_its_own(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", "class Thing:\n  name_of_a = compute(1)\n")
    b.writes("f.py", "class Thing:\n  name_of_a = compute(1)\n  name_of_b = compute(2)\n")
    world.person_writes("f.py", "class Thing:\n    name_of_a = compute(1)\n    name_of_b = compute(2)\n")
    world.commit()
    assert told(world.review()) == [
        "+class Thing: | A opus exact",
        "+    name_of_a = compute(1) | A opus reformatted",
        "+    name_of_b = compute(2) | B gpt reformatted",
    ]


def test_a_formatters_commit_of_its_own_carries_the_authors(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "if ready:\n  start_the_engine(now)\n  report_the_start(now)\n")
    world.commit()
    world.person_writes("f.py", "if ready:\n    start_the_engine(now)\n    report_the_start(now)\n")
    world.commit()
    added = [line for line in whose(world.review()) if line.startswith("+")]
    assert added == ["+ A opus reformatted carried"] * 2


def test_rule_2_an_agent_that_reindents_anothers_lines_wrote_them(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", "start(now)\nreport(now)\n")
    b.writes("f.py", "if ready:\n    start(now)\n    report(now)\n")
    world.commit()
    assert whose(world.review()) == ["+ B gpt exact"] * 3


def test_a_whole_write_over_what_nothing_is_known_of_is_its_writers(world: World) -> None:
    world.person_writes("f.txt", "typed\n")
    a = world.agent("A")
    a.writes_whole("f.txt", "typed\n")
    world.commit()
    assert whose(world.review()) == ["+ A opus exact"]


def test_rule_4_of_equal_table_rows_each_is_the_one_its_edit_put_there(world: World) -> None:
    row = "| name | value |\n"
    world.person_writes("f.md", "one\ntwo\nthree\n")
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.replaces("f.md", "one\n", f"one\n{row}")
    b.replaces("f.md", "three\n", f"three\n{row}")
    world.person_replaces("f.md", "two\n", f"two\n{row}")
    world.commit()
    assert whose(world.review()) == ["+ A opus exact", "+ unknown no_edit", "+ B gpt exact"]


def test_rule_4_a_line_equal_to_a_recorded_one_in_another_file_is_nobodys(world: World) -> None:
    world.agent("A").writes("f.py", "compute_the_total_of_every_order(customer)\n")
    world.commit()
    world.person_writes("g.py", "compute_the_total_of_every_order(customer)\n")
    world.commit()
    assert whose(world.review()) == ["+ unknown no_edit"]


def test_rule_5_an_edit_far_below_many_typed_lines_is_found(world: World) -> None:
    text = "".join(f"value_{number} = {number}\n" for number in range(2_000))
    world.person_writes("f.py", text)
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.replaces("f.py", "value_1500 = 1500\n", "value_1500 = 1500\nfrom_a = 1\n")
    world.person_writes("f.py", "".join(f"typed {number}\n" for number in range(700)) + world.read("f.py"))
    b.replaces("f.py", "value_1900 = 1900\n", "value_1900 = 1900\nfrom_b = 1\n")
    world.commit()
    assert told(world.review())[-2:] == ["+from_a = 1 | A opus exact", "+from_b = 1 | B gpt exact"]


def test_rule_15_a_patch_without_numbers_whose_place_was_deleted_is_unplaced_or_nobodys(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    a.patches("f.txt", " nothing like it", "+}")
    world.person_replaces("f.txt", "line 5\n", "line 5\n}\n")
    world.commit()
    assert whose(world.review()) == ["+ unknown unplaced"]


def test_rule_14_the_same_call_from_a_hook_and_an_import_is_credited_once(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("f.txt", "line 5\n", "line 5\nfrom a\n")
    a.calls = 0
    a.records("f.txt", BASE, world.read("f.txt"))
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact"]


def test_rule_16_the_same_review_twice_is_the_same(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    for number in range(6):
        (a, b)[number % 2].writes("f.txt", "".join(f"line {line}\n}}\n" for line in range(number + 1)))
    world.commit()
    assert told(world.review()) == told(world.review())


def test_a_sub_agent_that_rewrites_its_parents_line_is_named(world: World) -> None:
    parent, child = world.agent("P", "opus"), world.agent("c1", "haiku")
    parent.writes("f.py", "first = 1\nsecond = 2\n")
    child.replaces("f.py", "second = 2", "second = compute()")
    world.commit()
    assert told(world.review()) == ["+first = 1 | P opus exact", "+second = compute() | c1 haiku exact"]


def test_a_clock_behind_does_not_make_the_later_edit_the_earlier(world: World) -> None:
    a, b = world.agent("A", "opus", with_before=True), world.agent("B", "gpt", with_before=True)
    a.writes("f.txt", "one\n")
    b.writes("f.txt", "one\ntwo\n", time_ms=world.now_ms - 3_600_000)
    world.commit()
    assert told(world.review()) == ["+one | A opus exact", "+two | B gpt exact"]
