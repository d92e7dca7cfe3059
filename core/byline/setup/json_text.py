"""A JSON text that people keep: read with the place of everything in it, changed without touching the rest.

Comments (``//`` and ``/* */``), trailing commas and a byte order mark are read too, as agents' settings files
have them (JSONC). A change is a splice of the text: order of keys, indentation, line ends and comments of
everything else stay as they are.

What was inserted can be taken out again byte for byte, by the layout alone. A container that was made here
has its first child right behind the bracket or on a line of its own; one that was there and empty has it
behind one blank (:data:`WAS_EMPTY`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from byline.errors import FormatError

WAS_EMPTY = " "
"""What stands between the bracket and the first child of a container that was there before it, and empty."""

_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_BLANKS = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: ``text[start:end]``. Only objects and arrays have ``children``."""

    start: int
    end: int
    value: object
    """What it says, as :mod:`json` would read it."""
    children: "tuple[Child, ...]" = ()

    def member(self, key: str) -> "Child | None":
        """The member of an object with that key."""
        return next((child for child in self.children if child.key == key), None)


@dataclass(frozen=True, slots=True)
class Child:
    """A member of an object or an element of an array. ``start`` is that of its key, if it has one."""

    start: int
    key: str | None
    node: Node
    comma: int | None = field(default=None)
    """Where the comma behind it stands."""

    @property
    def end(self) -> int:
        """Where its value ends."""
        return self.node.end


def parse(text: str) -> Node:
    """The value of the text.

    Raises:
        FormatError: it is no JSON with comments, or says a key twice; the message names the line.
    """
    reader = _Reader(text)
    at = reader.skip(1 if text.startswith("\ufeff") else 0)
    node = reader.value(at, 0)
    at = reader.skip(node.end)
    if at < len(text):
        raise reader.problem(at, "there is more behind the value")
    return node


def insert(text: str, container: Node, child: str, *, newline: str | None) -> str:
    """The text with a child (its key with it, if it has one) behind the last one of a container.

    ``newline`` is the line end and indentation that go before it, None: on the same line.
    """
    if not container.children:
        return _spliced(text, (container.start + 1, container.start + 1, WAS_EMPTY + child))
    last = container.children[-1]
    between = newline
    if between is None:
        between = " " if len(container.children) < 2 or _blank_behind_comma(text, container) else ""
    behind = last.end if last.comma is None else last.comma + 1
    # On the same line it goes before comments: behind // nothing else can stand.
    at = behind if newline is None else _behind_comments(text, behind)
    if last.comma is not None:
        return _spliced(text, (at, at, f"{between}{child},"))
    return _spliced(text, (at, at, between + child), (last.end, last.end, ","))


def remove(text: str, container: Node, index: int) -> str:
    """The text without a child of a container; comments stay."""
    child = container.children[index]
    splices = [(child.start, child.end, "")]
    before = container.start + 1
    if index:
        comma = container.children[index - 1].comma
        assert comma is not None  # noqa: S101 - a comma stands before every child but the first
        before = comma + 1
        if child.comma is None:
            splices.append((comma, comma + 1, ""))
    rest = text[child.end :]
    if child.comma is not None:
        splices.append((child.comma, child.comma + 1, ""))
        rest = text[child.end : child.comma] + text[child.comma + 1 :]
    gap, in_line_comment = _gap(text, before)
    if "\n" not in text[gap : child.start] and index == 0 and len(container.children) > 1:
        # The next one takes its place on the line.
        assert child.comma is not None  # noqa: S101 - another follows
        blanks = _BLANKS.match(text, child.comma + 1)
        if blanks is not None and "\n" not in blanks[0]:
            splices.append((blanks.start(), blanks.end(), ""))
    elif not in_line_comment or rest.startswith(("\n", "\r\n")):
        splices.append((gap, child.start, ""))
    return _spliced(text, *splices)


def newline_before(text: str, container: Node) -> str | None:
    """The line end and indentation before the first child of a container; None when it is on one line."""
    if not container.children:
        return None
    blanks = text[container.start + 1 : container.children[0].start]
    if "\n" not in blanks:
        return None
    tail = blanks.rpartition("\n")[2]
    indent = tail[: len(tail) - len(tail.lstrip(" \t"))]
    return ("\r\n" if "\r\n" in blanks else "\n") + indent


def comments_in(text: str, start: int, end: int) -> bool:
    """Whether there is anything but blanks."""
    return bool(text[start:end].strip(" \t\r\n"))


def _spliced(text: str, *splices: tuple[int, int, str]) -> str:
    """The text with each ``text[start:end]`` replaced; of two at one place the one named last comes first."""
    for start, end, new in sorted(splices, key=lambda splice: splice[:2], reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _blank_behind_comma(text: str, container: Node) -> bool:
    comma = container.children[0].comma
    return comma is not None and text[comma + 1 : comma + 2] in {" ", "\t", "\n", "\r"}


def _behind_comments(text: str, at: int) -> int:
    """Behind the comments that stand on the same line; ``at`` itself when there are none."""
    end = at
    while True:
        blanks = _BLANKS.match(text, end)
        assert blanks is not None  # noqa: S101 - it matches nothing too
        comment = _COMMENT.match(text, blanks.end())
        if "\n" in blanks[0] or comment is None:
            return end
        end = comment.end()


def _gap(text: str, at: int) -> tuple[int, bool]:
    """Where the blanks before the next child begin, behind all comments; and whether behind a ``//`` one."""
    in_line_comment = False
    end = at
    while True:
        blanks = _BLANKS.match(text, end)
        comment = _COMMENT.match(text, blanks.end()) if blanks is not None else None
        if comment is None:
            return end, in_line_comment
        end, in_line_comment = comment.end(), comment[0].startswith("//")


class _Reader:
    """Reads one text; every method takes a position and gives the node that begins there."""

    def __init__(self, text: str) -> None:
        self._text = text

    def problem(self, at: int, reason: str) -> FormatError:
        line = self._text.count("\n", 0, at) + 1
        return FormatError(f"line {line}: {reason}")

    def skip(self, at: int) -> int:
        """Behind blanks and comments."""
        while True:
            blanks = _BLANKS.match(self._text, at)
            at = blanks.end() if blanks else at
            comment = _COMMENT.match(self._text, at)
            if comment is None:
                return at
            at = comment.end()

    def value(self, at: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self.problem(at, "it is nested too deeply")
        first = self._text[at : at + 1]
        if first == "{":
            children = tuple(self._children(at, "}", depth))
            members = {child.key: child.node.value for child in children}
            if len(members) < len(children):
                raise self.problem(at, "an object says a key twice")
            return Node(at, self._close(at, children), members, children)
        if first == "[":
            children = tuple(self._children(at, "]", depth))
            return Node(at, self._close(at, children), [child.node.value for child in children], children)
        found = _STRING.match(self._text, at) or _SCALAR.match(self._text, at)
        if found is None:
            raise self.problem(at, "this is no JSON" if first else "the value is missing")
        try:
            return Node(at, found.end(), json.loads(found[0]))
        except ValueError as error:
            raise self.problem(at, str(error)) from error

    def _children(self, at: int, closing: str, depth: int) -> Iterator[Child]:
        at = self.skip(at + 1)
        while self._text[at : at + 1] != closing:
            start, key = at, None
            if closing == "}":
                name = _STRING.match(self._text, at)
                if name is None:
                    raise self.problem(at, "a key is expected")
                try:
                    key = str(json.loads(name[0]))
                except ValueError as error:
                    raise self.problem(at, str(error)) from error
                at = self.skip(name.end())
                if self._text[at : at + 1] != ":":
                    raise self.problem(at, "a colon is expected")
                at = self.skip(at + 1)
            node = self.value(at, depth + 1)
            at = self.skip(node.end)
            comma = at if self._text[at : at + 1] == "," else None
            yield Child(start, key, node, comma)
            if comma is not None:
                at = self.skip(at + 1)
            elif self._text[at : at + 1] != closing:
                raise self.problem(at, f"a comma or {closing} is expected")

    def _close(self, at: int, children: tuple[Child, ...]) -> int:
        if children:
            last = children[-1]
            at = last.end if last.comma is None else last.comma
        return self.skip(at + (not children or children[-1].comma is not None)) + 1
