"""Statistics as the JSON of ``byline stats --json`` and of the browser's export."""

from dataclasses import asdict
from typing import Any

from byline.statistics.facts import Statistics
from byline.statistics.periods import Chart
from byline.statistics.survival import Survival
from byline.statistics.tables import By, Row, totals

FORMAT = 1
"""Moves when a key changes its meaning or goes; new keys may come without it."""


def statistics_json(
    statistics: Statistics, by: By, found: list[Row], chart: Chart, survival: Survival | None = None
) -> dict[str, Any]:
    """One object: what was counted, a row per group, and the chart's periods.

    ``commits`` were counted, ``merges`` were not, and ``unread`` says of each further one why git cannot
    read it. ``added`` and ``removed`` have a number per contributor and
    ``carried`` as in ``byline show --json``. ``written`` are the added lines of sessions that were new,
    ``survived`` those of them still there at ``survival_at`` (a commit's id); both null if not measured.
    A row's ``kind`` is ``known``, ``human`` or ``unknown``. In ``over_time`` a period has its first day and
    a count of added lines per entry of ``groups``; ``earlier`` lines stand before the first period.
    """
    return {
        "format": FORMAT,
        "commits": len(statistics.commits),
        "merges": statistics.merges,
        "unread": list(statistics.unread),
        "survival_at": survival.rev if survival is not None else None,
        "total": _numbers(totals(statistics, survival)),
        "by": by,
        "rows": [{**asdict(row.group), **_numbers(row)} for row in found],
        "over_time": {
            "unit": chart.unit,
            "groups": [asdict(group) for group in chart.groups],
            "periods": [
                {"start": period.start.isoformat(), "counts": list(period.counts)} for period in chart.periods
            ],
            "earlier": chart.earlier,
        },
    }


def _numbers(row: Row) -> dict[str, Any]:
    return {
        "added": asdict(row.added),
        "removed": asdict(row.removed),
        "commits": row.commits,
        "written": row.written,
        "survived": row.survived,
    }
