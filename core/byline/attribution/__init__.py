"""The intersection engine: which recorded edit wrote (or removed) every touched line of a commit.

Pure functions over values, see ``attribution.md``. Imports :mod:`byline.patch` and the standard library.
"""

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

ENGINE_VERSION = 1
"""Moves when the engine's answers may; kept attributions of another version are made anew."""

__all__ = [
    "ENGINE_VERSION",
    "GAP",
    "NO_EDIT",
    "TOO_LARGE",
    "Assumption",
    "AttributedLine",
    "Contributor",
    "Credit",
    "Origin",
    "Reason",
]
