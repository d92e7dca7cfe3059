"""Byline's entries in an agent's hook settings: put in, found and taken out, over the bytes of the file."""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from byline.errors import FormatError
from byline.setup.json_text import (
    WAS_EMPTY,
    Child,
    Node,
    comments_in,
    insert,
    newline_before,
    parse,
    remove,
)

Layout = Literal["grouped", "flat"]
"""``grouped``: ``hooks.E[].hooks[]`` (Claude Code, Codex, Gemini CLI); ``flat``: ``hooks.E[]`` (Cursor)."""

PROGRAM = "byline-ingest"
_STEP = "  "
_VERSION = {"version": 1}
"""What a ``flat`` file says besides; put behind ``hooks``, so that it is known as ours."""


@dataclass(frozen=True, slots=True)
class HookEntry:
    """A command that an agent runs on an event, for the tools that ``matcher`` names (None: always).

    ``timeout`` is in the agent's own unit. ``name`` is what the agent shows, where it shows one.
    """

    event: str
    command: str
    matcher: str | None = None
    timeout: int | None = None
    name: str | None = None

    def handler(self, layout: Layout) -> dict[str, object]:
        """The JSON of it."""
        facts = {
            "name": self.name,
            "type": "command" if layout == "grouped" else None,
            "command": self.command,
        }
        if layout == "flat":
            facts["matcher"] = self.matcher
        said: dict[str, object] = {key: value for key, value in facts.items() if value is not None}
        return said if self.timeout is None else said | {"timeout": self.timeout}

    def element(self, layout: Layout) -> dict[str, object]:
        """The element of the event's array."""
        if layout == "flat":
            return self.handler(layout)
        matcher = {} if self.matcher is None else {"matcher": self.matcher}
        return {**matcher, "hooks": [self.handler(layout)]}


def is_ours(command: object, agent: str) -> bool:
    """Whether a hook's command is Byline's own for this agent, wherever the program is."""
    if not isinstance(command, str) or PROGRAM not in command:
        return False
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    program = words[0].replace("\\", "/").rpartition("/")[2].removesuffix(".exe") if words else ""
    return program == PROGRAM and words[1:4] == ["hook", "--agent", agent]


def install(before: bytes | None, entries: Sequence[HookEntry], layout: Layout, agent: str) -> bytes:
    """The file with the entries in it; the very same bytes when they are there. None is no file.

    Entries of ours that differ (an older version's) are replaced; what else is in the file stays.

    Raises:
        FormatError: the file cannot be understood: nothing is to be done to it.
    """
    if before is not None and _wanted(before, entries, layout, agent):
        return before
    base = before if before is None else uninstall(before, layout, agent)
    if not base:
        return _new_file(entries, layout, final=b"\n" if base is None else b"")
    text = _decoded(base)
    root = _object(parse(text), "the file")
    versioned = layout == "grouped" or root.member("hooks") is not None or root.member("version") is not None
    for entry in entries:
        text = _with_entry(text, entry, layout)
    if not versioned:
        root = parse(text)
        text = insert(text, root, '"version": 1', newline=newline_before(text, root))
    return text.encode()


def uninstall(before: bytes, layout: Layout, agent: str) -> bytes | None:
    """The file without entries of ours; the very same bytes when there are none. None: it is to be deleted.

    Containers that were made for the entries go with them.

    Raises:
        FormatError: the file cannot be understood: nothing is to be done to it.
    """
    text = _decoded(before)
    while text:
        path = next(_ours(parse(text), layout, agent), None)
        if path is None:
            return text.encode()
        text = _without(text, path, layout)
    # An empty file was there: what is written into it has no final line end.
    return None if before.endswith(b"\n") else b""


def installed(before: bytes, layout: Layout, agent: str) -> list[HookEntry]:
    """The entries of ours in a file.

    Raises:
        FormatError: it cannot be understood.
    """
    if not before:
        return []
    return [_entry(path, layout) for path in _ours(parse(_decoded(before)), layout, agent)]


@dataclass(frozen=True, slots=True)
class _Step:
    """A container on the way from the root to an entry, and which child leads on."""

    container: Node
    index: int

    @property
    def child(self) -> Child:
        return self.container.children[self.index]


def _ours(root: Node, layout: Layout, agent: str) -> Iterator[tuple[_Step, ...]]:
    """The ways to every handler of ours."""
    _object(root, "the file")
    at = _place(root, "hooks")
    if at is None:
        return
    hooks = _object(at.child.node, "hooks")
    for number, event in enumerate(hooks.children):
        if not isinstance(event.node.value, list):
            # Other things may stand there too (Gemini CLI once had hooks.enabled).
            continue
        for place, element in enumerate(event.node.children):
            way = (at, _Step(hooks, number), _Step(event.node, place))
            if not isinstance(element.node.value, dict):
                continue
            if layout == "flat":
                if is_ours(element.node.value.get("command"), agent):
                    yield way
                continue
            inner = _place(element.node, "hooks")
            for last, handler in enumerate(inner.child.node.children if inner else ()):
                if isinstance(handler.node.value, dict) and is_ours(handler.node.value.get("command"), agent):
                    assert inner is not None  # noqa: S101 - it has children
                    yield (*way, inner, _Step(inner.child.node, last))


def _entry(path: tuple[_Step, ...], layout: Layout) -> HookEntry:
    handler = path[-1].child.node.value
    group = path[2].child.node.value
    assert isinstance(handler, dict) and isinstance(group, dict)  # noqa: S101, PT018 - see _ours
    matcher = handler.get("matcher") if layout == "flat" else group.get("matcher")
    return HookEntry(
        path[1].child.key or "",
        str(handler["command"]),
        matcher if isinstance(matcher, str) and matcher else None,
    )


def _wanted(before: bytes, entries: Sequence[HookEntry], layout: Layout, agent: str) -> bool:
    def facts(found: Sequence[HookEntry]) -> list[tuple[str, str, str]]:
        return sorted((entry.event, entry.command, entry.matcher or "") for entry in found)

    return facts(installed(before, layout, agent)) == facts(entries)


def _new_file(entries: Sequence[HookEntry], layout: Layout, final: bytes) -> bytes:
    events: dict[str, list[object]] = {}
    for entry in entries:
        events.setdefault(entry.event, []).append(entry.element(layout))
    lines = [f"{json.dumps(event)}: {_shown(elements)}" for event, elements in events.items()]
    hooks = _over_lines(lines, f"\n{_STEP}", _STEP)
    members = [f'"hooks": {hooks}', *(f"{json.dumps(key)}: {value}" for key, value in _VERSION.items())]
    return _over_lines(members[: 2 if layout == "flat" else 1], "\n", _STEP).encode() + final


def _over_lines(members: list[str], newline: str, step: str) -> str:
    return f"{{{newline}{step}" + f",{newline}{step}".join(members) + f"{newline}}}"


def _shown(value: object) -> str:
    """An entry stays on one line: seven of them over lines would be eighty."""
    return json.dumps(value, ensure_ascii=False)


def _with_entry(text: str, entry: HookEntry, layout: Layout) -> str:
    root = _object(parse(text), "the file")
    element = _shown(entry.element(layout))
    hooks = root.member("hooks")
    if hooks is None:
        newline = _newline(text, root, _line_begin(text, root.start))
        member = f"{json.dumps(entry.event)}: [{element}]"
        said = f"{{{member}}}" if newline is None else _over_lines([member], newline, _step(text))
        return insert(text, root, f'"hooks": {said}', newline=newline)
    events = _object(hooks.node, "hooks")
    event = events.member(entry.event)
    if event is None:
        newline = _newline(text, events, _line_begin(text, hooks.start))
        return insert(text, events, f"{json.dumps(entry.event)}: [{element}]", newline=newline)
    if not isinstance(event.node.value, list):
        raise FormatError(f"hooks.{entry.event} is no array")
    return insert(
        text, event.node, element, newline=_newline(text, event.node, _line_begin(text, event.start))
    )


def _newline(text: str, container: Node, outer: str) -> str | None:
    """How a line begins that a child of the container has for itself; None when all is on one line.

    In an empty container the child has no line of its own, but what is in it is written as its surroundings.
    """
    if container.children:
        return newline_before(text, container)
    root = parse(text)
    if root.children and newline_before(text, root) is None:
        return None
    return ("\r\n" if "\r\n" in text else "\n") + outer + _step(text)


def _line_begin(text: str, at: int) -> str:
    """The indentation of the line."""
    line = text[text.rfind("\n", 0, at) + 1 : at].lstrip("\ufeff")
    return line[: len(line) - len(line.lstrip(" \t"))]


def _step(text: str) -> str:
    """What one depth is indented by: as the first member of the file is."""
    root = parse(text)
    newline = newline_before(text, root)
    return (newline or "").lstrip("\r\n") or _STEP


def _without(text: str, path: tuple[_Step, ...], layout: Layout) -> str:
    """Without the last step's child, and without the containers that were made for it and are empty now.

    An empty text when that is all of it.
    """
    depth = len(path) - 1
    if layout == "grouped" and len(path[depth].container.children) == 1:
        # A group is made for its handlers: without one it goes, whatever else it says.
        depth -= 2
    while depth and _made_for(text, path[depth]):
        depth -= 1
    step = path[depth]
    if depth:
        return remove(text, step.container, step.index)
    return _without_hooks(text, step, layout)


def _without_hooks(text: str, step: _Step, layout: Layout) -> str:
    """Without the member ``hooks`` of the file, and the version that was put behind it."""
    root = step.container
    following = root.children[step.index + 1] if step.index + 1 < len(root.children) else None
    versioned = (
        layout == "flat" and following is not None and {following.key: following.node.value} == _VERSION
    )
    alone = len(root.children) == (2 if versioned else 1)
    if alone and _is_made(text, root) and not (text[: root.start] + text[root.end :]).strip():
        return ""
    changed = remove(text, root, step.index)
    return remove(changed, parse(changed), step.index) if versioned else changed


def _made_for(text: str, step: _Step) -> bool:
    """Whether a container was made for its only child."""
    return len(step.container.children) == 1 and _is_made(text, step.container)


def _is_made(text: str, container: Node) -> bool:
    """Whether a container was made here: nobody wrote a comment into it, and it was not there and empty."""
    first, last = container.children[0], container.children[-1]
    behind = last.end if last.comma is None else last.comma + 1
    return (
        text[container.start + 1 : first.start] != WAS_EMPTY
        and not comments_in(text, container.start + 1, first.start)
        and not comments_in(text, behind, container.end - 1)
    )


def _place(container: Node, key: str) -> _Step | None:
    for index, child in enumerate(container.children):
        if child.key == key:
            return _Step(container, index)
    return None


def _object(node: Node, what: str) -> Node:
    if not isinstance(node.value, dict):
        raise FormatError(f"{what} is no JSON object")
    return node


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"it is not UTF-8: {error.reason} at byte {error.start}") from error
