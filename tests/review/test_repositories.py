"""Which repository a checkout is, and which sessions belong to it."""

from collections.abc import Callable
from pathlib import Path

from world import World

from byline.git.repository import Repository
from byline.record import Session
from byline.review.repositories import bind_sessions, repository_row


def add_session(world: World, name: str, cwd: str | None, url: str | None = None) -> None:
    with world.store.write() as writer:
        writer.sessions([Session(f"cc_{name}", "claude", name, cwd=cwd, repository_url=url)])


def repository_of(world: World, name: str) -> str | None:
    row = world.store.sessions.get(f"cc_{name}")
    assert row is not None
    return row.repository


def test_identity_is_the_remote_without_credentials(world: World) -> None:
    world.commit()
    world.git("remote", "add", "origin", "https://me:secret@github.com/a/b.git")
    row = repository_row(world.store, Repository.open(world.path))
    assert row.identity == "github.com/a/b"
    assert row.remote_url == "https://github.com/a/b.git"
    assert "secret" not in str(world.store.repositories.all())


def test_identity_is_else_the_root_commit_and_else_the_path(world: World) -> None:
    assert repository_row(world.store, Repository.open(world.path)).identity == str(world.path)
    world.commit()
    other = World(world.path, world.store)
    assert repository_row(other.store, Repository.open(world.path)).root_commit == world.git(
        "rev-parse", "HEAD"
    )


def test_a_repository_that_gets_its_first_commit_or_a_remote_keeps_its_row(world: World) -> None:
    first = repository_row(world.store, Repository.open(world.path)).id
    world.commit()
    assert repository_row(world.store, Repository.open(world.path)).id == first
    world.git("remote", "add", "origin", "git@github.com:a/b.git")
    assert repository_row(world.store, Repository.open(world.path)).id == first


def test_worktrees_are_one_repository(world: World, clone_of: Callable[[World, str], Path]) -> None:
    world.commit()
    side = clone_of(world, "side")
    assert repository_row(world.store, Repository.open(side)).id == (
        repository_row(world.store, Repository.open(world.path)).id
    )


def test_sessions_are_bound_by_folder_else_by_recorded_url(world: World, tmp_path: Path) -> None:
    world.commit()
    world.git("remote", "add", "origin", "git@github.com:a/b.git")
    (world.path / "deep").mkdir()
    add_session(world, "here", str(world.path / "deep"))
    add_session(world, "gone", "/no/such/folder", "https://github.com/a/b")
    add_session(world, "lost", "/no/such/folder")
    add_session(world, "elsewhere", str(tmp_path))
    assert bind_sessions(world.store) == 2
    assert repository_of(world, "here") == "github.com/a/b"
    assert repository_of(world, "gone") == "github.com/a/b"
    assert repository_of(world, "lost") is None
    assert repository_of(world, "elsewhere") is None
    assert bind_sessions(world.store) == 0
