r"""A text to a :class:`Query`. Any text is one.

Separated by spaces: ``word``, ``"a phrase"``, ``name:value``, each with ``-`` before it to leave out. Values
are separated by commas and may be quoted: ``label:"to do",later``. A quote that is not closed ends with the
text. What looks like a filter but has a name that is none (``std::move``, ``app.py:42``) is a word."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from byline.query.filters import FILTERS, FilterKind
from byline.query.model import Filter, Problem, Query, Span, Term, Token, TokenKind, is_token_char
from byline.query.moments import parse_moment

TERMS_LIMIT = 16
"""Terms of one query that are looked at: of a pasted page the first different ones count."""

SHORTEST_PREFIX = 3
"""Letters from which on a word also matches as a beginning; one less for the word that is being typed."""

_PIECE = re.compile(r'-?(?:[a-z]+:(?:"[^"]*"?|[^\s"])*|"[^"]*"?|[^\s"]\S*|\S)', re.IGNORECASE)
_FILTER = re.compile(r"([a-z]+):(.*)", re.IGNORECASE | re.DOTALL)
_VALUE = re.compile(r'"([^"]*)"?|([^,"]+)|(,)')


@dataclass(frozen=True, slots=True)
class _Piece:
    """One token, and what came of it."""

    token: Token
    term: Term | None = None
    filter: Filter | None = None
    problem: Problem | None = None


def parse_query(text: str, now: datetime | None = None) -> Query:
    """What a text asks for. ``now`` is what ``since:7d`` counts from.

    Never raises: a filter that makes no sense is among ``problems`` and not searched with.
    """
    now = now or datetime.now().astimezone()
    pieces = [_piece(found[0], found.start(), len(text), now) for found in _PIECE.finditer(text)]
    seen: dict[tuple[str, bool, bool], Term] = {}
    for place, piece in enumerate(pieces):
        term = piece.term
        if term is None:
            continue
        key = (term.text, term.is_phrase, term.negated)
        if len(seen) < TERMS_LIMIT or key in seen:
            seen.setdefault(key, term)
        else:
            pieces[place] = replace(piece, token=replace(piece.token, kind="ignored"))
    return Query(
        text,
        _findable(tuple(seen.values())),
        tuple(piece.filter for piece in pieces if piece.filter is not None),
        tuple(piece.token for piece in pieces),
        tuple(piece.problem for piece in pieces if piece.problem is not None),
    )


def _findable(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """A lone ``-`` or ``*`` is looked for in titles; beside words it is punctuation."""
    words = tuple(term for term in terms if term.has_token)
    return words or tuple(term for term in terms if not term.negated)


def _piece(text: str, start: int, length: int, now: datetime) -> _Piece:
    span = (start, start + len(text))
    negated = len(text) > 1 and text[0] == "-"
    body = text[1:] if negated else text
    if found := _FILTER.match(body):
        kind = FILTERS.get(found[1].lower())
        if kind is not None:
            return _filter(kind, found[2], negated=negated, span=span, now=now)
    if body.startswith('"'):
        is_open = len(body) == 1 or not body.endswith('"')
        phrase = body if len(body) == 1 else body[1:].removesuffix('"')
        return _term(phrase, span, "phrase", negated, prefix=is_open and _is_prefix(phrase, last=True))
    explicit = body.endswith("*") and len(body) > 1
    word = body.rstrip("*") if explicit else body
    return _term(
        word or body, span, "word", negated, prefix=_is_prefix(word, last=explicit or span[1] == length)
    )


def _term(text: str, span: Span, kind: TokenKind, negated: bool, *, prefix: bool) -> _Piece:
    if not text.strip():
        return _Piece(Token(span, "ignored"))
    return _Piece(Token(span, kind), term=Term(text, kind == "phrase", negated, prefix, span))


def _is_prefix(word: str, *, last: bool) -> bool:
    """Whether a word matches beginnings: it ends in enough letters (one would match half of everything)."""
    letters = 0
    for char in reversed(word):
        if not is_token_char(char):
            break
        letters += 1
    return letters >= (SHORTEST_PREFIX - 1 if last else SHORTEST_PREFIX)


def _filter(kind: FilterKind, raw: str, *, negated: bool, span: Span, now: datetime) -> _Piece:
    values = tuple(value for value in _values(raw) if value)
    time_ms = None
    problem = None
    if not values:
        problem = f"{kind.name}: needs a value: {kind.meaning}"
    elif kind.is_time:
        time_ms = parse_moment(values[0], now, end=kind.name == "until")
        if negated or len(values) > 1:
            problem = f"{kind.name}: takes one time, without a minus"
        elif time_ms is None:
            problem = f"{values[0]!r} is no time: give a date (2026-01-31) or an age (7d, 12h)"
    elif kind.values:
        values = tuple(value.lower() for value in values)
        wrong = [value for value in values if value not in kind.values]
        if wrong:
            problem = f"{kind.name}: knows no {wrong[0]!r}: {', '.join(kind.values)}"
    if problem is not None:
        return _Piece(Token(span, "invalid"), problem=Problem(span, problem))
    return _Piece(Token(span, "filter"), filter=Filter(kind.name, values, negated, span, time_ms))


def _values(raw: str) -> list[str]:
    """The values between the commas; quotes around a value, or a part of it, are taken off."""
    values = [""]
    for quoted, plain, comma in _VALUE.findall(raw):
        if comma:
            values.append("")
        else:
            values[-1] += quoted or plain
    return [value.strip() for value in values]
