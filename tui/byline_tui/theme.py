"""Byline's colours: for a dark terminal, for a light one, and with high contrast.

Views use Textual's own names ($primary, $surface …) and the further ones in :data:`FURTHER`, which every
other theme gets by default, so that Textual's themes work too.

Amber is Byline's own colour: what is chosen, the keys, a person's words. Agents have hues that stay apart
for the colour-blind (after Okabe and Ito), and their names beside them; added and removed lines have signs.
"""

from textual.theme import Theme

_DARK_FURTHER = {
    "muted": "#8b95a3",
    "faint": "#4a5360",
    "prompt": "#f0b45b",
    "answer": "#6cb6ff",
    "tool": "#a5a2e0",
    "diff-added": "#123322",
    "diff-removed": "#3c1d20",
    "diff-added-strong": "#1e5a38",
    "diff-removed-strong": "#6b2c30",
    "added": "#7ec699",
    "removed": "#f28b82",
    "code": "#161b22",
    "hit": "#6b4d12",
    "agent-a": "#e8a04c",
    "agent-b": "#4fc3a1",
    "agent-c": "#6cb6ff",
    "agent-d": "#c99bf0",
    "agent-e": "#e6d36a",
    "agent-f": "#f28bb0",
    "agent-g": "#9fb0c4",
    "agent-h": "#e07a5f",
    "footer-background": "#171c22",
    "footer-key-foreground": "#f0b45b",
    "footer-description-foreground": "#8b95a3",
    "block-cursor-text-style": "none",
    "input-selection-background": "#2f4a6b",
}
_LIGHT_FURTHER = {
    "muted": "#5f6873",
    "faint": "#b9b4a8",
    "prompt": "#9a5200",
    "answer": "#0b5cad",
    "tool": "#5d4fb0",
    "diff-added": "#dcf3e0",
    "diff-removed": "#fbe1de",
    "diff-added-strong": "#a9dfb4",
    "diff-removed-strong": "#f3b3ac",
    "added": "#1a7035",
    "removed": "#b3261e",
    "code": "#f1eee7",
    "hit": "#fbdc8e",
    "agent-a": "#a85b00",
    "agent-b": "#00705a",
    "agent-c": "#0b5cad",
    "agent-d": "#7a3fa8",
    "agent-e": "#75660a",
    "agent-f": "#a82a62",
    "agent-g": "#4c5a68",
    "agent-h": "#a03a22",
    "footer-background": "#f1eee7",
    "footer-key-foreground": "#9a5200",
    "footer-description-foreground": "#5f6873",
    "block-cursor-text-style": "none",
    "input-selection-background": "#bcd6f2",
}
_CONTRAST_FURTHER = {
    "muted": "#d0d0d0",
    "faint": "#9a9a9a",
    "prompt": "#ffd75f",
    "answer": "#87d7ff",
    "tool": "#d7afff",
    "diff-added": "#003d1a",
    "diff-removed": "#55000a",
    "diff-added-strong": "#00702f",
    "diff-removed-strong": "#990015",
    "added": "#5fff87",
    "removed": "#ff8787",
    "code": "#1a1a1a",
    "hit": "#7a5c00",
    "agent-a": "#ffaf5f",
    "agent-b": "#5fffd7",
    "agent-c": "#87d7ff",
    "agent-d": "#d7afff",
    "agent-e": "#ffff5f",
    "agent-f": "#ff9fcf",
    "agent-g": "#e4e4e4",
    "agent-h": "#ff9f87",
    "footer-background": "#000000",
    "footer-key-foreground": "#ffd75f",
    "footer-description-foreground": "#ffffff",
    "block-cursor-text-style": "none",
    "input-selection-background": "#005f87",
}

AGENT_COLOURS = tuple(f"agent-{letter}" for letter in "abcdefgh")

FURTHER = ("muted", "faint", "prompt", "answer", "tool", "diff-added", "diff-removed",
           "diff-added-strong", "diff-removed-strong", "added", "removed", "code", "hit",
           *AGENT_COLOURS)  # fmt: skip
"""Names of the colours that Byline adds: greys for lesser text, roles, diffs, hits of a search, agents."""

DARK = Theme(
    name="byline-dark",
    primary="#6cb6ff",
    secondary="#a5a2e0",
    accent="#f0b45b",
    warning="#e3b341",
    error="#f0716a",
    success="#7ec699",
    foreground="#d8dee6",
    background="#11151a",
    surface="#171c22",
    panel="#222932",
    dark=True,
    variables=_DARK_FURTHER,
)
LIGHT = Theme(
    name="byline-light",
    primary="#0b5cad",
    secondary="#5d4fb0",
    accent="#9a5200",
    warning="#8a5a00",
    error="#b3261e",
    success="#1a7035",
    foreground="#23292f",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e8e5dd",
    dark=False,
    variables=_LIGHT_FURTHER,
)
CONTRAST = Theme(
    name="byline-contrast",
    primary="#87d7ff",
    secondary="#d7afff",
    accent="#ffd75f",
    warning="#ffd75f",
    error="#ff8787",
    success="#5fff87",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#333333",
    dark=True,
    variables=_CONTRAST_FURTHER,
)
THEMES = (DARK, LIGHT, CONTRAST)
"""In the order in which a key goes through them."""


def theme_after(name: str) -> str:
    """The name of the theme that comes next; after one that is not Byline's own the first."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def further_colours(*, dark: bool) -> dict[str, str]:
    """Values of :data:`FURTHER` for a theme that does not define them itself."""
    values = _DARK_FURTHER if dark else _LIGHT_FURTHER
    return {name: values[name] for name in FURTHER}
