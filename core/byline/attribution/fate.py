"""How lines of a weave died: replaced, taken back, or gone without a record (rules 14 and 16)."""

from collections.abc import Sequence

from byline.attribution.weave import NOBODY, Splice, Weave
from byline.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """Lines that died together in one place. ``undone``: for nothing, or for what they had replaced."""

    lines: tuple[int, ...]
    undone: bool


class Fates:
    """Answers for the lines of one weave. Every place where lines died is looked at once."""

    def __init__(self, weave: Weave) -> None:
        self._weave = weave
        self._losses: dict[int, dict[int, Loss]] = {}

    def loss(self, line: int) -> Loss:
        """With which lines, and how, a dead line died."""
        number = self._weave.died[line]
        if number not in self._losses:
            self._losses[number] = {
                lost: loss
                for splice in self._weave.states[number].splices
                for loss in [self._of(splice)]
                for lost in loss.lines
            }
        return self._losses[number].get(line) or Loss((line,), undone=False)

    def is_undone(self, line: int, known_edits: int) -> bool:
        """Whether one of the first ``known_edits`` edits took a recorded line back.

        A line that was *replaced* may still be committed from an index that is one edit stale.
        """
        killer = self._weave.killer[line]
        if killer < 0 or killer >= known_edits or self._weave.owner[line] == NOBODY:
            return False
        return self.loss(line).undone

    def _of(self, splice: Splice) -> Loss:
        weave = self._weave
        kept, stayed = set(splice.removed), set(splice.inserted)
        fresh = [weave.text[new] for new in splice.inserted if new not in kept]
        lost = tuple(old for old in splice.removed if old not in stayed)
        undone = len(fresh) < len(lost) or (bool(lost) and self._restores(lost, fresh))
        return Loss(lost, undone)

    def _restores(self, lost: Sequence[int], fresh: Sequence[str]) -> bool:
        """Whether ``fresh`` is what stood in the place of ``lost`` before those lines were written."""
        weave = self._weave
        for splice in weave.states[weave.born[lost[0]]].splices:
            if lost[0] in splice.inserted:
                kept = set(splice.inserted)
                return [weave.text[old] for old in splice.removed if old not in kept] == list(fresh)
        return False
