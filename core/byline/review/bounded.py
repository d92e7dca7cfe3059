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
        self._weight = 0

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __getitem__(self, key: K) -> V:
        """The value of a key, which counts as used now. Raises: KeyError."""
        value = self._values.pop(key)
        self._values[key] = value
        return value

    def __setitem__(self, key: K, value: V) -> None:
        if key in self._values:
            self._weight -= self._weigh(self._values.pop(key))
        self._values[key] = value
        self._weight += self._weigh(value)
        while self._weight > self._most and len(self._values) > 1:
            self._weight -= self._weigh(self._values.pop(next(iter(self._values))))

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._weight = 0
