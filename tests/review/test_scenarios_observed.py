"""Snapshots, shell calls and contents read: scenarios of ``attribution.md`` on records that are no edits."""

from world import World, diff, told

from byline.record import Edit

BASE = "".join(f"line {number}\n" for number in range(1, 31))


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
