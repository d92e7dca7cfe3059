"""A store of one's own, calls made in this process, and calls made as agents make them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from byline.config import read_config
from byline.ingest.payloads import Call, Result, store_call
from byline.ingest.retry import patience
from byline.store.connection import connect

NOW_MS = 1_760_000_000_000
Row = tuple[object, ...]


class Send(Protocol):
    """Store a payload in this process, as if received at a time."""

    def __call__(self, kind: str, payload: object, received_ms: int = NOW_MS) -> Result: ...


class Run(Protocol):
    """Run ``byline-ingest`` as a process of its own."""

    def __call__(
        self, *words: str, stdin: bytes = b"", cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[bytes]: ...


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the test's store will be; nothing is there yet."""
    return tmp_path / "store" / "byline.db"


@pytest.fixture
def send(database: Path) -> Send:
    """Store a payload: a value that becomes JSON, or bytes as they are."""

    def call(kind: str, payload: object, received_ms: int = NOW_MS) -> Result:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return store_call(Call(kind, data, received_ms), str(database), patience(read_config("", "")))

    return call


@pytest.fixture
def rows(database: Path) -> Callable[..., list[Row]]:
    """Ask the store."""

    def query(sql: str, *values: object) -> list[Row]:
        # A call that had nothing to store has not even made the store.
        connection = connect(database)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    return query


@pytest.fixture
def run(database: Path, tmp_path: Path) -> Run:
    """The console script, on the test's store, in a folder that is no repository."""

    def call(
        *words: str, stdin: bytes = b"", cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from byline.ingest.main import main; sys.exit(main())",
                *words,
            ],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=cwd or tmp_path,
            env={**os.environ, "BYLINE_DB": str(database), **environment},
        )

    return call
