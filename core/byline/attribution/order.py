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
        self._left: set[tuple[str, ...]] = set()
        self._waiting: dict[tuple[str, ...], list[int]] = {}
        """By before-state the edits before which nobody is known to have left it."""
        self._needs: dict[int, int] = {}

    def of(self, edits: Sequence[Edit]) -> list[Edit]:
        """The edits, given in order of time, in the order in which they can have happened."""
        edits = list(edits)
        known = min(len(edits), len(self._edits))
        if edits[:known] != self._edits[:known]:
            for kept in (self._edits, self._left, self._waiting, self._needs):
                kept.clear()
        for edit in edits[len(self._edits) :]:
            self._add(edit)
        needs = {index: maker for index, maker in self._needs.items() if max(index, maker) < len(edits)}
        return _ordered(edits, needs) if needs else edits

    def _add(self, edit: Edit) -> None:
        index = len(self._edits)
        self._edits.append(edit)
        if edit.before and edit.before not in self._left:
            self._waiting.setdefault(edit.before, []).append(index)
        if edit.after is not None and edit.after != edit.before:
            for waiting in self._waiting.pop(edit.after, ()):
                self._needs[waiting] = index
            self._left.add(edit.after)


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
