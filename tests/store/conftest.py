"""A store of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from byline.store.store import Store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the test's store is, or will be."""
    return tmp_path / "data" / "byline.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """An open, empty store."""
    with Store(database) as opened:
        yield opened
