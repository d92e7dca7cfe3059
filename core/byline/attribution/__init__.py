"""The intersection engine: which recorded edit wrote (or removed) every touched line of a commit.

Pure functions over values, see ``attribution.md``. Imports :mod:`byline.patch` and the standard library.
"""

from byline.attribution.construct import CLOCK_TOLERANCE_MS, Construction, Document, construct
from byline.attribution.edit import Change, Edit, Search, Touched, Version, comparable
from byline.attribution.intersect import Intersection, intersect
from byline.attribution.model import (
    GAP,
    NO_EDIT,
    TOO_LARGE,
    Assumption,
    AttributedLine,
    Contributor,
    Credit,
    Origin,
    Reason,
)
from byline.attribution.moves import find_moves

ENGINE_VERSION = 4
"""Moves when the engine's answers may; kept attributions of another version are made anew."""

__all__ = [
    "CLOCK_TOLERANCE_MS",
    "ENGINE_VERSION",
    "GAP",
    "NO_EDIT",
    "TOO_LARGE",
    "Assumption",
    "AttributedLine",
    "Change",
    "Construction",
    "Contributor",
    "Credit",
    "Document",
    "Edit",
    "Intersection",
    "Origin",
    "Reason",
    "Search",
    "Touched",
    "Version",
    "comparable",
    "construct",
    "find_moves",
    "intersect",
]
