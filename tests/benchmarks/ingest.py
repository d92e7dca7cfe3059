"""What a hook costs: ``python tests/benchmarks/ingest.py [rounds]``.

Whole processes, measured in turn with a bare interpreter (``python -c pass``) and printed as ratios to it, so
that a busy machine slows both. ``wall`` is what the caller waits; the median and the best of the rounds. The
floor of anything that stores is sqlite3 with json: the row "sqlite3 insert" is that and nothing else.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from byline.ingest.spool import waiting

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
FLOOR = (
    "import json, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); json.loads(sys.stdin.buffer.read()); "
    "c.execute('PRAGMA journal_mode = WAL'); c.execute('CREATE TABLE IF NOT EXISTS t (a)'); "
    "c.execute('INSERT INTO t VALUES (1)'); c.commit(); c.close()"
)


def message(number: int) -> bytes:
    """An envelope with one message and its text."""
    place = {"session_id": "s", "message_id": f"m{number}", "generated_at_unix_ms": 1_000 + number}
    said = place | {"type": "message.part", "part_type": "text", "text": f"hello {number}"}
    payloads = [place | {"type": "message", "role": "user"}, said]
    return json.dumps({"tool_name": "pi", "payloads": payloads}).encode()


def edit(number: int) -> bytes:
    """A raw event of Claude Code: one line of a file replaced."""
    hunk = {"oldStart": 5, "oldLines": 1, "newStart": 5, "newLines": 1, "lines": ["-a", f"+b{number}"]}
    response = {"filePath": "/w/a.py", "oldString": "a", "newString": f"b{number}", "structuredPatch": [hunk]}
    event = {
        "hook_event_name": "PostToolUse", "session_id": "abc", "cwd": "/w", "tool_name": "Edit",
        "tool_use_id": f"t{number}", "tool_response": response,
        "tool_input": {"file_path": "/w/a.py", "old_string": "a", "new_string": f"b{number}"},
    }  # fmt: skip
    return json.dumps(event).encode()


def seconds(words: list[str], stdin: bytes, environment: dict[str, str]) -> float:
    """How long one process takes, from its start to its end."""
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, *words], input=stdin, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder:
        # Compiled modules, as installed programs have them, whatever this process is told.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"PYTHONPYCACHEPREFIX": str(Path(folder, "compiled")), "HOME": folder}
        cases = {
            "python -c pass": (["-c", "pass"], message),
            "sqlite3 insert": (["-c", FLOOR, str(Path(folder, "floor.db"))], message),
            "conversation-trace": (["-c", MAIN, "conversation-trace"], message),
            "diff-trace, event": (["-c", MAIN, "diff-trace"], edit),
            "hook, event": (["-c", MAIN, "hook", "--agent", "claude"], edit),
            "hook --defer": (["-c", MAIN, "hook", "--agent", "claude", "--defer"], edit),
        }
        taken: dict[str, list[float]] = {name: [] for name in cases}
        for number in range(-1, rounds):
            for place, (name, (words, payload)) in enumerate(cases.items()):
                # A store each: what drains in the background of one is not in the way of another.
                environment["BYLINE_DB"] = str(Path(folder, f"store{place}", "byline.db"))
                time_taken = seconds(words, payload(number), environment)
                while waiting(environment["BYLINE_DB"]):
                    # Its drain is at work, which the next call is not to be measured with.
                    time.sleep(0.01)
                if number >= 0:
                    taken[name].append(time_taken)
    bare = taken["python -c pass"]
    print(f"{'':>20} {'median ms':>10} {'ratio':>6} {'best ms':>8} {'ratio':>6}")
    for name, times in taken.items():
        print(
            f"{name:>20} {median(times) * 1000:>10.1f} {median(times) / median(bare):>6.2f}"
            f" {min(times) * 1000:>8.1f} {min(times) / min(bare):>6.2f}"
        )


if __name__ == "__main__":
    main()
