"""How attribution's time grows with touched lines: ``python tests/benchmarks/attribution.py``.

Prints microseconds per touched line for exact, drifted (a line typed above everything) and unrelated
inputs. The figures of one run on one machine are to be compared with each other only.
"""

import time
from collections.abc import Callable

from byline.attribution import Change, Edit, Origin, Touched, construct, intersect
from byline.patch.hunk_body import read_hunk

SIZES = (1_000, 5_000, 20_000, 50_000, 200_000)
BLOCK = 10


def edits(count: int) -> list[Edit]:
    """As many recorded lines as ``count``, in edits of ten lines that each append to the file."""
    made: list[Edit] = []
    for number in range(count // BLOCK):
        start = number * BLOCK
        body = [f"+{line(start + offset)}" for offset in range(BLOCK)]
        hunk = read_hunk(start, start + 1 if number else 1, body)
        origin = Origin(number, f"cc_{number % 7}", None, f"call_{number}", "opus", "Edit", number)
        made.append(Edit(origin, (hunk,), before=() if not number else None))
    return made


def line(number: int) -> str:
    """A line of code; a fifth of them are braces and blanks, as in real files."""
    return ("}", "", f"    value_{number} = compute({number})")[min(number % 10, 2)]


def exact(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The commit holds what was recorded."""
    return lines


def drifted(lines: tuple[str, ...]) -> tuple[str, ...]:
    """A person typed a line above everything and one in every thousand."""
    typed = ["typed by hand"]
    for number, content in enumerate(lines):
        typed.append(content)
        if number % 1000 == 999:
            typed.append(f"typed {number} by hand")
    return tuple(typed)


def unrelated(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Nothing in the commit was recorded."""
    return tuple(f"other {number} text" for number in range(len(lines)))


def measure(count: int, shape: Callable[[tuple[str, ...]], tuple[str, ...]]) -> tuple[float, int]:
    """Seconds for one file with ``count`` recorded lines, and how many lines were credited."""
    recorded = edits(count)
    lines = shape(tuple(line(number) for number in range(count)))
    touched = tuple(Touched("added", index) for index in range(len(lines)))
    start = time.perf_counter()
    answer = intersect([construct(recorded, [])], Change((), lines, touched, 10**12))
    return time.perf_counter() - start, sum(credit.origin is not None for credit in answer.credits)


def main() -> None:
    """Print the table."""
    print(f"{'touched':>9} {'input':>10} {'seconds':>9} {'µs/line':>8} {'credited':>9}")
    for shape in (exact, drifted, unrelated):
        for count in SIZES:
            seconds, credited = measure(count, shape)
            per_line = seconds / count * 1e6
            print(f"{count:>9,} {shape.__name__:>10} {seconds:>9.3f} {per_line:>8.2f} {credited:>9,}")


if __name__ == "__main__":
    main()
