"""What could stand at the cursor of a query: names of filters, and the values of the one being typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from byline.query.filters import AGENTS, FILTERS
from byline.query.model import Span

_BEFORE = re.compile(r'(?:^|\s)-?((?:[^\s"]|"[^"]*"?)*)\Z')
_TIMES = ("today", "yesterday", "7d", "30d")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Put ``text`` in place of ``span``; ``label`` is what to show, ``meaning`` a word beside it."""

    span: Span
    text: str
    label: str
    meaning: str = ""

    def apply(self, query: str) -> tuple[str, int]:
        """The query with the suggestion taken, and where the cursor stands then."""
        start, end = self.span
        return query[:start] + self.text + query[end:], start + len(self.text)


def complete(
    text: str, cursor: int, known: Mapping[str, Sequence[str]] | None = None, limit: int = 20
) -> list[Suggestion]:
    """What may be meant by the token that ends at ``cursor``, likeliest first; nothing for plain words.

    ``known`` gives for a filter's name the values there are (see ``Searching.known_values``), most used
    first; filters that take only certain values need none. Values that begin with what was typed come before
    those that contain it."""
    found = _BEFORE.search(text[: max(cursor, 0)])
    typed = found[1] if found else ""
    start = min(max(cursor, 0), len(text)) - len(typed)
    name, colon, raw = typed.partition(":")
    if not colon:
        return [
            Suggestion((start, start + len(typed)), f"{kind.name}:", f"{kind.name}:", kind.meaning)
            for kind in FILTERS.values()
            if typed and kind.name.startswith(typed.lower())
        ][:limit]
    kind = FILTERS.get(name.lower())
    if kind is None:
        return []
    value = _last_value(raw)
    begin = start + len(typed) - len(value)
    wanted = value.strip('"').lower()
    given = (known or {}).get(kind.name, ()) or (AGENTS if kind.name == "agent" else ())
    values = kind.values or (_TIMES if kind.is_time else tuple(given))
    fitting = [each for each in values if wanted in each.lower() and each.lower() != wanted]
    fitting.sort(key=lambda each: not each.lower().startswith(wanted))
    return [Suggestion((begin, begin + len(value)), _quoted(each), each) for each in fitting[:limit]]


def _last_value(raw: str) -> str:
    """What stands after the last comma that is not in quotes."""
    start, in_quotes = 0, False
    for place, char in enumerate(raw):
        if char == '"':
            in_quotes = not in_quotes
        elif char == "," and not in_quotes:
            start = place + 1
    return raw[start:]


def _quoted(value: str) -> str:
    """A value as it is written in a query. A quote has no place in one, so it is left out."""
    bare = value.replace('"', "")
    return f'"{bare}"' if any(char.isspace() or char == "," for char in bare) or not bare else bare
