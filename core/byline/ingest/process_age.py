"""How long this process has been at it: on a busy machine its start is most of what a caller waits for."""

import os
import time

_LONG_MS, _SHARE = 100, 6
"""A start usually takes 10 to 30 ms. One that took this long, and was given less than this share (a sixth)
of a core for it, is one of very many that want one."""


def is_swamped() -> bool:
    """Whether the machine has so much to do that starting took very long, and doing more would again."""
    age_ms = process_age_ms()
    return age_ms > _LONG_MS and age_ms > time.process_time_ns() // 1_000_000 * _SHARE


def process_age_ms() -> int:
    """Milliseconds since this process was started, its interpreter's start included; 0 where nobody says.

    From ``/proc/self/stat`` (proc(5), field 22, in ticks since the machine was booted).
    """
    try:
        with open("/proc/self/stat", "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            # The name of the program, which comes second, may hold anything.
            fields = file.read().rpartition(b")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(round((time.clock_gettime(time.CLOCK_BOOTTIME) - started) * 1000), 0)
    except (OSError, AttributeError, ValueError, IndexError):
        return 0
