"""The causal order of a document's edits (rule 16): before/after chains, then time, position and ids."""

from collections.abc import Sequence

from byline.attribution.edit import Edit


def causal_order(edits: Sequence[Edit]) -> list[Edit]:
    """The edits, given in order of time, in the order in which they can have happened.

    An edit whose before-state is the content that another one left came after that one, whatever their
    clocks say; apart from that the given order stays.
    """
    leaving: dict[tuple[str, ...], list[int]] = {}
    for index, edit in enumerate(edits):
        if edit.after is not None and edit.after != edit.before:
            leaving.setdefault(edit.after, []).append(index)
    needs: dict[int, int] = {}
    for index, edit in enumerate(edits):
        makers = leaving.get(edit.before, []) if edit.before else []
        if makers and not any(maker < index for maker in makers):
            needs[index] = makers[0]
    if not needs:
        return list(edits)
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
