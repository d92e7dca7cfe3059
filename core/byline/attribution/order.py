"""The causal order of a document's edits (rule 16): before/after chains, then time, position and ids."""

from collections.abc import Mapping, Sequence

from byline.attribution.edit import Edit


class CausalOrder:
    """The order of a document's edits, for any number of the first of them.

    An edit whose before-state is the content that another one left came after that one, whatever their
    clocks say; apart from that the given order stays.
    """

    def __init__(self) -> None:
        self._edits: list[Edit] = []
        self._left: dict[tuple[str, ...], int] = {}
        """By content the last edit that left it."""
        self._found: list[int] = []
        """For each edit the one that had left its before-state when it came; -1 where none is known."""
        self._waiting: dict[tuple[str, ...], list[int]] = {}
        """By before-state the edits before which nobody is known to have left it."""
        self._needs: dict[int, int] = {}

    def of(self, edits: Sequence[Edit]) -> list[Edit]:
        """The edits, given in order of time, in the order in which they can have happened."""
        edits = list(edits)
        known = min(len(edits), len(self._edits))
        if edits[:known] != self._edits[:known]:
            for kept in (self._edits, self._left, self._found, self._waiting, self._needs):
                kept.clear()
        for edit in edits[len(self._edits) :]:
            self._add(edit)
        needs = {index: maker for index, maker in self._needs.items() if max(index, maker) < len(edits)}
        return _ordered(edits, needs) if needs else edits

    def _add(self, edit: Edit) -> None:
        index = len(self._edits)
        self._edits.append(edit)
        self._found.append(self._left.get(edit.before, -1) if edit.before else -1)
        if edit.before and self._found[index] < 0:
            self._waiting.setdefault(edit.before, []).append(index)
        if edit.after is not None and edit.after != edit.before:
            for waiting in self._waiting.pop(edit.after, ()):
                if not self._came_of(index, waiting):
                    self._needs[waiting] = index
            self._left[edit.after] = index

    def _came_of(self, index: int, earlier: int) -> bool:
        """Whether an edit was made to what an earlier one led to: one that undid it leaves what it found."""
        while index > earlier:
            index = self._found[index]
        return index == earlier


def _ordered(edits: Sequence[Edit], needs: Mapping[int, int]) -> list[Edit]:
    ordered: list[Edit] = []
    placed: set[int] = set()
    for index in range(len(edits)):
        chain = [index]
        while (maker := needs.get(chain[-1])) is not None and maker not in placed and maker not in chain:
            chain.append(maker)
        for step in reversed(chain):
            if step not in placed:
                placed.add(step)
                ordered.append(edits[step])
    return ordered
