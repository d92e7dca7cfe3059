"""``structuredPatch``: the hunks that Claude Code records with an edit (``formats.md`` 1.4).

Two shapes are read: Claude Code's own, a bare array of ``{oldStart, oldLines, newStart, newLines,
lines: ["+text", …]}``, and ``{"hunks": [{…, oldCount, newCount, lines: [text | {kind, content}]}]}``.
"""

from collections.abc import Iterable, Mapping, Sequence

from byline.errors import FormatError, PatchError
from byline.frozen import replace
from byline.patch import Hunk
from byline.patch.hunk_body import read_hunk
from byline.text import split_lines

_MARKS = {"context": " ", "added": "+", "removed": "-"}


def read_structured_patch(value: object) -> tuple[Hunk, ...] | None:
    """The hunks of a ``structuredPatch``; None when there is none (absent or null).

    jsdiff, which Claude Code uses, names an empty side by the line *at* the place, the unified format by
    the line before it; the hunks returned follow the unified format. Counts come from the lines.

    Raises:
        FormatError: it is there but has neither of the two shapes.
    """
    if value is None:
        return None
    if isinstance(value, Mapping):
        value = value.get("hunks", [])
    if not isinstance(value, list):
        raise FormatError("structuredPatch is neither an array nor an object with hunks")
    hunks: list[Hunk] = []
    shift = 0
    for number, entry in enumerate(value, 1):
        hunk = _hunk(entry, number, shift)
        shift += hunk.new_count - hunk.old_count
        if hunk.lines:
            hunks.append(hunk)
    return tuple(hunks)


def restore_tabs(hunks: Iterable[Hunk], *texts: str) -> tuple[Hunk, ...]:
    """Undo the two spaces that Claude Code's display diff puts for each leading tab, where that is sure.

    A touched line becomes the line of ``texts`` (the call's old and new strings) that reads the same
    with its leading tabs as spaces. Context lines of such a hunk that begin with two spaces may or
    may not have been tabs: they are left out.
    """
    originals = {_spaced(line): line for text in texts for line in split_lines(text) if line[:1] == "\t"}
    if not originals:
        return tuple(hunks)
    restored: list[Hunk] = []
    for hunk in hunks:
        lines = tuple(replace(line, content=originals.get(line.content, line.content)) for line in hunk.lines)
        context = hunk.context
        if lines != hunk.lines:
            context = tuple(line for line in context if not line.content.startswith("  "))
        restored.append(replace(hunk, lines=lines, context=context))
    return tuple(restored)


def tabs_apart(shown: Sequence[str], written: Sequence[str]) -> bool:
    """Whether the two differ, but only in leading tabs that the first shows as spaces."""
    return shown != written and [_spaced(line) for line in shown] == [_spaced(line) for line in written]


def _spaced(line: str) -> str:
    text = line.lstrip("\t")
    return "  " * (len(line) - len(text)) + text


def _hunk(entry: object, number: int, shift: int) -> Hunk:
    if not isinstance(entry, Mapping):
        raise FormatError(f"structuredPatch: hunk {number} is not an object")
    old_start, new_start, lines = entry.get("oldStart"), entry.get("newStart"), entry.get("lines")
    if not isinstance(old_start, int) or not isinstance(new_start, int) or not isinstance(lines, list):
        raise FormatError(f"structuredPatch: hunk {number} lacks oldStart, newStart or lines")
    if old_start < 0 or new_start < 0:
        raise FormatError(f"structuredPatch: hunk {number} starts before the file")
    body = [_line(line, number) for line in lines]
    marks = {line[:1] or " " for line in body} - {"\\"}
    at_the_place = new_start == old_start + shift
    if at_the_place and old_start and marks == {"+"}:
        old_start -= 1
    elif at_the_place and new_start and marks == {"-"}:
        new_start -= 1
    try:
        return read_hunk(old_start, new_start, body)
    except PatchError as error:
        raise FormatError(f"structuredPatch: hunk {number}: {error}") from error


def _line(line: object, number: int) -> str:
    if isinstance(line, str):
        return line
    if isinstance(line, Mapping):
        mark, content = _MARKS.get(str(line.get("kind"))), line.get("content")
        if mark is not None and isinstance(content, str):
            return mark + content
    raise FormatError(f"structuredPatch: hunk {number} has a line that is neither text nor kind and content")
