"""Commits counted: what a row's numbers are, under every grouping."""

from collections.abc import Callable

import pytest
from world import World

from byline.errors import GitError
from byline.git.repository import Repository
from byline.review.log import shares
from byline.statistics.facts import DIRECTORY_DEPTH, Statistics, directory_of
from byline.statistics.reading import read_shares
from byline.statistics.tables import GROUPINGS, By, Row, agents_of, rows, totals

Count = Callable[..., Statistics]


@pytest.fixture
def written(world: World) -> World:
    """Three commits by two agents and a person, in three folders, over two months."""
    world.agent("A", "claude-opus-4-6").writes("src/web/page/a.py", "one\ntwo\nthree\n")
    world.agent("B", "claude-sonnet-4-5").writes("docs/b.md", "four\n")
    world.commit("first")
    world.tick(40 * 24 * 3600)
    world.person_writes("top.txt", "five\nsix\n")
    world.agent("C", None).writes("src/web/c.py", "seven\n")
    world.commit("second")
    world.person_replaces("src/web/page/a.py", "two\n", "")
    world.commit("third")
    return world


def table(world: World, counted: Statistics, by: By) -> dict[str, tuple[int, int, int]]:
    """Added and removed lines and commits per group."""
    found = rows(counted, by, agents_of(world.store, counted))
    return {row.group.name: (row.added.total, row.removed.total, row.commits) for row in found}


@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        ("model", {"claude-opus-4-6": (3, 0, 1), "claude-sonnet-4-5": (1, 0, 1), "model unknown": (1, 0, 1),
                   "unknown": (2, 1, 2)}),
        ("agent", {"claude": (5, 0, 2), "unknown": (2, 1, 2)}),
        ("session", {"cc_A": (3, 0, 1), "cc_B": (1, 0, 1), "cc_C": (1, 0, 1), "unknown": (2, 1, 2)}),
        ("author", {"Mia Person": (7, 1, 3)}),
        ("directory", {"src/web": (4, 1, 3), ".": (2, 0, 1), "docs": (1, 0, 1)}),
        ("contributor", {"ai": (5, 0, 2), "unknown": (2, 1, 2)}),
        ("month", {"2025-10": (4, 0, 1), "2025-11": (3, 1, 2)}),
        ("week", {"2025-10-06": (4, 0, 1), "2025-11-17": (3, 1, 2)}),
        ("day", {"2025-10-09": (4, 0, 1), "2025-11-18": (3, 1, 2)}),
        ("year", {"2025": (7, 1, 3)}),
    ],
)  # fmt: skip
def test_every_grouping_counts_lines_and_commits(
    written: World, count: Count, by: By, wanted: dict[str, tuple[int, int, int]]
) -> None:
    assert table(written, count(), by) == wanted


def test_rows_come_with_most_lines_first_and_nobody_in_particular_last(written: World, count: Count) -> None:
    for lines in ("5", "6", "7"):
        written.person_writes(f"{lines}.txt", f"{lines}\n" * 9)
    written.commit()
    found = rows(count(), "model", {})
    assert [row.group.name for row in found] == [
        "claude-opus-4-6", "claude-sonnet-4-5", "model unknown", "unknown"
    ]  # fmt: skip
    assert found[-1].added.total > found[0].added.total


def test_all_groupings_add_up_to_the_same(written: World, count: Count) -> None:
    counted = count()
    whole = totals(counted)

    def sums(found: list[Row]) -> tuple[int, int, int]:
        return (
            sum(row.added.total for row in found),
            sum(row.removed.total for row in found),
            sum(row.written for row in found),
        )

    for by in GROUPINGS:
        assert sums(rows(counted, by, {})) == (7, 1, 5), by
    assert (whole.added.total, whole.removed.total, whole.written, whole.commits) == (7, 1, 5, 3)


def test_a_session_that_was_forgotten_has_no_agent(written: World, count: Count) -> None:
    assert [row.group.name for row in rows(count(), "agent", {"cc_A": "claude"})] == [
        "claude", "agent unknown", "unknown"
    ]  # fmt: skip


def test_merges_are_left_out_for_their_lines_were_counted_where_they_were_made(
    world: World, count: Count
) -> None:
    world.person_writes("a.txt", "one\n")
    world.commit()
    world.git("checkout", "-q", "-b", "side")
    world.agent("A").writes("b.txt", "two\nthree\n")
    world.commit()
    world.git("checkout", "-q", "main")
    world.person_writes("c.txt", "four\n")
    world.commit()
    world.git("merge", "-q", "--no-edit", "side")
    counted = count()
    assert (len(counted.commits), counted.merges) == (3, 1)
    assert table(world, counted, "model") == {"opus": (2, 0, 1), "unknown": (2, 0, 2)}


def test_lines_that_were_only_reformatted_were_written_once(world: World, count: Count) -> None:
    world.agent("A").writes("a.py", "first(alpha, beta, gamma)\nsecond(alpha, beta, gamma)\n")
    world.commit()
    world.person_writes("a.py", "first( alpha,beta,gamma )\nsecond( alpha,beta,gamma )\n")
    world.commit()
    row = rows(count(), "session", {})[0]
    assert (row.group.name, row.added.total, row.added.carried, row.written) == ("cc_A", 4, 2, 2)


def test_paths_limit_what_is_counted(written: World, count: Count) -> None:
    assert table(written, count("HEAD", "docs"), "directory") == {"docs": (1, 0, 1)}


def test_a_range_counts_its_commits_only(written: World, count: Count) -> None:
    assert table(written, count("HEAD~2..HEAD~1"), "contributor") == {"ai": (1, 0, 1), "unknown": (2, 0, 1)}


def test_a_commit_that_git_cannot_read_costs_no_more_than_itself(written: World, count: Count) -> None:
    lost = written.git("rev-parse", "HEAD~1:top.txt")
    place = written.path / ".git" / "objects" / lost[:2] / lost[2:]
    place.chmod(0o644)
    place.unlink()
    # Git would read it from the work tree, where it is the same.
    (written.path / "top.txt").unlink()
    after = count()
    assert len(after.commits) + len(after.unread) == 3
    found = table(written, after, "model")
    assert found["claude-opus-4-6"] == (3, 0, 1)
    assert found["unknown"] == (0, 1, 1)


def test_a_repository_that_vanishes_ends_the_counting_with_the_reason(written: World) -> None:
    repository = Repository.open(written.path)
    commits = list(repository.log())
    written.path.rename(written.path.with_name("gone"))
    with pytest.raises(GitError, match="there is no folder"):
        list(read_shares(written.store, repository, commits))


def test_shares_are_passed_on_as_they_are(written: World) -> None:
    repository = Repository.open(written.path)
    commits = list(repository.log())
    assert [share.commit for share in read_shares(written.store, repository, commits)] == commits
    again = list(read_shares(written.store, repository, commits))
    assert again == list(shares(written.store, repository, commits))


def test_an_absurd_author_time_is_counted_in_a_period_that_exists(world: World, count: Count) -> None:
    world.person_writes("a.txt", "one\n")
    world.git("add", "-A")
    tree = world.git("write-tree")
    for stamp in ("0", "99999999999"):
        who = f"Mia <m@example.com> {stamp} +0000"
        body = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nsubject\n"
        oid = world.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=body)
        for by, wanted in (("year", {"0": "1970", "99999999999": "5138"}), ("week", {"0": "1969-12-29"})):
            found = table(world, count(oid), by)  # type: ignore[arg-type] # two of the groupings
            if stamp in wanted:
                assert list(found) == [wanted[stamp]]


def test_folders_are_told_apart_to_a_depth() -> None:
    assert DIRECTORY_DEPTH == 2
    assert [directory_of(path) for path in ("a", "x/a", "x/y/a", "x/y/z/a")] == [".", "x", "x/y", "x/y"]
