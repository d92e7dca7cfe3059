"""Times as people write them."""

from datetime import UTC, datetime

import pytest

from byline.cli.times import parse_since
from byline.errors import UsageError

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T08:30", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        ("2026-03-01T08:30+02:00", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
        ("7d", datetime(2026, 3, 3, 12, 0, tzinfo=UTC)),
        ("2 weeks ago", datetime(2026, 2, 24, 12, 0, tzinfo=UTC)),
        ("90min", datetime(2026, 3, 10, 10, 30, tzinfo=UTC)),
        ("yesterday", datetime(2026, 3, 9, tzinfo=UTC)),
    ],
)
def test_dates_and_ages_are_times(text: str, expected: datetime) -> None:
    assert parse_since(text, NOW) == expected.timestamp() * 1000


@pytest.mark.parametrize("text", ["", "soon", "7x", "2026-13-01", "999999999999d"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_since(text, NOW)
