"""Statistics as rows: per model, agent, session, author, folder, contributor, day, week, month or year."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from byline.review.summary import SideCounts
from byline.statistics.facts import CountedCommit, Statistics, Writer
from byline.statistics.survival import Survival
from byline.store.store import Store
from byline.wording import local_day, short_model

Unit = Literal["day", "week", "month", "year"]
By = Literal[
    "model", "agent", "session", "author", "directory", "contributor", "day", "week", "month", "year"
]
UNITS: tuple[Unit, ...] = get_args(Unit)
GROUPINGS: tuple[By, ...] = get_args(By)

_LAST_SECOND = 253_402_214_400
"""The last day that a calendar date can name: a commit may claim any time."""


@dataclass(frozen=True, slots=True)
class Group:
    """What lines are counted under. ``name`` is foreign text and may be shown as it is once it is safe.

    ``kind`` is ``known`` where a session, person, folder or time is named; ``human`` and ``unknown`` lines
    have no session to name; ``others`` stands for the rest where there is no room for all.
    """

    name: str
    kind: Literal["known", "human", "unknown", "others"] = "known"


HUMAN, UNKNOWN, OTHERS = Group("human", "human"), Group("unknown", "unknown"), Group("others", "others")


@dataclass(frozen=True, slots=True)
class Row:
    """The lines of one group. ``commits`` is how many commits touched such lines.

    ``written`` are the added lines of sessions that were new, and ``survived`` those of them that are still
    there; None where that was not measured. A carried line counts as new after all where the one it came
    from is there too (a copy): ``written`` is never less than ``survived``.
    """

    group: Group
    added: SideCounts
    removed: SideCounts
    commits: int
    written: int
    survived: int | None = None


SESSION_LETTERS = 11
"""As many letters of a session's id as ``cc_3f2a9c1e``: enough to find it again."""

Grouping = Callable[[CountedCommit, Writer], Group]


def rows(
    statistics: Statistics, by: By, agents: Mapping[str, str], survival: Survival | None = None
) -> list[Row]:
    """A row per group: times in their order, else most added lines first, then human and unknown lines.

    ``agents`` names the agent of each session (:func:`agents_of`).
    """
    group_of = grouping(by, agents)
    sides: dict[Group, tuple[Counter[str], Counter[str]]] = {}
    commits: dict[Group, set[int]] = {}
    written: Counter[Group] = Counter()
    for fact in statistics.facts:
        group = group_of(statistics.commits[fact.commit], fact.writer)
        added, removed = sides.setdefault(group, (Counter(), Counter()))
        added[fact.writer.contributor] += fact.added
        added["carried"] += fact.carried
        removed[fact.writer.contributor] += fact.removed
        commits.setdefault(group, set()).add(fact.commit)
        if fact.writer.session_id is not None:
            written[group] += fact.written
    survived = _survived(statistics, group_of, survival)
    found = [
        Row(
            group, _side(added), _side(removed), len(commits[group]), max(written[group], survived[group]),
            survived[group] if survival is not None else None,
        )
        for group, (added, removed) in sides.items()
    ]  # fmt: skip
    if by in UNITS:
        return sorted(found, key=lambda row: row.group.name)
    return sorted(found, key=_rank)


def totals(statistics: Statistics, survival: Survival | None = None) -> Row:
    """All the lines in one row, under the group :data:`OTHERS`."""
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    written = 0
    for fact in statistics.facts:
        added[fact.writer.contributor] += fact.added
        added["carried"] += fact.carried
        removed[fact.writer.contributor] += fact.removed
        written += fact.written if fact.writer.session_id is not None else 0
    left = sum(fact.lines for fact in survival.facts) if survival is not None else None
    return Row(OTHERS, _side(added), _side(removed), len(statistics.commits), max(written, left or 0), left)


def agents_of(store: Store, statistics: Statistics) -> dict[str, str]:
    """The agent of each session that is credited, by session id; sessions that were forgotten have none.

    Raises:
        StoreError: the store cannot be read.
    """
    session_ids = {fact.writer.session_id for fact in statistics.facts if fact.writer.session_id}
    return {row.id: row.agent for row in store.sessions.rows(sorted(session_ids))}


def grouping(by: By, agents: Mapping[str, str]) -> Grouping:
    """The function that says what a writer's lines in a commit are counted under."""
    if by in {"day", "week", "month", "year"}:
        unit: Unit = by
        return lambda commit, _: Group(period_name(period_of(commit.author_time, unit), unit))
    if by == "author":
        return lambda commit, _: Group(commit.author)
    if by == "directory":
        return lambda _, writer: Group(writer.directory)
    if by == "contributor":
        return lambda _, writer: _by_contributor(writer)

    def of_session(_: CountedCommit, writer: Writer) -> Group:
        if writer.session_id is None:
            return HUMAN if writer.contributor == "human" else UNKNOWN
        if by == "model":
            return Group(writer.model_id or "model unknown")
        if by == "agent":
            return Group(agents.get(writer.session_id) or "agent unknown")
        return Group(writer.session_id)

    return of_session


def shown_name(group: Group, by: By) -> str:
    """A group's name as it is shown: models and sessions in few letters; foreign text still."""
    if group.kind != "known":
        return group.name
    if by == "model":
        return short_model(group.name)
    if by == "directory":
        return f"{group.name}/"
    return group.name[:SESSION_LETTERS] if by == "session" else group.name


def period_of(time: int, unit: Unit) -> date:
    """The first day of the period that a time (in seconds) is in, in the local zone; weeks begin on Mondays.

    Times outside of the calendar count for its ends.
    """
    return period_of_day(local_day(max(min(time, _LAST_SECOND), 0) * 1000), unit)


def period_of_day(day: date, unit: Unit) -> date:
    """The first day of the period that a day is in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def next_period(start: date, unit: Unit) -> date:
    """The first day of the period after the one that begins with ``start``.

    Raises:
        OverflowError: the calendar ends.
    """
    if unit == "day":
        return start + timedelta(days=1)
    if unit == "week":
        return start + timedelta(days=7)
    if unit == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return (start + timedelta(days=366)).replace(day=1)


def period_name(start: date, unit: Unit) -> str:
    """``2026-01-31`` for days and for weeks (the Monday), ``2026-01`` for months, ``2026`` for years."""
    return start.isoformat()[: {"month": 7, "year": 4}.get(unit, 10)]


def _by_contributor(writer: Writer) -> Group:
    if writer.contributor == "human":
        return HUMAN
    return UNKNOWN if writer.contributor == "unknown" else Group(writer.contributor)


def _survived(statistics: Statistics, group_of: Grouping, survival: Survival | None) -> Counter[Group]:
    counts: Counter[Group] = Counter()
    for fact in survival.facts if survival is not None else ():
        counts[group_of(statistics.commits[fact.commit], fact.writer)] += fact.lines
    return counts


def _rank(row: Row) -> tuple[int, int, int, str]:
    place = ("known", "human", "unknown", "others").index(row.group.kind)
    return place, -row.added.total, -row.removed.total, row.group.name


def _side(counts: Mapping[str, int]) -> SideCounts:
    return SideCounts(*(counts[name] for name in ("ai", "mixed", "human", "unknown", "carried")))
