"""Lines as token streams (rule 7) and as words (rule 8 of ``attribution.md``)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_TOKEN = re.compile(r"""(?<!\w)"(?:[^"\\]|\\.)*"(?!\w)|(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)|`[^`]*`|\w+|[^\w\s]""")
_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W\d_]")
_CLOSING = frozenset(")]}")

MIN_DICE = 0.6
MIN_SHARED_WORDS = 3
MAX_LINE = 2_000
"""Longer lines (minified code) are compared by their text alone."""


def tokens(line: str) -> list[str]:
    """Words and single punctuation marks; a quoted text, with its white space, is one token."""
    return _TOKEN.findall(line) if len(line) <= MAX_LINE else [line]


def stream(lines: Sequence[str]) -> tuple[list[str], list[int]]:
    """The tokens of several lines and, for each, the index of its line.

    A comma in front of a closing bracket is left out: formatters add and remove it when they wrap.
    """
    found: list[str] = []
    owners: list[int] = []
    for index, line in enumerate(lines):
        for token in tokens(line):
            if found and found[-1] == "," and token in _CLOSING:
                found.pop()
                owners.pop()
            found.append(token)
            owners.append(index)
    return found, owners


class Words(NamedTuple):
    """The words of a line. A word that stands there more than once is numbered from the second time on."""

    all: frozenset[str]
    lettered: frozenset[str]
    """Those that have a letter."""


def words(line: str) -> Words:
    """The words of a line; none of a line that is too long to be compared."""
    found: set[str] = set()
    if len(line) <= MAX_LINE:
        times: Counter[str] = Counter()
        for word in _WORD.findall(line):
            times[word] += 1
            found.add(word if times[word] == 1 else f"{word} {times[word]}")
    return Words(frozenset(found), frozenset(word for word in found if _LETTER.search(word)))


def similarity(recorded: Words, found: Words) -> float:
    """The Dice coefficient of two bags of words; 0 with fewer than three shared words that have a letter.

    1.0 means the same words. At least :data:`MIN_DICE` means recognisably the same line (rule 8).
    """
    if len(recorded.lettered & found.lettered) < MIN_SHARED_WORDS:
        return 0.0
    return 2 * len(recorded.all & found.all) / (len(recorded.all) + len(found.all))


def alphanumerics(lines: Iterable[str]) -> int:
    """How many letters and digits the lines have together."""
    return sum(sum(map(str.isalnum, line)) for line in lines)
