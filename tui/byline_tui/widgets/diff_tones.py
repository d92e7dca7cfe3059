"""The syntax colours of one text, found from its beginning on as far as they are asked for.

A lexer's generator of tokens waits where it was left. So a text is lexed a stretch at a time, and every
stretch begins in the state that the one before it ended in: a string of many lines is one throughout.
"""

import time
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, get_args

from pygments.lexer import DelegatingLexer, Lexer  # type: ignore[import-untyped] # no types
from pygments.token import Token, _TokenType  # type: ignore[import-untyped] # no types

from byline.text import safe_line
from byline_tui.widgets.intraline import MAX_LINE

Tone = Literal["comment", "string", "number", "keyword", "name", "type"]
Span = tuple[int, int, Tone]

MAX_AT_ONCE = 50_000
"""Characters up to which a text is lexed by a lexer that gives nothing before it has seen everything."""

_AT_A_TIME = 64
"""Tokens between two looks at the clock."""

_NAMES: tuple[Tone, ...] = get_args(Tone)
_TONES: tuple[tuple[_TokenType, Tone], ...] = (
    (Token.Comment, "comment"),
    (Token.Literal.String, "string"),
    (Token.Literal.Number, "number"),
    (Token.Keyword.Type, "type"),
    (Token.Keyword, "keyword"),
    (Token.Operator.Word, "keyword"),
    (Token.Name.Tag, "keyword"),
    (Token.Name.Function, "name"),
    (Token.Name.Class, "type"),
    (Token.Name.Decorator, "name"),
    (Token.Name.Attribute, "name"),
    (Token.Name.Builtin, "type"),
    (Token.Name.Exception, "type"),
    (Token.Generic.Heading, "keyword"),
)


class Tones:
    """The spans of a text's lines. Not for several threads at once."""

    def __init__(self, lexer: Lexer, lines: Sequence[str], known: dict[_TokenType, Tone | None]) -> None:
        """``known`` remembers the tones of tokens, for as many texts as like."""
        self._count = len(lines)
        self._known = known
        self._tokens = _tokens(lexer, lines)
        # As three numbers a span: tuples of 100,000 lines would weigh ten times as much.
        self._done: list[array[int]] = []
        self._open: array[int] = array("H")
        self._column = 0

    def reach(self, line: int, until: float) -> bool:
        """Go on to the end of a line (by index), or until ``time.monotonic()``; whether it was reached."""
        while len(self._done) <= line:
            if time.monotonic() > until:
                return False
            tokens = list(islice(self._tokens, _AT_A_TIME))
            for token, value in tokens:
                self._take(token, value)
            if not tokens:
                self._end_line()
        return True

    def spans(self, line: int) -> list[Span]:
        """Start, end and tone of the coloured stretches of the safe text of a line that was reached."""
        packed = self._done[line]
        return [
            (packed[at], packed[at + 1], _NAMES[packed[at + 2]]) for at in range(0, len(packed), 3)
        ]  # fmt: skip

    def _take(self, token: _TokenType, value: str) -> None:
        if token not in self._known:
            self._known[token] = next((tone for kind, tone in _TONES if token in kind), None)
        tone = self._known[token]
        pieces = value.split("\n")
        for number, piece in enumerate(pieces):
            if number:
                self._end_line()
            if piece and tone is not None:
                self._append(self._column, self._column + len(piece), _NAMES.index(tone))
            self._column += len(piece)

    def _append(self, start: int, end: int, tone: int) -> None:
        """Add a span, joined to the last one if it goes on with the same tone."""
        line = self._open
        if line and line[-1] == tone and line[-2] == start:
            line[-2] = end
        else:
            line.extend((start, end, tone))

    def _end_line(self) -> None:
        self._done.append(self._open)
        self._open, self._column = array("H"), 0


def _tokens(lexer: Lexer, lines: Sequence[str]) -> Iterator[tuple[_TokenType, str]]:
    text = "\n".join("" if len(line) > MAX_LINE else safe_line(line) for line in lines)
    if not isinstance(lexer, DelegatingLexer) or len(text) <= MAX_AT_ONCE:
        yield from lexer.get_tokens(text)
