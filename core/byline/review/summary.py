"""What a review adds up to: touched lines by contributor, session, model and reason."""

from collections import Counter
from collections.abc import Iterable

from byline.frozen import dataclass
from byline.review.model import ReviewedFile


@dataclass(frozen=True, slots=True)
class SideCounts:
    """Added or removed lines by contributor. ``carried`` lines are counted under theirs too."""

    ai: int
    mixed: int
    human: int
    unknown: int
    carried: int

    @property
    def total(self) -> int:
        """All touched lines of this side."""
        return self.ai + self.mixed + self.human + self.unknown


@dataclass(frozen=True, slots=True)
class Share:
    """How many lines one session or one model added and removed."""

    added: int
    removed: int

    @property
    def total(self) -> int:
        """Added and removed lines together."""
        return self.added + self.removed


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of one or several files. Sessions and models come with the most lines first."""

    added: SideCounts
    removed: SideCounts
    unknown_reasons: dict[str, int]
    sessions: dict[str, Share]
    models: dict[str, Share]


def summarise(files: Iterable[ReviewedFile]) -> Summary:
    """Count the touched lines of reviewed files. A call without a known model counts for no model."""
    sides = {"added": Counter[str](), "removed": Counter[str]()}
    reasons: Counter[str] = Counter()
    sessions: Counter[tuple[str, str]] = Counter()
    models: Counter[tuple[str, str]] = Counter()
    for file in files:
        for line in file.touched():
            credit = line.credit
            sides[line.kind][credit.contributor] += 1
            sides[line.kind]["carried"] += credit.carried
            if credit.reason:
                reasons[credit.reason] += 1
            if credit.origin:
                sessions[credit.origin.session_id, line.kind] += 1
                if credit.origin.model_id:
                    models[credit.origin.model_id, line.kind] += 1
    return Summary(
        _side(sides["added"]),
        _side(sides["removed"]),
        dict(sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))),
        _shares(sessions),
        _shares(models),
    )


def _side(counts: Counter[str]) -> SideCounts:
    return SideCounts(*(counts[name] for name in ("ai", "mixed", "human", "unknown", "carried")))


def _shares(counts: Counter[tuple[str, str]]) -> dict[str, Share]:
    names = {name for name, _ in counts}
    shares = {name: Share(counts[name, "added"], counts[name, "removed"]) for name in names}
    return dict(sorted(shares.items(), key=lambda entry: (-entry[1].total, entry[0])))
