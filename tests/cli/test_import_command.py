"""``byline import`` as a process: what it leaves behind."""

import subprocess
import sys
from pathlib import Path

from claude_records import ClaudeTranscript


def test_a_dry_run_does_not_even_make_a_store(tmp_path: Path) -> None:
    transcript = ClaudeTranscript(tmp_path / "h" / "s1.jsonl")
    transcript.prompt("Do it")
    database = tmp_path / "data" / "byline.db"
    words = [sys.executable, "-m", "byline.cli.main", "--db", str(database), "import", "--dry-run"]
    done = subprocess.run([*words, str(transcript.path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("would import from 1 of 1 histories")
    assert not database.parent.exists()
