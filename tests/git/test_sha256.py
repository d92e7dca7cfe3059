"""Repositories whose objects are named by SHA-256."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, told

from byline.git.batch import Batch
from byline.git.model import NO_OID
from byline.git.repository import Repository
from byline.review.blame import blame_file
from byline.review.log import shares
from byline.review.review import review_span
from byline.store.store import Store

Git = Callable[..., str]


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "repo"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", "--object-format=sha256", "-b", "main"], cwd=folder, check=True)
    return World(folder, Store(tmp_path / "byline.db"))


def test_ids_are_whole_and_what_is_not_there_has_the_same_id_as_everywhere(world: World) -> None:
    world.person_writes("f.txt", "one\n")
    world.commit()
    world.person_writes("f.txt", "two\n")
    repository = Repository.open(world.path)
    commit = repository.commit("HEAD")
    whole = world.git("rev-parse", "HEAD:f.txt")
    assert len(whole) == 64
    with Batch(repository) as batch:
        (change,) = batch.changes(commit)
    assert (change.old_oid, change.new_oid) == (NO_OID, whole)
    (listed,) = repository.changed_paths([commit.oid])[commit.oid]
    assert (listed.old_oid, listed.new_oid) == (NO_OID, whole)
    (uncommitted,) = repository.worktree_changes()
    assert (uncommitted.old_oid, uncommitted.new_oid) == (whole, NO_OID)


def test_a_commit_its_log_and_its_blame_tell_the_authors(world: World) -> None:
    world.person_writes("f.txt", "one\ntwo\n")
    world.commit()
    world.agent("A", "opus").replaces("f.txt", "one\n", "one\nan agent's line\n")
    world.agent("B", "gpt", with_before=True).writes("new.txt", "another agent's line\n")
    world.commit()
    lines = ["+an agent's line | A opus exact", "+another agent's line | B gpt exact"]
    assert told(world.review()) == lines
    repository = Repository.open(world.path)
    newest = next(iter(shares(world.store, repository, repository.log())))
    assert newest.summary().added.ai == 2
    blamed = blame_file(world.store, repository, "f.txt", "HEAD").lines
    assert [line.credit.contributor for line in blamed] == ["unknown", "ai", "unknown"]
    assert {len(line.commit or "") for line in blamed} == {64}


def test_the_index_and_a_deletion_are_read(world: World) -> None:
    world.person_writes("f.txt", "one\n")
    world.person_writes("gone.txt", "gone\n")
    world.commit()
    world.agent("A", "opus").replaces("f.txt", "one\n", "one\ntwo\n")
    (world.path / "gone.txt").unlink()
    world.git("add", "-A")
    repository = Repository.open(world.path)
    changes = {change.path: change for change in repository.staged_changes()}
    assert changes["gone.txt"].new_oid == NO_OID
    assert changes["gone.txt"].hunks[0].body == ("-gone",)
    world.commit()
    assert told(world.review()) == ["+two | A opus exact", "-gone | unknown no_edit"]


def test_a_span_from_before_the_first_commit_is_read_as_one(world: World) -> None:
    world.agent("A", "opus").writes("f.txt", "one\n")
    world.commit()
    world.agent("B", "gpt", with_before=True).replaces("f.txt", "one\n", "one\ntwo\n")
    world.commit()
    review = review_span(world.store, Repository.open(world.path), None, "HEAD")
    assert told(review) == ["+one | A opus exact", "+two | B gpt exact"]
