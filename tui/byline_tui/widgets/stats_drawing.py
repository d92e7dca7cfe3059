"""What the stats screen shows: a count, put into rows and a chart for a wish, and into words and files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

from byline.errors import BylineError
from byline.review.authors import percent
from byline.statistics.bars import BAR_FILLS, by_contributor
from byline.statistics.facts import Statistics
from byline.statistics.json_form import statistics_json
from byline.statistics.periods import Chart, over_time, survival_over_time
from byline.statistics.survival import Survival
from byline.statistics.svg import statistics_svg
from byline.statistics.tables import By, Row, Unit, rows, totals
from byline.wording import counted

NAMES: Mapping[By, str] = {
    "model": "model",
    "agent": "agent",
    "session": "session",
    "author": "author",
    "directory": "folder",
    "contributor": "contributor",
}
"""The groupings of the screen in words."""


@dataclass(frozen=True, slots=True)
class Count:
    """What has been counted, with the names that go with it. ``titles`` are the sessions', by id."""

    statistics: Statistics
    agents: Mapping[str, str]
    titles: Mapping[str, str]
    survival: Survival | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn: the grouping, the unit of time (None: what fits), what the chart shows."""

    by: By = "model"
    unit: Unit | None = None
    is_survival: bool = False
    room: int = 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """The rows and the chart of a count, for a wish."""

    wish: Wish
    count: Count
    rows: list[Row] = field(default_factory=list)
    chart: Chart = field(default_factory=lambda: Chart("model", "week", (), ()))


def draw(count: Count, wish: Wish) -> Drawing:
    """Rows and chart of a count, for a wish. Takes a while with a long history."""
    found = rows(count.statistics, wish.by, count.agents, count.survival if wish.is_survival else None)
    if wish.is_survival and count.survival is not None:
        found = [row for row in found if row.written]
        chart = survival_over_time(count.statistics, count.survival, wish.room, wish.unit)
    else:
        chart = over_time(count.statistics, wish.by, count.agents, wish.room, wish.unit)
    return Drawing(wish, count, found, chart)


def save(drawing: Drawing, title: str, name: str) -> Path:
    """Write what is shown to a new file, in the form its ending asks for; give its full path.

    Raises:
        BylineError: there is a file of this name, or none can be written.
    """
    try:
        path = Path(name).expanduser()
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(exported(drawing, title, path.suffix))
    except FileExistsError as error:
        raise BylineError(f"{name} exists already: choose another name") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise BylineError(f"cannot write {name} ({error}): choose another name") from error
    return path.absolute()


def exported(drawing: Drawing, title: str, suffix: str) -> str:
    """What is shown as the text of a file: JSON for ``.json``, else SVG."""
    count, wish = drawing.count, drawing.wish
    if suffix.lower() == ".json":
        value = statistics_json(count.statistics, wish.by, drawing.rows, drawing.chart, count.survival)
        return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return statistics_svg(title, wish.by, drawing.chart, drawing.rows)


def head_of(count: Count | None, drawing: Drawing | None, told: str, styles: Mapping[str, str]) -> Text:
    """Commits, lines and shares; below them what is drawn, or how far the counting is.

    ``styles`` has the styles ``muted``, ``accent`` and ``removed``.
    """
    text = Text(no_wrap=True, overflow="ellipsis")
    if count is not None:
        whole = totals(count.statistics, count.survival)
        text.append(f" {counted(len(count.statistics.commits), 'commit')}", "bold")
        if count.statistics.merges:
            text.append(f" and {counted(count.statistics.merges, 'merge')}, not counted", styles["muted"])
        text.append(f"  +{whole.added.total:,} −{whole.removed.total:,} ")
        for name, lines in by_contributor(whole.added):
            if lines:
                text.append(f"  {BAR_FILLS[name]} {percent(lines, whole.added.total)} ", "bold")
                text.append(name)
        if count.statistics.unread:
            text.append(
                f"  {counted(len(count.statistics.unread), 'commit')} git cannot read", styles["removed"]
            )
    text.append("\n ")
    if told:
        return text.append(told, styles["accent"])
    if drawing is None or count is None:
        return text
    by, unit = NAMES[drawing.wish.by], drawing.chart.unit
    if drawing.wish.is_survival and count.survival is not None:
        whole = totals(count.statistics, count.survival)
        left = whole.survived or 0
        text.append(f"{left:,} of the {counted(whole.written, 'line')} that sessions wrote are still there")
        if whole.written:
            text.append(f", {percent(left, whole.written)}", "bold")
        return text.append(f"  by {by}, per {unit} in which they were written", styles["muted"])
    text.append(f"Added lines by {by}, per {unit}", styles["muted"])
    if drawing.chart.earlier:
        text.append(f"  {drawing.chart.earlier:,} earlier ones are left of the chart", styles["muted"])
    return text
