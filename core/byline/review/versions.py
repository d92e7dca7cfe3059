"""A content of a file in git's history, read when the engine looks at it."""

from byline.attribution import Version
from byline.review.records import Records


class StoredVersion(Version):
    """A version whose lines are read from git when they are asked for. A blob that is gone has none."""

    __slots__ = ("_oid", "_records")

    _oid: str
    _records: Records

    def __init__(self, records: Records, time_ms: int, oid: str) -> None:
        # The base is frozen, as values are: its fields are set once, here.
        object.__setattr__(self, "time_ms", time_ms)
        object.__setattr__(self, "_records", records)
        object.__setattr__(self, "_oid", oid)

    @property
    def lines(self) -> tuple[str, ...]:
        """The content's lines."""
        return self._records.blob_lines([self._oid]).get(self._oid, ())
