"""Statistics as a picture: stacked columns over time, and a bar with numbers per row.

Colours are Okabe and Ito's, told apart with any colour vision; each series also has a pattern and a letter.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil

from byline.review.authors import LIGHT_COLOURS, percent
from byline.statistics.periods import Chart
from byline.statistics.tables import By, Group, Row, period_name, shown_name
from byline.text import safe_line, shorten
from byline.wording import counted as words_for

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""A series' letter by its place, in a picture and on screen."""

_WIDTH, _MARGIN, _CHART_HEIGHT, _ROW = 960, 24, 260, 22
_NAME, _NUMBERS, _LETTER = 300, 290, 7
_DATE = 72
"""As wide as a day below the columns, with a gap."""
_TEXT, _GREY, _PAPER = "#23292f", "#8a8f96", "#ffffff"
_GREYS = {"human": "#5f6873", "unknown": "#b9bec5", "others": "#8a8f96"}
_NOT_XML = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}
_ROWS = 40


def letter_of(group: Group, place: int) -> str:
    """One letter for a series (by its place among all), so that nobody needs its colour."""
    marks = {"human": "m", "unknown": "·", "others": "+"}
    return marks.get(group.kind) or LETTERS[place % len(LETTERS)]


def colour_of(group: Group, place: int, colours: Sequence[str], greys: Mapping[str, str]) -> str:
    """The colour of a series out of a palette; of ``greys``, by kind, for whoever is nobody in particular."""
    return colours[place % len(colours)] if group.kind == "known" else greys[group.kind]


def statistics_svg(title: str, by: By, chart: Chart, found: Sequence[Row]) -> str:
    """The picture as the text of an SVG file; names in it are made safe here."""
    shown = found[:_ROWS]
    height = _CHART_HEIGHT + 150 + _ROW * (len(shown) + (len(found) > len(shown)))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"',
        f' viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f"<title>{_safe(title)}</title>",
        "<defs>",
        *_patterns(chart),
        "</defs>",
        f'<rect width="{_WIDTH}" height="{height}" fill="{_PAPER}"/>',
        _text(_MARGIN, 30, title, size=17, weight="bold"),
        *_legend(chart),
        *_columns(chart),
        *_table(shown, by, chart.groups),
    ]
    if len(found) > len(shown):
        lines.append(_text(_MARGIN, height - 16, f"and {len(found) - len(shown):,} more", colour=_GREY))
    return "\n".join([*lines, "</svg>", ""])


def _patterns(chart: Chart) -> Iterator[str]:
    """Per series: its colour, crossed with lines of another direction than its neighbours'."""
    turns = (0, 45, 90, 135)
    for place, group in enumerate(chart.groups):
        colour = colour_of(group, place, LIGHT_COLOURS, _GREYS)
        stroke = f'<path d="M0 4H8" stroke="{_PAPER}" stroke-opacity=".45" stroke-width="1.5"/>'
        yield (
            f'<pattern id="s{place}" width="8" height="8" patternUnits="userSpaceOnUse"'
            f' patternTransform="rotate({turns[place % len(turns)]})">'
            f'<rect width="8" height="8" fill="{colour}"/>{stroke if place else ""}</pattern>'
        )


def _legend(chart: Chart) -> Iterator[str]:
    x = float(_MARGIN)
    for place, group in enumerate(chart.groups):
        name = shorten(safe_line(shown_name(group, chart.by)), 22)
        yield f'<rect x="{x:.1f}" y="44" width="14" height="14" fill="url(#s{place})"/>'
        yield _text(x + 19, 56, f"{letter_of(group, place)} {name}", size=12)
        x += 40 + 7 * (len(name) + 2)
        if x > _WIDTH - 120:
            return


def _columns(chart: Chart) -> Iterator[str]:
    top, bottom = 76, 76 + _CHART_HEIGHT
    most = max((period.total for period in chart.periods), default=0)
    yield f'<path d="M{_MARGIN} {bottom}H{_WIDTH - _MARGIN}" stroke="{_GREY}"/>'
    if not most:
        return
    yield _text(_WIDTH - _MARGIN, top - 4, f"{most:,} lines", colour=_GREY, size=11, anchor="end")
    step = (_WIDTH - 2 * _MARGIN) / len(chart.periods)
    every = max(len(chart.periods) // 10, ceil(_DATE / step))
    for at, period in enumerate(chart.periods):
        x, y = _MARGIN + at * step, float(bottom)
        for place, count in enumerate(period.counts):
            tall = count * _CHART_HEIGHT / most
            y -= tall
            if count:
                yield (
                    f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(step - 1, 0.5):.2f}" height="{tall:.2f}"'
                    f' fill="url(#s{place})"><title>{_safe(_told(chart, period.start.isoformat(), place))}:'
                    f" {count:,}</title></rect>"
                )
        if at % every == 0 and x < _WIDTH - 90:
            yield _text(x, bottom + 15, period_name(period.start, chart.unit), colour=_GREY, size=11)


def _told(chart: Chart, start: str, place: int) -> str:
    return f"{chart.unit} of {start}, {shown_name(chart.groups[place], chart.by)}"


def _table(found: Sequence[Row], by: By, groups: Sequence[Group]) -> Iterator[str]:
    total = sum(row.added.total for row in found)
    most = max((row.added.total for row in found), default=0) or 1
    numbers = [_numbers(row, total) for row in found]
    room = _WIDTH - 2 * _MARGIN - _NAME - max([_NUMBERS, *(len(words) * _LETTER for words in numbers)])
    for at, (row, words) in enumerate(zip(found, numbers, strict=True)):
        y = _CHART_HEIGHT + 130 + at * _ROW
        place = groups.index(row.group) if row.group in groups else -1
        fill = f"url(#s{place})" if place >= 0 else _GREY
        letter = f"{letter_of(row.group, place)} " if place >= 0 else ""
        wide = row.added.total * room / most
        yield _text(_MARGIN, y, f"{letter}{shorten(safe_line(shown_name(row.group, by)), 42)}")
        yield f'<rect x="{_MARGIN + _NAME}" y="{y - 12}" width="{wide:.1f}" height="14" fill="{fill}"/>'
        yield _text(_WIDTH - _MARGIN, y, words, anchor="end")


def _numbers(row: Row, total: int) -> str:
    """A row's numbers. What is still there is a share of the lines that sessions wrote, not of all."""
    words = f"+{row.added.total:,} · −{row.removed.total:,} · {percent(row.added.total, total)}"
    if row.survived is not None and row.written:
        words += f" · {row.survived:,} of {words_for(row.written, 'line')} of sessions still there"
    return words


def _text(
    x: float,
    y: float,
    words: str,
    *,
    colour: str = _TEXT,
    size: int = 13,
    weight: str = "normal",
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" font-weight="{weight}"'
        f' text-anchor="{anchor}">{_safe(words)}</text>'
    )


def _safe(words: str) -> str:
    return escape(safe_line(words).translate(_NOT_XML))
