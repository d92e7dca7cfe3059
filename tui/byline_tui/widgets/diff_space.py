"""A diff without the changes that are in white space only."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from byline.attribution.align import align
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline_tui.widgets.intraline import blocks

ONLY_SPACE = "only white space changed"


def without_space_changes(file: ReviewedFile) -> ReviewedFile:
    """The file with lines that differ in nothing but white space as context, as they are afterwards.

    Hunks that touch nothing else are left out; a file without any other says so in its notes.
    """
    bare = (replace(hunk, lines=tuple(_lines(hunk))) for hunk in file.hunks)
    hunks = tuple(hunk for hunk in bare if any(line.kind != "context" for line in hunk.lines))
    if hunks == file.hunks:
        return file
    notes = file.notes if hunks else (*file.notes, ONLY_SPACE)
    return replace(file, hunks=hunks, notes=notes)


def _lines(hunk: ReviewedHunk) -> Iterator[DiffLine]:
    at = 0
    for removed, added in blocks(hunk.lines):
        first, last = (removed or added)[0], (added or removed)[-1]
        yield from hunk.lines[at:first]
        if removed and added:
            yield from _block([hunk.lines[n] for n in removed], [hunk.lines[n] for n in added])
        else:
            yield from hunk.lines[first : last + 1]
        at = last + 1
    yield from hunk.lines[at:]


def _block(removed: Sequence[DiffLine], added: Sequence[DiffLine]) -> Iterator[DiffLine]:
    old = new = 0
    equal = align([_bare(line) for line in removed], [_bare(line) for line in added])
    for a, b, size in (*equal, (len(removed), len(added), 0)):
        yield from removed[old:a]
        yield from added[new:b]
        for step in range(size):
            before, after = removed[a + step], added[b + step]
            yield DiffLine("context", before.old_number, after.new_number, after.content, None)
        old, new = a + size, b + size


def _bare(line: DiffLine) -> str:
    return "".join(line.content.split())
