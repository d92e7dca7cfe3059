"""The retry policy: what is busy is tried again, and everything ends at the deadline."""

import time

import pytest

from byline.config import read_config
from byline.errors import StoreBusyError, StoreError
from byline.ingest.retry import Policy, patience, retried

QUICK = Policy(max_attempts=4, timeout_ms=50, initial_backoff_ms=1, max_backoff_ms=2)


class Busy:
    """An action that is busy for some tries."""

    def __init__(self, tries: int) -> None:
        self.waits: list[int] = []
        self._tries = tries

    def __call__(self, timeout_ms: int) -> str:
        self.waits.append(timeout_ms)
        if len(self.waits) <= self._tries:
            raise StoreBusyError("locked")
        return "done"


def soon(seconds: float = 60) -> float:
    return time.monotonic() + seconds


def test_it_is_tried_until_it_works() -> None:
    action = Busy(3)
    assert retried(action, QUICK, soon()) == "done"
    assert action.waits == [50] * 4


def test_it_is_given_up_after_so_many_tries() -> None:
    action = Busy(99)
    with pytest.raises(StoreBusyError):
        retried(action, QUICK, soon())
    assert len(action.waits) == 4


def test_no_try_waits_beyond_the_deadline_and_none_begins_behind_it() -> None:
    action = Busy(99)
    with pytest.raises(StoreBusyError):
        retried(action, QUICK, soon(0.02))
    assert action.waits[0] <= 20
    late = Busy(1)
    with pytest.raises(StoreBusyError):
        retried(late, QUICK, soon(-1))
    assert late.waits == [0]


def test_a_persistent_one_is_tried_for_as_long_as_there_is_time() -> None:
    action = Busy(20)
    assert retried(action, QUICK, soon(), persistent=True) == "done"
    assert patience(read_config("", ""), 5).persistent
    assert not patience(read_config("", "")).persistent


def test_a_success_that_was_slow_is_a_success() -> None:
    assert retried(lambda _: "done", QUICK, soon(-1)) == "done"


def test_nothing_else_is_tried_again() -> None:
    waits: list[int] = []

    def broken(timeout_ms: int) -> None:
        waits.append(timeout_ms)
        raise StoreError("damaged")

    with pytest.raises(StoreError):
        retried(broken, QUICK, soon())
    assert len(waits) == 1


def test_the_policy_is_the_configurations() -> None:
    wait = patience(read_config("", ""))
    assert (wait.opening, wait.query) == (Policy(3, 500, 25, 200), Policy(5, 300, 25, 200))
    assert 0.5 < wait.deadline - time.monotonic() <= 1
