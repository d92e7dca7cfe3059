"""Colours for the diffs of edits: by language, and what changed inside of lines."""

from collections.abc import Sequence
from typing import Literal

from rich.style import Style

from byline.reading.diff_lines import Spans
from byline.reading.palette import Palette
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline_tui.widgets.diff_syntax import DiffSyntax
from byline_tui.widgets.intraline import changed_parts

_KINDS: dict[str, Literal["context", "added", "removed"]] = {
    " ": "context", "+": "added", "-": "removed",
}  # fmt: skip


class EditColours:
    """Colours a hunk at a time, with what colours a review's diff."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._strong = {"+": palette.added_strong, "-": palette.removed_strong}

    def __call__(self, path: str, lines: Sequence[tuple[str, str]]) -> Sequence[Spans]:
        """See :class:`~byline.reading.diff_lines.HunkColours`."""
        rows = tuple(DiffLine(_KINDS[mark], None, None, content, None) for mark, content in lines)
        hunk = ReviewedHunk(0, 0, 0, 0, "", rows)
        syntax = DiffSyntax((ReviewedFile(path, path, "modified", binary=False, hunks=(hunk,)),))
        changed = changed_parts(rows)
        spans: list[Spans] = []
        for at, (mark, _) in enumerate(lines):
            own: list[tuple[int, int, Style]] = [
                (start, end, getattr(self._palette, tone)) for start, end, tone in syntax.spans(0, 0, at)
            ]
            if mark in self._strong:
                own += [(start, end, self._strong[mark]) for start, end in changed.get(at, ())]
            spans.append(own)
        return spans
