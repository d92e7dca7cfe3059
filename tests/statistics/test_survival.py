"""What is left of what sessions wrote, by git's blame and the commits' attributed patches."""

from collections.abc import Callable

import pytest
from world import World

from byline.errors import GitError
from byline.git.repository import Repository
from byline.statistics.facts import Statistics
from byline.statistics.survival import Survival, measure_survival
from byline.statistics.tables import By, rows, totals

Count = Callable[..., Statistics]


def left(world: World, counted: Statistics, rev: str = "HEAD") -> Survival:
    survival = None
    for step in measure_survival(world.store, Repository.open(world.path), counted, rev):
        assert survival is None, "the result comes last"
        assert step.total == 0 or 0 <= step.done <= step.total
        survival = step.survival
    assert survival is not None
    return survival


def told(counted: Statistics, survival: Survival, by: By = "session") -> dict[str, tuple[int, int | None]]:
    return {
        row.group.name: (row.written, row.survived)
        for row in rows(counted, by, {}, survival)
        if row.group.kind == "known"
    }


def test_lines_are_there_until_somebody_removes_or_rewrites_them(world: World, count: Count) -> None:
    world.agent("A", "opus").writes("a.py", "one\ntwo\nthree\nfour\n")
    world.person_writes("mine.py", "not counted\n")
    world.commit()
    world.agent("B", "sonnet").replaces("a.py", "two\n", "zwei\n")
    world.person_replaces("a.py", "four\n", "")
    head = world.commit()
    counted = count()
    survival = left(world, counted)
    assert survival.rev == head
    assert told(counted, survival) == {"cc_A": (4, 2), "cc_B": (1, 1)}
    assert told(counted, survival, "model") == {"opus": (4, 2), "sonnet": (1, 1)}
    assert told(counted, survival, "directory") == {".": (5, 3)}
    whole = totals(counted, survival)
    assert (whole.written, whole.survived) == (5, 3)


def test_an_earlier_revision_can_be_asked_about(world: World, count: Count) -> None:
    world.agent("A").writes("a.py", "one\ntwo\n")
    world.commit()
    world.person_writes("a.py", "three\n")
    world.commit()
    counted = count()
    assert told(counted, left(world, counted)) == {"cc_A": (2, 0)}
    assert told(counted, left(world, counted, "HEAD~1")) == {"cc_A": (2, 2)}


def test_a_renamed_file_keeps_its_lines(world: World, count: Count) -> None:
    world.agent("A").writes("old.py", "".join(f"line number {n}\n" for n in range(20)))
    world.commit()
    world.git("mv", "old.py", "newer.py")
    world.commit()
    world.git("mv", "newer.py", "new.py")
    world.person_replaces("new.py", "line number 3\n", "")
    world.commit()
    counted = count()
    assert told(counted, left(world, counted)) == {"cc_A": (20, 19)}


def test_a_deleted_file_keeps_nothing(world: World, count: Count) -> None:
    world.agent("A").writes("a.py", "one\n")
    world.commit()
    world.git("rm", "-q", "a.py")
    world.commit()
    counted = count()
    assert told(counted, left(world, counted)) == {"cc_A": (1, 0)}


def test_reformatted_lines_are_still_there(world: World, count: Count) -> None:
    world.agent("A").writes("a.py", "first(alpha, beta, gamma)\nsecond(alpha, beta, gamma)\n")
    world.commit()
    world.person_writes("a.py", "first( alpha,beta,gamma )\nsecond( alpha,beta,gamma )\n")
    world.commit()
    counted = count()
    assert told(counted, left(world, counted)) == {"cc_A": (2, 2)}


def test_lines_of_commits_that_were_not_counted_are_left_out(world: World, count: Count) -> None:
    world.agent("A").writes("a.py", "one\n")
    world.commit()
    world.agent("B").writes("a.py", "one\ntwo\n")
    world.commit()
    counted = count("HEAD~1..HEAD")
    assert told(counted, left(world, counted)) == {"cc_B": (1, 1)}


def test_whoever_stops_asking_gets_no_result_and_leaves_nothing_running(world: World, count: Count) -> None:
    for number in range(40):
        world.agent("A").writes(f"{number}.py", "one\ntwo\n")
    world.commit()
    steps = measure_survival(world.store, Repository.open(world.path), count())
    assert next(step for step in steps if step.total).done == 1
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


def test_a_revision_that_does_not_exist_is_said(world: World, count: Count) -> None:
    world.agent("A").writes("a.py", "one\n")
    world.commit()
    with pytest.raises(GitError, match="there is no revision 'nope'"):
        left(world, count(), "nope")
