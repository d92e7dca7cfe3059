"""Syntax colours for the lines of a diff, worked out only for what is seen.

Where the whole texts of a file are known, a line has the colours that it has there; else those it has in its
hunk. The old side (removed lines) is lexed apart from the new one, so that a removed line does not open a
string in an added one. Lexers are chosen by file name, never by content.
"""

import time
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from pygments.lexer import Lexer  # type: ignore[import-untyped] # no types
from pygments.lexers import get_lexer_for_filename  # type: ignore[import-untyped] # no types
from pygments.token import _TokenType  # type: ignore[import-untyped] # no types
from pygments.util import ClassNotFound  # type: ignore[import-untyped] # no types
from textual.cache import LRUCache

from byline.review.model import ReviewedFile
from byline_tui.widgets.diff_tones import Span, Tone, Tones

HUNKS_KEPT = 512
MAX_HUNK_LINES = 20_000
MAX_FILE_CHARACTERS = 1_000_000

_WHOLE = -1
"""In place of a hunk's number: the whole file."""

_Key = tuple[int, int, bool]
"""The file, the hunk, and whether it is the old side."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The lines of a file before and after a change; None where they are not known."""

    old: Sequence[str] | None = None
    new: Sequence[str] | None = None


class DiffSyntax:
    """Spans of a review's lines by tone.

    After :meth:`allow` what would take longer is left out; then ``is_behind``, and :meth:`catch_up` goes on.
    """

    def __init__(
        self,
        files: Sequence[ReviewedFile],
        like: "DiffSyntax | None" = None,
        texts: Mapping[int, Sides] | None = None,
    ) -> None:
        """``texts`` are whole files as far as they are known; ``like`` is that of other forms of these."""
        self._files = files
        self.texts: Mapping[int, Sides] = texts or {} if like is None else like.texts
        self.lexers: dict[int, Lexer | None] = {} if like is None else like.lexers
        self.wholes: dict[_Key, Tones] = {} if like is None else like.wholes
        self._hunks: LRUCache[_Key, tuple[Tones, array[int]]] = LRUCache(HUNKS_KEPT)
        self._known: dict[_TokenType, Tone | None] = {}
        self._until = inf
        self._wanted: dict[_Key, tuple[Tones, int]] = {}

    def warm(self, file: int) -> None:
        """Load the lexer of a file: the first use of a language costs up to 30 ms. Any thread may."""
        lexer = self._lexer(file)
        if lexer is not None:
            list(lexer.get_tokens("x"))

    def prepare(self, files: int, seconds: float) -> None:
        """Work out what is seen first, of so many files and no longer than this; not while it is shown."""
        until = time.monotonic() + seconds
        for at, file in enumerate(self._files[:files]):
            self.warm(at)
            for number, hunk in enumerate(file.hunks):
                if time.monotonic() > until:
                    break
                places = {line.kind == "removed": index for index, line in enumerate(hunk.lines)}
                for index in places.values():
                    if (found := self._find(at, number, index)) is not None:
                        found[1].reach(found[2], until)

    # While it is drawn -------------------------------------------------------------------------------

    def allow(self, seconds: float) -> None:
        """From now on take no longer than this, until it is allowed anew."""
        self._until = time.monotonic() + seconds

    def spans(self, file: int, hunk: int, index: int) -> list[Span]:
        """Start, end and tone of the coloured stretches of a line's :func:`~byline.text.safe_line`."""
        found = self._find(file, hunk, index)
        if found is None:
            return []
        key, tones, at = found
        if tones.reach(at, self._until):
            return tones.spans(at)
        self._wanted.pop(key, None)
        self._wanted[key] = tones, at
        return []

    @property
    def is_behind(self) -> bool:
        """Whether lines were asked for that are still to be worked out."""
        return bool(self._wanted)

    def catch_up(self, seconds: float) -> bool:
        """Go on with what was asked for last; whether there is more to be seen of it than before."""
        until, is_more = time.monotonic() + seconds, False
        while self._wanted and time.monotonic() < until:
            key = next(reversed(self._wanted))
            tones, at = self._wanted[key]
            if tones.reach(at, until):
                del self._wanted[key]
                is_more = True
        return is_more

    # Where a line's colours are ----------------------------------------------------------------------

    def _find(self, file: int, hunk: int, index: int) -> tuple[_Key, Tones, int] | None:
        """The text that a line is part of, and its place there."""
        lexer, reviewed = self._lexer(file), self._files[file].hunks[hunk]
        if lexer is None:
            return None
        line = reviewed.lines[index]
        is_old = line.kind == "removed"
        number = (line.old_number if is_old else line.new_number) or 0
        whole = self._whole(file, is_old=is_old)
        if whole is not None and 0 < number <= len(whole) and _same(whole[number - 1], line.content):
            key = (file, _WHOLE, is_old)
            if key not in self.wholes:
                self.wholes[key] = Tones(_fresh(lexer), whole, self._known)
            return key, self.wholes[key], number - 1
        if len(reviewed.lines) > MAX_HUNK_LINES:
            return None
        key = (file, hunk, is_old)
        kept = self._hunks.get(key)
        if kept is None:
            other = "added" if is_old else "removed"
            side = [each.content for each in reviewed.lines if each.kind != other]
            places = array("l", accumulate((each.kind != other for each in reviewed.lines), initial=0))
            kept = self._hunks[key] = Tones(_fresh(lexer), side, self._known), places
        tones, places = kept
        return key, tones, places[index]

    def _whole(self, file: int, *, is_old: bool) -> Sequence[str] | None:
        sides = self.texts.get(file)
        if sides is None:
            return None
        return sides.old if is_old else sides.new

    def _lexer(self, file: int) -> Lexer | None:
        if file not in self.lexers:
            self.lexers[file] = lexer_for(self._files[file])
        return self.lexers[file]


def lexer_for(file: ReviewedFile) -> Lexer | None:
    """The lexer for a file's name; None where there is none, or the diff is too long for one."""
    size = sum(len(line.content) for hunk in file.hunks for line in hunk.lines)
    if size > MAX_FILE_CHARACTERS:
        return None
    try:
        lexer: Lexer = get_lexer_for_filename(file.path.rpartition("/")[2], stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer


def _fresh(lexer: Lexer) -> Lexer:
    """Another lexer like this one: some keep their state in themselves."""
    other: Lexer = type(lexer)(**lexer.options)
    return other


def _same(one: str, other: str) -> bool:
    return one == other or one.removesuffix("\r") == other.removesuffix("\r")
