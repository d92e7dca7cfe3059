"""Every line of a file: git's commit for it, and the engine's answer in that commit."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from world import World

from byline.demo.build import build_demo
from byline.errors import GitError
from byline.git.blame import read_blame
from byline.git.repository import Repository
from byline.review.blame import Blame, blame_file
from byline.review.review import review_commit
from byline.store.store import Store

BASE = "".join(f"line {number}\n" for number in range(1, 21))


def blamed(world: World, path: str, rev: str | None = None, line: int | None = None) -> Blame:
    return blame_file(world.store, Repository.open(world.path), path, rev, line=line)


def who(blame: Blame) -> list[str]:
    """The lines as ``content | session model match``, or ``content | reason``."""
    lines: list[str] = []
    for line in blame.lines:
        credit, origin = line.credit, line.credit.origin
        words = (
            [origin.session_id.removeprefix("cc_"), origin.model_id, credit.match]
            if origin
            else [credit.reason]
        )
        lines.append(f"{line.content} | {' '.join(str(word) for word in words)}")
    return lines


def test_every_line_is_answered_in_the_commit_that_introduced_it(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.py", "one\nthree\n")
    first = world.commit()
    b.writes("f.py", "one\ntwo\nthree\n")
    second = world.commit()
    world.person_writes("f.py", "zero\none\ntwo\nthree\n")
    third = world.commit()
    blame = blamed(world, "f.py", "HEAD")
    assert who(blame) == ["zero | no_edit", "one | A opus exact", "two | B gpt exact", "three | A opus exact"]
    assert [line.commit for line in blame.lines] == [third, first, second, first]
    assert [line.line_number for line in blame.lines] == [1, 2, 3, 4]
    assert [line.original_line for line in blame.lines] == [1, 1, 2, 2]


def test_an_older_revision_reads_as_it_was(world: World) -> None:
    a, b = world.agent("A"), world.agent("B")
    a.writes("f.py", "one = compute(1)\n")
    world.commit()
    b.writes("f.py", "two = something(else_)\n")
    world.commit()
    assert who(blamed(world, "f.py", "HEAD~1")) == ["one = compute(1) | A opus exact"]
    assert who(blamed(world, "f.py", "HEAD")) == ["two = something(else_) | B opus exact"]


def test_a_renamed_file_is_followed_to_its_old_name(world: World) -> None:
    a = world.agent("A")
    a.writes("old.py", BASE)
    world.commit()
    world.git("mv", "old.py", "new.py")
    world.person_replaces("new.py", "line 5\n", "typed by hand\n")
    world.commit()
    blame = blamed(world, "new.py", "HEAD")
    assert who(blame)[3:6] == ["line 4 | A opus exact", "typed by hand | no_edit", "line 6 | A opus exact"]
    assert [line.original_path for line in blame.lines][3:5] == ["old.py", "new.py"]


def test_an_edit_of_the_old_name_counts_in_the_commit_that_renames(world: World) -> None:
    world.person_writes("old.py", BASE)
    world.commit()
    a = world.agent("A")
    a.replaces("old.py", "line 5\n", "from the agent\n")
    world.git("mv", "old.py", "new.py")
    world.commit()
    assert who(blamed(world, "new.py", "HEAD"))[4] == "from the agent | A opus exact"


def test_a_block_that_was_moved_to_another_file_keeps_its_author_and_a_copy_does_not(world: World) -> None:
    a = world.agent("A")
    block = "def moved():\n    first = compute_first()\n    second = compute_second()\n    return first\n"
    copied = "def copied():\n    third = compute_third()\n    fourth = compute_fourth()\n    return third\n"
    a.writes("a.py", f"{block}\n\n{copied}")
    world.person_writes("b.py", "import os\n")
    world.commit()
    world.person_writes("a.py", copied)
    world.person_writes("b.py", f"import os\n{block}{copied}")
    world.commit()
    told = who(blamed(world, "b.py", "HEAD"))
    assert told[1:5] == [f"{line} | A opus moved" for line in block.split("\n")[:-1]]
    assert told[5:] == [f"{line} | no_edit" for line in copied.split("\n")[:-1]]


def test_the_work_tree_answers_staged_and_unstaged_lines_where_they_are(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b = world.agent("A"), world.agent("B")
    a.replaces("f.txt", "line 10\n", "line 10\nfrom a\n")
    world.git("add", "f.txt")
    b.writes("f.txt", "from b\n" + world.read("f.txt"))
    world.person_writes("f.txt", world.read("f.txt") + "typed\n")
    blame = blamed(world, "f.txt")
    uncommitted = [line for line, entry in zip(who(blame), blame.lines, strict=True) if entry.commit is None]
    assert uncommitted == ["from b | B opus exact", "from a | A opus exact", "typed | no_edit"]
    assert len(blame.lines) == 23
    assert blame.rev is None


def test_a_file_renamed_in_the_index_alone_is_followed(world: World) -> None:
    a = world.agent("A")
    a.writes("old.py", BASE)
    commit = world.commit()
    world.git("mv", "old.py", "new.py")
    blame = blamed(world, "new.py")
    assert {line.commit for line in blame.lines} == {commit}
    assert who(blame)[0] == "line 1 | A opus exact"


def test_a_new_file_is_answered_before_git_knows_it(world: World) -> None:
    world.commit()
    world.agent("A").writes("new.py", "one\ntwo\n")
    blame = blamed(world, "new.py")
    assert who(blame) == ["one | A opus exact", "two | A opus exact"]
    assert {line.commit for line in blame.lines} == {None}


def test_a_repository_without_commits_has_a_work_tree(world: World) -> None:
    world.agent("A").writes("new.py", "one\n")
    world.git("add", "new.py")
    world.person_writes("new.py", "one\ntyped\n")
    assert who(blamed(world, "new.py")) == ["one | A opus exact", "typed | no_edit"]


def test_lines_of_a_merge_are_answered_on_their_side(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.git("switch", "-q", "-c", "side")
    world.agent("A").replaces("f.txt", "line 3\n", "from a\n")
    world.commit()
    world.git("switch", "-q", "main")
    world.agent("B").replaces("f.txt", "line 17\n", "from b\n")
    world.commit()
    world.git("merge", "-q", "--no-edit", "side")
    told = who(blamed(world, "f.txt", "HEAD"))
    assert (told[2], told[16]) == ("from a | A opus exact", "from b | B opus exact")


@pytest.mark.parametrize("name", ['sp ace/ü[*]?"q.py', ":(top)x", "-n"])
def test_no_character_of_a_name_has_a_meaning(world: World, name: str) -> None:
    world.agent("A").writes(name, "one\n")
    world.agent("B").writes("z" + name.replace("/", "_"), "other\n")
    world.commit()
    world.agent("C").writes(name, "one\ntwo\n")
    assert who(blamed(world, name)) == ["one | A opus exact", "two | C opus exact"]
    assert who(blamed(world, name, "HEAD")) == ["one | A opus exact"]


def test_a_line_ends_at_a_line_feed_only(world: World) -> None:
    content = "one\r\ntwo\x0cstill\u2028two\nlast without an end"
    world.agent("A").writes("f.txt", content)
    world.commit()
    assert [line.content for line in blamed(world, "f.txt", "HEAD").lines] == content.split("\n")
    assert len(blamed(world, "f.txt").lines) == 3


def test_nobodys_configuration_changes_the_answer(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "one\n")
    world.commit()
    a.writes("f.py", "one\ntwo\n")
    second = world.commit()
    (world.path / "ignored").write_text(second)
    (world.path / ".gitattributes").write_text("*.py diff=upper\n")
    for key, value in (
        ("blame.ignoreRevsFile", "ignored"),
        ("diff.upper.textconv", "tr a-z A-Z <"),
        ("blame.showEmail", "true"),
    ):
        world.git("config", key, value)
    blame = blamed(world, "f.py", "HEAD")
    assert who(blame) == ["one | A opus exact", "two | A opus exact"]
    assert blame.lines[1].commit == second


def test_one_line_is_the_same_as_in_the_whole_file(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    world.agent("A").replaces("f.txt", "line 7\n", "from a\n")
    world.commit()
    world.person_writes("f.txt", "above\n" + world.read("f.txt"))
    whole = blamed(world, "f.txt")
    for number in (1, 2, 8, 21):
        assert blamed(world, "f.txt", line=number).lines == (whole.lines[number - 1],)


def test_a_bare_repository_reads_its_head(world: World, tmp_path: Path) -> None:
    world.agent("A").writes("f.py", "one\n")
    world.commit()
    bare = tmp_path / "bare.git"
    world.git("clone", "-q", "--bare", str(world.path), str(bare))
    blame = blame_file(world.store, Repository.open(bare), "f.py")
    assert [line.content for line in blame.lines] == ["one"]
    assert blame.rev == world.git("rev-parse", "HEAD")


def test_every_commit_is_counted_once(world: World) -> None:
    a = world.agent("A")
    for number in range(3):
        a.writes("f.py", "".join(f"line {at}\n" for at in range((number + 1) * 4)))
        world.commit()
    told: list[tuple[int, int]] = []
    blame_file(
        world.store,
        Repository.open(world.path),
        "f.py",
        "HEAD",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_what_is_no_blame_is_refused() -> None:
    with pytest.raises(GitError, match="unexpected line b'fatal: nonsense'"):
        read_blame(b"fatal: nonsense\n")


def test_an_empty_file_has_no_lines(world: World) -> None:
    world.person_writes("empty", "")
    world.commit()
    assert blamed(world, "empty").lines == ()
    assert blamed(world, "empty", "HEAD").lines == ()


@pytest.fixture
def odd(world: World) -> World:
    """A repository with files that have no lines to blame."""
    world.person_writes("f.py", "one\n")
    (world.path / "binary").write_bytes(b"\0\1\2\n")
    (world.path / "link").symlink_to("f.py")
    world.person_writes("folder/inner.py", "x\n")
    world.person_writes("gone.py", "x\n")
    world.person_writes(".gitignore", "ignored\n")
    world.commit()
    world.person_writes("ignored", "x\n")
    (world.path / "gone.py").unlink()
    return world


@pytest.mark.parametrize(
    ("path", "rev", "line", "message"),
    [
        ("none.py", None, None, "there is no file none.py"),
        ("none.py", "HEAD", None, "there is no file none.py in [0-9a-f]{12}"),
        ("f.py", "nope", None, "there is no revision 'nope'"),
        ("f.py", None, 2, "f.py has 1 line: there is no line 2"),
        ("f.py", "HEAD", 0, "f.py has 1 line: there is no line 0"),
        ("binary", None, None, "binary is a binary file"),
        ("binary", "HEAD", None, "binary is a binary file"),
        ("link", None, None, "link is a symbolic link: name a file"),
        ("link", "HEAD", None, "link is a symbolic link in"),
        ("folder", None, None, "folder is a folder: name a file"),
        ("folder", "HEAD", None, "folder is a folder in"),
        ("gone.py", None, None, "gone.py is deleted in the work tree: name a revision that has it"),
        ("ignored", None, None, "ignored is not tracked by git, and ignored"),
    ],
)
def test_what_cannot_be_blamed_is_said(
    odd: World, path: str, rev: str | None, line: int | None, message: str
) -> None:
    with pytest.raises(GitError, match=message):
        blamed(odd, path, rev, line)


def test_an_answer_is_that_of_the_commits_review(tmp_path: Path) -> None:
    """Over the whole demo: renames, moves, several sessions and models, formatting."""
    demo = build_demo(tmp_path / "demo", datetime(2026, 11, 20, tzinfo=UTC))
    repository = Repository.open(demo.repository)
    checked = 0
    with Store(demo.database) as store:
        shown = {
            (oid, file.path, line.line_number): line
            for oid in demo.oids
            for file in review_commit(store, repository, oid).files
            for line in file.touched()
            if line.kind == "added"
        }
        for path in repository.files("HEAD"):
            if not path.endswith(".png"):
                for line in blame_file(store, repository, path, "HEAD").lines:
                    touched = shown[line.commit or "", line.original_path, line.original_line]
                    assert (touched.content, touched.credit) == (line.content, line.credit)
                    checked += 1
    assert checked > 100


def test_a_problem_with_a_record_is_told_once(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "one\n")
    world.commit()
    a.writes("f.py", "one\ntwo\n")
    world.commit()
    world.store.database.execute_sql("UPDATE diff_traces SET patch = 'no json' WHERE id = 1")
    blame = blamed(world, "f.py", "HEAD")
    assert who(blame)[1] == "two | A opus exact"
    assert len(blame.problems) == 1
    assert "f.py" in blame.problems[0]
