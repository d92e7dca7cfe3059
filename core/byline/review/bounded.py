"""A memory that forgets what was not asked for longest once it weighs too much."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key, ``most`` heavy together; ``weigh`` says how heavy one is, by its own unit.

    The last value stays even when it is heavier than all may be.
    """

    def __init__(self, most: int, weigh: Callable[[V], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._values: dict[K, V] = {}
        self._weights: dict[K, int] = {}
        self._weight = 0

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __getitem__(self, key: K) -> V:
        """The value of a key, which counts as used now. Raises: KeyError."""
        value = self._values.pop(key)
        self._values[key] = value
        return value

    def __setitem__(self, key: K, value: V) -> None:
        """Remember a value, as heavy as it is now: one that grows is to be set again."""
        self._drop(key)
        self._values[key] = value
        self._weights[key] = self._weigh(value)
        self._weight += self._weights[key]
        while self._weight > self._most and len(self._values) > 1:
            self._drop(next(iter(self._values)))

    def keep(self, which: Callable[[V], bool]) -> None:
        """Forget the values that are not ``which``."""
        for key in [key for key, value in self._values.items() if not which(value)]:
            self._drop(key)

    def _drop(self, key: K) -> None:
        if key in self._values:
            del self._values[key]
            self._weight -= self._weights.pop(key)
