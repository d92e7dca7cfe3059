"""Write many coloured lines: of a million of them Rich would take a tenth of a millisecond for each."""

from collections.abc import Iterable

from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style

Piece = tuple[str, str]
"""A text that is safe to show, and its Rich style."""

_NUL = "\0"


class StyledLines:
    """Lines of styled pieces for a console's file, as the console would print them unwrapped."""

    def __init__(self, console: Console) -> None:
        self._file = console.file
        self._system = COLOR_SYSTEMS[console.color_system] if console.color_system else None
        self._codes: dict[str, tuple[str, str]] = {}

    def write(self, pieces: Iterable[Piece]) -> None:
        """Write one line."""
        if self._system is None:
            self._file.write("".join([text for text, _ in pieces]) + "\n")
            return
        parts: list[str] = []
        for text, style in pieces:
            before, after = self._codes.get(style) or self._code(style)
            # As Rich does: what is empty has no colour.
            parts += (before, text, after) if text else ()
        parts.append("\n")
        self._file.write("".join(parts))

    def _code(self, style: str) -> tuple[str, str]:
        """What stands before and behind a text of a style."""
        shown = Style.parse(style).render(_NUL, color_system=self._system)
        before, _, after = shown.partition(_NUL)
        self._codes[style] = before, after
        return before, after
