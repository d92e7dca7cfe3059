"""How much of each block is shown, and how high that makes it, for a whole thread at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Literal

from byline.reading.drawing import BAR, CUT_ROWS, PROSE_WIDTH, ROWS_AT_FIRST
from byline.reading.thread import KINDS, Kind, Thread

HIDDEN, LINE, CUT, FULL = range(4)
"""States of a block: not there, one line, a few rows of what it says, all of it (or very much)."""

Calls = Literal["off", "counted", "line", "cut", "full"]
CALLS: tuple[Calls, ...] = ("off", "counted", "line", "cut", "full")
"""How tool calls are shown. ``counted``: many in a row as their count, the others as a line each."""

Only = Literal["all", "text", "edits"]
ONLY: tuple[Only, ...] = ("all", "text", "edits")
"""What is shown at all: everything, what people and models said, or prompts and what was edited."""

FOLDING: frozenset[Kind] = frozenset({"reasoning", "tool", "aside", "patch", "calls"})
"""Kinds that fold to one line."""

_QUIET = frozenset(map(KINDS.index, ("tool", "patch", "reasoning", "aside", "calls", "session", "file")))
_ONE_LINE = frozenset(map(KINDS.index, ("heading", "rule", "session", "file", "calls")))
_CALL_STATES = {"off": HIDDEN, "counted": LINE, "line": LINE, "cut": CUT, "full": FULL}
_HEADING = KINDS.index("heading")


@dataclass(frozen=True, slots=True)
class Reading:
    """How somebody wants to read: what is shown of tool calls, whether reasoning is open, and what at all."""

    calls: Calls = "counted"
    reasoning: bool = False
    only: Only = "all"


def states_of(
    thread: Thread, reading: Reading, opened: Collection[int] = (), own: Mapping[int, int] | None = None
) -> bytearray:
    """The state of every block. ``opened`` are runs that show their calls; ``own`` single blocks' states."""
    call = _CALL_STATES[reading.calls] if reading.only == "all" else HIDDEN
    states = bytearray(thread.kinds.translate(_table(reading, call)))
    if reading.only == "edits":
        for at in thread.edits:
            states[at] = FULL
    elif call != HIDDEN:
        for head, run in thread.groups.items():
            if reading.calls != "counted" or head in opened:
                states[head] = FULL
            else:
                states[run.start : run.stop] = bytes(run.stop - run.start)
    for at, state in (own or {}).items():
        if states[at] != HIDDEN:
            states[at] = state
    return states


def _table(reading: Reading, call: int) -> bytes:
    """Kind to state, for ``bytes.translate``."""
    states: dict[Kind, int] = dict.fromkeys(KINDS, FULL)
    states |= {"tool": call, "patch": call, "calls": min(call, LINE), "aside": LINE}
    states["reasoning"] = FULL if reading.reasoning else LINE
    if reading.only != "all":
        states |= dict.fromkeys(("reasoning", "aside", "calls", "file"), HIDDEN)
    if reading.only == "edits":
        states |= dict.fromkeys(("answer", "question", "session", "rule"), HIDDEN)
    return bytes(states[kind] for kind in KINDS).ljust(256, b"\0")


def rows_of_state(state: int) -> int:
    """The rows that a block shows in a state."""
    return CUT_ROWS if state == CUT else ROWS_AT_FIRST


def guess_heights(thread: Thread, states: bytearray, width: int) -> tuple[list[int], bytearray]:
    """Heights of all blocks at a width, guessed from their sizes, and the empty lines above each, counted in.

    Blocks that are one line are right; the others are measured when they are drawn. The empty lines depend
    on what stands above only, so that folding one block moves no other.
    """
    kinds, sizes, pieces = thread.kinds, thread.sizes, thread.pieces
    heights = [0] * len(thread)
    gaps = bytearray(len(thread))
    before = -1
    for at in compress(range(len(thread)), states):
        kind = kinds[at]
        together = before == _HEADING or (kind in _QUIET and before in _QUIET)
        gaps[at] = gap = 0 if before < 0 or together or pieces[at] else 1
        heights[at] = gap + (1 if states[at] == LINE else guess_rows(kind, sizes[at], states[at], width))
        before = kind
    return heights, gaps


def guess_rows(kind: int, size: int, state: int, width: int) -> int:
    """The rows of a block that says ``size`` characters."""
    if kind in _ONE_LINE:
        return 1
    room = max(min(width - BAR, PROSE_WIDTH), 20)
    rows = 1 + size // room + size // 160
    return min(rows, 2 * CUT_ROWS if state == CUT else ROWS_AT_FIRST)
