"""Byline's colours, for a dark and a light terminal.

Views use Textual's own names ($primary, $surface …) and the further ones in :data:`FURTHER`, which every
other theme gets by default, so that Textual's themes work too.
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
    "footer-background": "#171b21",
    "footer-key-foreground": "#f0b45b",
    "block-cursor-text-style": "none",
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
    "footer-background": "#f1eee7",
    "footer-key-foreground": "#9a5200",
    "block-cursor-text-style": "none",
}

FURTHER = ("muted", "faint", "prompt", "answer", "tool", "diff-added", "diff-removed",
           "diff-added-strong", "diff-removed-strong", "added", "removed", "code")  # fmt: skip
"""Names of the colours that Byline adds: greys for lesser text, roles in a conversation, diffs."""

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
    panel="#20262e",
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
THEMES = (DARK, LIGHT)


def further_colours(*, dark: bool) -> dict[str, str]:
    """Values of :data:`FURTHER` for a theme that does not define them itself."""
    values = _DARK_FURTHER if dark else _LIGHT_FURTHER
    return {name: values[name] for name in FURTHER}
