"""Whole lines of files, as a session shows them (see :mod:`byline.agents.opencode.indentation`)."""

import re
from collections import defaultdict
from collections.abc import Iterator

from byline.agents.opencode.blocks import tool_output
from byline.agents.opencode.documents import Json, SessionDocument, mapping, text
from byline.agents.opencode.indentation import LinesByWords, by_words
from byline.agents.recorded_edit import absolute
from byline.text import split_lines

_NUMBERED = re.compile(r"(?:<content>|<file>)?\s*\d+(?:: |\| ?|\t)(.*)", re.DOTALL)
"""A line as the ``read`` tool shows it: ``00012| text`` in 1.0, ``12: text`` since."""


class KnownLines:
    """Whole lines of files, as a session shows them. Texts are split only when they are needed."""

    def __init__(self) -> None:
        self._contents = defaultdict[str, list[str]](list)
        self._outputs = defaultdict[str, list[str]](list)
        self._diffs = defaultdict[str, list[str]](list)
        self._known: dict[str, LinesByWords] = {}

    def note_content(self, path: str, content: str) -> None:
        """Take in what a file had in it, or whole lines of it."""
        self._contents[path].append(content)

    def note_output(self, path: str, output: str) -> None:
        """Take in what the ``read`` tool said of a file: numbered lines."""
        self._outputs[path].append(output)

    def note_diff(self, path: str, diff: str) -> None:
        """Take in a diff or patch text whose lines are whole."""
        self._diffs[path].append(diff)

    def of(self, path: str) -> LinesByWords:
        """Everything known of a file. What is noted later is not in it."""
        if path not in self._known:
            self._known[path] = by_words(self._lines(path))
        return self._known[path]

    def _lines(self, path: str) -> Iterator[str]:
        for content in self._contents.get(path, ()):
            yield from split_lines(content)
        for output in self._outputs.get(path, ()):
            found = (_NUMBERED.fullmatch(line) for line in split_lines(output))
            yield from (match[1] for match in found if match)
        for diff in self._diffs.get(path, ()):
            yield from (line[1:] for line in split_lines(diff) if line[:1] in {" ", "+", "-"})


def lines_shown_in(session: SessionDocument) -> KnownLines:
    """What the calls and summaries of a session show of its files."""
    known = KnownLines()
    folder = text(session.info, "directory")
    for message in session.messages:
        path = mapping(message.info, "path")
        root = text(path, "root") or folder
        for diff in _list(mapping(message.info, "summary").get("diffs")):
            name, patch = text(diff, "file"), text(diff, "patch")
            if name and patch:
                known.note_diff(absolute(name, root), patch)
        for part in message.parts:
            if part.get("type") == "tool":
                _note_call(known, part, text(path, "cwd") or folder)
    return known


def _note_call(known: KnownLines, part: Json, cwd: str | None) -> None:
    state = mapping(part, "state")
    tool_input = mapping(state, "input")
    name = text(tool_input, "filePath")
    if name is None or state.get("status") != "completed":
        return
    path = absolute(name, cwd)
    if part.get("tool") == "read":
        known.note_output(path, tool_output(state))
    content = text(tool_input, "content")
    if content is not None:
        known.note_content(path, content)
    for string in (text(tool_input, "oldString"), text(tool_input, "newString")):
        # The first line may be a fragment.
        known.note_content(path, (string or "").partition("\n")[2])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
