"""Times, counts and names in the few letters that a list has room for."""

import re
from datetime import date, datetime, timedelta

_DATED = re.compile(r"-20\d{6}$")

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def ago(time_ms: int | None, now_ms: int) -> str:
    """How long ago a time was: ``now``, ``5m``, ``3h``, ``2d``, and from a month on its date."""
    if time_ms is None:
        return ""
    past = now_ms - time_ms
    if past < MINUTE_MS:
        return "now"
    if past < HOUR_MS:
        return f"{past // MINUTE_MS}m"
    if past < DAY_MS:
        return f"{past // HOUR_MS}h"
    if past < 30 * DAY_MS:
        return f"{past // DAY_MS}d"
    return local_day(time_ms).isoformat()


def clock(time_ms: int) -> str:
    """The local time of day, ``14:02``."""
    return datetime.fromtimestamp(time_ms / 1000).astimezone().strftime("%H:%M")


def local_day(time_ms: int) -> date:
    """The local calendar day of a time."""
    return datetime.fromtimestamp(time_ms / 1000).astimezone().date()


def day_name(day: date, today: date) -> str:
    """A day as a heading: ``Today``, ``Yesterday``, ``Monday 17 November``, with the year if another."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    name = f"{day:%A} {day.day} {day:%B}"
    return name if day.year == today.year else f"{name} {day.year}"


def compact(number: int) -> str:
    """A count in at most five characters: ``987``, ``12.3k``, ``241k``, ``1.2M``."""
    if number < 1000:
        return str(number)
    for unit, size in (("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)):
        if number < size * 1000 or unit == "G":
            value = number / size
            return f"{value:.1f}{unit}" if value < 99.95 else f"{value:.0f}{unit}"
    raise AssertionError(number)


def counted(number: int, one: str) -> str:
    """``1 prompt``, ``12 prompts``, ``1,204 prompts``."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def short_model(model_id: str) -> str:
    """A model's name without its vendor and date: ``claude-opus-4-6-20260101`` is ``opus-4-6``."""
    name = model_id.rpartition("/")[2]
    return _DATED.sub("", name).removeprefix("claude-") or model_id


def short_repository(identity: str | None, cwd: str | None = None) -> str:
    """The last component of a repository's identity; where that is only a commit, of the folder worked in."""
    if not identity:
        return ""
    name = identity.rstrip("/").rpartition("/")[2].removesuffix(".git")
    if not re.fullmatch(r"[0-9a-f]{40,64}", name):
        return name
    return (cwd or "").replace("\\", "/").rstrip("/").rpartition("/")[2] or name[:8]
