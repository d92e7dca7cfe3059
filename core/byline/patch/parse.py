"""Parse unified diffs that come from outside: hooks, envelopes, people.

unidiff reads the hunks. File sections are told apart and their headers read here, because unidiff
1.0.1 gets names wrong in several cases (quoted, without prefix, containing ``" b/"``), drops
combined diffs without a word, and loses the whole patch to one bad hunk (``craft.md`` 3.2).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING

from byline.errors import PatchError
from byline.patch.model import ContextLine, FileKind, FilePatch, Hunk, Patch, TouchedLine
from byline.patch.names import git_header_names, header_names, unquote

if TYPE_CHECKING:
    from unidiff.patch import Hunk as UnidiffHunk

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_COMBINED = ("diff --cc ", "diff --combined ", "@@@ ")
_SGR = re.compile("\x1b\\[[0-9;]*m")


@dataclass(slots=True)
class _Section:
    """The lines of one file's part of a patch: its headers, and its hunks as text."""

    first_line: int
    git_line: str = ""
    old_name: str | None = None
    new_name: str | None = None
    renamed_from: str | None = None
    renamed_to: str | None = None
    kind: FileKind | None = None
    hunks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Counted:
    """How much of a hunk is still to come: the line of its header, of its end so far, and what is left."""

    header: int = -1
    end: int = -1
    old_left: int = 0
    new_left: int = 0

    @property
    def open(self) -> bool:
        return self.old_left > 0 or self.new_left > 0

    def take(self, number: int, line: str) -> None:
        """Count one line of the body. A wholly empty one is an empty context line (some tools strip)."""
        mark = line[:1]
        if mark not in {"+", "-", " ", "\\"} and line not in {"", "\r"}:
            raise PatchError(
                f"line {number}: a hunk line begins with a space, '+', '-' or '\\', not {mark!a}"
            )
        self.end = number
        self.old_left -= mark not in {"+", "\\"}
        self.new_left -= mark not in {"-", "\\"}
        if self.old_left < 0 or self.new_left < 0:
            raise PatchError(f"line {number}: more lines than the hunk header at line {self.header} counts")


def parse_patch(text: str, session_id: str | None = None) -> Patch:
    r"""Parse a unified diff (git's, ``Index:`` style, or bare ``---``/``+++``).

    Every touched line is stamped with ``session_id``. Lines end at ``\n`` only. Binary changes give a
    file without hunks. A text that is empty or blank is an empty patch.

    Raises:
        PatchError: the text is no unified diff, is a combined (merge) diff, or a hunk does not
            have the lines that its header counts. The message names the line.
    """
    text = text.removeprefix("\ufeff")
    if text.startswith("\x1b[") or "\n\x1b[" in text:
        text = _SGR.sub("", text)
    sections = list(_sections(text))
    if not sections and text.strip():
        raise PatchError("no file header found: this is not a unified diff")
    return Patch(tuple(_file(section, session_id) for section in sections))


def _sections(text: str) -> Iterator[_Section]:
    """Split a patch at its file headers, looking for headers only outside of hunks."""
    section: _Section | None = None
    hunk = _Counted()
    lines = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        if hunk.open:
            assert section is not None  # noqa: S101 - a hunk header opened it
            hunk.take(number, line)
            section.hunks.append(line)
            continue
        if line.startswith(_COMBINED):
            raise PatchError(f"line {number}: a combined (merge) diff has no single author per line")
        if _begins_file(line, lines[number] if number < len(lines) else "", section):
            if section is not None:
                yield section
            section = _Section(number)
        elif number == hunk.end + 1 and line.startswith(("+", "-", " ")) and line.rstrip() != "--":
            raise PatchError(f"line {number}: more lines than the hunk header at line {hunk.header} counts")
        if header := _HUNK.match(line):
            if section is None:
                raise PatchError(f"line {number}: a hunk without a file header")
            section.hunks.append(line)
            hunk = _Counted(number, number, int(header[2] or 1), int(header[4] or 1))
        elif section is not None:
            _read_header(section, number, line)
            if line.startswith("\\"):
                hunk.end = number
    if hunk.open:
        raise PatchError(f"line {hunk.header}: the hunk has fewer lines than its header counts")
    if section is not None:
        yield section


def _begins_file(line: str, following: str, section: _Section | None) -> bool:
    if line.startswith(("diff --git ", "Index: ")):
        return True
    if not (line.startswith("--- ") and following.startswith("+++ ")):
        return False
    return section is None or section.old_name is not None


def _read_header(section: _Section, number: int, line: str) -> None:
    line = line.removesuffix("\r")
    if line.startswith("diff --git "):
        section.git_line = line
    elif line.startswith("--- "):
        section.old_name = line[4:].partition("\t")[0]
    elif line.startswith("+++ "):
        section.new_name = line[4:].partition("\t")[0]
    elif line.startswith(("rename from ", "copy from ")):
        section.renamed_from = unquote(line.partition(" from ")[2])
    elif line.startswith(("rename to ", "copy to ")):
        section.renamed_to = unquote(line.partition(" to ")[2])
    elif line.startswith("new file mode "):
        section.kind = "added"
    elif line.startswith("deleted file mode "):
        section.kind = "deleted"
    elif line.startswith("\\") and section.hunks:
        section.hunks.append(line)
    elif line.startswith("@@ -"):
        raise PatchError(f"line {number}: not a hunk header: expected @@ -start,count +start,count @@")


def _file(section: _Section, session_id: str | None) -> FilePatch:
    hunks = _hunks(section, session_id)
    if section.renamed_from is not None and section.renamed_to is not None:
        # A copy, which the model has no word for, is told by its two names like a rename.
        return FilePatch(section.renamed_from, section.renamed_to, "renamed", hunks)
    if section.old_name is not None and section.new_name is not None:
        old_path, new_path = header_names(section.old_name, section.new_name, section.git_line)
    else:
        old_path, new_path = git_header_names(section.git_line)
    if not old_path and not new_path:
        raise PatchError(f"line {section.first_line}: a file header without names")
    kind = section.kind or _kind(old_path, new_path, hunks, git=bool(section.git_line))
    if kind == "added":
        old_path = ""
    elif kind == "deleted":
        new_path = ""
    return FilePatch(old_path, new_path, kind, hunks)


def _kind(old_path: str, new_path: str, hunks: tuple[Hunk, ...], *, git: bool) -> FileKind:
    """What happens to a file whose header does not say it outright.

    ``Index:`` style patches (OpenCode, jsdiff) name the file on both sides even when it is created
    or deleted; there the hunk's empty side, or having no hunk at all (an empty file), tells.
    """
    if not old_path:
        return "added"
    if not new_path:
        return "deleted"
    if old_path != new_path:
        return "renamed"
    if not git:
        if not hunks or (hunks[0].old_start, hunks[0].old_count) == (0, 0):
            return "added"
        if (hunks[0].new_start, hunks[0].new_count) == (0, 0):
            return "deleted"
    return "modified"


def _hunks(section: _Section, session_id: str | None) -> tuple[Hunk, ...]:
    if not section.hunks:
        return ()
    from unidiff.errors import UnidiffParseError  # noqa: PLC0415
    from unidiff.patch import PatchSet  # noqa: PLC0415 - 12 ms that a hook without a patch need not pay

    text = "--- a/file\n+++ b/file\n" + "\n".join(section.hunks) + "\n"
    try:
        parsed = PatchSet(StringIO(text, newline="\n"))
    except UnidiffParseError as error:
        raise PatchError(f"the file section at line {section.first_line}: {error}") from error
    return tuple(_hunk(hunk, session_id) for file in parsed for hunk in file)


def _hunk(parsed: "UnidiffHunk", session_id: str | None) -> Hunk:
    lines: list[TouchedLine] = []
    context: list[ContextLine] = []
    for line in parsed:
        content = line.value.removesuffix("\n")
        if line.is_added and line.target_line_no is not None:
            lines.append(TouchedLine("added", line.target_line_no, content, session_id))
        elif line.is_removed and line.source_line_no is not None:
            lines.append(TouchedLine("removed", line.source_line_no, content, session_id))
        elif line.is_context and line.source_line_no is not None:
            context.append(ContextLine(line.source_line_no, content))
    return Hunk(
        parsed.source_start,
        parsed.source_length,
        parsed.target_start,
        parsed.target_length,
        tuple(lines),
        tuple(context),
    )
