"""The retry policy of ``ingest.md``: what is busy is tried again, with pauses, until the deadline."""

import time
from collections.abc import Callable

from byline.config import Config
from byline.errors import StoreBusyError
from byline.frozen import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    _Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Policy:
    """How often one kind of action is tried, how long each try waits, and the pauses between (ms)."""

    max_attempts: int
    timeout_ms: int
    initial_backoff_ms: int
    max_backoff_ms: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take over the store: until ``deadline`` (of ``time.monotonic``) in all.

    ``persistent`` tries on for as long as there is time, whatever the number of attempts: off the hook path.
    """

    opening: Policy
    query: Policy
    deadline: float
    persistent: bool = False


LEAST_MS = 50
"""What a hook may still wait for the store when it was slow to start: one that is not locked is written."""


def patience(config: Config, deadline_ms: int | None = None, spent_ms: int = 0) -> Patience:
    """The configured patience; a persistent one until a deadline of its own off the hook path.

    ``spent_ms`` is what the caller has waited already: the deadline counts from there.
    """
    limit = config.number("retry.deadline_ms") if deadline_ms is None else deadline_ms
    deadline = time.monotonic() + max(limit - spent_ms, min(limit, LEAST_MS)) / 1000
    return Patience(
        _policy(config, "connection_open"), _policy(config, "query"), deadline, deadline_ms is not None
    )


def retried(
    action: "Callable[[int], _Answer]", policy: Policy, deadline: float, *, persistent: bool = False
) -> "_Answer":
    """Call ``action`` with the ms it may wait, again while the store is busy; see :class:`Patience`.

    Raises:
        StoreBusyError: it stayed busy. Other errors come through at once.
    """
    attempt, backoff = 1, policy.initial_backoff_ms
    while True:
        left = max(round((deadline - time.monotonic()) * 1000), 0)
        try:
            return action(min(policy.timeout_ms, left))
        except StoreBusyError:
            left = round((deadline - time.monotonic()) * 1000)
            if left <= 0 or (attempt >= policy.max_attempts and not persistent):
                raise
        time.sleep(min(backoff, left) / 1000)
        attempt, backoff = attempt + 1, min(backoff * 2, policy.max_backoff_ms)


def _policy(config: Config, name: str) -> Policy:
    key = f"retry.{name}"
    return Policy(
        config.number(f"{key}.max_attempts"),
        config.number(f"{key}.timeout_ms"),
        config.number(f"{key}.initial_backoff_ms"),
        config.number(f"{key}.max_backoff_ms"),
    )
