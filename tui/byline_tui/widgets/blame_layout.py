"""The lines of a blamed file as its view draws them: who wrote each, in which commit, and ways between."""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from byline.git.listing import CommitFacts
from byline.review.authors import Who, who_of
from byline.review.blame import Blame, BlamedLine
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline.text import TAB_WIDTH
from byline_tui.widgets.intraline import MAX_LINE
from byline_tui.widgets.runs import Runs

PIECE_LINES = 4096
"""Lines that are kept as one hunk, so that syntax colours are worked out a stretch at a time."""


@dataclass(frozen=True, slots=True)
class Blamed:
    """Where a line comes from: the engine's answer, and the facts of its commit (None: not committed)."""

    line: BlamedLine
    facts: CommitFacts | None


class BlameLayout(Runs):
    """A file's lines, at first only their text, later with their authors. Built in a worker.

    ``counts`` has the lines per contributor; ``file`` is the text in the form that syntax colours are
    worked out from; ``longest`` is the cells of the widest line.
    """

    def __init__(
        self,
        path: str,
        contents: Sequence[str],
        blame: Blame | None = None,
        facts: Mapping[str, CommitFacts] | None = None,
    ) -> None:
        """``contents`` are the lines without their ends; ``blame`` has one entry for each, if it is known."""
        self.contents = contents
        self.blame = blame
        self.counts: Counter[Who] = Counter()
        self._facts = facts or {}
        self._whos: list[Who] = []
        self._who_of_line = array("l")
        self.longest = max((_width(content) for content in contents), default=0)
        if blame is not None:
            self._note_authors(blame)
        lines = [
            DiffLine("added", None, number, content, blame.lines[number - 1].credit)
            if blame is not None
            else DiffLine("context", number, number, content, None)
            for number, content in enumerate(contents, 1)
        ]
        hunks = tuple(
            ReviewedHunk(0, 0, start + 1, PIECE_LINES, "", tuple(lines[start : start + PIECE_LINES]))
            for start in range(0, len(lines), PIECE_LINES)
        )
        self.file = ReviewedFile(path, path, "modified", binary=False, hunks=hunks)

    def _note_authors(self, blame: Blame) -> None:
        numbers: dict[Who, int] = {}
        for line in blame.lines:
            who = who_of(line.credit)
            if who not in numbers:
                numbers[who] = len(self._whos)
                self._whos.append(who)
            self.counts[who] += 1
            self._who_of_line.append(numbers[who])

    def __len__(self) -> int:
        return len(self.contents)

    def line(self, y: int) -> DiffLine | None:
        """The line in row ``y``, as the strip explains it; None where there is none."""
        if not 0 <= y < len(self):
            return None
        return self.file.hunks[y // PIECE_LINES].lines[y % PIECE_LINES]

    def blamed(self, y: int) -> Blamed | None:
        """Where the line in row ``y`` comes from; None while that is not known."""
        if self.blame is None or not 0 <= y < len(self):
            return None
        line = self.blame.lines[y]
        return Blamed(line, self._facts.get(line.commit or ""))

    def who(self, y: int) -> Who | None:
        """Who wrote the line in row ``y``; None while that is not known."""
        return self._whos[self._who_of_line[y]] if self.blame is not None and 0 <= y < len(self) else None

    def commit(self, y: int) -> str | None:
        """The id of the commit that introduced row ``y``; None where there is none, or it is not known."""
        return self.blame.lines[y].commit if self.blame is not None else None

    def begins_run(self, y: int) -> bool:
        """Whether another contributor wrote row ``y`` than the row above it."""
        if self.blame is None:
            return False
        return y == 0 or self._who_of_line[y] != self._who_of_line[y - 1]

    def begins_commit(self, y: int) -> bool:
        """Whether row ``y`` comes from another commit than the row above it."""
        return self.blame is not None and (y == 0 or self.commit(y) != self.commit(y - 1))

    def find(self, text: str, y: int, by: Literal[1, -1]) -> int | None:
        """The next row with ``text`` in it, whatever its case, from row ``y`` on and around; None if none."""
        wanted = text.lower()
        count = len(self)
        for step in range(count):
            at = (y + by * step) % count
            if wanted in self.contents[at].lower():
                return at
        return None


def _width(content: str) -> int:
    if len(content) > MAX_LINE:
        return MAX_LINE
    width = len(content) if content.isascii() else cell_len(content)
    return width + content.count("\t") * (TAB_WIDTH - 1)
