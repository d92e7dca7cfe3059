"""The folder with the real clients, and what the plugins are in a form that Node.js and TypeScript take."""

import os
from pathlib import Path

import pytest

from byline.agents.plugin_file import plugin_file

# Read before the tests' isolation takes every BYLINE_ variable away.
_CLIENTS = os.environ.get("BYLINE_CLIENTS")


@pytest.fixture(scope="session")
def installed_clients() -> Path:
    """The folder that ``tests/clients/install.sh`` made; without one the test is skipped and says so."""
    if not _CLIENTS:
        pytest.skip("no real clients: run tests/clients/install.sh FOLDER and set BYLINE_CLIENTS=FOLDER")
    folder = Path(_CLIENTS)
    if not (folder / "node_modules").is_dir():
        pytest.skip(f"no real clients: {folder} has no node_modules; run tests/clients/install.sh {folder}")
    return folder


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """A folder with ``opencode.ts`` and ``pi.ts`` as they are installed."""
    for name, package, source in (
        ("opencode.ts", "byline.agents.opencode", "plugin/byline.ts"),
        ("pi.ts", "byline.agents.pi", "extension/byline.ts"),
    ):
        body = plugin_file(package, source)
        assert body is not None
        (tmp_path / name).write_bytes(body)
    return tmp_path
