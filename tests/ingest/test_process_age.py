"""What a slow start is, and what comes of it: the payload is put aside, and stored in the background."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from byline.ingest.process_age import process_age_ms
from byline.ingest.spool import waiting

Rows = Callable[..., list[tuple[object, ...]]]
MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
ENVELOPE = (
    b'{"tool_name": "pi", "payloads": [{"type": "message", "session_id": "s", "message_id": "m", '
    b'"role": "user", "generated_at_unix_ms": 1}]}'
)


def test_the_age_grows_with_the_process() -> None:
    before, begin = process_age_ms(), time.monotonic()
    while time.monotonic() < begin + 0.05:
        pass
    assert 30 <= process_age_ms() - before < 10_000


def started_slowly(database: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A process that has waited for half a second, without having had a core, before the entrypoint began."""
    return subprocess.run(
        [sys.executable, "-c", f"import time; time.sleep(0.5); {MAIN}", "conversation-trace", *words],
        input=ENVELOPE, capture_output=True, check=True,
        env={**os.environ, "BYLINE_DB": str(database), "BYLINE_DEFER": "", **environment},
    )  # fmt: skip


def test_after_a_start_that_took_long_the_payload_is_put_aside_and_follows(
    database: Path, rows: Rows
) -> None:
    assert started_slowly(database).stdout == b""
    deadline = time.monotonic() + 30
    while waiting(str(database)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert rows("SELECT message_id FROM messages") == [("m",)]


def test_who_is_strict_or_says_never_has_it_stored_all_the_same(database: Path) -> None:
    assert b"persisted_messages=1" in started_slowly(database, "--strict").stdout
    assert b"duplicates=1" in started_slowly(database, BYLINE_DEFER="never").stdout
