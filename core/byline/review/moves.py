"""Moved blocks within a commit: the engine's answers of all files brought together (rule 9)."""

from collections.abc import Sequence

from byline.attribution import Credit, Intersection, find_moves
from byline.git.model import FileChange

_OPEN = {"no_edit", "gap"}
COPY = Credit("unknown", reason="copy")


def with_moves(changes: Sequence[FileChange], answers: Sequence[Intersection]) -> list[list[Credit]]:
    """The credits per file, where a line without origin that was moved there has its author's.

    One that is the twin of a recorded line which still stands is said to be a copy.
    """
    credits_of = [list(answer.credits) for answer in answers]
    targets: list[list[str]] = []
    places: list[list[tuple[int, int]]] = []
    for file, change in enumerate(changes):
        _gather(file, change, credits_of[file], targets, places)
    if not targets:
        return credits_of
    texts = {line for content in targets for line in content}
    standing = set[str]().union(*(answer.standing(texts) for answer in answers))
    sources = [run for answer in answers for run in answer.vanished()]
    for (run, index), credit in find_moves(sources, targets).items():
        file, touched = places[run][index]
        credits_of[file][touched] = credit
    for run, content in enumerate(targets):
        for index, line in enumerate(content):
            file, touched = places[run][index]
            if line in standing and credits_of[file][touched].origin is None:
                credits_of[file][touched] = COPY
    return credits_of


def _gather(
    file: int,
    change: FileChange,
    found: Sequence[Credit],
    targets: list[list[str]],
    places: list[list[tuple[int, int]]],
) -> None:
    """Collect the runs of added lines without an origin, and where each line's credit stands."""
    touched = 0
    for hunk in change.hunks:
        open_run = False
        for line in hunk.body:
            mark = line[:1]
            if mark not in "+-":
                open_run = False
                continue
            if mark == "+":
                if found[touched].origin is None and found[touched].reason in _OPEN:
                    if not open_run:
                        targets.append([])
                        places.append([])
                    targets[-1].append(line[1:].removesuffix("\r"))
                    places[-1].append((file, touched))
                    open_run = True
                else:
                    open_run = False
            touched += 1
