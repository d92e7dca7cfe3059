"""The text of a diff's line with its syntax colours and the words that changed, as segments."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from byline.review.model import ReviewedFile
from byline.text import safe_line, shorten
from byline_tui.widgets.diff_tones import Span as ToneSpan
from byline_tui.widgets.intraline import MAX_LINE, Span

StyleOf = Callable[[str], Style]


def shown_text(content: str) -> str:
    """A line's content, safe and cut where it is longer than anybody reads."""
    return safe_line(content if len(content) <= MAX_LINE else content[: MAX_LINE - 1] + "…")


def coloured(
    text: str,
    base: Style,
    tones: Sequence[ToneSpan],
    changed: Sequence[Span],
    strong: Style,
    style_of: StyleOf,
) -> Iterator[Segment]:
    """``text`` in its tones on the ground of ``base``; the stretches ``changed`` on a stronger one."""
    cuts = {0, len(text)}
    for start, end in (*(tone[:2] for tone in tones), *changed):
        cuts |= {min(start, len(text)), min(end, len(text))}
    places = sorted(cuts)
    tone_at = change_at = 0
    for start, end in pairwise(places):
        while tone_at < len(tones) and tones[tone_at][1] <= start:
            tone_at += 1
        while change_at < len(changed) and changed[change_at][1] <= start:
            change_at += 1
        style = base
        if tone_at < len(tones) and tones[tone_at][0] <= start:
            style += style_of(tones[tone_at][2])
        if change_at < len(changed) and changed[change_at][0] <= start:
            style += strong
        yield Segment(text[start:end], style)


def heading_of(file: ReviewedFile) -> str:
    """A file's path, with the old one in front where it had another; foreign text still."""
    if file.old_path and file.old_path != file.path:
        return f"{file.old_path} → {file.path}"
    return file.path


def fitted(text: str, width: int) -> str:
    """Safe text in exactly ``width`` cells, cut with an ellipsis or filled with spaces."""
    if cell_len(text) > width:
        text = shorten(text, width)
        while cell_len(text) > width:
            text = shorten(text, len(text) - 1)
    return text + " " * (width - cell_len(text))
