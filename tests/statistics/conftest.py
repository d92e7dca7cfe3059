"""The world that commits are made and counted in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from world import World

from byline.git.repository import Repository
from byline.statistics.facts import Statistics, Tally
from byline.statistics.reading import read_shares
from byline.store.store import Store

Count = Callable[..., Statistics]


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> World:
    """A repository without commits and an empty store."""
    return World(repo, Store(tmp_path / "byline.db"))


@pytest.fixture
def count(world: World) -> Count:
    """Count the commits of a revision or range."""

    def counted(rev: str = "HEAD", *paths: str) -> Statistics:
        repository = Repository.open(world.path)
        tally = Tally()
        for share in read_shares(world.store, repository, repository.log(rev, paths=paths), paths):
            tally.add(share)
        return tally.result()

    return counted
