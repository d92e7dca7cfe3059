"""Intersect: stamp each touched line of a commit with its origin, or with nothing and the reason.

The lines of both sides of the commit are looked up in what was constructed. Where git's diff pairs
equal lines another way than the replay did (a slid hunk), the shown line stands for the written one:
the pairs are followed until a line is reached that the commit really brings or takes away.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from byline.attribution.construct import Document
from byline.attribution.edit import Change
from byline.attribution.fate import Fates
from byline.attribution.model import GAP, NO_EDIT, Assumption, Credit
from byline.attribution.moves import MIN_LINE_ALNUM, Vanished
from byline.attribution.provenance import STRANGER, provenance
from byline.attribution.tokens import alphanumerics
from byline.attribution.unplaced import UnplacedLines
from byline.attribution.weave import NOBODY

AFTER_COMMIT = Credit("unknown", reason="after_commit")
SUSPENDED = Credit("unknown", reason="suspended")
WINDOW = Credit("unknown", reason="window")


@dataclass(frozen=True, slots=True)
class Intersection:
    """``credits`` has one for each touched line, in order.

    ``vanished`` are runs of recorded lines that the commit should have in this file but has not: where
    they stand elsewhere in the commit they were moved (:mod:`byline.attribution.moves`). ``standing`` are
    the distinctive lines that recorded edits wrote and that are in their place: elsewhere they are copies.
    """

    credits: tuple[Credit, ...]
    vanished: tuple[tuple[Vanished, ...], ...] = ()
    standing: frozenset[str] = frozenset()


def intersect(
    documents: Sequence[Document],
    change: Change,
    later: frozenset[str] = frozenset(),
    windows: frozenset[str] = frozenset(),
) -> Intersection:
    """Explain each of ``change.touched``.

    Args:
        documents: what was constructed for the path, one per checkout; edits later than the commit are
            left out by the caller.
        later: lines that edits recorded after the commit added; a line without any other origin that is
            among them has the reason ``after_commit``.
        windows: lines that came in a shell call's window and are not the call's (rule 6); among them a line
            without any other origin has the reason ``window``.
    """
    readings = [_Reading(document, change) for document in documents]
    answers = [reading.answers() for reading in readings]
    agreed = [_agreed([answer[index] for answer in answers]) for index in range(len(change.touched))]
    result = UnplacedLines(documents, change).fill(agreed)
    for lines, credit in ((windows, WINDOW), (later, AFTER_COMMIT)):
        _say_why(change, result, lines, credit)
    return Intersection(
        tuple(result),
        tuple(run for reading in readings for run in reading.vanished()),
        frozenset(line for reading in readings for line in reading.standing()),
    )


def _say_why(change: Change, answers: list[Credit], lines: frozenset[str], credit: Credit) -> None:
    """Give added lines that have no origin, and stand among ``lines``, the reason that those tell."""
    if not lines:
        return
    for index, touched in enumerate(change.touched):
        if touched.kind == "added" and answers[index].reason in {"no_edit", "gap"}:
            line = change.new[touched.index]
            if line in lines and any(map(str.isalnum, line)):
                answers[index] = credit


def _agreed(answers: Sequence[Credit]) -> Credit:
    """One answer from several checkouts' documents: credit only if all that credit name the same call."""
    credited = [answer for answer in answers if answer.origin is not None]
    if not credited:
        return next((answer for answer in answers if answer.reason != "no_edit"), NO_EDIT)
    fresh = [answer for answer in credited if not answer.carried] or credited
    origins = {answer.origin for answer in fresh}
    if len(origins) == 1:
        return fresh[0]
    calls = {origin.tool_call_id or f"edit {origin.edit_id}" for origin in origins if origin is not None}
    return Credit("unknown", reason="ambiguous", candidates=tuple(sorted(calls)))


@dataclass(frozen=True, slots=True)
class _Sides:
    """How git's diff pairs the lines it does not show as touched, and where it touches."""

    new_of_old: Mapping[int, int]
    old_of_new: Mapping[int, int]


def _sides(change: Change) -> _Sides:
    added = {line.index for line in change.touched if line.kind == "added"}
    removed = {line.index for line in change.touched if line.kind == "removed"}
    kept_old = [index for index in range(len(change.old)) if index not in removed]
    kept_new = [index for index in range(len(change.new)) if index not in added]
    return _Sides(dict(zip(kept_old, kept_new, strict=False)), dict(zip(kept_new, kept_old, strict=False)))


class _Reading:
    """One document's answer for one change."""

    def __init__(self, document: Document, change: Change) -> None:
        self._document = document
        self._weave = document.weave
        self._change = change
        # Rebase, amend and cherry-pick keep the author time: what was undone later had not happened yet.
        limit = min(change.time_ms, change.author_ms if change.author_ms is not None else change.time_ms)
        fates = Fates(self._weave)
        done = max(
            (number for number, edit in enumerate(document.edits, 1) if edit.origin.time_ms <= limit),
            default=0,
        )
        new = provenance(self._weave, change.new, done, fates)
        self._new, self._forms, self._missing = new.ids, new.forms, new.missing
        self._suspended = new.suspended
        self._merged = {
            line
            for other in change.others
            for line in provenance(self._weave, other, done, fates, with_undone=True).ids
            if line != STRANGER
        }
        # What an edit took back is looked for all the same where the commit removes it.
        self._old = provenance(self._weave, change.old, done, fates, with_undone=True).ids
        self._place_new = {line: index for index, line in enumerate(self._new) if line != STRANGER}
        self._place_old = {line: index for index, line in enumerate(self._old) if line != STRANGER}
        self._sides = _sides(change)

    def answers(self) -> list[Credit]:
        return [
            self._added(line.index) if line.kind == "added" else self._removed(line.index)
            for line in self._change.touched
        ]

    def vanished(self) -> Iterator[tuple[Vanished, ...]]:
        """The missing recorded lines in runs that stood together, those of the parent marked as carried."""
        for missing in self._missing:
            run: list[Vanished] = []
            for line in missing:
                owner = self._weave.owner[line]
                if owner != NOBODY:
                    credit = replace(self._credit(owner), carried=line in self._place_old)
                    run.append(Vanished(self._weave.text[line], credit))
                elif run:
                    yield tuple(run)
                    run = []
            if run:
                yield tuple(run)

    def standing(self) -> Iterator[str]:
        """The recorded lines that are found in the commit, as far as they are distinctive."""
        for line in self._new:
            if line != STRANGER and self._weave.owner[line] != NOBODY:
                text = self._weave.text[line]
                if alphanumerics((text,)) >= MIN_LINE_ALNUM:
                    yield text

    def _added(self, index: int) -> Credit:
        line = self._new[index]
        if index in self._suspended:
            return SUSPENDED
        carried = line in self._merged
        while line in self._place_old:
            shown = self._sides.new_of_old.get(self._place_old[line])
            if shown is None:
                # The parent's own line, taken away and put back by something nobody recorded.
                carried = True
                break
            index = shown
            line = self._new[index]
        if line == STRANGER:
            return NO_EDIT
        owner = self._weave.owner[line]
        if owner == NOBODY:
            return NO_EDIT if self._weave.born[line] == 0 else GAP
        credit = self._credit(owner)
        form = self._forms.get(index)
        while (seen := self._weave.form.get(line)) is not None:
            form = seen.match if form != "edited" else form
            line = seen.source
            carried = carried or line in self._place_old
        if form is not None:
            credit = replace(credit, match=form, contributor="mixed" if form == "edited" else "ai")
        if carried and line in self._place_old:
            moved = form is None and not self._same_block(self._place_old[line], index)
            credit = replace(credit, match="moved" if moved else credit.match)
        return replace(credit, carried=carried)

    def _removed(self, index: int) -> Credit:
        line = self._old[index]
        while line in self._place_new:
            shown = self._sides.old_of_new.get(self._place_new[line])
            if shown is None:
                return NO_EDIT
            line = self._old[shown]
        if line == STRANGER:
            return NO_EDIT
        killer = self._weave.killer[line]
        if killer < 0:
            return NO_EDIT
        return self._credit(killer)

    def _credit(self, edit: int) -> Credit:
        origin = self._document.edits[edit].origin
        assumed: Assumption | None = "base" if self._document.base_assumed else None
        if origin.time_ms > self._change.time_ms and assumed is None:
            assumed = "clock"
        return Credit("ai", "exact", origin, assumed=assumed)

    def _same_block(self, old: int, new: int) -> bool:
        """Whether a removed and an added line belong to one run of changes of git's diff."""
        while old > 0 and (old - 1) not in self._sides.new_of_old:
            old -= 1
        while new > 0 and (new - 1) not in self._sides.old_of_new:
            new -= 1
        return self._sides.new_of_old.get(old - 1, -1) == new - 1
