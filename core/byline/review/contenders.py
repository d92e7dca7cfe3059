"""Who else had a claim on a line: what the weave remembers of it, as values with the reason they lost."""

from collections.abc import Iterator, Sequence
from typing import Literal

from byline.attribution import Document, Edit, Origin
from byline.attribution.align import align
from byline.attribution.rewritten import find_rewritten
from byline.attribution.tokens import similarity, words
from byline.attribution.weave import ALIVE, NOBODY, Weave
from byline.frozen import dataclass
from byline.patch import LineKind, Match

Outcome = Literal[
    "replaced", "removed", "vanished", "gone", "elsewhere", "unchanged", "unplaced", "after_commit",
    "ambiguous", "other_checkout", "other_file", "other_repository", "unbound", "observation", "put_back",
    "written_again",
]  # fmt: skip

OUTCOMES: dict[Outcome, str] = {
    "replaced": "a later edit replaced what it wrote here",
    "removed": "a later edit took its line out again",
    "vanished": "its line went away without a record",
    "gone": "what it wrote here is not in the file any more, and nobody recorded who changed it",
    "elsewhere": "its line of this text is another one of the file",
    "unchanged": "it sent the line again as it was",
    "unplaced": "its place in the file cannot be told",
    "ambiguous": "it has as good a claim as another, and nothing tells which of them it was",
    "after_commit": "it was made after the commit",
    "other_checkout": "it was made in another checkout",
    "other_file": "it was made to another file of this name",
    "other_repository": "it was made in another repository",
    "unbound": "its session's repository is not known: `byline import PATH --repo DIR` binds it",
    "put_back": "the line it took out was written again later",
    "written_again": "it took out the line as it was written again after this one had gone",
    "observation": "it is a snapshot of the file, which does not tell who wrote it",
}

ENOUGH_ALNUM = 8
"""Letters and digits from which an equal line elsewhere means anything (rule 4 of ``attribution.md``)."""

_MAX_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Earlier:
    """An edit that wrote the line in another form: ``content`` became the line, ``match`` says how."""

    origin: Origin
    content: str
    match: Match


@dataclass(frozen=True, slots=True)
class Considered:
    """An edit that wrote ``content`` and is not the line's author; ``by`` is the edit that undid it."""

    origin: Origin
    outcome: Outcome
    content: str
    by: Origin | None = None


def touches(edit: Edit, content: str, kind: LineKind) -> bool:
    """Whether an edit has the line among those it removed, or added (or wrote, with the whole file)."""
    if not edit.hunks:
        before, after = set(edit.before or ()), set(edit.after or ())
        return content in (before - after if kind == "removed" else after)
    return any(
        line.kind == kind and line.content.removesuffix("\r") == content
        for hunk in edit.hunks
        for line in hunk.lines
    )


def earlier_authors(document: Document, edit_id: int, lines: Sequence[str], place: int) -> Iterator[Earlier]:
    """The edits that wrote ``lines[place]`` in other forms before the edit ``edit_id`` did, latest first.

    Rule 2: an edit that re-indents, wraps or moves a line did write it; whose it was before is told here.
    """
    line = _written(document, edit_id, lines, place)
    told: set[int] = set()
    for _ in range(_MAX_CHAIN):
        if line is None:
            return
        sources = _sources(document.weave, line)
        line = None
        for source, match in sources:
            owner = document.weave.owner[source]
            line = source
            if owner != NOBODY and owner not in told:
                told.add(owner)
                yield Earlier(document.edits[owner].origin, document.weave.text[source], match)


def in_document(
    document: Document, winner: int | None, lines: Sequence[str], content: str, place: int
) -> Iterator[Considered]:
    """The claims of one document's edits: on the place that the edit ``winner`` wrote, and on the text."""
    weave = document.weave
    if winner is not None and (line := _written(document, winner, lines, place)) is not None:
        by = document.edits[weave.owner[line]].origin
        for gone in reversed(_run(weave, line)[0]):
            owner = weave.owner[gone]
            if owner != NOBODY and weave.text[gone].strip():
                yield Considered(document.edits[owner].origin, "replaced", weave.text[gone], by)
    if winner is None:
        yield from _gone(document, lines, place)
    if sum(map(str.isalnum, content)) < ENOUGH_ALNUM:
        return
    owned: dict[int, list[int]] = {}
    for line, text in enumerate(weave.text):
        if line and text == content and weave.owner[line] != NOBODY:
            owned.setdefault(weave.owner[line], []).append(line)
    for index, edit in enumerate(document.edits):
        if index in owned:
            yield _fate(document, edit.origin, owned[index])
        elif touches(edit, content, "added"):
            outcome: Outcome = "unplaced" if index in document.unplaced else "unchanged"
            yield Considered(edit.origin, outcome, content)


def author_of_removed(
    document: Document, edit_id: int, lines: Sequence[str], place: int
) -> Iterator[Earlier]:
    """Who wrote ``lines[place]``, which the edit ``edit_id`` took out; nobody where that is not recorded."""
    weave = document.weave
    index = _index_of(document, edit_id)
    gone = [line for line in range(1, len(weave.text)) if index is not None and weave.killer[line] == index]
    equal = [line for line in gone if place < len(lines) and weave.text[line] == lines[place]]
    if equal:
        line = _best_placed(weave, equal, lines, place)
        if weave.owner[line] not in {NOBODY, index}:
            yield Earlier(document.edits[weave.owner[line]].origin, weave.text[line], "exact")


def removals_in_document(document: Document, winner: int | None, content: str) -> Iterator[Considered]:
    """The claims of one document's edits to have taken a line of this text out, the winner's among them."""
    if sum(map(str.isalnum, content)) < ENOUGH_ALNUM:
        return
    weave = document.weave
    equal = [line for line, text in enumerate(weave.text) if line and text == content]
    killed: dict[int, list[int]] = {}
    for line in equal:
        if weave.killer[line] >= 0:
            killed.setdefault(weave.killer[line], []).append(line)
    won = _index_of(document, winner) if winner is not None else None
    went = max((weave.died[line] for line in killed.get(won, ())), default=None) if won is not None else None
    for index, edit in enumerate(document.edits):
        if index in killed:
            died = max(weave.died[line] for line in killed[index])
            again = next((line for line in equal if weave.born[line] > died), None)
            if went is not None and all(weave.born[line] > went for line in killed[index]):
                yield Considered(edit.origin, "written_again", content)
            elif again is None:
                yield Considered(edit.origin, "elsewhere", content)
            else:
                owner = weave.owner[again]
                by = document.edits[owner].origin if owner != NOBODY else None
                yield Considered(edit.origin, "put_back", content, by)
        elif touches(edit, content, "removed"):
            outcome: Outcome = "unplaced" if index in document.unplaced else "unchanged"
            yield Considered(edit.origin, outcome, content)


def _index_of(document: Document, edit_id: int) -> int | None:
    return next((at for at, edit in enumerate(document.edits) if edit.origin.edit_id == edit_id), None)


def _gone(document: Document, lines: Sequence[str], place: int) -> Iterator[Considered]:
    """The recorded lines that should stand where ``lines[place]`` does, the one most like it first."""
    weave = document.weave
    at_old = at_new = 0
    for old, new, size in [*align(weave.live_lines(), lines), (len(weave.live), len(lines), 0)]:
        if at_new <= place < new:
            wanted = words(lines[place])
            gone = [line for line in weave.live[at_old:old] if weave.owner[line] != NOBODY]
            gone.sort(key=lambda line: similarity(words(weave.text[line]), wanted), reverse=True)
            for line in gone:
                if weave.text[line].strip():
                    yield Considered(document.edits[weave.owner[line]].origin, "gone", weave.text[line])
            return
        at_old, at_new = old + size, new + size


def _fate(document: Document, origin: Origin, lines: Sequence[int]) -> Considered:
    """What became of an edit's lines of one text: the one that died by a record tells most."""
    weave = document.weave
    killed = [line for line in lines if weave.killer[line] >= 0]
    if killed:
        line = killed[-1]
        fresh = _successors(weave, line)
        by = document.edits[weave.killer[line]].origin
        return Considered(origin, "replaced" if fresh else "removed", weave.text[line], by)
    vanished = any(weave.killer[line] != ALIVE for line in lines)
    return Considered(origin, "vanished" if vanished else "elsewhere", weave.text[lines[0]])


def _written(document: Document, edit_id: int, lines: Sequence[str], place: int) -> int | None:
    """The weave's line that the edit wrote and that stands at ``place``: of equal ones the best placed."""
    weave = document.weave
    index = _index_of(document, edit_id)
    if index is None or place >= len(lines):
        return None
    own = [line for line in range(1, len(weave.text)) if weave.owner[line] == index]
    equal = [line for line in own if weave.text[line] == lines[place]]
    if not equal:
        wanted = words(lines[place])
        return max(own, key=lambda line: similarity(words(weave.text[line]), wanted), default=None)
    return _best_placed(weave, equal, lines, place)


def _best_placed(weave: Weave, equal: Sequence[int], lines: Sequence[str], place: int) -> int:
    """Of lines of one text the one whose neighbours are most like those of ``lines[place]``."""
    if len(equal) == 1:
        return equal[0]
    order = list(weave.order())
    position = {line: at for at, line in enumerate(order)}

    def agreement(line: int) -> int:
        at = position[line]
        around = ((at - 1, place - 1), (at + 1, place + 1), (at - 2, place - 2), (at + 2, place + 2))
        return sum(
            weave.text[order[there]] == lines[here]
            for there, here in around
            if 0 <= there < len(order) and 0 <= here < len(lines)
        )

    return max(equal, key=lambda line: (agreement(line), weave.killer[line] == ALIVE))


def _run(weave: Weave, line: int) -> tuple[list[int], list[int]]:
    """The lines that gave way where ``line`` was put, and those that were put there, it among them."""
    for splice in weave.states[weave.born[line]].splices:
        if line in splice.inserted:
            kept = set(splice.removed) & set(splice.inserted)
            at = splice.inserted.index(line)
            first, last = at, at
            while first > 0 and splice.inserted[first - 1] not in kept:
                first -= 1
            while last + 1 < len(splice.inserted) and splice.inserted[last + 1] not in kept:
                last += 1
            start = splice.removed.index(splice.inserted[first - 1]) + 1 if first else 0
            ends = last + 1 < len(splice.inserted)
            end = splice.removed.index(splice.inserted[last + 1]) if ends else len(splice.removed)
            return list(splice.removed[start:end]), list(splice.inserted[first : last + 1])
    return [], []


def _sources(weave: Weave, line: int) -> list[tuple[int, Match]]:
    """The lines that ``line`` is another form of, by what it replaced or what was observed."""
    form = weave.form.get(line)
    if form is not None:
        return [(form.source, form.match)]
    gone, fresh = _run(weave, line)
    texts = [weave.text[new] for new in fresh]
    for entry in find_rewritten([weave.text[old] for old in gone], texts):
        if fresh[entry.new] == line:
            return [(gone[old], entry.match) for old in entry.old]
    return []


def _successors(weave: Weave, line: int) -> bool:
    """Whether something new was put in the place of a line when an edit took it out."""
    for splice in weave.states[weave.died[line]].splices:
        if line in splice.removed:
            removed = set(splice.removed)
            return any(new not in removed for new in splice.inserted)
    return False
