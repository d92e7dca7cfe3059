"""A large store to measure searching with: 50,000 sessions and 1,000,000 parts of made-up talk.

``python tests/benchmarks/search_store.py PATH`` makes it; :mod:`search` makes it when it is missing. Words
are made of syllables and come with the frequencies of a language (Zipf), so that prefixes are as common as
they are in real conversations. One session has 100,000 messages. Sessions are written newest first, as
imports do.
"""

import json
import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import accumulate, islice
from pathlib import Path

from byline.store.connection import connect

SESSIONS = 50_000
PARTS = 1_000_000
LONG_MESSAGES = 100_000
LONG_PARTS = 120_000
LONG_SESSION = "cc_long"
NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000

_AGENTS = ("claude", "claude", "claude", "codex", "codex", "opencode", "gemini", "pi")
_MODELS = {"claude": "claude-opus-4-6", "codex": "gpt-5.5", "opencode": "kimi-k3"}
_ONSETS = (
    "",
    "b",
    "c",
    "ch",
    "d",
    "f",
    "g",
    "h",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "th",
    "tr",
    "w",
)
_VOWELS = ("a", "e", "e", "i", "o", "u", "ea", "io")
_CODAS = ("", "n", "r", "s", "t", "l", "ng", "d")


def _vocabulary(rng: random.Random, size: int) -> list[str]:
    words = dict.fromkeys(("the", "a", "to", "self", "of", "file", "test", "widget", "scroll", "scrolling"))
    while len(words) < size:
        syllables = rng.choices((1, 2, 3, 4), (2, 5, 4, 1))[0]
        words[
            "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables))
        ] = None
    return list(words)


def _lines(rng: random.Random) -> list[str]:
    words = _vocabulary(rng, 40_000)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    return [" ".join(rng.choices(words, cum_weights=weights, k=12)) for _ in range(30_000)]


def _sizes(rng: random.Random) -> Iterator[int]:
    """Parts per session: many short ones, few long ones, and as many in all as wanted."""
    left, sessions = PARTS - LONG_PARTS, SESSIONS - 1
    for rest in range(sessions, 0, -1):
        mean = left / rest
        size = max(1, min(round(rng.expovariate(1 / mean)), left - rest + 1)) if rest > 1 else left
        left -= size
        yield size


def make_store(path: Path) -> None:
    """Write the store at ``path``, which does not exist yet; half a minute or two."""
    rng = random.Random(7)
    lines = _lines(rng)
    with closing(connect(path)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'parts_fts%'"
        ).fetchall()
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        _repositories(connection)
        sizes = _sizes(rng)
        for number in range(SESSIONS):
            if number == 40:
                _session(connection, rng, lines, number, LONG_PARTS)
            else:
                _session(connection, rng, lines, number, next(sizes))
        connection.execute("INSERT INTO parts_fts(parts_fts) VALUES ('rebuild')")
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _repositories(connection: sqlite3.Connection) -> None:
    connection.executemany(
        "INSERT INTO repositories (identity) VALUES (?)",
        [(f"github.com/mia/project-{number}",) for number in range(40)],
    )


def _session(
    connection: sqlite3.Connection, rng: random.Random, lines: list[str], number: int, parts: int
) -> None:
    """One session; those with higher numbers are older."""
    agent = rng.choice(_AGENTS)
    is_long = parts == LONG_PARTS
    session_id = LONG_SESSION if is_long else f"{agent[:2]}_{rng.getrandbits(64):016x}"
    end_ms = NOW_MS - number * HOUR_MS // 2
    step_ms = 500
    start_ms = end_ms - parts * step_ms
    model = _MODELS.get(agent, "model-x")
    rows, messages = [], []
    per_message = parts / LONG_MESSAGES if is_long else 1.6
    for place in range(parts):
        message = f"m{int(place / per_message)}"
        at = start_ms + place * step_ms
        if not messages or messages[-1][1] != message:
            role = "user" if len(messages) % 8 == 0 else "assistant"
            messages.append((session_id, message, role, at, model if role == "assistant" else None))
        text = "\n".join(rng.choices(lines, k=rng.choice((1, 2, 3, 5))))
        is_tool = place % 3 == 2
        rows.append((
            session_id, message, f"p{place}", "tool" if is_tool else "text",
            f"{text} fn_{number}_{place}", at, rng.choice(("Bash", "Read", "Edit")) if is_tool else None,
            json.dumps({"file_path": f"src/file_{place % 97}.py"}) if is_tool else None,
            "completed" if is_tool else None,
        ))  # fmt: skip
    edits = rng.choice((0, 0, 1, 3, 9))
    connection.execute(
        "INSERT INTO sessions (id, agent, native_id, title, title_source, repository_id, cwd, branch,"
        " parent_id, started_ms, updated_ms, messages, parts, prompts, edits, added, removed, models)"
        " VALUES (?, ?, ?, ?, 'prompt', ?, '/w', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session_id, agent, session_id[3:], " ".join(rng.choice(lines).split()[:8]), rng.randint(1, 40),
            rng.choice(("main", "dev", "fix/retry")), None, start_ms, end_ms, len(messages), parts,
            (len(messages) + 7) // 8, edits, edits * 11, edits * 3, json.dumps([model]),
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO messages (session_id, message_id, role, generated_at_unix_ms, model_id)"
        " VALUES (?, ?, ?, ?, ?)",
        messages,
    )
    connection.executemany(
        "INSERT INTO parts (session_id, message_id, part_id, type, text, generated_at_unix_ms, tool, input,"
        " status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    connection.executemany(
        "INSERT INTO diff_traces (key, session_id, tool_name, time_ms, path, basename, patch, added, removed,"
        " precision) VALUES (?, ?, 'x', ?, ?, ?, '{}', 11, 3, 'strings')",
        [
            (f"{session_id}{place}", session_id, end_ms, f"/w/src/{name}", name)
            for place, name in enumerate(f"file_{rng.randrange(400)}.py" for _ in islice(range(99), edits))
        ],
    )


if __name__ == "__main__":
    make_store(Path(sys.argv[1]))
