"""What Byline adds to one tool call of an agent: ``python tests/benchmarks/tool_calls.py [rounds]``.

Agents with hooks wait for a process: the rows are whole processes, as ``byline setup`` installs them,
taken in turn with a bare interpreter (``python -c pass``), so that a busy machine slows both. Around a
shell call the work tree is looked at: in repositories of 10 and of 20,000 files, each with ten that differ
from what git knows. "in the store" is from the end of the hook until another process can read what it told.
The plugin of
OpenCode (and the extension of Pi, which does the same) runs inside the agent: its rows are the time that its
handlers keep a call from going on, and the time in which it starts the processes that are told, when the
agent waits for its model. They need Node.js 22.18 on PATH or in the folder that ``BYLINE_CLIENTS`` names.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from statistics import median

from byline.agents.plugin_file import plugin_file
from byline.ingest.spool import waiting

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))
from real_clients import newest_node

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"


SIZES = (10, 20_000)
"""Files of the repositories that shell calls are made in."""


def repositories(folder: Path) -> dict[int, Path]:
    """Repositories by how many files they have; ten files of each are new."""
    made: dict[int, Path] = {}
    for size in SIZES:
        root = made[size] = folder / f"repository{size}"
        for number in range(size):
            path = root / f"{number // 100}" / f"{number}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"x = {number}\n" * 20)
        git = ("git", "-c", "user.name=Mia", "-c", "user.email=mia@example.com", "-C", str(root))
        for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
            subprocess.run([*git, *words], check=True)
        for number in range(10):
            (root / f"new{number}.py").write_text("y = 1\n" * 20)
    return made


def shell_events(number: int, roots: dict[int, Path]) -> dict[str, dict[str, object]]:
    """The events around one shell call in each repository, which changes a file."""
    found: dict[str, dict[str, object]] = {}
    for size, root in roots.items():
        event: dict[str, object] = {
            "session_id": f"shell{size}", "cwd": str(root), "transcript_path": "/none", "tool_name": "Bash",
            "tool_input": {"command": "sed -i s/a/b/ f"}, "tool_use_id": f"s{number}",
        }  # fmt: skip
        found[f"claude: before a shell call, {size:,}"] = event | {"hook_event_name": "PreToolUse"}
        found[f"claude: after a shell call, {size:,}"] = event | {
            "hook_event_name": "PostToolUse", "tool_response": {"stdout": "", "stderr": ""},
        }  # fmt: skip
    return found


def events(number: int) -> dict[str, dict[str, object]]:
    """One raw event for each row, each new to the store."""
    common = {"session_id": "abc", "cwd": "/w", "transcript_path": "/none"}
    hunk = {"oldStart": 5, "oldLines": 1, "newStart": 5, "newLines": 1, "lines": ["-a", f"+b{number}"]}
    edited = {"filePath": "/w/a.py", "oldString": "a", "newString": f"b{number}", "structuredPatch": [hunk]}
    patch = f"*** Begin Patch\n*** Update File: a.py\n@@\n-a\n+b{number}\n*** End Patch\n"
    written = {
        "fileName": "a.py",
        "filePath": "/w/a.py",
        "originalContent": "a\n",
        "newContent": f"b{number}\n",
    }
    return {
        "claude: after an edit": common | {
            "hook_event_name": "PostToolUse", "tool_name": "Edit", "tool_use_id": f"e{number}",
            "tool_input": {"file_path": "/w/a.py", "old_string": "a", "new_string": f"b{number}"},
            "tool_response": edited,
        },
        "codex: after a patch": common | {
            "hook_event_name": "PostToolUse", "tool_name": "apply_patch", "tool_use_id": f"p{number}",
            "model": "gpt-5.5", "tool_input": {"command": patch}, "tool_response": "Success.",
        },
        "gemini: after a write": common | {
            "hook_event_name": "AfterTool", "timestamp": "2026-11-23T00:00:00Z", "tool_name": "write_file",
            "tool_input": {"file_path": "/w/a.py", "content": f"b{number}\n"},
            "tool_response": {"llmContent": "Written.", "returnDisplay": written},
        },
    }  # fmt: skip


def seconds(words: Sequence[str], stdin: bytes, environment: dict[str, str]) -> float:
    """How long one process takes, from its start to its end."""
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, *words], input=stdin, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begin


def hooks(rounds: int, environment: dict[str, str], roots: dict[int, Path]) -> dict[str, list[float]]:
    """Seconds of every round, by row; the bare interpreter's first."""
    taken: dict[str, list[float]] = {"python -c pass": []}
    for number in range(-1, rounds):
        bare = seconds(["-c", "pass"], b"", environment)
        times = {"python -c pass": bare}
        for name, event in (events(number) | shell_events(number, roots)).items():
            if event["hook_event_name"] == "PostToolUse" and event["tool_name"] == "Bash":
                Path(str(event["cwd"]), "new0.py").write_text(f"z = {number}\n")
            words = ["-c", MAIN, "hook", "--agent", name.partition(":")[0], "--defer"]
            times[name] = seconds(words, json.dumps(event).encode(), environment)
            while waiting(environment["BYLINE_DB"]):
                # Its drain is at work, which the next call is not to be measured with.
                time.sleep(0.01)
        if number >= 0:
            for name, each in times.items():
                taken.setdefault(name, []).append(each)
    return taken


def stored(rounds: int, environment: dict[str, str]) -> list[float]:
    """Seconds of every round from the end of a hook until its edit can be read."""
    taken: list[float] = []
    for number in range(rounds):
        event = events(rounds + number)["claude: after an edit"]
        words = ["-c", MAIN, "hook", "--agent", "claude", "--defer"]
        seconds(words, json.dumps(event).encode(), environment)
        begin = time.perf_counter()
        with closing(sqlite3.connect(environment["BYLINE_DB"], timeout=10)) as store:
            query = "SELECT 1 FROM diff_traces WHERE tool_call_id = ?"
            while not store.execute(query, (event["tool_use_id"],)).fetchone():
                time.sleep(0.001)
        taken.append(time.perf_counter() - begin)
    return taken


def plugin(rounds: int, folder: Path, environment: dict[str, str]) -> dict[str, list[float]] | None:
    """Seconds of every round inside the agent, by row; None without a Node.js that runs TypeScript."""
    named = os.environ.get("BYLINE_CLIENTS")
    node = newest_node(Path(named) if named else None)
    body = plugin_file("byline.agents.opencode", "plugin/byline.ts")
    if node is None or body is None:
        return None
    source = folder / "opencode.ts"
    source.write_bytes(body)
    program = folder / "byline-ingest"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{MAIN}' \"$@\"\n")
    program.chmod(0o755)
    script = Path(__file__).with_name("plugin_calls.mjs")
    telling = files("byline.agents").joinpath("telling.ts")
    words = [node, "--no-warnings", str(script), str(source), str(telling), str(program), str(rounds)]
    done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
    while waiting(environment["BYLINE_DB"]):
        time.sleep(0.01)
    rows = ("opencode: an edit, inside it", "opencode: an edit, told later")
    taken = zip(rows, json.loads(done.stdout), strict=True)
    return {row: [each / 1000 for each in times] for row, times in taken}


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Compiled modules, as installed programs have them, whatever this process is told.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "HOME": name}
        environment["BYLINE_DB"] = str(folder / "store" / "byline.db")
        taken = hooks(rounds, environment, repositories(folder))
        taken["in the store, after its hook"] = stored(rounds, environment)
        inside = plugin(rounds, folder, environment)
        if inside is None:
            print("opencode: not measured, it needs Node.js 22.18 or newer (see BYLINE_CLIENTS)")
        else:
            taken |= inside
    bare = taken["python -c pass"]
    print(f"{'':>36} {'median ms':>10} {'ratio':>6} {'p95 ms':>8} {'best ms':>8} {'ratio':>6}")
    for row, times in taken.items():
        late = sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]
        print(
            f"{row:>36} {median(times) * 1000:>10.1f} {median(times) / median(bare):>6.2f}"
            f" {late * 1000:>8.1f} {min(times) * 1000:>8.1f} {min(times) / min(bare):>6.2f}"
        )


if __name__ == "__main__":
    main()
