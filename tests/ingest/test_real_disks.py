"""A disk that is really full, and one that is really read-only: mounted for one process alone.

Linux only, and only where a user may make namespaces of their own (``unshare -rm``); ``test_storms.py`` holds
the same where files may not grow, which every machine can do.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.ingest.spool import fallback_folders, waiting

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = Callable[..., list[tuple[object, ...]]]

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
ENVELOPE = (
    b'{"tool_name": "pi", "payloads": [{"type": "message", "session_id": "s", "message_id": "late", '
    b'"role": "user", "generated_at_unix_ms": 1}]}'
)
FULL = 'head -c 2000000 /dev/zero >"$0/fill" 2>/dev/null || true'
READ_ONLY = 'mount -o remount,ro "$0"'
CALLS = [["conversation-trace"], ["conversation-trace", "--defer"], ["hook", "--agent", "claude"]]


def can_mount() -> bool:
    """Whether this machine lets us mount something for a process."""
    try:
        words = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(
    not can_mount(), reason="unshare -rm cannot mount a tmpfs here: no disk can be filled for a process alone"
)


def on_disk(
    folder: Path, state: str, words: list[str], database: Path, store: bool = True
) -> subprocess.CompletedProcess[bytes]:
    """Run a call where ``folder`` is a disk of one megabyte in that state, with or without a store on it."""
    folder.mkdir(parents=True, exist_ok=True)
    first = (
        f'{sys.executable} -c "$1" --db "$2" conversation-trace --strict </dev/null >&2 2>/dev/null;'
        if store
        else ""
    )
    script = f'mount -t tmpfs -o size=1m none "$0" && {{ {first} {state}; shift 2; exec "$@"; }}'
    return subprocess.run(
        [
            "unshare", "-rm", "sh", "-c", script, str(folder), MAIN, str(database),
            sys.executable, "-c", MAIN, "--db", str(database), *words,
        ],
        input=ENVELOPE, capture_output=True, check=False, env=dict(os.environ), timeout=25,
    )  # fmt: skip


@pytest.mark.parametrize("words", CALLS)
@pytest.mark.parametrize("store", [True, False])
@pytest.mark.parametrize("state", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_the_payload_goes_where_something_can_be_written(
    database: Path, isolated_home: Path, state: str, store: bool, words: list[str]
) -> None:
    said = on_disk(database.parent, state, words, database, store)
    assert (said.returncode, said.stdout) == (0, b"")
    assert b"Traceback" not in said.stderr
    (kept,) = waiting(str(database))
    assert kept.startswith(f"{isolated_home}/state/byline/")
    assert Path(kept).read_bytes().endswith(ENVELOPE)
    if "--defer" not in words:
        line = said.stderr.decode().removeprefix("byline-ingest: ").split("\n")[0]
        assert line in (isolated_home / "state" / "byline" / "ingest.log").read_text()


def test_it_is_stored_when_the_disk_is_in_order_again(run: Run, database: Path, rows: Rows) -> None:
    on_disk(database.parent, FULL, ["conversation-trace"], database)
    assert run("drain", "--strict").returncode == 0
    assert rows("SELECT message_id FROM messages") == [("late",)]


@pytest.mark.parametrize("words", CALLS)
@pytest.mark.parametrize("state", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_where_no_place_can_be_written_the_caller_is_told_and_goes_on(
    isolated_home: Path, monkeypatch: pytest.MonkeyPatch, state: str, words: list[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(isolated_home / "tmp"))
    database = isolated_home / "byline.db"
    said = on_disk(isolated_home, state, words, database)
    assert (said.returncode, said.stdout) == (0, b"")
    assert b"the payload is lost" in said.stderr
    assert b"Traceback" not in said.stderr
    assert not any(Path(folder).exists() for folder in fallback_folders(str(database)))


@pytest.mark.parametrize("state", [FULL, READ_ONLY], ids=["full", "read-only"])
def test_a_drain_does_not_wait_for_a_disk(database: Path, isolated_home: Path, state: str) -> None:
    on_disk(database.parent, state, ["conversation-trace"], database)
    # Half a minute is what it would wait for another process.
    said = on_disk(
        database.parent, f'mkdir -p "$0/byline.db-spool" && {state}', ["drain", "--strict"], database, False
    )
    assert said.returncode == 4
    assert len(waiting(str(database))) == 1
