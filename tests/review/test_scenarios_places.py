"""Files, folders and repositories: scenarios of ``attribution.md`` on where an edit was made."""

from collections.abc import Callable
from pathlib import Path

from world import World, told

from byline.git.repository import Repository
from byline.review.review import review_staged

BASE = "".join(f"line {number}\n" for number in range(1, 31))


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


def test_s37_a_shorter_path_of_the_same_name_is_not_meant(world: World) -> None:
    world.person_writes("src/i.ts", "one\n")
    world.person_writes("packages/a/src/i.ts", "one\n")
    world.commit()
    a = world.agent("A", root="/home/x/project")
    a.records("packages/a/src/i.ts", "one\n", "one\ntwo two two two\n")
    world.person_writes("src/i.ts", "one\ntwo two two two\n")
    world.commit()
    assert told(world.review()) == ["+two two two two | unknown no_edit"]


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
