"""The files of the story while they change, every line with who wrote it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Literal

from byline.patch import FileKind, FilePatch, Hunk, Match
from byline.patch.hunk_body import read_hunk
from byline.text import split_lines

CONTEXT = 3
Mode = Literal["100644", "100755"]


@dataclass(frozen=True, slots=True)
class Author:
    """The call behind a line."""

    session_id: str
    model_id: str
    tool_call_id: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its author, None when a person typed it; ``match`` says what was done to it since."""

    text: str
    author: Author | None = None
    match: Match | None = None
    committed: bool = False


@dataclass(slots=True)
class File:
    """A text file's lines, or a binary file's data."""

    lines: list[Line] = field(default_factory=list)
    data: bytes | None = None
    mode: Mode = "100644"

    def content(self) -> bytes:
        """The file as it is on disk; every text line ends in a newline."""
        if self.data is not None:
            return self.data
        return "".join(f"{line.text}\n" for line in self.lines).encode()


@dataclass(slots=True)
class Tree:
    """Every file by its path, and who removed which committed lines since the last commit."""

    files: dict[str, File] = field(default_factory=dict)
    removed: dict[str, list[tuple[str, Author | None]]] = field(default_factory=dict)

    def replace(self, path: str, old: str, new: str, author: Author | None) -> FilePatch:
        """Replace the block ``old`` by ``new`` and say what changed, as a diff tool would.

        Lines that stay as they are keep their author. Without ``old`` the text is appended, to a new
        file if there is none.

        Raises:
            ValueError: ``old`` is not in the file exactly once: the story is wrong.
        """
        kind: FileKind = "modified" if path in self.files else "added"
        file = self.files.setdefault(path, File())
        before = list(file.lines)
        start, end = self._place(path, old)
        match: Match | None = "exact" if author else None
        block = [Line(text, author, match) for text in split_lines(new)]
        after, patch_body = self._merge(path, before, [*before[:start], *block, *before[end:]], author)
        file.lines = after
        old_path = "" if kind == "added" else path
        return FilePatch(old_path, path, kind, patch_body)

    def alter(self, path: str, old: str, new: str, match: Match) -> None:
        """A person or a formatter changes a block whose lines keep their author with another match.

        Line for line, or the whole block of one author.
        """
        file = self.files[path]
        start, end = self._place(path, old)
        before, texts = file.lines[start:end], split_lines(new)
        if len(before) != len(texts) and len({line.author for line in before}) != 1:
            raise ValueError(f"{path}: the block has several authors")
        authors = [line.author for line in before]
        if len(before) != len(texts):
            authors = [before[0].author] * len(texts)
        block = [
            Line(text, author, match if author else None) for text, author in zip(texts, authors, strict=True)
        ]
        file.lines, _ = self._merge(
            path, list(file.lines), [*file.lines[:start], *block, *file.lines[end:]], None
        )

    def move(self, path: str, block: str, to: str) -> None:
        """Cut a block, with the blank lines that then end the file, and append it to another file."""
        source, target = self.files[path], self.files[to]
        start, end = self._place(path, block)
        moved = source.lines[start:end]
        left = [*source.lines[:start], *source.lines[end:]]
        while left and not left[-1].text:
            left.pop()
        source.lines, _ = self._merge(path, list(source.lines), left, None)
        target.lines += [Line(""), Line("")]
        target.lines += [Line(line.text, line.author, "moved" if line.author else None) for line in moved]

    def rename(self, path: str, to: str) -> None:
        """Give a file another path."""
        self.files[to] = self.files.pop(path)
        self.removed[to] = self.removed.pop(path, [])

    def settle(self) -> None:
        """Everything is committed now."""
        self.removed.clear()
        for file in self.files.values():
            file.lines = [replace(line, committed=True) for line in file.lines]

    def _place(self, path: str, old: str) -> tuple[int, int]:
        texts = [line.text for line in self.files[path].lines]
        wanted = split_lines(old)
        if not wanted:
            return len(texts), len(texts)
        starts = [
            index
            for index in range(len(texts) - len(wanted) + 1)
            if texts[index : index + len(wanted)] == wanted
        ]
        if len(starts) != 1:
            raise ValueError(f"{path}: the block stands there {len(starts)} times: {old!r}")
        return starts[0], starts[0] + len(wanted)

    def _merge(
        self, path: str, before: Sequence[Line], after: Sequence[Line], remover: Author | None
    ) -> tuple[list[Line], tuple[Hunk, ...]]:
        """The lines afterwards (those that stay keep their author) and the hunks between the two."""
        old_texts, new_texts = [line.text for line in before], [line.text for line in after]
        matcher = SequenceMatcher(None, old_texts, new_texts, autojunk=False)
        merged: list[Line] = []
        for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
            if tag == "equal":
                merged += before[old_start:old_end]
                continue
            merged += after[new_start:new_end]
            gone = self.removed.setdefault(path, [])
            gone += [(line.text, remover) for line in before[old_start:old_end] if line.committed]
        return merged, tuple(_hunks(matcher, old_texts, new_texts))


def _hunks(matcher: "SequenceMatcher[str]", old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    for group in matcher.get_grouped_opcodes(CONTEXT):
        body: list[str] = []
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                body += [f" {text}" for text in old[old_start:old_end]]
            else:
                body += [f"-{text}" for text in old[old_start:old_end]]
                body += [f"+{text}" for text in new[new_start:new_end]]
        first_old, last_old, first_new, last_new = group[0][1], group[-1][2], group[0][3], group[-1][4]
        # A side without lines is named by the line before the place.
        yield read_hunk(first_old + (last_old > first_old), first_new + (last_new > first_new), body)
