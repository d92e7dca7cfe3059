"""The line before a line, through commits, the index and the work tree."""

import pytest
from world import World

from byline.git.repository import Repository
from byline.review.blame import blame_file
from byline.review.previous_line import EarlierPlace, is_staged, previous_line


def before(world: World, path: str, line: int, rev: str | None = "HEAD") -> EarlierPlace | None:
    repository = Repository.open(world.path)
    return previous_line(repository, blame_file(world.store, repository, path, rev, line=line).lines[0])


BASE = "head\nalpha = first(one, two, three)\nbeta = second(four, five, six)\ntail\n"


def test_a_reworded_line_leads_to_the_one_most_like_it(world: World) -> None:
    world.person_writes("a.py", BASE)
    first = world.commit()
    lines = BASE.split("\n")
    reworded = [
        lines[0],
        "new line",
        lines[2].replace("six", "seven"),
        lines[1].replace("one", "1"),
        *lines[3:],
    ]
    world.person_writes("a.py", "\n".join(reworded))
    world.commit()
    assert before(world, "a.py", 3) == EarlierPlace(first, "a.py", 3)
    assert before(world, "a.py", 4) == EarlierPlace(first, "a.py", 2)


def test_lines_with_nothing_in_common_lead_to_the_same_place_in_the_block(world: World) -> None:
    world.person_writes("a.txt", "top\nuno\ndos\nend\n")
    first = world.commit()
    world.person_writes("a.txt", "top\none\ntwo\nthree\nend\n")
    world.commit()
    assert [before(world, "a.txt", n) for n in (2, 3, 4)] == [
        EarlierPlace(first, "a.txt", 2), EarlierPlace(first, "a.txt", 3), EarlierPlace(first, "a.txt", 3)
    ]  # fmt: skip


def test_a_line_that_was_new_had_none_before_it(world: World) -> None:
    world.person_writes("a.txt", "one\ntwo\n")
    world.commit()
    world.person_writes("a.txt", "one\nnew\ntwo\n")
    world.commit()
    assert before(world, "a.txt", 2) is None
    assert before(world, "a.txt", 1) is None, "it came with the root commit"


def test_the_version_before_is_found_under_the_file_s_old_name(world: World) -> None:
    world.person_writes("old.txt", "".join(f"line {n}\n" for n in range(9)))
    first = world.commit()
    world.git("mv", "old.txt", "new.txt")
    world.person_replaces("new.txt", "line 4\n", "line four\n")
    world.commit()
    assert before(world, "new.txt", 5) == EarlierPlace(first, "old.txt", 5)


def test_lines_that_are_not_committed_lead_to_head_through_the_index(world: World) -> None:
    world.person_writes("a.txt", "one\ntwo\nthree\nfour\nfive\n")
    head = world.commit()
    world.person_writes("a.txt", "zero\none\ntwo\nthree\nfour staged\nfive\n")
    world.git("add", "a.txt")
    world.person_writes("a.txt", "zero\none\ntwo\nthree changed\nfour staged\nfive\n")
    repository = Repository.open(world.path)
    lines = blame_file(world.store, repository, "a.txt").lines
    assert [line.commit is None for line in lines] == [True, False, False, True, True, False]
    assert previous_line(repository, lines[0]) is None
    assert previous_line(repository, lines[3]) == EarlierPlace(head, "a.txt", 3)
    assert previous_line(repository, lines[4]) == EarlierPlace(head, "a.txt", 4)
    assert [is_staged(repository, lines[at]) for at in (0, 3, 4)] == [True, False, True]


def test_a_file_that_git_does_not_know_yet_had_nothing_before(world: World) -> None:
    world.person_writes("a.txt", "one\n")
    assert before(world, "a.txt", 1, None) is None
    world.commit()
    world.person_writes("b.txt", "two\n")
    assert before(world, "b.txt", 1, None) is None


@pytest.mark.parametrize("far", [1, 40])
def test_hunks_above_move_the_number(world: World, far: int) -> None:
    lines = [f"line {n}" for n in range(60)]
    world.person_writes("a.txt", "\n".join(lines) + "\n")
    first = world.commit()
    lines[50] = "line 50 reworded"
    lines[far:far] = ["new", "lines"]
    world.person_writes("a.txt", "\n".join(lines) + "\n")
    world.commit()
    assert before(world, "a.txt", 53) == EarlierPlace(first, "a.txt", 51)
