"""How diffs are shown, as the keys of a review change it and the browser remembers it."""

from dataclasses import dataclass
from typing import Literal

Grouping = Literal["session", "model", "agent", "off"]
GROUPINGS: tuple[Grouping, ...] = ("session", "model", "agent", "off")
"""By what the gutter tells contributors apart, in the order in which a key goes through."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a diff is shown: by whom, side by side or unified, and without changes in white space or with."""

    grouping: Grouping = "session"
    split: bool = False
    ignores_space: bool = False


def shape_of(grouping: str, *, split: bool) -> Shape:
    """The shape that was remembered; a word that says nothing is as none."""
    return Shape(next((known for known in GROUPINGS if known == grouping), "session"), split)
