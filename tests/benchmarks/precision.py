"""How often the engine is right: ``python tests/benchmarks/precision.py [SEEDS]``.

Random histories whose truth is known (``tests/support/histories.py``). Precision: of the credited lines
those credited to the edit that really wrote or removed them. Recall: of the recorded lines those found.
Common lines are the ones that stand many times in a file; of equal ones only the number per edit is known.
"Plain" has all ways in which edits are recorded, people who type and delete lines, stale and partial commits.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from histories import PLAIN, Taste, play
from verdicts import Tally, judge_history

TASTES = {
    "plain": PLAIN,
    "whole commits": Taste(stale=False, partial=False),
    "nobody types": Taste(people=False),
    "all recorded, whole": Taste(people=False, stale=False, partial=False),
    "contents recorded": Taste(styles=("contents",)),
    "numbered hunks only": Taste(styles=("numbered",)),
    "strings only": Taste(styles=("strings",)),
    "with reformatting": Taste(reformat=True),
    "with rewording": Taste(reword=True),
    "with retyping": Taste(retype=True),
    "with all three": Taste(reformat=True, reword=True, retype=True),
}


def measure(taste: Taste, seeds: int) -> tuple[Tally, Tally]:
    """Distinct and common lines over the histories of the first seeds."""
    distinct, common = Tally(), Tally()
    for seed in range(seeds):
        for total, found in zip((distinct, common), judge_history(play(Random(seed), taste)), strict=True):
            total.add(found)
    return distinct, common


def rows(seeds: int) -> Iterator[str]:
    """The table's lines."""
    yield f"{'histories':>20} {'lines':>9} {'credited':>9} {'precision':>10} {'recorded':>9} {'recall':>9}"
    for name, taste in TASTES.items():
        distinct, common = measure(taste, seeds)
        both = Tally()
        for tally in (distinct, common):
            both.add(tally)
        for kind, tally in (("distinct", distinct), ("common", common), ("all", both)):
            yield (
                f"{name:>20} {kind:>9} {tally.credited:>9,} {tally.precision:>10.3%} "
                f"{tally.recorded:>9,} {tally.recall:>9.3%}"
            )


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 300):
        print(row)
