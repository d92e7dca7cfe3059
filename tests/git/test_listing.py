"""Files one may open, and the facts of many commits at once."""

import subprocess
from pathlib import Path

import pytest

from byline.errors import GitError
from byline.git.listing import commit_facts, is_shallow, present_files, renames
from byline.git.repository import Repository


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, subject: str) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", subject)
    return git(folder, "rev-parse", "HEAD")


def test_tracked_and_new_files_are_present_and_ignored_ones_are_not(repo: Path) -> None:
    (repo / 'päth with "quote".txt').write_text("x\n")
    (repo / ".gitignore").write_text("*.log\n")
    commit(repo, "first")
    (repo / "new.txt").write_text("x\n")
    (repo / "x.log").write_text("x\n")
    assert set(present_files(Repository.open(repo))) == {".gitignore", "new.txt", 'päth with "quote".txt'}


def test_a_bare_repository_has_the_files_of_head(repo: Path, tmp_path: Path) -> None:
    (repo / "a.txt").write_text("x\n")
    commit(repo, "first")
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    assert present_files(Repository.open(tmp_path / "bare.git")) == ["a.txt"]


def test_facts_are_read_for_many_commits_and_any_words(repo: Path) -> None:
    subjects = ["plain", "", "with \x1b escape and \t tab", "naïve ✓"]
    oids = [commit(repo, subject) if subject else git_empty(repo) for subject in subjects]
    facts = commit_facts(Repository.open(repo), [*oids, oids[0]])
    assert [facts[oid].subject for oid in oids] == ["plain", "", "with \x1b escape and \t tab", "naïve ✓"]
    assert {facts[oid].author for oid in oids} == {"Mia Person"}
    assert commit_facts(Repository.open(repo), []) == {}
    with pytest.raises(GitError):
        commit_facts(Repository.open(repo), ["1" * 40])


def git_empty(repo: Path) -> str:
    git(repo, "commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    return git(repo, "rev-parse", "HEAD")


def test_renames_are_told_with_and_without_changes(repo: Path) -> None:
    (repo / "a.txt").write_text("".join(f"line {n}\n" for n in range(20)))
    (repo / "b.txt").write_text("".join(f"other {n}\n" for n in range(20)))
    first = commit(repo, "first")
    git(repo, "mv", "a.txt", "moved a.txt")
    git(repo, "mv", "b.txt", "c.txt")
    (repo / "c.txt").write_text("".join(f"other {n}\n" for n in range(1, 20)))
    second = commit(repo, "second")
    found = renames(Repository.open(repo), [first, second])
    assert sorted(found) == [("a.txt", "moved a.txt"), ("b.txt", "c.txt")]


def test_a_shallow_clone_is_known_as_one(repo: Path, tmp_path: Path) -> None:
    commit(repo, "first")
    commit(repo, "second")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    assert is_shallow(Repository.open(tmp_path / "shallow"))
    assert not is_shallow(Repository.open(repo))
