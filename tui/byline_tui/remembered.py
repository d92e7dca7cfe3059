"""What the browser remembers from one run to the next: where one was, and how things were shown.

A small JSON file in the user's state folder. It is a convenience: one that is missing, broken or of another
version is as good as none, and is replaced at the next chance.
"""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

NAME = "browser.json"
_FORMAT = 1
_LARGEST_FILE = 1_000_000
_UNFOLDED_KEPT = 500


@dataclass(frozen=True, slots=True)
class Remembered:
    """The state kept. ``place`` is the repository's folder that ``tab`` and ``query`` belong to."""

    theme: str = ""
    grouping: str = "day"
    order: str = "time"
    hides_automated: bool = False
    place: str = ""
    tab: str = "sessions"
    query: str = ""
    here_only: bool = True
    session: str = ""
    """The session under the cursor."""
    preview: bool = True
    """Whether the conversation under the cursor is shown beside the list."""
    calls: str = ""
    """How much of tool calls a conversation shows; see :data:`byline.reading.layout.CALLS`."""
    reasoning: bool = False
    gutter: str = "session"
    """By what a diff's gutter tells contributors apart; see :class:`byline_tui.diff_shape.Shape`."""
    split: bool = False
    """Whether diffs are shown side by side."""
    unfolded: tuple[str, ...] = ()
    """The sessions whose sub-agents are shown."""


def read_remembered(folder: Path) -> Remembered:
    """What the file in ``folder`` says; what it does not say, or says wrongly, is as at first."""
    path = folder / NAME
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return Remembered()
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        # Missing, unreadable or broken: nobody loses anything but a convenience.
        return Remembered()
    if not isinstance(value, dict) or value.get("format") != _FORMAT:
        return Remembered()
    first = Remembered()
    known = {
        field.name: value[field.name]
        for field in fields(Remembered)
        if field.name != "unfolded" and type(value.get(field.name)) is type(getattr(first, field.name))
    }
    unfolded = value.get("unfolded")
    texts = [each for each in unfolded if isinstance(each, str)] if isinstance(unfolded, list) else []
    return replace(first, **known, unfolded=tuple(texts[:_UNFOLDED_KEPT]))


def write_remembered(folder: Path, remembered: Remembered) -> None:
    """Replace the file in ``folder`` as a whole, readable for its owner only.

    A folder that cannot be written to costs the memory and nothing else.
    """
    value = {"format": _FORMAT, **asdict(remembered)}
    value["unfolded"] = list(remembered.unfolded[-_UNFOLDED_KEPT:])
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{NAME}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(value, file, ensure_ascii=True, indent=1)
            Path(name).replace(folder / NAME)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
