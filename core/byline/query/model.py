"""A parsed query as values. Places are ``(start, end)`` in characters of the text."""

from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]
TokenKind = Literal["word", "phrase", "filter", "invalid", "ignored"]


@dataclass(frozen=True, slots=True)
class Term:
    """Something that must be said, or with ``negated`` must not.

    ``text`` is without quotes and minus. ``prefix``: it matches the beginning of a word too. A term in whose
    text is neither letter nor digit nor ``_`` can be found in titles only.
    """

    text: str
    is_phrase: bool
    negated: bool
    prefix: bool
    span: Span

    @property
    def has_token(self) -> bool:
        """Whether the full-text index can find it: its tokenizer sees letters, digits and ``_`` only."""
        return any(is_token_char(char) for char in self.text)


@dataclass(frozen=True, slots=True)
class Filter:
    """``name:value,value`` without problems: one of the values holds, or with ``negated`` none of them.

    ``time_ms`` is what ``since:`` and ``until:`` mean in Unix ms.
    """

    name: str
    values: tuple[str, ...]
    negated: bool
    span: Span
    time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a token, in words for the person who types; the token is not searched with."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text to colour: ``invalid`` has a problem, ``ignored`` is beyond what is looked at."""

    span: Span
    kind: TokenKind


@dataclass(frozen=True, slots=True)
class Query:
    """What a text asks for. An empty one asks for everything."""

    text: str
    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    tokens: tuple[Token, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms that must be said."""
        return tuple(term for term in self.terms if not term.negated)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """The terms that must not be said."""
        return tuple(term for term in self.terms if term.negated)

    def named(self, *names: str) -> tuple[Filter, ...]:
        """The filters with these names."""
        return tuple(each for each in self.filters if each.name in names)


def is_token_char(char: str) -> bool:
    """Whether FTS5's ``unicode61`` tokenizer with ``tokenchars '_'`` takes a character for part of a word."""
    return char.isalnum() or char == "_"
