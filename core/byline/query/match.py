"""Where a text says what a query asks for, the way the full-text index sees it, and a snippet around it.

FTS5's own ``snippet`` marks hits with characters put into the text, and evaluates a prefix anew for every
row; here hits are data. Case and diacritics are folded as ``unicode61`` does (``remove_diacritics``), words
are runs of letters, digits and ``_``."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from byline.query.model import Query, Span, Term, is_token_char

_LOOKED_AT = 200
"""Hits of one text among which the place of a snippet is chosen."""

_SPACES = re.compile(r"\s+")
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text on one line, white space folded. ``spans`` are its hits.

    ``text`` is foreign and not made safe yet. :mod:`byline.text` may make characters longer: make the pieces
    between the spans safe one by one (see :meth:`pieces`).
    """

    text: str
    spans: tuple[Span, ...] = ()

    def pieces(self) -> list[tuple[str, bool]]:
        """The text cut at the spans: piece, and whether it is a hit. No piece is empty."""
        found: list[tuple[str, bool]] = []
        end = 0
        for start, stop in self.spans:
            found += [(self.text[end:start], False), (self.text[start:stop], True)]
            end = stop
        return [piece for piece in [*found, (self.text[end:], False)] if piece[0]]


class Folding(dict[int, str]):
    """Texts as they are compared: in lower case, without diacritics. It remembers the characters it met."""

    def fold(self, text: str) -> str:
        """``text`` folded, with as many characters as it has."""
        return text.lower() if text.isascii() else text.translate(self)

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFD", char)[0].lower()
        folded = base if len(base) == 1 else char
        self[code] = folded
        return folded


class Matcher:
    """Finds a query's wanted terms in texts. Make one per query and keep it: it remembers its patterns."""

    def __init__(self, query: Query) -> None:
        self._fold = Folding().fold
        terms = [term for term in query.wanted if term.has_token]
        self._pattern = self._compile(terms)

    def spans(self, text: str, limit: int | None = None) -> list[Span]:
        """Where the terms are said in ``text``, in order and without overlap; at most ``limit`` of them."""
        return [(start, end) for start, end, _ in self._found(self._fold(text), limit)]

    def snippet(self, text: str, width: int = 160) -> Snippet:
        """About ``width`` characters of ``text`` where most different terms are close together.

        Without a hit, its beginning. Cut ends have an ellipsis.
        """
        hits = self._found(self._fold(text), _LOOKED_AT)
        if not hits:
            return _cut(text, 0, width, ())
        start, first = _best_window(hits, width) if len(text) > width else (0, 0)
        inside = tuple((begin, end) for begin, end, _ in hits[first:] if end <= start + width)
        return _cut(text, start, start + width, inside or (hits[first][:2],))

    def _found(self, folded: str, limit: int | None) -> list[tuple[int, int, str]]:
        found: list[tuple[int, int, str]] = []
        for hit in self._pattern.finditer(folded):
            found.append((hit.start(), hit.end(), hit.lastgroup or ""))
            if limit is not None and len(found) >= limit:
                break
        return found

    def _compile(self, terms: Sequence[Term]) -> re.Pattern[str]:
        if not terms:
            return _NOTHING
        # The longer first: of two terms that fit at a place the regular expression takes the first.
        ordered = sorted(terms, key=lambda term: -len(term.text))
        return re.compile("|".join(f"(?P<t{n}>{self._term(term)})" for n, term in enumerate(ordered)))

    def _term(self, term: Term) -> str:
        words = r"\W+".join(re.escape(word) for word in tokens_of(self._fold(term.text)))
        # A prefix goes on to the end of the word, so that the whole word is marked.
        return rf"(?<!\w){words}" + (r"\w*" if term.prefix else r"(?!\w)")


def tokens_of(text: str) -> list[str]:
    """The words of a text as the index cuts it."""
    return "".join(char if is_token_char(char) else " " for char in text).split()


def _best_window(hits: Sequence[tuple[int, int, str]], width: int) -> tuple[int, int]:
    """Where to begin, and the first hit inside: most different terms, then most hits, then the earliest."""
    best, found = (0, 0), 0
    end = 0
    inside: list[str] = []
    for first, (start, _, _) in enumerate(hits):
        end = max(end, first)
        while end < len(hits) and hits[end][1] <= start + width * 3 // 4:
            inside.append(hits[end][2])
            end += 1
        score = (len(set(inside)), len(inside))
        if score > best:
            best, found = score, first
        if inside:
            inside.pop(0)
    return max(0, hits[found][0] - width // 4), found


def _cut(text: str, start: int, end: int, spans: Iterable[Span]) -> Snippet:
    """The piece from ``start`` to ``end``, moved to the ends of words, its white space folded."""
    spans = tuple(spans)
    end = max(end, *(span[1] for span in spans)) if spans else end
    if start > 0:
        limit = spans[0][0] if spans else end
        space = _SPACES.search(text, start, limit)
        start = space.end() if space else start
    cut_end = end < len(text)
    edges = [edge for span in spans for edge in span]
    out = "…" if start > 0 else ""
    places: list[int] = []
    at = start
    for stop in [*edges, min(end, len(text))]:
        piece = _SPACES.sub(" ", text[at:stop])
        # A run of spaces may have been cut in two by the beginning of a hit, never by its end.
        out += piece.lstrip() if out in {"", "…"} else piece
        places.append(len(out))
        at = stop
    out = out.rstrip() + ("…" if cut_end else "")
    pairs = tuple(zip(places[0:-1:2], places[1:-1:2], strict=True))
    return Snippet(out, tuple(pair for pair in pairs if pair[0] < pair[1]))
