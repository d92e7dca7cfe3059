"""Blocks that a diff removes in one place and adds, as they were, in another.

As git's ``--color-moved=blocks``: a block counts from :data:`ENOUGH` letters and digits on.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from byline.review.model import ReviewedFile

ENOUGH = 20
_MOST_PLACES = 16

Key = tuple[int, Literal["added", "removed"], int]
"""A touched line: the file's index, the side, and the line's number on it."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the other end of a moved line is: a path (foreign text) and a line number."""

    path: str
    number: int


def moved_lines(files: Sequence[ReviewedFile]) -> Mapping[Key, Elsewhere]:
    """Both ends of every moved line."""
    gone = [line for run in _runs(files, "removed") for line in (*run, None)]
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(gone):
        if line is not None and line[1].strip():
            places[line[1]].append(at)
    moved: dict[Key, Elsewhere] = {}
    taken: set[int] = set()

    def settle(block: list[tuple[int, Key]]) -> None:
        texts = [old[1] for at, _ in block if (old := gone[at]) is not None]
        if sum(1 for text in texts for letter in text if letter.isalnum()) < ENOUGH:
            return
        for at, key in block:
            old = gone[at]
            if old is not None:
                taken.add(at)
                moved[key] = Elsewhere(files[old[0][0]].old_path, old[0][2])
                moved[old[0]] = Elsewhere(files[key[0]].path, key[2])

    for run in _runs(files, "added"):
        block: list[tuple[int, Key]] = []
        for key, content in run:
            following = block[-1][0] + 1 if block else -1
            if (
                block
                and (old := gone[following]) is not None
                and old[1] == content
                and following not in taken
            ):
                block.append((following, key))
                continue
            settle(block)
            found = places.get(content, ()) if content.strip() else ()
            start = next((at for at in found[:_MOST_PLACES] if at not in taken), None)
            block = [(start, key)] if start is not None else []
        settle(block)
    return moved


def _runs(
    files: Sequence[ReviewedFile], kind: Literal["added", "removed"]
) -> Iterator[list[tuple[Key, str]]]:
    """The contents of touched lines that stand together."""
    for at, file in enumerate(files):
        for hunk in file.hunks:
            run: list[tuple[Key, str]] = []
            for line in hunk.lines:
                if line.kind == kind:
                    number = (line.new_number if kind == "added" else line.old_number) or 0
                    run.append(((at, kind, number), line.content.removesuffix("\r")))
                elif run:
                    yield run
                    run = []
            if run:
                yield run
