"""Who wrote the lines of a review: a colour and two letters per session, counts and shares."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from byline.attribution import Credit
from byline.frozen import dataclass
from byline.review.model import ReviewedFile
from byline.wording import short_model

DARK_COLOURS = ("#56b4e9", "#e69f00", "#2fc09a", "#cc79a7", "#f0e442", "#e8743b", "#8f9bff")
LIGHT_COLOURS = ("#0072b2", "#a86500", "#00795a", "#a2457b", "#7d7300", "#c04a00", "#4a55c8")
"""After Okabe and Ito: told apart with any colour vision; the light ones darker for contrast."""

FILLS = "█▓▒"
"""What fills the sessions' parts of a bar in turn, so that bars can be read without colours."""

UNKNOWN_FILL, HUMAN_FILL = "░", "▁"
MANY_KEY = "++"
"""The letters of whoever comes after the 576 pairs have been given out."""

UNKNOWN_KEY, HUMAN_KEY = "· ", "me"


@dataclass(frozen=True, slots=True)
class Who:
    """What the legend tells apart: a session with the model of the call, a human, or nobody known."""

    kind: Literal["session", "human", "unknown"]
    session_id: str | None = None
    model_id: str | None = None


UNKNOWN = Who("unknown")
HUMAN = Who("human")

Counts = Mapping[Who, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """How a session is marked everywhere in a review. ``colour`` is an index into the palettes."""

    key: str
    colour: int
    fill: str


class Marks:
    """A mark per session. A session prefers the same mark in every review; no two share one in a review.

    With more sessions than colours, colours repeat and the letters tell them apart.
    """

    def __init__(self, session_ids: Iterable[str]) -> None:
        """``session_ids`` with the one first that shall most surely have its preferred mark."""
        self._marks: dict[str, Mark] = {}
        keys: set[str] = set()
        colours: Counter[int] = Counter()
        for session_id in dict.fromkeys(session_ids):
            digest = hashlib.sha256(session_id.encode("utf-8", "replace")).digest()
            key = next((key for key in _keys(digest) if key not in keys), MANY_KEY)
            fewest = min(colours[colour] for colour in range(len(DARK_COLOURS)))
            colour = digest[0] % len(DARK_COLOURS)
            while colours[colour] > fewest:
                colour = (colour + 1) % len(DARK_COLOURS)
            keys.add(key)
            colours[colour] += 1
            self._marks[session_id] = Mark(key, colour, FILLS[len(self._marks) % len(FILLS)])

    def __getitem__(self, session_id: str) -> Mark:
        """The mark of a session that was given."""
        return self._marks[session_id]

    def key(self, who: Who) -> str:
        """Two letters for a contributor."""
        if who.session_id is not None:
            return self._marks[who.session_id].key
        return HUMAN_KEY if who.kind == "human" else UNKNOWN_KEY

    def fill(self, who: Who) -> str:
        """What fills a contributor's part of a bar."""
        if who.session_id is not None:
            return self._marks[who.session_id].fill
        return HUMAN_FILL if who.kind == "human" else UNKNOWN_FILL

    def colour(self, who: Who, *, dark: bool, neutral: str) -> str:
        """A contributor's colour as hex; ``neutral`` for whoever is no session."""
        if who.session_id is None:
            return neutral
        return (DARK_COLOURS if dark else LIGHT_COLOURS)[self._marks[who.session_id].colour]


def who_of(credit: Credit) -> Who:
    """The contributor that a credit names."""
    if credit.origin is not None:
        return Who("session", credit.origin.session_id, credit.origin.model_id)
    return HUMAN if credit.contributor == "human" else UNKNOWN


def count_lines(files: Iterable[ReviewedFile]) -> Counter[Who]:
    """Touched lines per contributor."""
    counts: Counter[Who] = Counter()
    for file in files:
        counts.update(who_of(line.credit) for line in file.touched())
    return counts


def sessions_of(counts: Counts) -> list[str]:
    """The sessions in counts, the one with most lines first."""
    totals: Counter[str] = Counter()
    for who, count in counts.items():
        if who.session_id is not None:
            totals[who.session_id] += count
    return sorted(totals, key=lambda session_id: (-totals[session_id], session_id))


def ranked(counts: Counts) -> list[tuple[Who, int]]:
    """Contributors in the order of legends and bars: sessions by lines, then humans, then unknown."""
    order = {session_id: place for place, session_id in enumerate(sessions_of(counts))}

    def rank(entry: tuple[Who, int]) -> tuple[int, int, int, str]:
        who, count = entry
        kind = ("session", "human", "unknown").index(who.kind)
        return kind, order.get(who.session_id or "", 0), -count, who.model_id or ""

    return sorted(((who, count) for who, count in counts.items() if count), key=rank)


def parts_of_bar(counts: Counts, width: int) -> list[tuple[Who, int]]:
    """A bar of ``width`` cells: shared out by largest remainder, with one at least for everybody.

    With more contributors than cells those with the fewest lines are left out.
    """
    entries = _by_session(ranked(counts))
    most = sorted(range(len(entries)), key=lambda at: -entries[at][1])[: max(width, 0)]
    total = sum(entries[at][1] for at in most)
    cells = {at: max(entries[at][1] * width // total, 1) for at in most}
    by_remainder = sorted(most, key=lambda at: -(entries[at][1] * width % total))
    for at in by_remainder[: max(width - sum(cells.values()), 0)]:
        cells[at] += 1
    while sum(cells.values()) > width:
        cells[max(cells, key=lambda at: cells[at])] -= 1
    return [(who, cells[at]) for at, (who, _) in enumerate(entries) if at in cells]


def shares_by_model(counts: Counts) -> list[tuple[str, int]]:
    """Words and lines per model, most lines first, then ``human`` and ``unknown``."""
    models: Counter[str] = Counter()
    for who, count in counts.items():
        if who.kind == "session":
            models[model_name(who)] += count
    shares = sorted(models.items(), key=lambda item: (-item[1], item[0]))
    shares += [(who.kind, counts[who]) for who in (HUMAN, UNKNOWN) if counts.get(who)]
    return shares


def model_name(who: Who) -> str:
    """The model as it is shown in few letters; foreign text still."""
    if who.kind != "session":
        return who.kind
    return short_model(who.model_id) if who.model_id else "model unknown"


def percent(count: int, total: int) -> str:
    """A share in words: ``71%``; what is there is never ``0%``, and only all is ``100%``."""
    if 0 < count * 200 < total:
        return "<1%"
    rounded = round(count * 100 / total) if total else 0
    return "99%" if rounded == 100 and count < total else f"{rounded}%"


def _by_session(entries: Sequence[tuple[Who, int]]) -> list[tuple[Who, int]]:
    """A session's models together: a bar tells sessions apart."""
    merged: dict[Who, int] = {}
    for who, count in entries:
        session = Who(who.kind, who.session_id)
        merged[session] = merged.get(session, 0) + count
    return list(merged.items())


def _keys(digest: bytes) -> Iterator[str]:
    """Pairs of letters, the preferred one first; I and O are left out, they look like figures."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    start = int.from_bytes(digest[1:5], "big")
    for offset in range(len(letters) ** 2):
        first, second = divmod((start + offset) % len(letters) ** 2, len(letters))
        yield letters[first] + letters[second]
