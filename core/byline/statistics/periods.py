"""Statistics over time: for a stacked chart, the lines of the largest groups in each period."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from byline.statistics.facts import Statistics
from byline.statistics.survival import Survival
from byline.statistics.tables import (
    HUMAN,
    OTHERS,
    UNITS,
    UNKNOWN,
    By,
    Group,
    Unit,
    grouping,
    next_period,
    period_of,
    period_of_day,
)

SERIES = 6
"""Groups that a chart tells apart by name; what is left becomes one more."""

STILL_THERE, GONE = Group("still there"), Group("gone", "unknown")


@dataclass(frozen=True, slots=True)
class Period:
    """One column: the added lines of each of the chart's groups, in their order."""

    start: date
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All lines of the period."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Chart:
    """Periods without gaps, oldest first. ``earlier`` counts the lines of periods left out before them.

    ``by`` is what the groups are.
    """

    by: By
    unit: Unit
    groups: tuple[Group, ...]
    periods: tuple[Period, ...]
    earlier: int = 0


def over_time(
    statistics: Statistics,
    by: By,
    agents: Mapping[str, str],
    room: int,
    unit: Unit | None = None,
    groups: Sequence[Group] = (),
) -> Chart:
    """Added lines of each group over time, in at most ``room`` periods, the latest ones.

    Without a ``unit`` it is the smallest by which all the time there is fits. ``groups`` are those to be
    told apart, by default the :data:`SERIES` with most lines; the rest is counted together. A grouping by
    time is no series: its chart is by contributor.
    """
    by = "contributor" if by in UNITS else by
    group_of = grouping(by, agents)
    days: Counter[tuple[int, Group]] = Counter()
    sizes: Counter[Group] = Counter()
    for fact in statistics.facts:
        commit = statistics.commits[fact.commit]
        group = group_of(commit, fact.writer)
        if fact.added:
            days[commit.author_time, group] += fact.added
            sizes[group] += fact.added
    named = list(groups) or [group for group, _ in _largest_first(sizes) if group.kind == "known"][:SERIES]
    shown = [*named, *(group for group in (HUMAN, UNKNOWN) if sizes[group] and group not in named)]
    if set(sizes) - set(shown):
        shown.append(OTHERS)
    return _chart(by, days, tuple(shown), room, unit)


def survival_over_time(
    statistics: Statistics, survival: Survival, room: int, unit: Unit | None = None
) -> Chart:
    """Lines that sessions wrote in each period: those :data:`STILL_THERE` and those :data:`GONE`."""
    written: Counter[int] = Counter()
    left: Counter[int] = Counter()
    for fact in statistics.facts:
        if fact.writer.session_id is not None:
            written[statistics.commits[fact.commit].author_time] += fact.written
    for survivor in survival.facts:
        left[statistics.commits[survivor.commit].author_time] += survivor.lines
    times: Counter[tuple[int, Group]] = Counter()
    for time in {*written, *left}:
        times[time, STILL_THERE] = left[time]
        times[time, GONE] = max(written[time] - left[time], 0)
    return _chart("contributor", times, (STILL_THERE, GONE), room, unit)


def _largest_first(sizes: Counter[Group]) -> list[tuple[Group, int]]:
    return sorted(sizes.items(), key=lambda item: (-item[1], item[0].name))


def _chart(
    by: By, times: Mapping[tuple[int, Group], int], groups: tuple[Group, ...], room: int, unit: Unit | None
) -> Chart:
    if not times:
        return Chart(by, unit or "week", groups, ())
    moments = [time for time, _ in times]
    unit = unit or _fitting(min(moments), max(moments), room)
    places = {group: place for place, group in enumerate(groups)}
    columns: dict[date, list[int]] = {}
    for (time, group), count in times.items():
        column = columns.setdefault(period_of(time, unit), [0] * len(groups))
        column[places.get(group, len(groups) - 1)] += count
    starts = _last_periods(min(columns), max(columns), room, unit)
    shown = set(starts)
    return Chart(
        by,
        unit,
        groups,
        tuple(Period(start, tuple(columns.get(start, [0] * len(groups)))) for start in starts),
        sum(sum(column) for start, column in columns.items() if start not in shown),
    )


def _fitting(first: int, last: int, room: int) -> Unit:
    """The smallest unit by which the time between two moments fits in; years, if none does."""
    begin, end = period_of(first, "day"), period_of(last, "day")
    weeks = (period_of(last, "week") - period_of(first, "week")).days // 7
    lengths: dict[Unit, int] = {
        "day": (end - begin).days,
        "week": weeks,
        "month": (end.year - begin.year) * 12 + end.month - begin.month,
    }
    return next((unit for unit, length in lengths.items() if length < room), "year")


def _last_periods(first: date, last: date, room: int, unit: Unit) -> list[date]:
    """The last ``room`` periods from ``first`` to ``last``, without looking at those before them."""
    start = first
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[unit] * (room + 1)
    if (last - first).days > longest:
        start = period_of_day(date.fromordinal(last.toordinal() - longest), unit)
    found = [start]
    while found[-1] < last:
        found.append(next_period(found[-1], unit))
    return found[-room:]
