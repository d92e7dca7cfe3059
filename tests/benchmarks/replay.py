"""Credits beside what is known without matching: ``python tests/benchmarks/replay.py STORE REPOSITORY``.

Takes the files of a store of which edits carry the whole content before and after them (give it a copy:
opening a store may bring it up to date). Runs of such edits are asked for state by state, as
``tests/support/known_credits.py`` tells. Reshaped are lines that nobody is known to have written and that
are credited as another form of a recorded line (rules 7 and 8). Ends with 1 if any line is credited to an
edit that did not write it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from known_credits import verdicts

from byline.attribution import Edit
from byline.git.repository import Repository
from byline.recorded_path import absolute_path
from byline.review.recorded_file import RecordedFile
from byline.review.records import Records
from byline.store.edits import EditRow
from byline.store.store import Store


def files(records: Records) -> Iterator[tuple[str, list[Edit]]]:
    """Every recorded file, by its absolute path, with its edits in order."""
    paths = records.store.edits.absolute_paths(records.own.id)
    for path in paths:
        rows = [row for row in records.named([path.rpartition("/")[2]]) if _place(row) == path]
        readable = [row for row in rows if records.has_patch(row)]
        yield path, RecordedFile(records).edits(readable, records.patch)[0]


def _place(row: EditRow) -> str:
    return absolute_path(row.path, row.cwd)


def _whole(edit: Edit) -> bool:
    return edit.before is not None and edit.after is not None


def main() -> int:
    """Print what was compared and what disagrees."""
    parser = argparse.ArgumentParser(description="Credits beside what is known without matching.")
    parser.add_argument("store", type=Path)
    parser.add_argument("repository", type=Path)
    words = parser.parse_args()
    counts: Counter[str] = Counter()
    with Store(words.store) as store, Records(store, Repository.open(words.repository)) as records:
        for path, edits in files(records):
            counts["edits"] += len(edits)
            for whole, run in groupby(edits, _whole):
                if not whole:
                    continue
                states = list(run)
                counts["files"] += 1
                counts["states"] += len(states)
                for verdict in verdicts(states):
                    counts["lines"] += 1
                    counts["written"] += verdict.author is not None
                    if verdict.credited == verdict.author:
                        counts["right"] += 1
                    elif verdict.author is None and verdict.reshaped:
                        counts["reshaped"] += 1
                    elif verdict.credited is None:
                        counts["missed"] += 1
                        print(f"missed {path}: {verdict}")
                    else:
                        counts["wrong"] += 1
                        print(f"{path}: {verdict}")
    print(", ".join(f"{counts[name]:,} {name}" for name in ("edits", "files", "states", "lines", "written")))
    print(", ".join(f"{counts[name]:,} {name}" for name in ("right", "reshaped", "missed", "wrong")))
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
