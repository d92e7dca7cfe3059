"""The contents that paths had, as seen from many commits."""

from collections.abc import Callable
from pathlib import Path

import pytest

from byline.git.path_history import PathHistories
from byline.git.repository import Repository

Git = Callable[..., str]
Commit = Callable[..., str]
START = 1_700_000_000


@pytest.fixture
def at(commit: Commit) -> Callable[..., str]:
    """Commit a content of f.txt, so many seconds after the start."""

    def make(second: int, content: str, **others: str) -> str:
        stamp = f"@{START + second} +0000"
        files = {"f.txt": content, **{f"{name}.txt": text for name, text in others.items()}}
        return commit(files, GIT_AUTHOR_DATE=stamp, GIT_COMMITTER_DATE=stamp)

    return make


def contents(repo: Path, histories: PathHistories, rev: str, since: int = 0) -> list[str]:
    """The contents as ``second text``, the newest first."""
    opened = Repository.open(repo)
    found = histories.versions(rev, "f.txt", START + since)[::-1]
    texts = opened.blobs(version.oid for version in found)
    return [f"{version.commit_time - START} {str(texts[version.oid]).strip()}" for version in found]


@pytest.mark.parametrize("with_tip", [True, False])
def test_each_commit_sees_its_own_history_and_what_was_before(
    repo: Path, at: Callable[..., str], with_tip: bool
) -> None:
    oids = [at(second, f"v{second}") for second in (0, 10, 20, 30)]
    histories = PathHistories(Repository.open(repo), oids[-1] if with_tip else None)
    for _ in range(2):
        assert contents(repo, histories, oids[3], 10) == ["30 v30", "20 v20", "10 v10", "9 v0"]
        assert contents(repo, histories, oids[1], 10) == ["10 v10", "9 v0"]
        assert contents(repo, histories, oids[2], 10) == ["20 v20", "10 v10", "9 v0"]
        assert contents(repo, histories, oids[2], 0) == ["20 v20", "10 v10", "0 v0"]


def test_a_commit_that_leaves_the_path_alone_sees_what_it_was(repo: Path, at: Callable[..., str]) -> None:
    at(0, "v0")
    at(10, "v10")
    other = at(20, "v10", other="x")
    histories = PathHistories(Repository.open(repo))
    assert contents(repo, histories, other, 5) == ["10 v10", "4 v0"]
    assert contents(repo, histories, other, 15) == ["14 v10"]


def test_a_path_that_was_never_there_has_no_contents(repo: Path, at: Callable[..., str]) -> None:
    oid = at(0, "v0")
    assert PathHistories(Repository.open(repo)).versions(oid, "no.txt", START) == []


def test_other_branches_are_not_seen_and_merges_see_both(
    repo: Path, git: Git, at: Callable[..., str]
) -> None:
    at(0, "1\n2\n3\n4\n5\n")
    git("switch", "-q", "-c", "side")
    side = at(10, "1\n2\n3\n4\nfive\n")
    git("switch", "-q", "main")
    main = at(20, "one\n2\n3\n4\n5\n")
    stamp = f"@{START + 30} +0000"
    git("merge", "-q", "-m", "m", "side", GIT_AUTHOR_DATE=stamp, GIT_COMMITTER_DATE=stamp)
    merge = git("rev-parse", "HEAD")
    opened = Repository.open(repo)
    histories = PathHistories(opened)
    times = {
        rev: [version.commit_time - START for version in histories.versions(rev, "f.txt", START + 5)[::-1]]
        for rev in (merge, main, side)
    }
    assert times == {merge: [30, 20, 10, 4], main: [20, 4], side: [10, 4]}


def test_a_merge_that_takes_the_file_from_a_side_sees_that_sides_history(
    repo: Path, git: Git, at: Callable[..., str]
) -> None:
    at(0, "v0")
    git("switch", "-q", "-c", "side")
    at(10, "v10")
    at(20, "v20")
    git("switch", "-q", "main")
    at(15, "v0", other="x")
    git("merge", "-q", "-m", "m", "side")
    merge = git("rev-parse", "HEAD")
    opened = Repository.open(repo)
    for histories in (PathHistories(opened), PathHistories(opened, merge)):
        assert contents(repo, histories, merge, 5) == ["20 v20", "10 v10", "4 v0"]
