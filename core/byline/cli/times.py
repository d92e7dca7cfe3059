"""Times as people write and read them, in the local time zone."""

from datetime import datetime

from byline.errors import UsageError
from byline.query.moments import parse_moment


def parse_since(text: str, now: datetime | None = None) -> int:
    """A time in the past as Unix ms, as :func:`byline.query.moments.parse_moment` understands it.

    Raises:
        UsageError: it is none.
    """
    moment = parse_moment(text, now or datetime.now().astimezone())
    if moment is None:
        raise UsageError(f"{text!r} is no time: give a date (2026-01-31) or an age (7d, 12h)")
    return moment


def show_time(time_ms: int | None) -> str:
    """A Unix ms as ``2026-01-31 14:02`` in local time; empty when there is none."""
    if time_ms is None:
        return ""
    return f"{datetime.fromtimestamp(time_ms / 1000).astimezone():%Y-%m-%d %H:%M}"
