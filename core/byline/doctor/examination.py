"""All checks in order, and what can be put right by itself."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from byline.doctor.agent_checks import check_agents
from byline.doctor.finding import Finding
from byline.doctor.place_checks import check_repository, check_settings
from byline.doctor.store_checks import check_secrets, check_store, last_events
from byline.errors import BylineError
from byline.setup.git_hooks import repository_of


def examine(database: Path, folder: Path, *, deep: bool = True) -> Iterator[Finding]:
    """Every finding, as it is found; unless ``deep`` the stored texts are not looked through."""
    now_ms = time.time_ns() // 1_000_000
    repository = repository_of(folder)
    root = None if repository is None or repository.bare else repository.root
    yield from check_agents(root, last_events(database) if database.exists() else {}, now_ms)
    yield from check_store(database, now_ms)
    yield from check_repository(repository)
    yield from check_settings(str(folder))
    if deep:
        yield from check_secrets(database)


def put_right(finding: Finding, database: Path, folder: Path) -> None:
    """Run a finding's remedy.

    Raises:
        BylineError: it did not work; the message is what it said.
    """
    word, *rest = finding.remedy
    if word == "chmod":
        try:
            Path(rest[1]).chmod(int(rest[0], 8))
        except OSError as error:
            raise BylineError(f"{rest[1]}: {error.strerror}") from error
        return
    module = "byline.ingest" if word == "byline-ingest" else "byline.cli.main"
    words = ["--strict", *rest] if word == "byline-ingest" else list(finding.remedy)
    done = subprocess.run(
        [sys.executable, "-m", module, "--db", str(database), *words],
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise BylineError(f"{' '.join(finding.remedy)}: {said or f'ended with {done.returncode}'}")
