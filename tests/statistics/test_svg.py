"""Statistics as a picture that every viewer can read."""

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from byline.review.summary import SideCounts
from byline.statistics.periods import Chart, Period
from byline.statistics.svg import statistics_svg
from byline.statistics.tables import UNKNOWN, Group, Row

EVIL = "\x1b]52;c;aGk=\x07 \x9b31m \u202eevil\u2066 \x08\ufffe<script>&\"'</script>"


def row(group: Group, added: int) -> Row:
    return Row(group, SideCounts(added, 0, 0, 0, 0), SideCounts(0, 0, 0, 0, 0), 1, added, added)


def picture(name: str, rows: int = 2) -> ET.Element:
    groups = (Group(name), UNKNOWN)
    chart = Chart(
        "author", "week", groups, (Period(date(2025, 11, 17), (3, 1)), Period(date(2025, 11, 24), (0, 2)))
    )
    found = [row(Group(name), 3), *(row(Group(f"g{n}"), 1) for n in range(rows - 1))]
    return ET.fromstring(statistics_svg(f"title {name}", "author", chart, found))  # noqa: S314 - ours


def texts(root: ET.Element) -> str:
    return "\n".join(root.itertext())


def test_columns_bars_and_numbers_are_drawn() -> None:
    root = picture("Mia")
    filled = [node.get("fill", "") for node in root.iter() if node.tag.endswith("rect")]
    assert filled.count("url(#s0)") == 3, "legend, one column, bar"
    assert filled.count("url(#s1)") == 3, "legend, two columns"
    assert "A Mia" in texts(root)
    assert "· unknown" in texts(root)
    assert "week of 2025-11-17, Mia: 3" in texts(root).replace("\n", "")
    assert "+3 · −0 · 75% · 3 of 3 lines of sessions still there\n" in texts(root)


@pytest.mark.parametrize("days", [1, 9, 12, 16, 30, 120])
def test_the_days_below_the_columns_do_not_run_into_each_other(days: int) -> None:
    first = date(2026, 2, 1)
    periods = tuple(Period(first + timedelta(days=at), (1,)) for at in range(days))
    chart = Chart("author", "day", (UNKNOWN,), periods)
    root = ET.fromstring(statistics_svg("days", "author", chart, []))  # noqa: S314 - ours
    below = [float(node.get("x", "")) for node in root.iter() if (node.text or "").startswith("2026-")]
    assert below
    assert all(after - before >= 70 for before, after in pairwise(below))


def test_foreign_names_are_text_and_nothing_else() -> None:
    root = picture(EVIL)
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    assert not set(texts(root)) & {"\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\ufffe"}
    assert "<script>" in texts(root)


def test_of_many_rows_the_first_are_shown_and_the_others_counted() -> None:
    assert "and 160 more" in texts(picture("Mia", 200))


def test_nothing_counted_is_a_picture_too() -> None:
    root = ET.fromstring(statistics_svg("none", "model", Chart("model", "week", (), ()), []))  # noqa: S314 - ours
    assert "none" in texts(root)
