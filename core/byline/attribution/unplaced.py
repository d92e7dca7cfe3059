"""Edits that no replay could place: found by what they left behind, else by content (rule 4)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from byline.attribution.edit import Change, Edit, new_side, old_side
from byline.attribution.locate import Placed, runs_of
from byline.attribution.model import Credit, Origin, ambiguous
from byline.attribution.tokens import alphanumerics
from byline.attribution.weave import NOBODY, Weave
from byline.patch import Hunk, LineKind

MIN_ALNUM = 8

UNPLACED = Credit("unknown", reason="unplaced")

_OPEN = frozenset({"no_edit", "gap"})


class Content:
    """The lines of a content, to find where a run of lines stands."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._places: dict[str, list[int]] = {}
        for index, line in enumerate(lines):
            self._places.setdefault(line, []).append(index)

    def only_place(self, wanted: Sequence[str]) -> int | None:
        """Where ``wanted`` stands, if it says enough to be recognised and stands only once."""
        if alphanumerics(wanted) < MIN_ALNUM:
            return None
        at, rarest = min(enumerate(wanted), key=lambda entry: len(self._places.get(entry[1], ())))
        starts = [place - at for place in self._places.get(rarest, ()) if place >= at]
        places = [start for start in starts if list(self._lines[start : start + len(wanted)]) == wanted]
        return places[0] if len(places) == 1 else None


def unapplied(
    unplaced: Mapping[int, Sequence[Hunk]], lines: Sequence[str]
) -> tuple[list[tuple[int, list[Placed]]], Sequence[str]]:
    """Take back in ``lines`` what edits without a place left there, the last edit first.

    Returns those of which all hunks were found, each with the runs to write to have it back, and the lines
    without them.
    """
    found: list[tuple[int, list[Placed]]] = []
    for index in sorted(unplaced, reverse=True):
        content = Content(lines)
        places = [content.only_place(new_side(hunk)) for hunk in unplaced[index]]
        starts = [place for place in places if place is not None]
        if len(starts) < len(places) or starts != sorted(starts):
            continue
        rest = list(lines)
        runs: list[Placed] = []
        shift = 0
        for hunk, start in zip(unplaced[index], starts, strict=True):
            old, new = old_side(hunk), new_side(hunk)
            rest[start + shift : start + shift + len(new)] = old
            runs += runs_of(hunk, start + shift)
            shift += len(old) - len(new)
        found.append((index, runs))
        lines = rest
    return found, lines


class UnplacedLines:
    """The touched lines of edits that have no place, looked for in a commit."""

    def __init__(
        self, edits: Sequence[tuple[Edit, Sequence[Hunk]]], weaves: Sequence[Weave], change: Change
    ) -> None:
        """``edits`` with those of their hunks that have no place, ``weaves`` with all that have one."""
        self._edits = edits
        self._change = change
        self._origins: dict[tuple[LineKind, str], list[Origin]] = {}
        self._rivals: dict[str, list[Origin]] = {}
        """By text the edits that wrote or removed such lines nobody knows where."""
        for edit, hunks in edits:
            for hunk in hunks:
                for line in hunk.lines:
                    key = (line.kind, line.content.removesuffix("\r"))
                    self._origins.setdefault(key, []).append(edit.origin)
        if not self._origins:
            return
        sides = {"added": change.new, "removed": change.old}
        self._contents = [(line.kind, sides[line.kind][line.index]) for line in change.touched]
        self._shown = Counter(self._contents)
        self._parent = set(change.old)
        self._ever = Counter[str]()
        for weave in weaves:
            self._ever.update(weave.times)
        self._placed = {
            text
            for weave in weaves
            for text, owner in zip(weave.text, weave.owner, strict=True)
            if owner != NOBODY
        }

    def fill(self, answers: list[Credit]) -> list[Credit]:
        """Credit what the commit itself tells, and say ``unplaced`` where it does not.

        A hunk whose result, with its context, stands in the commit at only one place wrote it there; one
        whose context and removed lines stand so in the parent removed them. Any other line is credited
        when it has at least :data:`MIN_ALNUM` letters or digits, stands once among the recorded and once
        among the commit's lines of its kind, and (if added) not in the parent. A credit of another edit for a
        line that stands many times is ambiguous where one of these may have written it, unless it stands
        beside another line of that edit's.
        """
        if not self._origins:
            return answers
        located = dict(self._located())
        filled = list(answers)
        for index, answer in enumerate(answers):
            if answer.origin is not None:
                filled[index] = self._doubted(index, answers)
            elif answer.reason in _OPEN and (origins := self._origins.get(self._contents[index])):
                touched = self._change.touched[index]
                origin = located.get((touched.kind, touched.index))
                if origin is None and len(origins) == 1 and self._stands_alone(index):
                    origin = origins[0]
                filled[index] = Credit("ai", "exact", origin, assumed="base") if origin else UNPLACED
        return filled

    def _doubted(self, index: int, answers: Sequence[Credit]) -> Credit:
        """An answer of another edit, or that one without a place may have written the line as well."""
        rivals = self._rivals.get(self._contents[index][1])
        if not rivals or self._tells(index):
            return answers[index]
        beside = [at for at in (index - 1, index + 1) if 0 <= at < len(answers) and self._tells(at)]
        if any(answers[at].origin == answers[index].origin for at in beside):
            return answers[index]
        return ambiguous([answers[index].origin, *rivals])

    def _tells(self, index: int) -> bool:
        """Whether a touched line's text is the only one of its kind that was ever there."""
        content = self._contents[index][1]
        return self._ever[content] <= 1 and alphanumerics((content,)) >= MIN_ALNUM

    def _stands_alone(self, index: int) -> bool:
        """Whether a touched line's text alone tells whose it is, if only one edit without a place has it."""
        kind, content = key = self._contents[index]
        if self._shown[key] > 1 or alphanumerics((content,)) < MIN_ALNUM:
            return False
        if kind == "removed":
            return self._ever[content] <= 1
        return content not in self._parent and content not in self._placed

    def _located(self) -> Iterator[tuple[tuple[LineKind, int], Origin]]:
        """Kind and index of the lines that a hunk's own surroundings tell, the last edit's word last.

        What of the hunks is not found is noted as rivals.
        """
        new, old = Content(self._change.new), Content(self._change.old)
        for edit, hunks in self._edits:
            for hunk in hunks:
                start = new.only_place(new_side(hunk))
                gone = old.only_place(old_side(hunk))
                for line in hunk.lines:
                    if (start if line.kind == "added" else gone) is None:
                        self._rivals.setdefault(line.content.removesuffix("\r"), []).append(edit.origin)
                for position, count, fresh in runs_of(hunk, 0):
                    if gone is not None:
                        for index in range(count):
                            yield ("removed", gone + position + index), edit.origin
                    if start is not None:
                        for index in range(len(fresh)):
                            yield ("added", start + position + index), edit.origin
                        start += len(fresh) - count
