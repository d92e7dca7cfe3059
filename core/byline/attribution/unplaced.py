"""Content as the last resort (rule 4): lines of edits that no replay could place."""

from collections import Counter
from collections.abc import Sequence

from byline.attribution.construct import Document
from byline.attribution.edit import Change
from byline.attribution.model import Credit, Origin
from byline.patch import LineKind

MIN_ALNUM = 8

UNPLACED = Credit("unknown", reason="unplaced")


class UnplacedLines:
    """The touched lines of unplaced edits, by kind and content."""

    def __init__(self, documents: Sequence[Document], change: Change) -> None:
        self._change = change
        self._origins: dict[tuple[LineKind, str], list[Origin]] = {}
        for document in documents:
            for index, hunks in document.unplaced.items():
                edit = document.edits[index]
                for hunk in hunks:
                    for line in hunk.lines:
                        key = (line.kind, line.content.removesuffix("\r"))
                        self._origins.setdefault(key, []).append(edit.origin)

    def fill(self, answers: list[Credit]) -> list[Credit]:
        """Credit what only content can decide, and say ``unplaced`` where it cannot.

        A line is credited when it has at least :data:`MIN_ALNUM` letters or digits, stands once among the
        recorded and once among the commit's lines of its kind, and (if added) not in the parent.
        """
        if not self._origins:
            return answers
        change = self._change
        contents = [
            (line.kind, (change.new if line.kind == "added" else change.old)[line.index])
            for line in change.touched
        ]
        shown = Counter(contents)
        parent = set(change.old)
        filled = list(answers)
        for index, key in enumerate(contents):
            origins = self._origins.get(key)
            if origins is None or answers[index].origin is not None:
                continue
            kind, content = key
            distinct = (
                len(origins) == 1
                and shown[key] == 1
                and sum(map(str.isalnum, content)) >= MIN_ALNUM
                and (kind == "removed" or content not in parent)
            )
            filled[index] = Credit("ai", "exact", origins[0], assumed="base") if distinct else UNPLACED
        return filled
