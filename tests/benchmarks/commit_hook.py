"""What ``post-commit`` costs beyond git: ``python tests/benchmarks/commit_hook.py [rounds]``.

The whole process on an ordinary commit (three files, two of them an agent's) beside a bare interpreter, and
beside the same git commands run by themselves: "git's own time". Then what is left of it by importing
(``-X importtime``, which itself takes time: compare its figures with each other only).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

MAIN = "import sys; from byline.ingest.main import main; sys.exit(main())"
LINES = [f"line {number}" for number in range(1, 201)]


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder, "repository")
        environment = _environment(Path(folder))
        _make(repository, environment)
        hook = [sys.executable, "-c", MAIN, "post-commit"]
        commands = _git_commands(hook, repository, environment)
        cases = {
            "python -c pass": [[sys.executable, "-c", "pass"]],
            "post-commit": [hook],
            "post-commit --defer": [[*hook, "--defer"]],
            f"its {len(commands)} git commands": commands,
        }
        taken = {name: _best(words, rounds, repository, environment) for name, words in cases.items()}
        for name, seconds in taken.items():
            print(f"{name:>22} {seconds * 1000:>7.1f} ms {seconds / taken['python -c pass']:>6.2f}")
        beyond = taken["post-commit"] - taken[f"its {len(commands)} git commands"]
        print(f"{'beyond git':>22} {beyond * 1000:>7.1f} ms")
        _print_imports(hook, repository, environment)


def _environment(folder: Path) -> dict[str, str]:
    """That of a program which is installed: compiled modules, a home and a store of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GIT_"))}
    people = {
        f"GIT_{who}_{what}": "mia@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    own = {"HOME": str(folder), "BYLINE_DB": str(folder / "byline.db"), "BYLINE_DEFER": "never"}
    return kept | people | own | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def _make(repository: Path, environment: dict[str, str]) -> None:
    """A repository of 200 files whose last commit changes three; a session recorded two of the changes."""

    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=repository, env=environment, check=True)

    repository.mkdir()
    git("init", "-q", "-b", "main")
    for number in range(200):
        (repository / f"file{number}.py").write_text("\n".join(LINES) + "\n")
    git("add", ".")
    git("commit", "-q", "-m", "Begin")
    for number in range(3):
        path = repository / f"file{number}.py"
        path.write_text(path.read_text().replace("line 50\n", "wrote = 50\n"))
        if number:
            words = [sys.executable, "-c", MAIN, "hook", "--agent", "claude"]
            subprocess.run(words, input=_event(path), cwd=repository, env=environment, check=True)
    git("commit", "-q", "-a", "-m", "Change three files")


def _event(path: Path) -> bytes:
    """Claude Code's event of the change."""
    lines = [" line 49", "-line 50", "+wrote = 50", " line 51"]
    hunk = {"oldStart": 49, "oldLines": 3, "newStart": 49, "newLines": 3, "lines": lines}
    texts = {"old_string": "line 50", "new_string": "wrote = 50"}
    event = {
        "hook_event_name": "PostToolUse", "session_id": "abc", "cwd": str(path.parent), "tool_name": "Edit",
        "tool_use_id": path.name, "tool_input": {"file_path": str(path), **texts},
        "tool_response": {"filePath": str(path), "structuredPatch": [hunk]},
    }  # fmt: skip
    return json.dumps(event).encode()


def _git_commands(hook: list[str], repository: Path, environment: dict[str, str]) -> list[list[str]]:
    """The git commands that the hook runs, seen by a program of that name which stands before git in PATH."""
    folder = repository.parent / "seen"
    folder.mkdir()
    git, log = shutil.which("git"), folder / "log"
    (folder / "git").write_text(
        f'#!/bin/sh\nprintf "%s\\037" "$@" >> {log}\necho >> {log}\nexec {git} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    path = f"{folder}{os.pathsep}{environment['PATH']}"
    subprocess.run(
        hook, cwd=repository, env=environment | {"PATH": path}, stdin=subprocess.DEVNULL, check=True
    )
    return [["git", *line.split("\037")[:-1]] for line in log.read_text().split("\n") if line]


def _best(commands: list[list[str]], rounds: int, repository: Path, environment: dict[str, str]) -> float:
    """How long the commands take one after the other, at best, in seconds."""
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        for words in commands:
            subprocess.run(
                words, cwd=repository, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        times.append(time.perf_counter() - begin)
    return min(times[1:])


def _print_imports(hook: list[str], repository: Path, environment: dict[str, str]) -> None:
    """The rooms and modules whose own import takes longest."""
    words = [hook[0], "-X", "importtime", *hook[1:]]
    done = subprocess.run(
        words,
        cwd=repository,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    taken: Counter[str] = Counter()
    for own, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", done.stderr):
        room = ".".join(name.split(".")[:2]) if name.startswith("byline") else name.split(".")[0]
        taken[room] += int(own)
    print(f"{'imports':>22} {sum(taken.values()) / 1000:>7.1f} ms, of which")
    for room, microseconds in taken.most_common(12):
        print(f"{room:>22} {microseconds / 1000:>7.1f} ms")


if __name__ == "__main__":
    main()
