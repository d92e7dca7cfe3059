"""Read the body of a hunk: prefixed lines to touched and context lines, and back."""

from collections.abc import Iterable, Iterator

from byline.errors import PatchError
from byline.patch.model import ContextLine, Hunk, TouchedLine


def read_hunk(old_start: int, new_start: int, body: Iterable[str], session_id: str | None = None) -> Hunk:
    r"""Build a hunk from lines prefixed with a space, ``+``, ``-`` or ``\``.

    The counts are taken from the body, not from any header: agents' records now and then disagree
    with themselves. An empty string stands for an empty context line (some tools strip the space).

    Raises:
        PatchError: a line has another prefix.
    """
    lines: list[TouchedLine] = []
    context: list[ContextLine] = []
    entries = list(body)
    # With a count of 0 the header names the line before the place.
    old_line = old_start if any(line[:1] in {"", " ", "-"} for line in entries) else old_start + 1
    new_line = new_start if any(line[:1] in {"", " ", "+"} for line in entries) else new_start + 1
    old_count = new_count = 0
    for entry in entries:
        mark, content = entry[:1], entry[1:]
        if mark == "+":
            lines.append(TouchedLine("added", new_line + new_count, content, session_id))
            new_count += 1
        elif mark == "-":
            lines.append(TouchedLine("removed", old_line + old_count, content, session_id))
            old_count += 1
        elif mark in {" ", ""}:
            context.append(ContextLine(old_line + old_count, content))
            old_count += 1
            new_count += 1
        elif mark != "\\":
            raise PatchError(f"a hunk line begins with {mark!r}: expected a space, '+', '-' or '\\'")
    return Hunk(old_start, old_count, new_start, new_count, tuple(lines), tuple(context))


def hunk_body(hunk: Hunk) -> Iterator[tuple[str, str]]:
    """Yield ``(mark, content)`` for every line of the hunk in patch order: context, ``-`` and ``+``.

    Context that the hunk does not hold (interchange JSON has none) is left out.
    """
    context = iter(hunk.context)
    pending = next(context, None)
    old_line = hunk.old_start + (hunk.old_count == 0)
    new_line = hunk.new_start + (hunk.new_count == 0)
    for line in hunk.lines:
        while pending is not None and (
            pending.line_number < line.line_number
            if line.kind == "removed"
            else new_line + (pending.line_number - old_line) < line.line_number
        ):
            yield " ", pending.content
            new_line += pending.line_number - old_line + 1
            old_line = pending.line_number + 1
            pending = next(context, None)
        if line.kind == "removed":
            new_line += line.line_number - old_line
            old_line = line.line_number + 1
            yield "-", line.content
        else:
            old_line += line.line_number - new_line
            new_line = line.line_number + 1
            yield "+", line.content
    while pending is not None:
        yield " ", pending.content
        pending = next(context, None)
