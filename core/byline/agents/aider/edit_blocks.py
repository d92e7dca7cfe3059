"""The edits in a model's answer to Aider: SEARCH/REPLACE blocks, whole files, diffs and patches."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from byline.agents.content_diff import diff_strings
from byline.agents.patch_text import read_patch_text
from byline.agents.recorded_edit import (
    RecordedEdit,
    absolute,
    between_contents,
    relative_path,
    replaced_strings,
    whole_write,
)
from byline.errors import FormatError, PatchError
from byline.patch import FilePatch, Hunk
from byline.patch.hunk_body import read_hunk

_SEARCH = re.compile(r"<{5,9} SEARCH>?\s*\Z")
_DIVIDER = re.compile(r"={5,9}\s*\Z")
_REPLACE = re.compile(r">{5,9} REPLACE\s*\Z")
_FENCE = re.compile(r"\s*(`{3,}|~{3,}|<source>|</source>)")


@dataclass(frozen=True, slots=True)
class EditBlock:
    """One edit that a model proposed. ``path`` is as the model wrote it, ``edit`` None for no change.

    ``said`` is the block's text as far as Aider repeats it when it fails.
    """

    path: str
    said: str
    search: str | None = None
    replace: str | None = None
    hunks: tuple[Hunk, ...] = ()


def read_blocks(text: str, edit_format: str) -> list[EditBlock]:
    """The edits in an answer. ``edit_format`` is Aider's: ``diff``, ``whole``, ``udiff``, ``patch`` …

    SEARCH/REPLACE blocks are found whatever the format is said to be; text that merely shows code is none.
    """
    lines = text.split("\n")
    blocks = [block for block in _search_replace(lines) if block.path]
    if blocks:
        return blocks
    if "udiff" in edit_format:
        return list(_unified(lines))
    return list(_whole_files(lines)) if "whole" in edit_format else []


def read_patch_blocks(text: str, cwd: str | None) -> list[RecordedEdit]:
    """The edits of an ``*** Begin Patch`` text in an answer; none when there is none that can be read."""
    start, end = text.find("*** Begin Patch"), text.rfind("*** End Patch")
    if start < 0 or end < start:
        return []
    try:
        return read_patch_text(text[start : end + len("*** End Patch")], cwd)
    except FormatError:
        return []


def block_edit(block: EditBlock, path: str, cwd: str | None, *, created: bool) -> RecordedEdit | None:
    """What a block that was applied did to a file; None when it changed nothing.

    An empty SEARCH on a file that was there adds at its end, and says nothing of the rest.
    """
    if block.hunks:
        name = relative_path(absolute(path, cwd), cwd)
        patch = FilePatch(name, name, "modified", block.hunks)
        return RecordedEdit(absolute(path, cwd), patch, "patch_text")
    replace = block.replace or ""
    if block.search is None:
        return between_contents(path, None, replace, cwd) if created else whole_write(path, replace, cwd)
    if block.search.strip():
        return replaced_strings(path, [(block.search, replace)], cwd)
    if created:
        return between_contents(path, None, replace, cwd)
    hunks = diff_strings("", replace)
    name = relative_path(absolute(path, cwd), cwd)
    return (
        RecordedEdit(absolute(path, cwd), FilePatch(name, name, "modified", hunks), "strings")
        if hunks
        else None
    )


def failed_blocks(report: str) -> set[str] | None:
    """The blocks that Aider reports as failed, as they were said; None when it reports no failure."""
    if "SEARCH/REPLACE block" not in report or "failed to match" not in report:
        return None
    return {_squeezed(block.said) for block in _search_replace(report.split("\n"))}


def is_failed(block: EditBlock, failed: set[str]) -> bool:
    """Whether a block is among the failed ones, spaces at lines' ends aside (the report loses them)."""
    return _squeezed(block.said) in failed


def _squeezed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _search_replace(lines: Sequence[str]) -> Iterator[EditBlock]:
    """Every whole block; the path is empty where no line names a file. One cut off ends the search."""
    path = ""
    at = 0
    while at < len(lines):
        if not _SEARCH.match(lines[at]):
            at += 1
            continue
        path = _name_before(lines, at) or path
        divider = _next(lines, at + 1, _DIVIDER)
        end = _next(lines, divider + 1, _REPLACE) if divider is not None else None
        if divider is None or end is None:
            return
        search, replace = lines[at + 1 : divider], lines[divider + 1 : end]
        said = "\n".join([*search, "=======", *replace])
        yield EditBlock(path, said, _joined(search), _joined(replace))
        at = end + 1


def _whole_files(lines: Sequence[str]) -> Iterator[EditBlock]:
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        path = _name_before(lines, at + 1) if fence is not None else ""
        if fence is None:
            at += 1
            continue
        closing = re.compile(re.escape(fence[1]) + r"\s*\Z")
        end = _next(lines, at + 1, closing)
        if end is None:
            return
        if path:
            content = _joined(lines[at + 1 : end])
            yield EditBlock(path, content, None, content)
        at = end + 1


def _unified(lines: Sequence[str]) -> Iterator[EditBlock]:
    """Hunks without line numbers between ``---``/``+++`` and the end of the fence."""
    path, body, is_open = "", list[str](), False
    for line in [*lines, "```"]:
        is_header = line.startswith(("--- ", "+++ ", "@@", "```"))
        if is_header and body:
            try:
                hunk = read_hunk(0, 0, body)
            except PatchError:
                hunk = None
            if hunk is not None and hunk.lines and path:
                yield EditBlock(path, "\n".join(body), hunks=(hunk,))
            body = []
        if line.startswith("```"):
            is_open = line.startswith("```diff")
        elif is_open and line.startswith("+++ "):
            path = line[4:].strip()
        elif is_open and path and not is_header:
            body.append(line)


def _name_before(lines: Sequence[str], at: int) -> str:
    """The file's name in the three lines before a block; empty when they hold none."""
    for line in reversed(lines[max(at - 3, 0) : at]):
        if _FENCE.match(line) or _REPLACE.match(line):
            if _REPLACE.match(line):
                return ""
            continue
        name = line.strip().rstrip(":").lstrip("#").strip().strip("`*").strip()
        if name and " " not in name:
            return name
        if name:
            return name if "." in name.rpartition("/")[2] and len(name) < 80 else ""
    return ""


def _next(lines: Sequence[str], at: int, pattern: re.Pattern[str]) -> int | None:
    return next((index for index in range(at, len(lines)) if pattern.match(lines[index])), None)


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
