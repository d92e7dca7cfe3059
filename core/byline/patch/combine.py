"""The plain, stateless union and intersection of patches, kept for interchange.

Their behaviour is that of ``reference/goldens``. What people are shown comes from
:mod:`byline.attribution`, which knows positions and provenance.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from byline.frozen import replace
from byline.patch.model import FilePatch, Hunk, Patch, TouchedLine

_LineKey = tuple[str, int, str]


def combine_patches(patches: Sequence[Patch]) -> Patch:
    """The union of the patches' touched lines, per file.

    Of lines with the same kind, number and content the later patch's wins. Hunks keep their
    headers; lines that a later patch repeats move to its hunk. Files keep the order of their first
    appearance and take kind and old path from the latest patch.
    """
    files: dict[str, list[FilePatch]] = {}
    for patch in patches:
        for file in patch.files:
            files.setdefault(file.path, []).append(file)
    return Patch(tuple(_combine_file(versions) for versions in files.values()))


def _combine_file(versions: Sequence[FilePatch]) -> FilePatch:
    last = versions[-1]
    winner: dict[_LineKey, int] = {}
    hunks = [hunk for version in versions for hunk in version.hunks]
    for index, hunk in enumerate(hunks):
        for line in hunk.lines:
            winner[_key(line)] = index
    kept: list[Hunk] = []
    for index, hunk in enumerate(hunks):
        lines = tuple(line for line in hunk.lines if winner[_key(line)] == index)
        if lines:
            kept.append(replace(hunk, lines=lines))
    return replace(last, hunks=tuple(kept))


def intersect_patches(constructed: Patch, post_commit: Patch) -> Patch:
    """The touched lines of ``post_commit`` that ``constructed`` has too, with the latter's facts.

    A line matches by kind, number and content, else by kind and content alone; each constructed
    line is used once. Lines and files without a match are left out; a file without touched lines
    on either side (an empty file) matches by its path. Headers are those of ``post_commit``.
    """
    by_path = {file.path: file for file in constructed.files}
    files: list[FilePatch] = []
    for file in post_commit.files:
        ours = by_path.get(file.path)
        if ours is None:
            continue
        theirs = [line for hunk in file.hunks for line in hunk.lines]
        found = _match_lines([line for hunk in ours.hunks for line in hunk.lines], theirs)
        hunks: list[Hunk] = []
        start = 0
        for hunk in file.hunks:
            end = start + len(hunk.lines)
            lines = tuple(line for line in found[start:end] if line is not None)
            if lines:
                hunks.append(replace(hunk, lines=lines))
            start = end
        if hunks or not theirs:
            files.append(replace(file, hunks=tuple(hunks)))
    return Patch(tuple(files))


def _match_lines(ours: Sequence[TouchedLine], theirs: Sequence[TouchedLine]) -> list[TouchedLine | None]:
    """For each of their lines the fact-bearing copy, or None. Exact places are given out first."""
    exact = _group(ours)
    used: Counter[int] = Counter()
    found: list[TouchedLine | None] = [None] * len(theirs)
    for index, line in enumerate(theirs):
        candidates = exact.get(_key(line))
        if candidates:
            origin = candidates.popleft()
            used[id(origin)] += 1
            found[index] = _with_facts(line, origin)
    by_content: dict[tuple[str, str], deque[TouchedLine]] = {}
    for line in ours:
        if not used[id(line)]:
            by_content.setdefault((line.kind, line.content), deque()).append(line)
    for index, line in enumerate(theirs):
        if found[index] is None:
            left = by_content.get((line.kind, line.content))
            if left:
                found[index] = _with_facts(line, left.popleft())
    return found


def _group(lines: Iterable[TouchedLine]) -> dict[_LineKey, deque[TouchedLine]]:
    grouped: dict[_LineKey, deque[TouchedLine]] = {}
    for line in lines:
        grouped.setdefault(_key(line), deque()).append(line)
    return grouped


def _with_facts(line: TouchedLine, origin: TouchedLine) -> TouchedLine:
    return replace(origin, line_number=line.line_number)


def _key(line: TouchedLine) -> _LineKey:
    return (line.kind, line.line_number, line.content)
