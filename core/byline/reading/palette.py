"""The styles that a conversation is drawn with, by their purpose."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from rich.style import Style


@dataclass(frozen=True, slots=True)
class Palette:
    """Rich styles. Grounds are backgrounds alone; ``code_theme`` is a Pygments style for code blocks."""

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
    added_strong: Style
    removed_strong: Style
    error: Style
    accent: Style
    code: Style
    code_ground: Style
    marked: Style
    comment: Style
    string: Style
    number: Style
    keyword: Style
    name: Style
    type: Style
    code_theme: str


PURPOSES = tuple(field.name for field in fields(Palette) if field.name != "code_theme")


def resolve(style_of: Callable[[str], Style], code_theme: str) -> Palette:
    """The palette from styles given by purpose (``prompt_ground`` …)."""
    return Palette(**{name: style_of(name) for name in PURPOSES}, code_theme=code_theme)


def terminal_palette() -> Palette:
    """The terminal's own sixteen colours, on its own ground, whatever that is."""
    styles = {
        "muted": "dim", "faint": "dim", "strong": "bold", "prompt": "yellow", "answer": "blue",
        "tool": "magenta", "added": "green", "removed": "red", "added_ground": "green",
        "removed_ground": "red", "error": "red", "accent": "cyan", "code": "cyan", "marked": "reverse",
    }  # fmt: skip
    return resolve(lambda name: Style.parse(styles.get(name, "")), "ansi_dark")
