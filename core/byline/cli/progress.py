"""How far a long computation is: one line on standard error, if that is a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_QUIET_S, _EVERY_S = 0.5, 0.1
"""Nothing is said of what is done at once, and then not more often than an eye follows."""


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be told what is done and of how much (0: not known); the line is wiped at the end."""
    if not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005 - nobody to tell
        return
    begun = last = time.monotonic()
    shown = False

    def tell(done: int, total: int) -> None:
        nonlocal last, shown
        now = time.monotonic()
        if now - begun < _QUIET_S or (shown and now - last < _EVERY_S):
            return
        last, shown = now, True
        of = f" of {total:,}" if total else ""
        sys.stderr.write(f"\r{done:,}{of} {what}\x1b[K")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
