"""What importing costs: ``python tests/benchmarks/imports.py [MB] [FOLDER]`` (default 64 MB; no folder).

Histories are made in the shapes that agents write, so many MB of each; ``FOLDER`` adds real ones. Every
row is a process of its own with a store of its own, the best of three. Columns: wall seconds, MB/s, CPU
seconds of the importing process and of those that read for it, their peak memory, and how many milliseconds
the longest write transaction held the store, its commit included (the log is moved into the store between
two of them, when others may write). One row is of a single session in one file: its memory says what one
session takes. Below: what the whole command costs when 2 GB in 22,000 files hold nothing new, where the time
goes, and how long another process waits to write.
"""

import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

Json = dict[str, Any]
ROUNDS = 3
SMALL, LARGE = 20_000, 2_000
"""Files of an import without news; the large ones have a megabyte each."""


def words(rng: random.Random, size: int) -> str:
    """Text of about so many characters; few words are common, many are rare, as in real ones."""
    text: list[str] = []
    length = 0
    while length < size:
        line = " ".join(f"w{int(rng.paretovariate(0.6)) % 50_000:x}" for _ in range(10))
        text.append(line)
        length += len(line) + 1
    return "\n".join(text) + "\n"


def stamp(second: int) -> str:
    """A time so many seconds after the first."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(1_760_000_000 + second))


def claude(rng: random.Random, name: str, rounds: int) -> Iterator[Json]:
    """A transcript: prompts, answers, files read, files edited, and reports of progress."""
    last: str | None = None
    for step in range(rounds * 7):
        number, kind = divmod(step, 7)
        uuid = f"{name}-{step}"
        head = {
            "parentUuid": last, "isSidechain": False, "cwd": "/w/app", "sessionId": name, "version": "2.1.50",
            "gitBranch": "main",
        }  # fmt: skip
        tail = {"uuid": uuid, "timestamp": stamp(step)}
        path = f"/w/app/f{number % 9}.py"
        call = {
            "type": "tool_use",
            "id": f"t-{name}-{number}-{kind}",
            "name": "Read",
            "input": {"file_path": path},
        }
        model = {"id": f"m-{name}-{number}-{kind}", "role": "assistant", "model": "claude-opus-4-6"}
        last = uuid
        if kind == 0:
            yield {**head, "type": "user", "message": {"role": "user", "content": words(rng, 150)}, **tail}
        elif kind == 1:
            yield {**head, "type": "assistant", "message": {**model, "content": [call]}, **tail}
        elif kind == 2:
            content = words(rng, 6_000)
            block = {"type": "tool_result", "tool_use_id": f"t-{name}-{number}-1", "content": content}
            result = {"type": "text", "file": {"filePath": path, "content": content}}
            message = {"role": "user", "content": [block]}
            yield {**head, "type": "user", "message": message, "toolUseResult": result, **tail}
        elif kind == 3:
            report = {"type": "hook_progress", "content": words(rng, 1_200)}
            yield {**head, "type": "progress", "data": report, **tail}
        elif kind == 4:
            edit = {
                **call,
                "name": "Edit",
                "input": {"file_path": path, "old_string": "a", "new_string": "b"},
            }
            yield {**head, "type": "assistant", "message": {**model, "content": [edit]}, **tail}
        elif kind == 5:
            lines = words(rng, 9_000).split("\n")
            hunk = {"oldStart": 9, "oldLines": 3, "newStart": 9, "newLines": 3}
            hunk["lines"] = [f" {lines[8]}", f"-{lines[9]}", f"+changed {number}", f" {lines[10]}"]
            result = {
                "filePath": path, "oldString": lines[9], "newString": f"changed {number}",
                "originalFile": "\n".join(lines), "structuredPatch": [hunk],
            }  # fmt: skip
            block = {"type": "tool_result", "tool_use_id": f"t-{name}-{number}-4", "content": "done"}
            message = {"role": "user", "content": [block]}
            yield {**head, "type": "user", "message": message, "toolUseResult": result, **tail}
        else:
            said = {"type": "text", "text": words(rng, 500)}
            yield {**head, "type": "assistant", "message": {**model, "content": [said]}, **tail}


def codex(rng: random.Random, name: str, rounds: int) -> Iterator[Json]:
    """A rollout: prompts, answers, commands with their output, and patches."""
    yield {
        "timestamp": stamp(0),
        "type": "session_meta",
        "payload": {"id": name, "cwd": "/w/app", "cli_version": "1"},
    }
    for number in range(rounds):
        time_of = stamp(number)
        patch = f"*** Begin Patch\n*** Add File: f{number}.py\n+x = {number}\n*** End Patch"
        call = {"type": "function_call", "name": "shell", "call_id": f"c{number}"}
        edit = {"type": "custom_tool_call", "name": "apply_patch", "call_id": f"p{number}", "input": patch}
        said = {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": words(rng, 150)}],
        }
        answer = [{"type": "output_text", "text": words(rng, 500)}]
        output = {"type": "function_call_output", "call_id": f"c{number}", "output": words(rng, 5_000)}
        applied = {"type": "custom_tool_call_output", "call_id": f"p{number}", "output": "Success"}
        payloads: list[tuple[str, Json]] = [
            ("turn_context", {"turn_id": f"u{number}", "model": "gpt-5.5", "cwd": "/w/app"}),
            ("response_item", said),
            ("response_item", {**call, "arguments": json.dumps({"command": ["cat", "x"]})}),
            ("response_item", output),
            ("event_msg", {"type": "exec_command_output_delta", "chunk": words(rng, 2_000)}),
            ("response_item", {**edit, "status": "completed"}),
            ("response_item", applied),
            ("response_item", {"type": "message", "role": "assistant", "content": answer}),
        ]
        for kind, payload in payloads:
            yield {"timestamp": time_of, "type": kind, "payload": payload}


def opencode(rng: random.Random, path: Path, size: int) -> None:
    """A database of about so many bytes."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute(
        "CREATE TABLE session (id TEXT PRIMARY KEY, project_id, directory, title, time_created)"
    )
    connection.execute("CREATE TABLE message (id TEXT PRIMARY KEY, session_id, time_created, data TEXT)")
    connection.execute("CREATE TABLE part (id TEXT PRIMARY KEY, message_id, session_id, data TEXT)")
    written = 0
    for number in range(10**6):
        session = f"ses_{number:06}"
        connection.execute(
            "INSERT INTO session VALUES (?, 'p', '/w/app', ?, 1)", (session, f"Session {number}")
        )
        for step in range(40):
            message, created = f"msg_{number:06}_{step:04}", 1_760_000_000_000 + step
            role: Json = (
                {"role": "user"}
                if step % 2 == 0
                else {"role": "assistant", "modelID": "m", "providerID": "p"}
            )
            state = {"status": "completed", "input": {"command": "ls"}, "output": words(rng, 3_000)}
            parts: list[Json] = [{"type": "text", "text": words(rng, 300)}]
            if step % 2:
                parts.append({"type": "tool", "tool": "bash", "callID": f"c{step}", "state": state})
            data = json.dumps({**role, "time": {"created": created}})
            connection.execute("INSERT INTO message VALUES (?, ?, ?, ?)", (message, session, created, data))
            for place, part in enumerate(parts):
                text = json.dumps(part)
                written += len(text)
                row = (f"prt_{message}_{place}", message, session, text)
                connection.execute("INSERT INTO part VALUES (?, ?, ?, ?)", row)
        if written > size:
            break
    connection.commit()
    connection.close()


def write_lines(folder: Path, shape: Any, size: int, file_size: int = 600_000) -> Path:  # noqa: ANN401 - one of the above
    """Files of a shape, so many bytes in all."""
    rng = random.Random(7)
    folder.mkdir(parents=True)
    rounds = max(1, file_size // 24_000)
    for number in range(10**6):
        name = f"00000000-0000-0000-0000-{number:012}"
        with (folder / f"rollout-{name}.jsonl").open("w") as file:
            for record in shape(rng, name, rounds):
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
            size -= file.tell()
        if size <= 0:
            return folder
    raise AssertionError(size)


def size_of(path: Path) -> int:
    """The bytes of a file, or of the files in a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def measure(database: str, source: str) -> None:
    """In a process of its own: import, and print what it took."""
    from byline.history import import_histories, imports
    from byline.history.turns import Turns
    from byline.store.store import Store

    kept: list[Turns] = []

    class Noted(Turns):
        def __init__(self, store: Store) -> None:
            super().__init__(store)
            kept.append(self)

    imports.Turns = Noted  # type: ignore[misc] # to see how long turns are
    begun = time.perf_counter()
    with Store(Path(database)) as store:
        summary = import_histories(store, [Path(source)])
    wall = time.perf_counter() - begun
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "wall": wall, "own": own.ru_utime + own.ru_stime, "others": others.ru_utime + others.ru_stime,
        "memory": own.ru_maxrss // 1024, "memory_others": others.ru_maxrss // 1024,
        "held": max(turns.longest_s for turns in kept), "read": summary.read,
    }))  # fmt: skip


def imported(source: Path, database: Path) -> Json:
    """What a process says that imported a source."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", str(database), str(source)],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    found: Json = json.loads(done.stdout)
    return found


def best(source: Path, folder: Path, rounds: int = ROUNDS) -> Json:
    """The fastest of some imports, each into a new store."""
    runs = [
        imported(source, folder / f"{source.name}-{number}-{time.monotonic_ns()}.db")
        for number in range(rounds)
    ]
    return min(runs, key=lambda run: float(run["wall"]))


def show(name: str, size: int, run: Json) -> None:
    """One row of the table."""
    rate = size / 1e6 / run["wall"]
    cpu = f"{run['own']:>7.2f} {run['others']:>7.2f}"
    memory = f"{run['memory']:>7} {run['memory_others']:>7}"
    held = f"{run['held'] * 1000:>6.0f}"
    print(f"{name:>24} {size / 1e6:>6.0f} {run['wall']:>7.2f} {rate:>6.0f} {cpu} {memory} {held}", flush=True)


def waits_while(source: Path, folder: Path) -> list[float]:
    """How long another process waits to write, again and again while a source is imported (seconds)."""
    from byline.store.connection import connect

    database = folder / "waited.db"
    connection = connect(database)
    process = subprocess.Popen(
        [sys.executable, __file__, "--measure", str(database), str(source)], stdout=subprocess.DEVNULL
    )
    waits: list[float] = []
    while process.poll() is None:
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE sessions SET hidden = 0 WHERE id = 'nobody'")
        connection.execute("COMMIT")
        waits.append(time.perf_counter() - begun)
        time.sleep(0.02)
    connection.close()
    return waits


def without_news(home: Path) -> None:
    """What ``byline import`` takes, the whole process, when nothing in many histories has changed."""
    size = 0
    padding = json.dumps({"type": "file-history-snapshot", "messageId": "m", "snapshot": {"p": "x" * 10**6}})
    for number in range(SMALL + LARGE):
        name = f"00000000-0000-0000-0000-{number:012}"
        path = home / ".claude" / "projects" / f"p{number % 200}" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        record = next(claude(random.Random(number), name, 1))
        tail = f"{padding}\n" if number < LARGE else ""
        size += path.write_text(f"{json.dumps(record)}\n{tail}")
    os.sync()
    environment = os.environ | {"HOME": str(home), "BYLINE_DB": str(home / "byline.db")}
    command = [str(Path(sys.executable).with_name("byline")), "import"]
    walls = []
    for _ in range(1 + ROUNDS):
        begun = time.perf_counter()
        subprocess.run(command, env=environment, cwd=home, check=True, capture_output=True)
        walls.append(time.perf_counter() - begun)
        os.sync()
    print(
        f"\n{size / 1e9:.1f} GB in {SMALL + LARGE:,} files, the whole command: {walls[0]:.1f} s;"
        f" again, nothing changed: {min(walls[1:]):.2f} s"
    )


def where_the_time_goes(source: Path) -> None:
    """CPU seconds of what other processes do, here one after the other, and how much is left to store."""
    from byline.agents.readers import readers_for
    from byline.history.prepared import Preparation, Task

    (reader,) = readers_for(["claude"])
    paths = sorted(str(path) for path in source.glob("*.jsonl"))
    size = size_of(source) / 1e6
    begun = time.process_time()
    for path in paths:
        reader.read(Path(path))
    read = time.process_time() - begun
    preparation = Preparation()
    begun = time.process_time()
    prepared = [piece for path in paths for piece in preparation.prepare(reader, Task(path, "claude"))]
    rows = time.process_time() - begun - read
    texts = sum(len(row[4]) + len(row[8] or "") for piece in prepared for row in piece.parts) / 1e6
    packed = sum(len(data) for piece in prepared for _, data in piece.contents) / 1e6
    print(f"\nof {size:.0f} MB: reading {read:.2f} s, making rows and packing {rows:.2f} s (CPU, by others);")
    print(f"left to store: {texts:.0f} MB of words to index and {packed:.0f} MB of packed contents")


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:4])
        return
    size = int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 64_000_000
    with tempfile.TemporaryDirectory(prefix="byline-imports-") as name:
        folder = Path(name)
        os.environ["HOME"] = name
        sources = {
            "claude": write_lines(folder / "claude", claude, size),
            "codex": write_lines(folder / "codex", codex, size),
            "opencode": folder / "opencode.db",
        }
        opencode(random.Random(7), sources["opencode"], size)
        if len(sys.argv) > 2:
            sources["real"] = Path(sys.argv[2])
        print(
            f"{'':>24} {'MB':>6} {'wall s':>7} {'MB/s':>6} {'own s':>7} {'others':>7}"
            f" {'own MB':>7} {'others':>7} {'held':>6}"
        )
        for shape, source in sources.items():
            show(shape, size_of(source), best(source, folder))
        larger = write_lines(folder / "claude-10", claude, size * 10)
        show("claude, ten times that", size_of(larger), best(larger, folder, 1))
        opencode(random.Random(7), folder / "opencode10.db", size * 10)
        show(
            "opencode, ten times that",
            size_of(folder / "opencode10.db"),
            best(folder / "opencode10.db", folder, 1),
        )
        one = write_lines(folder / "one", claude, size * 2, size * 2)
        show("claude, one session", size_of(one), best(one, folder, 1))
        without_news(folder / "home")
        where_the_time_goes(sources["claude"])
        waits = waits_while(larger, folder)
        print(
            f"another process that writes meanwhile, {len(waits)} times: waits {median(waits) * 1000:.1f} ms,"
            f" at most {max(waits) * 1000:.0f} ms"
        )


if __name__ == "__main__":
    main()
