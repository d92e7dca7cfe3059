"""Make foreign text safe to show, and split it into lines the way git does.

Messages, diffs, titles, branch and file names come from other people's programs. Terminal
libraries pass ESC and the C1 controls through (Textual 8.2.8 and Rich 15 both do), so a diff could
write the clipboard or recolour the screen, and bidirectional marks can make code read differently
from what it is (CVE-2021-42574). Everything foreign goes through :func:`safe_line` or
:func:`safe_text` once before a view sees it.
"""

TAB_WIDTH = 4

# C0 controls and DEL become their Control Pictures; C1 controls, which have none, and the marks that
# reorder or hide text become a visible code in angle quotes.
_CONTROLS: dict[int, str] = {code: chr(0x2400 + code) for code in range(0x20)}
_CONTROLS[0x7F] = "\u2421"
_CONTROLS |= {code: f"‹{code:02X}›" for code in range(0x80, 0xA0)}
_INVISIBLE = [
    *range(0x200B, 0x2010),  # zero width space, non-joiner, joiner, and the directional marks
    *range(0x2028, 0x202F),  # line and paragraph separator, embeddings and overrides
    *range(0x2060, 0x2070),  # word joiner, isolates and deprecated format characters
    0x061C,
    0x180E,
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),  # tag characters: text that no font shows
]
_CONTROLS |= {code: f"‹{code:04X}›" for code in _INVISIBLE}
# A joiner between emoji is part of the picture, and it can neither reorder nor escape anything.
del _CONTROLS[0x200D]
_CONTROLS |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

_LINE_TABLE = {code: shown for code, shown in _CONTROLS.items() if code != 0x09}
_TEXT_TABLE = {code: shown for code, shown in _LINE_TABLE.items() if code != 0x0A}


def split_lines(text: str) -> list[str]:
    r"""Split into lines at ``\n`` only; a final ``\n`` ends the last line and begins no other.

    A ``\r`` before it stays part of the line. ``str.splitlines`` also breaks at form feeds, NEL and
    U+2028, after which line numbers differ from git's.
    """
    if not text:
        return []
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def safe_line(text: str, tab_width: int = TAB_WIDTH) -> str:
    r"""One line for a terminal: controls (``\n`` too) made visible, tabs expanded to columns."""
    shown = text.translate(_LINE_TABLE)
    return shown.expandtabs(tab_width) if "\t" in shown else shown


def safe_text(text: str, tab_width: int = TAB_WIDTH) -> str:
    r"""Several lines for a terminal: like :func:`safe_line`, but ``\n`` stays; ``\r\n`` becomes ``\n``."""
    shown = text.replace("\r\n", "\n").translate(_TEXT_TABLE)
    return shown.expandtabs(tab_width) if "\t" in shown else shown


def shorten(text: str, width: int) -> str:
    """The first line of ``text`` in at most ``width`` characters, with an ellipsis when cut."""
    line = text.strip().partition("\n")[0].rstrip()
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"
