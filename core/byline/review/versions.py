"""A content of a file in git's history, read when the engine looks at it."""

from collections.abc import Callable, Hashable, Iterable, Mapping

from byline.attribution import Version

Read = Callable[[Iterable[str]], Mapping[str, tuple[str, ...]]]
"""Gives the lines of blobs, by id, as far as git can read them."""


class StoredVersion(Version):
    """A version whose lines are read from git when they are asked for. A blob that is gone has none."""

    __slots__ = ("_oid", "_read")

    _oid: str
    _read: Read

    def __init__(self, read: Read, time_ms: int, oid: str) -> None:
        # The base is frozen, as values are: its fields are set once, here.
        object.__setattr__(self, "time_ms", time_ms)
        object.__setattr__(self, "_read", read)
        object.__setattr__(self, "_oid", oid)

    @property
    def lines(self) -> tuple[str, ...]:
        """The content's lines."""
        return self._read([self._oid]).get(self._oid, ())

    def key(self) -> Hashable:
        """The time and the blob."""
        return self.time_ms, self._oid

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredVersion) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())
