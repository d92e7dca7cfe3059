"""Statistics as the JSON of ``byline stats --json`` and of the browser's export."""

from typing import Annotated, Literal, TypedDict

from byline.review.json_form import SideCountsJson, side_json
from byline.statistics.facts import Statistics
from byline.statistics.periods import Chart
from byline.statistics.survival import Survival
from byline.statistics.tables import By, Group, Row, Unit, totals

FORMAT = 1
"""Moves when a key changes its meaning or goes; new keys may come without it."""


class NumbersJson(TypedDict):
    """What was counted of one group, or of all."""

    added: Annotated[SideCountsJson, "the added lines by contributor"]
    removed: Annotated[SideCountsJson, "the removed lines by contributor"]
    commits: Annotated[int, "commits that touched such lines"]
    written: Annotated[int, "added lines of sessions that were new: carried ones only where they are copies"]
    survived: Annotated[int | None, "those of them that are still there; null without `--survival`"]


class GroupJson(TypedDict):
    """What lines are counted under."""

    name: Annotated[str, "the model, agent, session, person, folder or time; or the kind"]
    kind: Annotated[
        Literal["known", "human", "unknown", "others"],
        "`known` where something is named; `others` is the rest of a chart's groups",
    ]


class StatisticsRowJson(GroupJson, NumbersJson):
    """One group."""


class PeriodJson(TypedDict):
    """One period of the chart."""

    start: Annotated[str, "its first day, `YYYY-MM-DD`"]
    counts: Annotated[list[int], "added lines per entry of `groups`"]


class OverTimeJson(TypedDict):
    """Added lines over time, periods without gaps."""

    unit: Annotated[Unit, "how long a period is"]
    groups: Annotated[list[GroupJson], "what is told apart"]
    periods: Annotated[list[PeriodJson], "oldest first"]
    earlier: Annotated[int, "added lines before the first period"]


class StatisticsJson(TypedDict):
    """Who wrote how much."""

    format: Annotated[int, "1; moves when a key changes its meaning or goes, not for new keys"]
    commits: Annotated[int, "commits that were counted"]
    merges: Annotated[int, "merges, which are not counted: what they bring is counted where it was made"]
    unread: Annotated[list[str], "of each commit that git cannot read, why"]
    survival_at: Annotated[str | None, "the commit at which it was looked what is left; null if it was not"]
    total: Annotated[NumbersJson, "all groups together"]
    by: Annotated[By, "what the groups are"]
    rows: Annotated[list[StatisticsRowJson], "a row per group"]
    over_time: Annotated[OverTimeJson, "the chart"]


def statistics_json(
    statistics: Statistics, by: By, found: list[Row], chart: Chart, survival: Survival | None = None
) -> StatisticsJson:
    """One object: what was counted, a row per group, and the chart's periods."""
    return {
        "format": FORMAT,
        "commits": len(statistics.commits),
        "merges": statistics.merges,
        "unread": list(statistics.unread),
        "survival_at": survival.rev if survival is not None else None,
        "total": _numbers(totals(statistics, survival)),
        "by": by,
        "rows": [{**_group(row.group), **_numbers(row)} for row in found],
        "over_time": {
            "unit": chart.unit,
            "groups": [_group(group) for group in chart.groups],
            "periods": [
                {"start": period.start.isoformat(), "counts": list(period.counts)} for period in chart.periods
            ],
            "earlier": chart.earlier,
        },
    }


def _group(group: Group) -> GroupJson:
    return {"name": group.name, "kind": group.kind}


def _numbers(row: Row) -> NumbersJson:
    return {
        "added": side_json(row.added),
        "removed": side_json(row.removed),
        "commits": row.commits,
        "written": row.written,
        "survived": row.survived,
    }
