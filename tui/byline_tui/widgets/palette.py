"""The styles that a conversation is drawn with, resolved from the theme once per change of it."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from rich.style import Style


@dataclass(frozen=True, slots=True)
class Palette:
    """Rich styles by their purpose. Grounds are backgrounds alone."""

    muted: Style
    faint: Style
    strong: Style
    prompt: Style
    prompt_ground: Style
    answer: Style
    tool: Style
    added: Style
    removed: Style
    added_ground: Style
    removed_ground: Style
    error: Style
    accent: Style
    code: Style
    code_ground: Style
    marked: Style
    dark: bool


PURPOSES = tuple(field.name for field in fields(Palette) if field.name != "dark")


def resolve(style_of: Callable[[str], Style], *, dark: bool) -> Palette:
    """The palette from a widget's component styles, given by purpose (``prompt_ground`` …)."""
    return Palette(**{name: style_of(name) for name in PURPOSES}, dark=dark)
