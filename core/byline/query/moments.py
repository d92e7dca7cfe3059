"""Times as people write them, in the local time zone."""

import re
from datetime import datetime, timedelta

_AGO = re.compile(r"(\d+)\s*([mhdw])(?:in|ours?|ays?|eeks?)?(?:\s+ago)?\Z", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}\Z", re.ASCII)


def parse_moment(text: str, now: datetime, *, end: bool = False) -> int | None:
    """A time as Unix ms: ISO 8601 with or without a time, ``today``, ``yesterday``, or an age (``7d``, ``2
    weeks ago``).

    Without a zone the local one is meant. A day means its first moment, or with ``end`` its last. None when
    it is none of these or out of the calendar."""
    word = text.strip().lower()
    try:
        if word in {"today", "yesterday"}:
            midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
            return _of_day(midnight - timedelta(days=word == "yesterday"), end=end)
        if ago := _AGO.match(word):
            return _ms(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        moment = datetime.fromisoformat(text.strip())
        return _of_day(moment, end=end) if _DAY.match(word) else _ms(moment.astimezone())
    except (ValueError, OverflowError):
        return None


def _of_day(midnight: datetime, *, end: bool) -> int:
    # The next midnight and not 24 hours later: a day may be shorter or longer than that.
    if not end:
        return _ms(midnight.replace(tzinfo=None).astimezone())
    return _ms((midnight.replace(tzinfo=None) + timedelta(days=1)).astimezone()) - 1


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
