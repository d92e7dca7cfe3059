"""A store of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from talk import Talk

from byline.store.search import Searching
from byline.store.store import Store


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    """An empty store."""
    path = tmp_path / "byline.db"
    with Store(path) as store, Searching(path) as searching:
        yield Talk(store, searching)
