"""Many objects and diffs from processes that stay, and around what cannot be read."""

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.errors import GitError
from byline.git.batch import Batch
from byline.git.dialogue import Dialogue
from byline.git.repository import Repository

Git = Callable[..., str]
Commit = Callable[..., str]


def object_file(repo: Path, oid: str) -> Path:
    return repo / ".git" / "objects" / oid[:2] / oid[2:]


def answer(dialogue: Dialogue) -> bytes:
    dialogue.ask(b"HEAD")
    return dialogue.line()


def test_every_commit_is_read_as_it_is_alone(repo: Path, git: Git, commit: Commit) -> None:
    commit({"a.txt": "a\n", "bin": b"\0\1"})
    git("switch", "-q", "-c", "side")
    commit({"side.txt": "s\n"})
    git("switch", "-q", "main")
    commit({"a.txt": "b\n"})
    git("merge", "-q", "--no-ff", "-m", "merge", "side")
    commit({}, "empty")
    opened = Repository.open(repo)
    with Batch(opened) as batch:
        for found in [*opened.log(), *opened.log()]:
            assert batch.changes(found) == opened.changes(found), found.subject


def test_contents_sizes_and_times_are_known_and_what_is_missing_is_none(repo: Path, commit: Commit) -> None:
    oid = commit({"a.txt": "ä\n", "empty": ""})
    opened = Repository.open(repo)
    with Batch(opened) as batch:
        names = [f"{oid}:a.txt", f"{oid}:empty", f"{oid}:no", "0" * 40, f"{oid}:a\nb", oid]
        assert batch.blobs(names) == dict(zip(names, ["ä\n", "", None, None, None, None], strict=True))
        assert list(batch.sizes(names).values())[:5] == [3, 0, None, None, None]
        assert batch.commit_time(oid) == opened.commit(oid).commit_time
        assert batch.commit_time(f"{oid}:a.txt") is None


def test_a_file_that_looks_like_the_end_of_an_answer_is_no_end(repo: Path, commit: Commit) -> None:
    commit({"a.txt": "byline 0123456789abcdef0123456789abcdef\n" * 3})
    opened = Repository.open(repo)
    with Batch(opened) as batch:
        assert len(batch.changes(opened.commit("HEAD"))[0].hunks[0].body) == 3


def test_a_git_that_ended_is_started_again(repo: Path, git: Git, commit: Commit) -> None:
    commit({"a.txt": "a\n"})
    dialogue = Dialogue(repo, ["cat-file", "--batch-check", "--no-such-option"])
    for _ in range(2):
        with pytest.raises(GitError, match="unknown option"):
            answer(dialogue)
    dialogue.close()


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_blob_that_cannot_be_read_costs_its_file_only(
    repo: Path, git: Git, commit: Commit, damage: str
) -> None:
    commit({"moved.txt": "same\n" * 9})
    git("mv", "moved.txt", "here.txt")
    commit({"a.txt": "a\n", "lost.txt": "lost\n", "src/z.txt": "z\n"})
    lost = object_file(repo, git("rev-parse", "HEAD:lost.txt"))
    lost.chmod(0o600)
    # Else git reads the file in its place.
    (repo / "lost.txt").unlink()
    if damage == "missing":
        lost.unlink()
    else:
        lost.write_bytes(zlib.compress(b"blob 5\0lost\n")[:-6])
    opened = Repository.open(repo)
    with Batch(opened) as batch:
        for found in (opened.changes(opened.commit("HEAD")), batch.changes(opened.commit("HEAD"))):
            assert [(change.path, change.unreadable, len(change.hunks)) for change in found] == [
                ("a.txt", False, 1), ("here.txt", False, 0), ("lost.txt", True, 0), ("src/z.txt", False, 1),
            ]  # fmt: skip
            assert found[1].status == "renamed"
        assert batch.blobs([git("rev-parse", "HEAD:lost.txt"), "HEAD:a.txt"])["HEAD:a.txt"] == "a\n"
        assert batch.blobs([git("rev-parse", "HEAD:lost.txt")]).popitem()[1] is None
        assert batch.blobs(["HEAD:a.txt"]) == {"HEAD:a.txt": "a\n"}


def test_a_partial_clone_is_read_as_far_as_its_blobs_are_there(
    repo: Path, tmp_path: Path, git: Git, commit: Commit
) -> None:
    commit({"a.txt": "a\n"})
    commit({"a.txt": "b\n", "c.txt": "c\n"})
    git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git("clone", "-q", "--filter=blob:none", f"file://{repo}", str(clone))
    repo.rename(tmp_path / "gone")
    opened = Repository.open(clone)
    first = opened.changes(opened.commit("HEAD~1"))
    assert [(change.path, change.unreadable) for change in first] == [("a.txt", True)]
    second = opened.changes(opened.commit("HEAD"))
    assert [(change.path, change.unreadable) for change in second] == [("a.txt", True), ("c.txt", False)]


def test_a_shallow_clones_oldest_commit_is_its_root(
    repo: Path, tmp_path: Path, git: Git, commit: Commit
) -> None:
    for text in ("a\n", "b\n", "c\n"):
        commit({"a.txt": text})
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth=2", f"file://{repo}", str(clone))
    opened = Repository.open(clone)
    newest, oldest = opened.log()
    with Batch(opened) as batch:
        assert batch.changes(newest)[0].status == "modified"
        assert (oldest.parents, batch.changes(oldest)[0].status) == ((), "added")


def test_a_file_in_conflict_is_shown_against_ours_and_said_to_be_in_the_index(
    repo: Path, git: Git, commit: Commit
) -> None:
    commit({"f.txt": "a\nb\nc\n", "gone.txt": "x\n"})
    git("switch", "-q", "-c", "side")
    commit({"f.txt": "a\nside\nc\n", "gone.txt": "y\n"})
    git("switch", "-q", "main")
    git("rm", "-q", "gone.txt")
    commit({"f.txt": "a\nmain\nc\n"})
    with pytest.raises(Exception, match="non-zero exit status 1"):
        git("merge", "side")
    opened = Repository.open(repo)
    worktree = {change.path: change for change in opened.worktree_changes()}
    assert not worktree["f.txt"].conflict
    assert "+=======" in worktree["f.txt"].hunks[0].body
    assert {change.path: change.conflict for change in opened.staged_changes()} == {
        "f.txt": True, "gone.txt": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["a b.txt", 'quo"te.txt', "tab\t.txt", "näh.txt", "back\\slash", "x b/y.txt"]
)
def test_only_files_that_changed_are_changes_of_the_work_tree(
    repo: Path, git: Git, commit: Commit, name: str
) -> None:
    import os

    commit({name: "one\n", "alike.txt": "one\n", "zz" + name: "one\n"})
    for other in ("alike.txt", "zz" + name):
        os.utime(repo / other, (1, 1))
    (repo / name).write_text("two\n")
    assert [change.path for change in Repository.open(repo).worktree_changes()] == [name]
