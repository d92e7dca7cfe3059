"""``.aider.input.history``: what a person typed into Aider, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TypedLine:
    """Something typed: its text, and when in Unix ms."""

    time_ms: int
    text: str


def read_typed_lines(path: Path) -> list[TypedLine]:
    """Everything typed, in order: ``# <time>`` and then lines that begin with ``+``.

    Nothing when there is no such file: the times are then not known.
    """
    try:
        lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    except OSError:
        return []
    return [typed for typed in _typed(lines) if typed.text]


def _typed(lines: list[str]) -> Iterator[TypedLine]:
    time_ms, words = 0, list[str]()
    for line in [*lines, "# "]:
        if line.startswith("+"):
            words.append(line[1:])
        elif line.startswith("# "):
            yield TypedLine(time_ms, "\n".join(words))
            words = []
            try:
                time_ms = round(datetime.fromisoformat(line[2:].strip()).astimezone().timestamp() * 1000)
            except ValueError:
                # Not a time: what follows is as old as what went before.
                continue
