"""Recorded lines that nobody's record changed, found again in another form: rules 7 and 8.

Looked for inside one replaced block: between the same two lines that stayed, the recorded lines that are
missing are compared with the lines that are new, first as token streams, then by their words.
"""

from collections.abc import Sequence

from byline.attribution.align import align
from byline.attribution.tokens import MIN_DICE, alphanumerics, similarity, stream, words
from byline.frozen import dataclass
from byline.patch import Match

MIN_ALNUM = 3
"""A run of reformatted lines needs this many letters or digits to be told from any other."""

MAX_BLOCK = 400_000
"""Blocks of more lines than this, missing and new ones together, are not compared at all."""

MAX_CELLS = 40_000
"""Blocks whose sizes multiply to more than this are not compared by words."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A new line (index in the block) that is recorded lines (indices among the missing) in another form."""

    new: int
    old: tuple[int, ...]
    match: Match


def find_rewritten(missing: Sequence[str], new: Sequence[str]) -> list[Rewritten]:
    """What of ``new`` is ``missing`` reformatted or edited, in order; both are the lines of one block."""
    if not missing or not new or len(missing) + len(new) > MAX_BLOCK:
        return []
    reformatted, joined = _by_tokens(missing, new)
    taken_old = {index for entry in reformatted for index in entry.old}
    taken_new = {entry.new for entry in reformatted}
    edited = [entry for entry in joined if entry.new not in taken_new]
    taken_new |= {entry.new for entry in edited}
    taken_old |= {index for entry in edited for index in entry.old}
    left_old = [index for index in range(len(missing)) if index not in taken_old]
    left_new = [index for index in range(len(new)) if index not in taken_new]
    return sorted(
        [*reformatted, *edited, *_by_words(missing, new, left_old, left_new)], key=lambda entry: entry.new
    )


def _by_tokens(missing: Sequence[str], new: Sequence[str]) -> tuple[list[Rewritten], list[Rewritten]]:
    """Lines made of nothing but recorded tokens in order, and lines that others joined in a reflow."""
    old_tokens, old_lines = stream(missing)
    new_tokens, new_lines = stream(new)
    partner = [-1] * len(new_tokens)
    found_old = [False] * len(old_tokens)
    for i, j, size in align(old_tokens, new_tokens):
        for offset in range(size):
            partner[j + offset] = i + offset
            found_old[i + offset] = True
    whole_old = [True] * len(missing)
    for place, line in enumerate(old_lines):
        whole_old[line] = whole_old[line] and found_old[place]
    spans: dict[int, list[int]] = {}
    for place, line in enumerate(new_lines):
        spans.setdefault(line, []).append(partner[place])
    covered: list[Rewritten] = []
    joined: list[Rewritten] = []
    for line, partners in spans.items():
        known = [place for place in partners if place >= 0]
        sources = tuple(dict.fromkeys(old_lines[place] for place in known))
        if not sources or not all(whole_old[source] for source in sources):
            continue
        if len(known) == len(partners) and known[-1] - known[0] == len(known) - 1:
            covered.append(Rewritten(line, sources, "reformatted"))
        elif len(sources) > 1 or len(known) < len(partners):
            recorded = words(" ".join(old_tokens[known[0] : known[-1] + 1]))
            if similarity(recorded, words(new[line])) >= MIN_DICE:
                joined.append(Rewritten(line, sources, "edited"))
    return _without_weak_runs(covered, new), joined


def _without_weak_runs(covered: Sequence[Rewritten], new: Sequence[str]) -> list[Rewritten]:
    kept: list[Rewritten] = []
    run: list[Rewritten] = []
    for entry in [*covered, None]:
        if entry is not None and (not run or entry.new == run[-1].new + 1):
            run.append(entry)
            continue
        if alphanumerics(new[item.new] for item in run) >= MIN_ALNUM:
            kept += run
        run = [entry] if entry is not None else []
    return kept


def _by_words(
    missing: Sequence[str], new: Sequence[str], left_old: Sequence[int], left_new: Sequence[int]
) -> list[Rewritten]:
    """Pair what is left in order, so that the similarities of the pairs add up to the most."""
    height, width = len(left_old), len(left_new)
    if not height or not width or height * width > MAX_CELLS:
        return []
    old_words = [words(missing[index]) for index in left_old]
    new_words = [words(new[index]) for index in left_new]
    alike = [[similarity(old, found) for found in new_words] for old in old_words]
    score = [[0.0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            best = max(score[i + 1][j], score[i][j + 1])
            if alike[i][j] >= MIN_DICE:
                best = max(best, score[i + 1][j + 1] + alike[i][j])
            score[i][j] = best
    pairs: list[Rewritten] = []
    i = j = 0
    while i < height and j < width:
        if alike[i][j] >= MIN_DICE and score[i][j] == score[i + 1][j + 1] + alike[i][j]:
            pairs.append(Rewritten(left_new[j], (left_old[i],), "edited"))
            i += 1
            j += 1
        elif score[i + 1][j] >= score[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
