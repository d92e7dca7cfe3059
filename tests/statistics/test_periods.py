"""Lines over time: which periods there are, and what a chart tells apart."""

from datetime import date, timedelta

import pytest

from byline.statistics.facts import CountedCommit, Fact, Statistics, Writer
from byline.statistics.periods import GONE, SERIES, STILL_THERE, over_time, survival_over_time
from byline.statistics.survival import Survival, Survivors
from byline.statistics.tables import OTHERS, UNKNOWN, Group, Unit, next_period, period_name, period_of

NOON = 1_763_380_800  # Monday, 2025-11-17 12:00 UTC
DAY = 24 * 3600


def counted(*lines: tuple[int, str | None, int]) -> Statistics:
    """Commits of (day, model or None for nobody known, added lines)."""
    commits = tuple(
        CountedCommit(f"{at:040x}", "Mia", NOON + day * DAY) for at, (day, _, _) in enumerate(lines)
    )
    facts = tuple(
        Fact(at, Writer(".", "ai" if model else "unknown", "cc_A" if model else None, model), added, 0, 0)
        for at, (_, model, added) in enumerate(lines)
    )
    return Statistics(commits, facts, 0, frozenset())


def test_periods_have_no_gaps_and_are_in_order() -> None:
    chart = over_time(counted((0, "a", 1), (2, "a", 2), (21, "b", 4)), "model", {}, 50, "week")
    assert [period.start for period in chart.periods] == [
        date(2025, 11, 17) + timedelta(7 * n) for n in range(4)
    ]
    assert [period.counts for period in chart.periods] == [(0, 3), (0, 0), (0, 0), (4, 0)]
    assert chart.groups == (Group("b"), Group("a"))


@pytest.mark.parametrize(
    ("days", "room", "unit"),
    [
        (0, 1, "day"),
        (9, 10, "day"),
        (11, 10, "week"),
        (60, 10, "week"),
        (200, 10, "month"),
        (4000, 10, "year"),
    ],
)
def test_the_unit_is_the_smallest_that_fits(days: int, room: int, unit: Unit) -> None:
    chart = over_time(counted((0, "a", 1), (days, "a", 1)), "model", {}, room)
    assert chart.unit == unit
    assert len(chart.periods) <= room


def test_where_all_time_does_not_fit_the_latest_is_shown_and_the_rest_counted() -> None:
    lines = counted((-20_000, "a", 7), (-9, "a", 5), (-1, "a", 2), (0, "a", 1))
    chart = over_time(lines, "model", {}, 3, "day")
    assert [period.total for period in chart.periods] == [0, 2, 1]
    assert chart.earlier == 12


def test_the_largest_groups_are_told_apart_and_the_rest_is_one_more() -> None:
    models = [(0, f"m{number}", 100 - number) for number in range(SERIES + 3)]
    chart = over_time(counted(*models, (0, None, 500)), "model", {}, 9)
    assert [group.name for group in chart.groups] == [f"m{n}" for n in range(SERIES)] + ["unknown", "others"]
    assert chart.groups[-2:] == (UNKNOWN, OTHERS)
    (period,) = chart.periods
    assert period.counts[-2:] == (500, 94 + 93 + 92)
    assert period.total == sum(added for _, _, added in models) + 500


def test_a_grouping_by_time_is_charted_by_contributor() -> None:
    chart = over_time(counted((0, "a", 1), (0, None, 2)), "week", {}, 9)
    assert [group.name for group in chart.groups] == ["ai", "unknown"]


def test_nothing_counted_is_a_chart_without_periods() -> None:
    assert over_time(Statistics((), (), 0, frozenset()), "model", {}, 9).periods == ()


def test_survival_is_charted_as_lines_still_there_and_gone() -> None:
    lines = counted((0, "a", 5), (1, "a", 3), (1, None, 8))
    survival = Survival(
        "0" * 40, (Survivors(0, lines.facts[0].writer, 2), Survivors(1, lines.facts[1].writer, 3))
    )
    chart = survival_over_time(lines, survival, 9, "day")
    assert chart.groups == (STILL_THERE, GONE)
    assert [period.counts for period in chart.periods] == [(2, 3), (3, 0)]


@pytest.mark.parametrize(
    ("unit", "start", "after", "name"),
    [
        ("day", date(2025, 11, 17), date(2025, 11, 18), "2025-11-17"),
        ("week", date(2025, 11, 17), date(2025, 11, 24), "2025-11-17"),
        ("month", date(2025, 11, 1), date(2025, 12, 1), "2025-11"),
        ("year", date(2025, 1, 1), date(2026, 1, 1), "2025"),
    ],
)
def test_periods_begin_on_their_first_day(unit: Unit, start: date, after: date, name: str) -> None:
    assert period_of(NOON, unit) == start
    assert next_period(start, unit) == after
    assert period_name(start, unit) == name
    for turn in (date(2024, 1, 31), date(2024, 2, 29), date(2024, 12, 31)):
        assert next_period(turn.replace(day=1), "month").day == 1
