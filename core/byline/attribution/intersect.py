"""Intersect: stamp each touched line of a commit with its origin, or with nothing and the reason.

The lines of both sides of the commit are looked up in what was constructed. Where git's diff pairs
equal lines another way than the replay did (a slid hunk), the shown line stands for the written one:
the pairs are followed until a line is reached that the commit really brings or takes away.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Sequence

from byline.attribution.construct import CLOCK_TOLERANCE_MS, Document
from byline.attribution.edit import Change, Edit
from byline.attribution.fate import Fates
from byline.attribution.model import GAP, NO_EDIT, Assumption, Contributor, Credit, Origin, ambiguous
from byline.attribution.moves import MIN_LINE_ALNUM, Vanished
from byline.attribution.provenance import STRANGER, Horizon, Provenance, provenances
from byline.attribution.tokens import alphanumerics
from byline.attribution.unplaced import MIN_ALNUM, UnplacedLines
from byline.attribution.weave import NOBODY, Weave
from byline.frozen import dataclass, field, replace
from byline.patch import LineKind, Match

AFTER_COMMIT = Credit("unknown", reason="after_commit")
SUSPENDED = Credit("unknown", reason="suspended")
WINDOW = Credit("unknown", reason="window")


@dataclass(frozen=True, slots=True)
class Intersection:
    """``credits`` has one for each touched line, in order.

    What else the documents tell can be asked for as long as they hold.
    """

    credits: tuple[Credit, ...]
    readings: tuple["_Reading", ...] = field(default=(), repr=False)

    def vanished(self) -> Iterator[tuple[Vanished, ...]]:
        """The runs of recorded lines that the commit should have in this file but has not: where they stand
        elsewhere in the commit they were moved (:mod:`byline.attribution.moves`).
        """
        for reading in self.readings:
            yield from reading.vanished()

    def standing(self, texts: Collection[str]) -> set[str]:
        """Which of some texts are distinctive lines that recorded edits wrote and that are in their place:
        elsewhere they are copies.
        """
        found = {text for reading in self.readings for text in reading.standing(texts)}
        return {text for text in found if alphanumerics((text,)) >= MIN_LINE_ALNUM}


def intersect(
    documents: Sequence[Document],
    change: Change,
    later: Container[str] = frozenset(),
    windows: Container[str] = frozenset(),
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
    explained = [_readings(document, change) for document in documents]
    answers = [
        _unanimous(change, document.weave, [reading.answers() for reading in readings])
        for document, readings in zip(documents, explained, strict=True)
    ]
    readings = [readings[0] for readings in explained]
    if len(answers) == 1:
        agreed = answers[0]
    else:
        agreed = [_agreed([answer[index] for answer in answers]) for index in range(len(change.touched))]
    lost = [
        (document.edits[index], hunks) for document in documents for index, hunks in document.unplaced.items()
    ]
    result = UnplacedLines(lost, [document.weave for document in documents], change).fill(agreed)
    for lines, credit in ((windows, WINDOW), (later, AFTER_COMMIT)):
        _say_why(change, result, lines, credit)
    return Intersection(tuple(result), tuple(readings))


def _say_why(change: Change, answers: list[Credit], lines: Container[str], credit: Credit) -> None:
    """Give added lines that have no origin, and stand among ``lines``, the reason that those tell."""
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
    return ambiguous(origins)


@dataclass(frozen=True, slots=True)
class _Sides:
    """How git's diff pairs the lines it does not show as touched, and where it touches."""

    old: "_Side"
    new: "_Side"

    def new_of_old(self, index: int) -> int | None:
        """Which line of the new side an untouched one of the old side is."""
        return self.new.kept(self.old.kept_before(index)) if self.old.is_kept(index) else None

    def old_of_new(self, index: int) -> int | None:
        """Which line of the old side an untouched one of the new side is."""
        return self.old.kept(self.new.kept_before(index)) if self.new.is_kept(index) else None

    def same_block(self, old: int, new: int) -> bool:
        """Whether a removed and an added line belong to one run of changes of git's diff."""
        return self.old.kept_before(old) == self.new.kept_before(new)


class _Side:
    """The untouched lines of one side of a diff, counted."""

    def __init__(self, size: int, touched: Iterable[int]) -> None:
        self._size = size
        self._touched = sorted(touched)
        self._kept_before = [index - number for number, index in enumerate(self._touched)]

    def is_kept(self, index: int) -> bool:
        at = bisect_left(self._touched, index)
        return at == len(self._touched) or self._touched[at] != index

    def kept_before(self, index: int) -> int:
        """How many untouched lines stand before a line."""
        return index - bisect_left(self._touched, index)

    def kept(self, number: int) -> int | None:
        """The index of the untouched line before which so many others stand."""
        index = number + bisect_right(self._kept_before, number)
        return index if index < self._size else None


def _sides(change: Change) -> _Sides:
    return _Sides(
        _Side(len(change.old), (line.index for line in change.touched if line.kind == "removed")),
        _Side(len(change.new), (line.index for line in change.touched if line.kind == "added")),
    )


def _readings(document: Document, change: Change) -> list["_Reading"]:
    """One document's answers for a change: several where equal lines of a side can be taken in two ways."""
    weave, edits = document.weave, document.edits
    # Rebase, amend and cherry-pick keep the author time: what was undone later had not happened yet.
    limit = min(change.time_ms, change.author_ms if change.author_ms is not None else change.time_ms)
    now = Horizon(_count_until(edits, limit))
    before = now
    if change.old_ms is not None:
        possible = _count_until(edits, change.old_ms + CLOCK_TOLERANCE_MS)
        before = Horizon(min(now.done, _count_until(edits, change.old_ms)), possible)
    fates = Fates(weave)
    merged = {
        line
        for other in change.others
        for line in provenances(weave, other, now, fates, with_undone=True)[0].ids
        if line != STRANGER
    }
    sides = _sides(change)
    # What an edit took back is looked for all the same where the commit removes it.
    return [
        _Reading(document, change, sides, merged, new, old.ids, now.done)
        for new in provenances(weave, change.new, now, fates)
        for old in provenances(weave, change.old, before, fates, with_undone=True)
    ]


def _count_until(edits: Sequence[Edit], time_ms: int) -> int:
    """How many of the first edits there are up to the last one that was completed by a time."""
    return next(
        (number for number in range(len(edits), 0, -1) if edits[number - 1].origin.time_ms <= time_ms), 0
    )


def _unanimous(change: Change, weave: Weave, readings: Sequence[list[Credit]]) -> list[Credit]:
    """The answers that hold however equal lines are taken; the others are ambiguous.

    Of equal lines that are touched side by side each reading may credit another one: what counts is how many
    of them are whose.
    """
    answers = list(readings[0])
    doubtful = [
        number
        for group in (_equal_lines(change) if len(readings) > 1 else ())
        for number in group
        if len({_share(reading, group) for reading in readings}) > 1
    ]
    if not doubtful:
        return answers
    ever, here = weave.times, Counter((*change.old, *change.new))
    for number in doubtful:
        told = [reading[number] for reading in readings]
        origins = {answer.origin for answer in told}
        text = _text(change, number)
        if ever[text] == 1 and here[text] <= 2 and alphanumerics((text,)) >= MIN_ALNUM:
            # Lines in another order: each reading has kept another one, and there is only one of each.
            origins.discard(None)
        if len(origins) > 1:
            answers[number] = ambiguous(origins)
        elif told[0].origin is None and origins - {None}:
            kept = next(answer for answer in told if answer.origin is not None)
            answers[number] = replace(kept, match="moved") if kept.match == "exact" else kept
    return answers


def _equal_lines(change: Change) -> Collection[list[int]]:
    """The numbers of touched lines of one kind and text that are touched in one run of changes."""
    added = removed = 0
    groups: dict[tuple[int, LineKind, str], list[int]] = {}
    for number, touched in enumerate(change.touched):
        # The untouched lines before a line are as many on both sides: they tell which run it is in.
        added, removed = added + (touched.kind == "added"), removed + (touched.kind == "removed")
        run = touched.index + 1 - (added if touched.kind == "added" else removed)
        groups.setdefault((run, touched.kind, _text(change, number)), []).append(number)
    return groups.values()


def _text(change: Change, number: int) -> str:
    touched = change.touched[number]
    return (change.new if touched.kind == "added" else change.old)[touched.index]


def _share(answers: Sequence[Credit], group: Sequence[int]) -> frozenset[tuple[Origin | None, int]]:
    """How many of a group of lines are of which origin."""
    return frozenset(Counter(answers[number].origin for number in group).items())


class _Reading:
    """One document's answer for one change, with the lines of both sides taken in one way."""

    def __init__(
        self,
        document: Document,
        change: Change,
        sides: _Sides,
        merged: Collection[int],
        new: Provenance,
        old: Sequence[int],
        done: int,
    ) -> None:
        self._document = document
        self._weave = document.weave
        self._change = change
        self._sides = sides
        self._merged = merged
        self._new, self._forms = new.ids, new.forms
        self._suspended = new.suspended
        self._old = old
        self._done = done
        self._credits: dict[tuple[int, Match, Contributor, bool], Credit] = {}
        self._place_new = _places(self._new)
        self._place_old = _places(self._old)

    def answers(self) -> list[Credit]:
        return [
            self._added(line.index) if line.kind == "added" else self._removed(line.index)
            for line in self._change.touched
        ]

    def vanished(self) -> Iterator[tuple[Vanished, ...]]:
        """The recorded lines that should be there and are not, in runs that stood together.

        Those are the ones that stood when the last edit before the commit was done, or went without a record.
        The ones that the parent has are marked as carried.
        """
        weave, here = self._weave, set(self._new)
        last = weave.last_state_before(self._done)
        run: list[Vanished] = []
        for line in weave.standing_or_vanished(last):
            owner = weave.owner[line]
            if owner != NOBODY and line not in here:
                credit = self._credit(owner, carried=line in self._place_old)
                run.append(Vanished(weave.text[line], credit))
            elif run:
                yield tuple(run)
                run = []
        if run:
            yield tuple(run)

    def standing(self, texts: Collection[str]) -> Iterator[str]:
        """Which of some texts are recorded lines that are found in the commit."""
        text, owner = self._weave.text, self._weave.owner
        for line in self._new:
            if text[line] in texts and owner[line] != NOBODY:
                yield text[line]

    def _added(self, index: int) -> Credit:
        line = self._new[index]
        if index in self._suspended:
            return SUSPENDED
        carried = line in self._merged
        while line in self._place_old:
            shown = self._sides.new_of_old(self._place_old[line])
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
        form = self._forms.get(index)
        while (seen := self._weave.form.get(line)) is not None:
            form = seen.match if form != "edited" else form
            line = seen.source
            carried = carried or line in self._place_old
        match: Match = form or "exact"
        if carried and form is None and line in self._place_old:
            # The same text taken away and put back in one place: its line end is another (rule 7).
            is_here = self._sides.same_block(self._place_old[line], index)
            match = "reformatted" if is_here else "moved"
        return self._credit(owner, match, "mixed" if form == "edited" else "ai", carried=carried)

    def _removed(self, index: int) -> Credit:
        line = self._old[index]
        while line in self._place_new:
            shown = self._sides.old_of_new(self._place_new[line])
            if shown is None:
                return NO_EDIT
            line = self._old[shown]
        if line == STRANGER:
            return NO_EDIT
        killer = self._weave.killer[line]
        if killer < 0:
            return NO_EDIT
        return self._credit(killer)

    def _credit(
        self, edit: int, match: Match = "exact", contributor: Contributor = "ai", *, carried: bool = False
    ) -> Credit:
        """The credit of an edit: one value for all lines that it is the answer for."""
        key = (edit, match, contributor, carried)
        if key not in self._credits:
            origin = self._document.edits[edit].origin
            assumed: Assumption | None = "base" if self._document.base_assumed else None
            if origin.time_ms > self._change.time_ms and assumed is None:
                assumed = "clock"
            self._credits[key] = Credit(contributor, match, origin, assumed=assumed, carried=carried)
        return self._credits[key]


def _places(ids: Sequence[int]) -> dict[int, int]:
    """Where each line of a weave stands in a content."""
    places = dict(zip(ids, range(len(ids)), strict=True))
    places.pop(STRANGER, None)
    return places
