"""``apply_patch`` text: read it, and apply its updates exactly as Codex does (``formats.md`` 3.3).

The 34 cases that the real binary decided (Codex 0.169.0) are fixtures; the messages of errors are its own.
Hunks carry no line numbers: ``@@ text`` names a line to seek first, then the old lines are looked for from
there on, and the first place that fits is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from byline.errors import PatchError

_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_ADD, _DELETE, _UPDATE = "*** Add File: ", "*** Delete File: ", "*** Update File: "
_MOVE, _END_OF_FILE = "*** Move to: ", "*** End of File"
_HEREDOCS = ("<<EOF", "<<'EOF'", '<<"EOF"')
# White space as Unicode has it; Python's strip() would take the separators U+001C to U+001F as well.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_PUNCTUATION = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\xa0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One place of an update. ``body`` has its lines, marked with a space, ``-`` or ``+``."""

    body: tuple[str, ...]
    seek: str | None = None
    """The line named after ``@@``; the place comes after it."""
    at_end: bool = False

    @property
    def old(self) -> list[str]:
        """The lines to find: context and removed."""
        return [line[1:] for line in self.body if line[0] != "+"]

    @property
    def new(self) -> list[str]:
        """The lines to leave: context and added."""
        return [line[1:] for line in self.body if line[0] != "-"]


@dataclass(frozen=True, slots=True)
class AddFile:
    """A file written whole; there may have been one."""

    path: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeleteFile:
    """A file removed; what it held is not said."""

    path: str


@dataclass(frozen=True, slots=True)
class UpdateFile:
    """Places of a file changed, and the file perhaps moved."""

    path: str
    chunks: tuple[Chunk, ...]
    move_to: str | None = None


Section = AddFile | DeleteFile | UpdateFile


def parse_apply_patch(text: str) -> tuple[Section, ...]:
    """The sections of a patch text, in order; none for an empty patch.

    White space around the markers and a heredoc (``<<'EOF'`` … ``EOF``) around the whole are taken.

    Raises:
        PatchError: Codex would reject the text; the message is the one it gives.
    """
    lines = _bounded([line.removesuffix("\r") for line in text.strip(_SPACE).split("\n")])
    sections: list[Section] = []
    at = 1
    while at < len(lines) - 1:
        section, at = _section(lines, at, len(lines) - 1)
        sections.append(section)
    return tuple(sections)


def apply_update(content: str, chunks: Sequence[Chunk], path: str) -> str:
    r"""The content after an update; it ends with a newline, and keeps CRLF where every line has it.

    Raises:
        PatchError: a chunk has no place. ``path`` is named in the message.
    """
    newline = "\r\n" if 0 < content.count("\n") == content.count("\r\n") else "\n"
    lines = content.split(newline)
    if not lines[-1]:
        lines.pop()
    for start, count, fresh in reversed(_replacements(lines, chunks, path)):
        lines[start : start + count] = fresh
    if not lines or lines[-1]:
        lines.append("")
    return newline.join(lines)


def summary_line(section: Section) -> str:
    """How Codex lists a section it applied: ``A``, ``M`` or ``D`` and the path it has afterwards."""
    if isinstance(section, UpdateFile):
        return f"M {section.move_to or section.path}"
    return f"{'A' if isinstance(section, AddFile) else 'D'} {section.path}"


def summary_text(lines: Sequence[str]) -> str:
    """What Codex prints on success: added, then modified, then deleted files."""
    ordered = sorted(lines, key=lambda line: "AMD".index(line[0]))
    return "Success. Updated the following files:\n" + "".join(line + "\n" for line in ordered)


def _bounded(lines: list[str]) -> list[str]:
    """The lines from ``*** Begin Patch`` to ``*** End Patch``, freed of a heredoc around them."""
    problem = _bounds_problem(lines)
    if problem and len(lines) >= 4 and lines[0] in _HEREDOCS and lines[-1].endswith("EOF"):
        lines = lines[1:-1]
        problem = _bounds_problem(lines)
    if problem:
        raise PatchError(f"Invalid patch: {problem}")
    return lines


def _bounds_problem(lines: Sequence[str]) -> str | None:
    if lines[0].strip(_SPACE) != _BEGIN:
        return f"The first line of the patch must be '{_BEGIN}'"
    if lines[-1].strip(_SPACE) != _END:
        return f"The last line of the patch must be '{_END}'"
    return None


def _section(lines: Sequence[str], at: int, end: int) -> tuple[Section, int]:
    """The section that begins at ``at``, and where the next one does."""
    header = lines[at].strip(_SPACE)
    if header.startswith(_ADD):
        last = at + 1
        while last < end and lines[last].startswith("+"):
            last += 1
        content = "".join(line[1:] + "\n" for line in lines[at + 1 : last])
        return AddFile(header.removeprefix(_ADD), content), last
    if header.startswith(_DELETE):
        return DeleteFile(header.removeprefix(_DELETE)), at + 1
    if header.startswith(_UPDATE):
        return _update(lines, at, end, header.removeprefix(_UPDATE))
    raise _invalid(
        at,
        f"'{header}' is not a valid hunk header. Valid hunk headers: '*** Add File: {{path}}', "
        "'*** Delete File: {path}', '*** Update File: {path}'",
    )


def _update(lines: Sequence[str], header: int, end: int, path: str) -> tuple[UpdateFile, int]:
    at = header + 1
    move_to = None
    if at < end and lines[at].startswith(_MOVE):
        move_to = lines[at].removeprefix(_MOVE)
        at += 1
    chunks: list[Chunk] = []
    while at < end:
        if not lines[at].strip(_SPACE):
            at += 1
        elif lines[at].startswith("*"):
            break
        else:
            chunk, at = _chunk(lines, at, end, first=not chunks)
            chunks.append(chunk)
    if not chunks:
        raise _invalid(header, f"Update file hunk for path '{path}' is empty")
    return UpdateFile(path, tuple(chunks), move_to), at


def _chunk(lines: Sequence[str], header: int, end: int, *, first: bool) -> tuple[Chunk, int]:
    at, seek = header, None
    if lines[at] == "@@" or lines[at].startswith("@@ "):
        seek = None if lines[at] == "@@" else lines[at][3:]
        at += 1
    elif not first:
        raise _invalid(
            header, f"Expected update hunk to start with a @@ context marker, got: '{lines[header]}'"
        )
    body: list[str] = []
    while at < end:
        line = lines[at]
        if line == _END_OF_FILE and body:
            return Chunk(tuple(body), seek, at_end=True), at + 1
        if line[:1] not in {"", " ", "+", "-"} and (body or line == _END_OF_FILE):
            break
        if line[:1] not in {"", " ", "+", "-"}:
            raise _invalid(
                header + 1,
                f"Unexpected line found in update hunk: '{line}'. Every line should start with ' ' "
                "(context line), '+' (added line), or '-' (removed line)",
            )
        body.append(line or " ")
        at += 1
    if not body:
        raise _invalid(header + 1, "Update hunk does not contain any lines")
    return Chunk(tuple(body), seek), at


def _invalid(index: int, message: str) -> PatchError:
    return PatchError(f"Invalid patch hunk on line {index + 1}: {message}")


def _replacements(
    lines: Sequence[str], chunks: Sequence[Chunk], path: str
) -> list[tuple[int, int, list[str]]]:
    """Start, count and new lines for every chunk, in the order of the file."""
    found: list[tuple[int, int, list[str]]] = []
    at = 0
    for chunk in chunks:
        if chunk.seek is not None:
            place = _seek(lines, [chunk.seek], at)
            if place is None:
                raise PatchError(f"Failed to find context '{chunk.seek}' in {path}")
            at = place + 1
        old, new = chunk.old, chunk.new
        if not old:
            # Only added lines: they go to the end, wherever the chunk pointed.
            found.append((len(lines) - (lines[-1:] == [""]), 0, new))
            continue
        place = _seek(lines, old, at, at_end=chunk.at_end)
        if place is None and not old[-1]:
            # A last empty line may stand for the file's final newline.
            old.pop()
            new = new[:-1] if new[-1:] == [""] else new
            place = _seek(lines, old, at, at_end=chunk.at_end)
        if place is None:
            raise PatchError(f"Failed to find expected lines in {path}:\n" + "\n".join(chunk.old))
        found.append((place, len(old), new))
        at = place + len(old)
    return sorted(found, key=lambda replacement: replacement[0])


def _seek(lines: Sequence[str], wanted: Sequence[str], start: int, *, at_end: bool = False) -> int | None:
    """The first place of ``wanted`` from ``start`` on: as it is, else with ends or margins or signs alike."""
    if not wanted:
        return start
    last = len(lines) - len(wanted)
    for alike in (_as_it_is, _without_end, _without_margins, _plain):
        target = [alike(line) for line in wanted]
        for place in range(last if at_end else start, last + 1):
            if place >= 0 and all(alike(lines[place + i]) == line for i, line in enumerate(target)):
                return place
    return None


def _as_it_is(line: str) -> str:
    return line


def _without_end(line: str) -> str:
    return line.rstrip(_SPACE)


def _without_margins(line: str) -> str:
    return line.strip(_SPACE)


def _plain(line: str) -> str:
    return line.strip(_SPACE).translate(_PUNCTUATION)
