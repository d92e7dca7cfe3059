"""Write a patch as a unified diff."""

from byline.patch.hunk_body import hunk_body
from byline.patch.model import FilePatch, Hunk, Patch
from byline.patch.names import DEV_NULL, quote


def render_patch(patch: Patch) -> str:
    r"""The patch as a unified diff that ``git apply`` and :func:`parse_patch` read, ``\n`` at line ends.

    Hunks without stored context are written without it, with counts to match their lines.
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


def _render_hunk(hunk: Hunk) -> list[str]:
    body = list(hunk_body(hunk))
    old_count = sum(mark != "+" for mark, _ in body)
    new_count = sum(mark != "-" for mark, _ in body)
    old_start, new_start = hunk.old_start, hunk.new_start
    if (old_count, new_count) != (hunk.old_count, hunk.new_count):
        old_start, new_start = _starts_without_context(hunk, old_count, new_count)
    lines = [f"@@ -{old_start},{old_count} +{new_start},{new_count} @@"]
    lines += [mark + content for mark, content in body]
    return lines


def _starts_without_context(hunk: Hunk, old_count: int, new_count: int) -> tuple[int, int]:
    removed = next((line.line_number for line in hunk.lines if line.kind == "removed"), None)
    added = next((line.line_number for line in hunk.lines if line.kind == "added"), None)
    lead = (added - hunk.new_start) if added is not None else (removed or 0) - hunk.old_start
    old_start = removed if removed is not None else hunk.old_start + lead - (old_count == 0)
    new_start = added if added is not None else hunk.new_start + lead - (new_count == 0)
    return max(old_start, 0), max(new_start, 0)
