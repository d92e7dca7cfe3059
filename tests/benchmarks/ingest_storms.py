"""What many calls at once take, and 200 rounds of kill -9: ``python tests/benchmarks/ingest_storms.py``.

The suite holds the same with fewer rounds (``tests/ingest/test_storms.py``); this prints figures.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from byline.ingest.spool import waiting

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
AT_ONCE, ROUNDS = 100, 200


def envelope(number: int) -> bytes:
    """One message with its text."""
    message = {"session_id": f"s{number % 7}", "message_id": f"m{number}", "generated_at_unix_ms": number}
    part = message | {"type": "message.part", "part_type": "text", "text": f"hello {number}"}
    payloads = [message | {"type": "message", "role": "user"}, part]
    return json.dumps({"tool_name": "pi", "payloads": payloads}).encode()


def start(environment: dict[str, str], words: list[str], number: int) -> subprocess.Popen[bytes]:
    """Start a call and give it its payload."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, *words],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(envelope(number))
    process.stdin.close()
    return process


def stored(database: Path) -> set[str]:
    """The message ids in the store, which must be whole."""
    with closing(sqlite3.connect(database)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in store.execute("SELECT message_id FROM messages")}


def drain(environment: dict[str, str]) -> None:
    """Store all that waits."""
    while waiting(environment["BYLINE_DB"]):
        subprocess.run([sys.executable, "-c", MAIN, "drain"], env=environment, check=True)


def at_once(environment: dict[str, str], words: list[str]) -> None:
    """A hundred at the same time, each timed from its own start by the process that waits for it."""
    begun: dict[int, float] = {}
    taken: list[float] = []
    codes: set[int] = set()
    # Held: Popen would wait for those that are let go.
    processes: list[subprocess.Popen[bytes]] = []
    whole = time.perf_counter()
    for number in range(AT_ONCE):
        begin = time.perf_counter()
        processes.append(start(environment, words, number))
        begun[processes[-1].pid] = begin
    while begun:
        pid, status = os.wait()
        if pid in begun:
            taken.append(time.perf_counter() - begun.pop(pid))
            codes.add(os.waitstatus_to_exitcode(status))
    for process in processes:
        process.returncode = 0
    seconds = time.perf_counter() - whole
    put_aside = len(waiting(environment["BYLINE_DB"]))
    drain(environment)
    lost = {f"m{number}" for number in range(AT_ONCE)} - stored(Path(environment["BYLINE_DB"]))
    print(
        f"{AT_ONCE} × {' '.join(words)}: {seconds:.2f} s in all, each median {median(taken):.2f} s, longest "
        f"{max(taken):.2f} s, exit codes {sorted(codes)}, put aside {put_aside}, lost {len(lost)}"
    )


def kills(environment: dict[str, str], words: list[str]) -> None:
    """Rounds of four calls, one of which is killed at a random moment."""
    chance = random.Random(1)
    acknowledged: set[str] = set()
    killed = 0
    for round_number in range(ROUNDS):
        calls = [start(environment, words, round_number * 4 + each) for each in range(4)]
        time.sleep(chance.uniform(0, 0.2))
        calls[0].send_signal(signal.SIGKILL)
        for each, call in enumerate(calls):
            if call.wait() == 0:
                acknowledged.add(f"m{round_number * 4 + each}")
            else:
                killed += 1
    drain(environment)
    missing = acknowledged - stored(Path(environment["BYLINE_DB"]))
    print(
        f"{ROUNDS} rounds of kill -9, {' '.join(words)}: {killed} killed, {len(acknowledged)} acknowledged, "
        f"{len(missing)} of those missing, integrity ok"
    )


def main() -> None:
    """Print the figures."""
    for words in (["conversation-trace"], ["conversation-trace", "--defer"]):
        for measure in (at_once, kills):
            with tempfile.TemporaryDirectory() as folder:
                environment = {
                    name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
                }
                environment |= {
                    "BYLINE_DB": str(Path(folder, "store", "byline.db")), "HOME": folder,
                    "XDG_STATE_HOME": f"{folder}/state", "XDG_CONFIG_HOME": f"{folder}/config",
                    "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
                }  # fmt: skip
                start(environment, words, 0).wait()
                measure(environment, words)
                # A drain in the background may still be writing into the folder.
                time.sleep(1)


if __name__ == "__main__":
    main()
