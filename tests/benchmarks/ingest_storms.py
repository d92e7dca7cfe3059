"""Storms of calls with a verdict each: ``python tests/benchmarks/ingest_storms.py [NAME …]``.

A hundred at once (alone; with a reader open and an importer at work; on a store that is locked for five
seconds), 200 rounds of ``kill -9``, and 400 mutated payloads through real processes. The suite holds the same
with fewer rounds (``tests/ingest/test_storms.py``); this prints figures, and ends with 1 when one is missed.

The floor of a hundred at once is a hundred interpreters on this machine's cores, measured right after each
storm; the first row is what opening SQLite and one insert make of it. Compiled modules are used, as installed
programs have them.
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
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from byline.ingest.spool import waiting
from byline.store.connection import connect

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
IMPORT = "import sys; from byline.cli.main import main; sys.exit(main())"
FLOOR = (
    "import json, sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=60); "
    "json.loads(sys.stdin.buffer.read()); c.execute('INSERT INTO t VALUES (1)'); c.commit(); c.close()"
)
AT_ONCE, ROUNDS, MUTATED, ATTEMPTS = 100, 200, 400, 3
LONGEST, OF_BARE = 2.0, 2.5
"""Seconds that no call may take; on a machine where others are at work, and a hundred interpreters that do
nothing take long themselves, this many times what those take."""

Environment = dict[str, str]


def envelope(number: int) -> bytes:
    """One message with its text."""
    message = {"session_id": f"s{number % 7}", "message_id": f"m{number}", "generated_at_unix_ms": number}
    part = message | {"type": "message.part", "part_type": "text", "text": f"hello {number}"}
    payloads = [message | {"type": "message", "role": "user"}, part]
    return json.dumps({"tool_name": "pi", "payloads": payloads}).encode()


def start(environment: Environment, words: Sequence[str], data: bytes) -> subprocess.Popen[bytes]:
    """Start an interpreter with these words and give it its input."""
    process = subprocess.Popen(
        [sys.executable, *words],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    assert process.stdin is not None
    try:
        process.stdin.write(data)
        process.stdin.close()
    except BrokenPipeError:
        # A bare interpreter reads nothing, and may be gone.
        pass
    return process


def stored(database: Path) -> set[str]:
    """The message ids in the store, which must be whole."""
    with closing(sqlite3.connect(database)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in store.execute("SELECT message_id FROM messages")}


def drain(environment: Environment) -> None:
    """Store all that waits."""
    while waiting(environment["BYLINE_DB"]):
        subprocess.run([sys.executable, "-c", MAIN, "drain"], env=environment, check=True)


@dataclass
class Storm:
    """What became of many processes at once."""

    whole: float
    taken: list[float]
    codes: set[int]

    def __str__(self) -> str:
        return (
            f"{self.whole:5.2f} s in all, each median {median(self.taken):.2f} s, longest "
            f"{max(self.taken):.2f} s, exit codes {sorted(self.codes)}"
        )


def at_once(environment: Environment, words: Sequence[str]) -> Storm:
    """A hundred at the same time, each timed from its own start by the process that waits for it."""
    begun: dict[int, float] = {}
    storm = Storm(0, [], set())
    # Held: Popen would wait for those that are let go.
    processes: list[subprocess.Popen[bytes]] = []
    whole = time.perf_counter()
    for number in range(AT_ONCE):
        begin = time.perf_counter()
        processes.append(start(environment, words, envelope(number)))
        begun[processes[-1].pid] = begin
    while begun:
        pid, status = os.wait()
        if pid in begun:
            storm.taken.append(time.perf_counter() - begun.pop(pid))
            storm.codes.add(os.waitstatus_to_exitcode(status))
    for process in processes:
        process.returncode = 0
    storm.whole = time.perf_counter() - whole
    return storm


def floor_of_sqlite(environment: Environment) -> bool:
    """A hundred interpreters that insert one row each."""
    database = f"{environment['HOME']}/floor.db"
    with closing(sqlite3.connect(database)) as store:
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("CREATE TABLE t (a)")
    storm = at_once(environment, ["-c", FLOOR, database])
    print(f"{AT_ONCE} × sqlite3 insert: {storm}; bare {_bare(environment):.2f} s")
    return True


def _bare(environment: Environment) -> float:
    """The longest of as many interpreters that do nothing, on the machine as it is right now; seconds."""
    return max(at_once(environment, ["-c", "pass"]).taken)


def _judged(environment: Environment, name: str, storm: Storm) -> bool:
    """Print a storm of calls with its verdict, when everything that was put aside is stored too."""
    put_aside = len(waiting(environment["BYLINE_DB"]))
    bare = _bare(environment)
    drain(environment)
    lost = {f"m{number}" for number in range(AT_ONCE)} - stored(Path(environment["BYLINE_DB"]))
    limit = max(LONGEST, bare * OF_BARE)
    good = not lost and storm.codes == {0} and max(storm.taken) < limit
    print(
        f"{AT_ONCE} × {name}: {storm}, put aside {put_aside}, lost {len(lost)}; bare {bare:.2f} s, "
        f"limit {limit:.2f} s: {'good' if good else 'BAD'}"
    )
    return good


def alone(environment: Environment) -> bool:
    """A hundred calls, nobody else."""
    return _judged(
        environment, "conversation-trace", at_once(environment, ["-c", MAIN, "conversation-trace"])
    )


def deferred(environment: Environment) -> bool:
    """A hundred calls that put aside."""
    words = ["-c", MAIN, "conversation-trace", "--defer"]
    return _judged(environment, "conversation-trace --defer", at_once(environment, words))


def with_importer(environment: Environment) -> bool:
    """A hundred calls, a reader's transaction open, and an importer at work as long as they are."""
    folder = Path(environment["HOME"], "histories")
    _write_histories(folder)
    with closing(sqlite3.connect(environment["BYLINE_DB"], isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        importer = subprocess.Popen(
            [sys.executable, "-c", IMPORT, "import", str(folder)], env=environment, stdout=subprocess.DEVNULL
        )
        _until_it_writes(environment["BYLINE_DB"], importer)
        storm = at_once(environment, ["-c", MAIN, "conversation-trace"])
        working = importer.poll() is None
        importer.terminate()
        importer.wait()
    good = _judged(environment, "conversation-trace, reader and importer", storm)
    if not working:
        print("  the importer had ended before them: that says nothing")
    return good and working


def locked(environment: Environment) -> bool:
    """A hundred calls on a store that somebody keeps locked for five seconds."""
    holder = connect(environment["BYLINE_DB"])
    holder.execute("BEGIN IMMEDIATE")
    begin = time.perf_counter()
    storm = at_once(environment, ["-c", MAIN, "conversation-trace"])
    aside = len(waiting(environment["BYLINE_DB"]))
    time.sleep(max(0.0, begin + 5 - time.perf_counter()))
    holder.close()
    return _judged(environment, "conversation-trace, locked for 5 s", storm) and aside == AT_ONCE


def kills(environment: Environment, words: Sequence[str] = ()) -> bool:
    """Rounds of four calls, one of which is killed at a random moment."""
    chance = random.Random(1)
    acknowledged: set[str] = set()
    killed = 0
    for round_number in range(ROUNDS):
        calls = [
            start(environment, ["-c", MAIN, "conversation-trace", *words], envelope(round_number * 4 + each))
            for each in range(4)
        ]
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
        f"{ROUNDS} rounds of kill -9, {' '.join(['conversation-trace', *words])}: {killed} killed, "
        f"{len(acknowledged)} acknowledged, {len(missing)} of those missing, integrity ok: "
        f"{'BAD' if missing else 'good'}"
    )
    return not missing


def kills_deferred(environment: Environment) -> bool:
    """The same with ``--defer``: the drain in the background may be what is writing."""
    return kills(environment, ["--defer"])


def mutated(environment: Environment) -> bool:
    """Payloads with one thing wrong anywhere: never a traceback, and everything is accounted for."""
    sys.path.append(str(Path(__file__).parents[1] / "support"))
    from payload_account import account_of, broken

    bad = 0
    for kind, data in broken(MUTATED, random.Random(2)):
        said = subprocess.run(
            [sys.executable, "-c", MAIN, *kind.split(" "), "--strict"],
            input=data, capture_output=True, env=environment, check=False,
        )  # fmt: skip
        problem = account_of(said)
        if problem is not None:
            bad += 1
            print(f"  {kind} {data[:300]!r}: {problem}")
    print(f"{MUTATED} mutated payloads: {bad} not accounted for: {'BAD' if bad else 'good'}")
    return not bad


def _until_it_writes(database: str, importer: subprocess.Popen[bytes]) -> None:
    """Return when an importer has stored something, or ended."""
    with closing(sqlite3.connect(database)) as store:
        while (
            store.execute("SELECT count(*) FROM import_sources").fetchone() == (0,)
            and importer.poll() is None
        ):
            time.sleep(0.01)


def _write_histories(folder: Path) -> None:
    """Transcripts of Claude Code, two hundred of half a megabyte and ten of five: minutes of work."""
    folder.mkdir()
    for number in range(210):
        records = 400 if number < 200 else 4000
        lines = []
        for each in range(records):
            role = "user" if each % 2 == 0 else "assistant"
            stamp = f"2026-01-01T{each // 3600 % 24:02}:{each // 60 % 60:02}:{each % 60:02}.000Z"
            content = [{"type": "text", "text": f"{number} {each} " + "all work and no play " * 50}]
            message = {"role": role, "content": content, "id": f"m{each}", "model": "claude-opus-4-6"}
            lines.append(
                json.dumps(
                    {
                        "type": role, "uuid": f"u{number}-{each}", "parentUuid": None, "timestamp": stamp,
                        "sessionId": f"session-{number}", "cwd": "/w", "message": message, "version": "2.1.0",
                    }
                )
            )  # fmt: skip
        Path(folder, f"session-{number}.jsonl").write_text("\n".join(lines) + "\n")


STORMS: tuple[Callable[[Environment], bool], ...] = (
    floor_of_sqlite, alone, deferred, with_importer, locked, kills, kills_deferred,
    mutated,
)  # fmt: skip


def attempt(storm: Callable[[Environment], bool]) -> bool:
    """Run a storm on a store of its own; whether it was as it should be."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {
            "BYLINE_DB": str(Path(folder, "store", "byline.db")), "HOME": folder,
            "XDG_STATE_HOME": f"{folder}/state", "XDG_CONFIG_HOME": f"{folder}/config",
            "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
        }  # fmt: skip
        # Compiles what is used, and makes the store.
        for words in (["conversation-trace"], ["conversation-trace", "--defer"], ["drain"]):
            start(environment, ["-c", MAIN, *words], envelope(0)).wait()
        good = storm(environment)
        # A drain in the background may still be writing into the folder.
        drain(environment)
    return good


def main() -> int:
    """Print the figures; 1 when a verdict is bad."""
    wanted = set(sys.argv[1:])
    verdicts = [
        # Others may be using the machine: what it can do it shows in the best of a few attempts.
        any(attempt(storm) for _ in range(ATTEMPTS))
        for storm in STORMS
        if not wanted or storm.__name__ in wanted
    ]
    print("all good" if all(verdicts) else "BAD: see above")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
