"""Times as people write and read them, in the local time zone."""

import re
from datetime import datetime, timedelta

from byline.errors import UsageError

_AGO = re.compile(r"(\d+)\s*([mhdw])(?:in|ours?|ays?|eeks?)?(?:\s+ago)?\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_since(text: str, now: datetime | None = None) -> int:
    """A time in the past as Unix ms: ISO 8601 with or without a time, or an age (``7d``, ``2 weeks ago``).

    Without a zone the local one is meant.

    Raises:
        UsageError: it is none of these.
    """
    now = now or datetime.now().astimezone()
    word = text.strip().lower()
    if word in {"today", "yesterday"}:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return _ms(midnight - timedelta(days=word == "yesterday"))
    if ago := _AGO.match(word):
        try:
            return _ms(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        except OverflowError as error:
            raise UsageError(f"{text!r} is too long ago") from error
    try:
        return _ms(datetime.fromisoformat(text.strip()).astimezone())
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no time: give a date (2026-01-31) or an age (7d, 12h)") from error


def show_time(time_ms: int | None) -> str:
    """A Unix ms as ``2026-01-31 14:02`` in local time; empty when there is none."""
    if time_ms is None:
        return ""
    return f"{datetime.fromtimestamp(time_ms / 1000).astimezone():%Y-%m-%d %H:%M}"


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)
