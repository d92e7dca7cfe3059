"""The words around a blamed file: above it which one it is, below it which commit a line comes from."""

import re
from collections.abc import Mapping

from rich.text import Text

from byline.review.authors import percent, shares_by_model
from byline.text import safe_line
from byline.wording import counted, local_day
from byline_tui.widgets.blame_layout import Blamed
from byline_tui.widgets.blame_reading import Place, Reading
from byline_tui.widgets.blame_view import OID_LETTERS
from byline_tui.widgets.share_bar import bar

BAR_WIDE, BAR_NARROW = 24, 10
WIDE = 100
_FULL_OID = re.compile("[0-9a-f]{40,64}")


def head_of(
    place: Place | None,
    reading: Reading | None,
    told: str,
    width: int,
    *,
    dark: bool,
    styles: Mapping[str, str],
) -> Text:
    """Path and revision; lines, bar and shares in words, or how far the reading is.

    ``styles`` has the styles ``muted``, ``accent`` and ``removed``.
    """
    text = Text(no_wrap=True, overflow="ellipsis")
    if place is None:
        return text.append(" Blame", "bold")
    text.append(f" {safe_line(place.path)}", "bold")
    text.append(f"  at {shown_rev(place.rev)}" if place.rev else "  work tree", styles["muted"])
    if reading is None:
        return text
    text.append(f"\n {counted(len(reading.layout), 'line')}")
    if told:
        return text.append(f"  {told}", styles["accent"])
    counts = reading.layout.counts
    total = counts.total()
    if total:
        text.append("  ")
        cells = BAR_WIDE if width >= WIDE else BAR_NARROW
        for segment in bar(counts, cells, reading.marks, dark=dark, neutral=styles["muted"]):
            text.append(segment.text, segment.style)
        for name, count in shares_by_model(counts):
            text.append(f"  {percent(count, total)} ", "bold")
            text.append(safe_line(name))
    problems = reading.layout.blame.problems if reading.layout.blame is not None else ()
    if problems:
        text.append(f"  {counted(len(problems), 'record')} could not be used", styles["removed"])
    return text


def shown_rev(rev: str) -> str:
    """A revision as it is shown: safe, and a full id in as many letters as tell it apart."""
    return rev[:OID_LETTERS] if _FULL_OID.fullmatch(rev) else safe_line(rev)


def commit_words(blamed: Blamed, place: Place, muted: str) -> Text:
    """The commit that introduced a line, in one line: id, subject, author, day, and where it stood then."""
    text = Text(no_wrap=True, overflow="ellipsis")
    line, facts = blamed.line, blamed.facts
    if line.commit is None:
        return text.append("   not committed yet", muted)
    text.append(f"   {line.commit[:7]} ")
    if facts is not None:
        text.append(safe_line(facts.subject) or "(no subject)", "bold")
        day = local_day(facts.author_time * 1000).isoformat()
        text.append(f"  {safe_line(facts.author)} · {day}", muted)
    if line.original_path != place.path:
        text.append(f" · then {safe_line(line.original_path)}:{line.original_line}", muted)
    elif line.original_line != line.line_number:
        text.append(f" · then line {line.original_line}", muted)
    return text
