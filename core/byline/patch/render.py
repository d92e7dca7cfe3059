"""Write a patch as a unified diff."""

from collections.abc import Iterator

from byline.patch.hunk_body import hunk_body
from byline.patch.model import FilePatch, Hunk, Patch, TouchedLine
from byline.patch.names import DEV_NULL, quote


def render_patch(patch: Patch) -> str:
    r"""The patch as a unified diff that ``git apply`` and :func:`parse_patch` read, ``\n`` at line ends.

    A hunk without stored context is written without it: as one ``-U0`` hunk per run of its lines. The
    patch model does not hold whether a file ends with a newline, so all are written as if they did:
    ``git apply`` refuses a hunk that touches the last line of a file without one.
    """
    return "".join(_render_file(file) for file in patch.files)


def _render_file(file: FilePatch) -> str:
    old, new = file.old_path or file.new_path, file.new_path or file.old_path
    out = [f"diff --git {quote('a/' + old)} {quote('b/' + new)}"]
    if file.kind == "added":
        out.append("new file mode 100644")
    elif file.kind == "deleted":
        out.append("deleted file mode 100644")
    elif file.kind == "renamed":
        out += [f"rename from {quote(old)}", f"rename to {quote(new)}"]
    if file.hunks:
        out.append("--- " + (DEV_NULL if file.kind == "added" else _header(f"a/{old}")))
        out.append("+++ " + (DEV_NULL if file.kind == "deleted" else _header(f"b/{new}")))
    for hunk in file.hunks:
        out += _render_hunk(hunk)
    return "\n".join(out) + "\n"


def _header(name: str) -> str:
    """A name for a ``---`` or ``+++`` line: git ends it with a tab when it contains a space."""
    quoted = quote(name)
    return quoted + "\t" if " " in quoted and not quoted.startswith('"') else quoted


def _render_hunk(hunk: Hunk) -> Iterator[str]:
    body = list(hunk_body(hunk))
    old_count = sum(mark != "+" for mark, _ in body)
    new_count = sum(mark != "-" for mark, _ in body)
    if (old_count, new_count) == (hunk.old_count, hunk.new_count):
        yield f"@@ -{hunk.old_start},{old_count} +{hunk.new_start},{new_count} @@"
        yield from (mark + content for mark, content in body)
        return
    for old_line, new_line, lines in _runs(hunk):
        removed = sum(line.kind == "removed" for line in lines)
        added = len(lines) - removed
        # With a count of 0 a header names the line before the place.
        yield f"@@ -{old_line - (not removed)},{removed} +{new_line - (not added)},{added} @@"
        yield from (("-" if line.kind == "removed" else "+") + line.content for line in lines)


def _runs(hunk: Hunk) -> Iterator[tuple[int, int, list[TouchedLine]]]:
    """Touched lines with no context between them, with the next lines of the old and the new file there."""
    old_line = hunk.old_start + (hunk.old_count == 0)
    new_line = hunk.new_start + (hunk.new_count == 0)
    run: list[TouchedLine] = []
    start = (old_line, new_line)
    for line in hunk.lines:
        gap = line.line_number - (old_line if line.kind == "removed" else new_line)
        if gap:
            if run:
                yield *start, run
            old_line, new_line = max(old_line + gap, 1), max(new_line + gap, 1)
            run, start = [], (old_line, new_line)
        run.append(line)
        old_line += line.kind == "removed"
        new_line += line.kind == "added"
    if run:
        yield *start, run
