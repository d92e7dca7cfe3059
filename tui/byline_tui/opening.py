"""The file that a block of a conversation is about, and the line in it."""

import re
from collections.abc import Iterator
from pathlib import Path

from byline.errors import BylineError, PatchError
from byline.reading.pages import Block, Pages
from byline.reading.tool_words import place_asked

_NUMBER = re.compile(r"│\s+(\d+) [+− ] ")
_NAMED = re.compile(r"(?P<path>[\w./~@+-]*[\w+-]\.\w{1,8})(?::(?P<line>\d{1,7}))?")


def place_of(block: Block, pages: Pages, shown: str, checkout: Path | None = None) -> tuple[Path, int]:
    """The path (absolute) and line (1-based) to open. ``shown`` is the line under the cursor as it is drawn.

    Of a call the file that it edited or asked for, at the number shown in a diff; else what the line names.
    ``checkout`` is a checkout of the session's repository: where the path was recorded on another machine,
    its longest suffix of at least two components that is a file there is meant.

    Raises:
        BylineError: it is about no file, or the file is not there.
    """
    found = _edited(block, pages) or (place_asked(block.part) if block.part is not None else None)
    number = _NUMBER.search(shown)
    if found is not None and number is not None:
        found = found[0], int(number[1])
    named = _NAMED.search(shown)
    if found is None and named is not None:
        found = named["path"], int(named["line"] or 1)
    if found is None:
        raise BylineError("this block is about no file")
    path = Path(pages.thread.session.cwd or ".", found[0]).absolute()
    here = next((one for one in (path, *_elsewhere(path, pages, checkout)) if one.is_file()), None)
    if here is None:
        raise BylineError(f"{found[0]} is not there (any more): looked for {path}")
    return here, found[1]


def _elsewhere(path: Path, pages: Pages, checkout: Path | None) -> Iterator[Path]:
    """Where in a checkout a path that was recorded in another one may be; as in rule 11 of attribution."""
    if checkout is None:
        return
    for start in range(1, len(path.parts) - 1):
        yield checkout.joinpath(*path.parts[start:])
    cwd = Path(pages.thread.session.cwd or "/")
    if path.is_relative_to(cwd) and _is_top(cwd, pages, checkout):
        yield checkout / path.relative_to(cwd)


def _is_top(cwd: Path, pages: Pages, checkout: Path) -> bool:
    """Whether the session's folder was the top of the repository: other files it edited tell."""
    paths = (cwd / edit.path for edits in pages.thread.touched.values() for edit in edits)
    inner = (path.relative_to(cwd) for path in paths if path.is_relative_to(cwd))
    return any(len(path.parts) > 1 and (checkout / path).is_file() for path in inner)


def _edited(block: Block, pages: Pages) -> tuple[str, int] | None:
    for edit in pages.edits(block):
        try:
            hunks = [hunk for file in edit.patch().files for hunk in file.hunks]
        except PatchError:
            continue  # the path is known all the same
        lines = [line.line_number for line in hunks[0].lines if line.kind == "added"] if hunks else []
        return edit.path, max(lines[0] if lines else hunks[0].new_start if hunks else 1, 1)
    return None
