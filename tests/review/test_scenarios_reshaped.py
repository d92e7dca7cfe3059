"""Lines in another form or place: scenarios of ``attribution.md`` on rewording, reformatting and moves."""

from world import World, told

BASE = "".join(f"line {number}\n" for number in range(1, 31))


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


def test_rule_9_a_block_moved_within_its_file_before_it_is_committed(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    block = "alpha from a\nbeta from a\ngamma from a\n"
    a.replaces("f.txt", "line 5\n", f"line 5\n{block}")
    world.person_writes("f.txt", BASE.replace("line 25\n", f"line 25\n{block}"))
    world.commit()
    assert [line.partition(" | ")[2] for line in told(world.review())] == ["A opus moved"] * 3
