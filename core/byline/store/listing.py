"""How found sessions are listed, and what such a list is: values between a search and a screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from byline.query import Query
from byline.store.part_runs import Said

Order = Literal["time", "best", "title", "messages", "edits", "added", "survived", "agent", "repository"]
Kind = Literal["hidden", "automated", "one_shot"]

KINDS: tuple[Kind, ...] = ("hidden", "automated", "one_shot")
"""What a session may be that lists leave out; each counts as the first that it is."""


@dataclass(frozen=True, slots=True)
class View:
    """How the sessions found are listed."""

    order: Order = "time"
    reverse: bool = False
    repository_id: int | None = None
    """Only this repository's, as a switch beside the query."""
    leave_out: frozenset[Kind] = frozenset({"hidden"})
    """What is left out, unless the query asks for it: ``is:hidden``, ``is:automated``, ``is:oneshot``."""
    hits_named: int = 3
    """Of each session's hits so many are named by their row ids, the newest."""


class Place(NamedTuple):
    """A session in a list: what it takes to group and indent it. The last time is in Unix ms."""

    id: str
    time_ms: int | None
    parent: str | None
    agent: str
    repository_id: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The sessions found, in order, and what is counted over them.

    A listing that is not ``complete`` is the beginning of one, its numbers are lower bounds. ``took_ms`` is
    the time since the search began.
    """

    query: Query
    view: View
    complete: bool
    took_ms: float
    places: list[Place]
    agents: Mapping[str, int] = field(default_factory=dict)
    """Sessions per agent, most first, as if the query had no ``agent:`` filter."""
    left_out: Mapping[Kind, int] = field(default_factory=dict)
    """Sessions of each kind that the view leaves out."""
    hits: Mapping[str, Said] = field(default_factory=dict)
    """Of the sessions found by what they say (others may be among them): how many parts say it, and the
    newest of these for ``Hits.of_parts``. A session found by its title or id alone is not in it."""

    @property
    def ids(self) -> list[str]:
        """The ids of the sessions, in order."""
        return [place.id for place in self.places]

    @property
    def hit_count(self) -> int:
        """How many parts of the sessions listed say what was asked for."""
        return sum(self.hits[place.id].count for place in self.places if place.id in self.hits)
