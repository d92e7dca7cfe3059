"""The two lines above a review: what it is, and who wrote how much of it."""

from collections.abc import Mapping

from rich.text import Text

from byline.review.authors import percent, shares_by_model
from byline.text import safe_line
from byline.wording import counted, local_day
from byline_tui.reviewing import Reading
from byline_tui.widgets.share_bar import bar

BAR_WIDE, BAR_NARROW = 24, 10
WIDE = 100
TITLES = {"staged": "Index: what would be committed", "worktree": "Work tree: changes not in the index"}


def head_of(reading: Reading, width: int, *, dark: bool, styles: Mapping[str, str]) -> Text:
    """Subject, author and date; files, lines, bar and shares in words, for a head ``width`` cells wide.

    ``styles`` has the styles ``muted``, ``added``, ``removed`` and ``accent``.
    """
    review, layout, marks, span = reading.review, reading.layout, reading.marks, reading.span
    text = Text(no_wrap=True, overflow="ellipsis")
    if review.commit is None:
        text.append(f" {TITLES[review.target]}", "bold")
    elif span is not None:
        base, count = span
        text.append(f" {base[:7] if base else 'the beginning'}..{review.commit.oid[:7]} ", styles["accent"])
        text.append(f"{counted(count, 'commit')} read as one", "bold")
        text.append(f"  up to {safe_line(review.commit.subject)}", styles["muted"])
    else:
        text.append(f" {review.commit.oid[:7]} ", styles["accent"])
        text.append(safe_line(review.commit.subject) or "(no subject)", "bold")
        day = local_day(review.commit.author_time * 1000).isoformat()
        text.append(f"  {safe_line(review.commit.author)} · {day}", styles["muted"])
    added = sum(added for added, _ in layout.sizes)
    removed = sum(removed for _, removed in layout.sizes)
    text.append(f"\n {counted(len(review.files), 'file')}")
    text.append(f"  +{added:,}", styles["added"])
    text.append(f" −{removed:,}", styles["removed"])
    total = added + removed
    if total:
        text.append("  ")
        cells = BAR_WIDE if width >= WIDE else BAR_NARROW
        for segment in bar(layout.counts, cells, marks, dark=dark, neutral=styles["muted"]):
            text.append(segment.text, segment.style)
        for name, count in shares_by_model(layout.counts):
            text.append(f"  {percent(count, total)} ", "bold")
            text.append(safe_line(name))
    if reading.shape.ignores_space:
        text.append("  without white space", styles["accent"])
    if review.problems:
        told = f"  {counted(len(review.problems), 'record')} could not be used (press !)"
        text.append(told, styles["removed"])
    return text
