"""Syntax colours for the lines of a diff, worked out only for what is seen.

Each hunk is lexed in blocks, its old side (context and removed lines) apart from its new one, so that a
removed line does not open a string in an added one. Lexers are chosen by file name, never by content.
"""

from collections.abc import Sequence
from typing import Literal

from pygments.lexer import Lexer  # type: ignore[import-untyped] # no types
from pygments.lexers import get_lexer_for_filename  # type: ignore[import-untyped] # no types
from pygments.token import Token, _TokenType  # type: ignore[import-untyped] # no types
from pygments.util import ClassNotFound  # type: ignore[import-untyped] # no types
from textual.cache import LRUCache

from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline.text import safe_line
from byline_tui.widgets.intraline import MAX_LINE

Tone = Literal["comment", "string", "number", "keyword", "name", "type"]
Span = tuple[int, int, Tone]

BLOCK_LINES = 64
"""A page of a screen: more would be lexed for nothing when one jumps."""

BLOCKS_KEPT = 2048
MAX_HUNK_LINES = 20_000
MAX_FILE_CHARACTERS = 1_000_000

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


class DiffSyntax:
    """Spans of a review's lines by tone."""

    def __init__(self, files: Sequence[ReviewedFile], like: "DiffSyntax | None" = None) -> None:
        """``like`` is that of other forms of these files: it knows their languages already."""
        self._files = files
        self.lexers: dict[int, Lexer | None] = {} if like is None else like.lexers
        self._blocks: LRUCache[tuple[int, int, int], list[list[Span]]] = LRUCache(BLOCKS_KEPT)
        self._tones: dict[_TokenType, Tone | None] = {}

    def warm(self, file: int) -> None:
        """Load the lexer of a file: the first use of a language costs up to 30 ms. Any thread may."""
        lexer = self._lexer(file)
        if lexer is not None:
            list(lexer.get_tokens("x"))

    def spans(self, file: int, hunk: int, index: int) -> list[Span]:
        """Start, end and tone of the coloured stretches of a line's :func:`~byline.text.safe_line`."""
        lexer = self._lexer(file)
        reviewed = self._files[file].hunks[hunk]
        if lexer is None or len(reviewed.lines) > MAX_HUNK_LINES:
            return []
        key = (file, hunk, index // BLOCK_LINES)
        block = self._blocks.get(key)
        if block is None:
            block = self._lex_block(lexer, reviewed, key[2] * BLOCK_LINES)
            self._blocks[key] = block
        return block[index % BLOCK_LINES]

    def _lexer(self, file: int) -> Lexer | None:
        if file not in self.lexers:
            self.lexers[file] = _lexer_for(self._files[file])
        return self.lexers[file]

    def _lex_block(self, lexer: Lexer, hunk: ReviewedHunk, start: int) -> list[list[Span]]:
        lines = hunk.lines[start : start + BLOCK_LINES]
        found: list[list[Span]] = [[] for _ in lines]
        new_side = [at for at, line in enumerate(lines) if line.kind != "removed"]
        for at, spans in zip(new_side, self._lex(lexer, [lines[at] for at in new_side]), strict=True):
            found[at] = spans
        if len(new_side) < len(lines):
            old_side = [at for at, line in enumerate(lines) if line.kind != "added"]
            for at, spans in zip(old_side, self._lex(lexer, [lines[at] for at in old_side]), strict=True):
                if lines[at].kind == "removed":
                    found[at] = spans
        return found

    def _lex(self, lexer: Lexer, lines: Sequence[DiffLine]) -> list[list[Span]]:
        texts = ["" if len(line.content) > MAX_LINE else safe_line(line.content) for line in lines]
        found: list[list[Span]] = [[] for _ in texts]
        at, column = 0, 0
        for token, value in lexer.get_tokens("\n".join(texts)):
            tone = self._tone(token)
            for number, piece in enumerate(value.split("\n")):
                if number:
                    at, column = at + 1, 0
                if piece and tone and at < len(found):
                    _append(found[at], (column, column + len(piece), tone))
                column += len(piece)
        return found

    def _tone(self, token: _TokenType) -> Tone | None:
        if token not in self._tones:
            self._tones[token] = next((tone for kind, tone in _TONES if token in kind), None)
        return self._tones[token]


def _append(spans: list[Span], span: Span) -> None:
    """Add a span, joined to the last one if it goes on with the same tone."""
    if spans and spans[-1][1:] == (span[0], span[2]):
        spans[-1] = (spans[-1][0], span[1], span[2])
    else:
        spans.append(span)


def _lexer_for(file: ReviewedFile) -> Lexer | None:
    size = sum(len(line.content) for hunk in file.hunks for line in hunk.lines)
    if size > MAX_FILE_CHARACTERS:
        return None
    try:
        lexer: Lexer = get_lexer_for_filename(file.path.rpartition("/")[2], stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer
