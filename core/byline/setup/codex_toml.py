"""Codex hooks in ``config.toml``, for people who keep theirs there: Codex warns where both forms are used.

``formats.md`` 3.4 and developers.openai.com/codex/hooks. Ours are a block of lines at the end of the file.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from byline.errors import FormatError
from byline.setup.hook_entries import HookEntry, is_ours
from byline.setup.managed_block import at_end, block_in, replaced, without_block

FILE = "config.toml"
_CAPITAL = re.compile("(?<!^)(?=[A-Z])")


def has_hooks(data: bytes | None) -> bool:
    """Whether there are hooks of events in this file. One that cannot be read has none."""
    if data is None:
        return False
    try:
        return any(isinstance(event, list) for event in _hooks(_parsed(data.decode("utf-8"))).values())
    except (FormatError, ValueError):
        return False


def install(before: bytes, entries: Sequence[HookEntry]) -> bytes:
    """The file with the entries in a block at its end; the very same bytes when they are there.

    Raises:
        FormatError: it is no TOML, or says its hooks in a form that cannot be added to.
    """
    text = _decoded(before)
    lines = "".join(map(_table, entries))
    after = at_end(text, lines) if block_in(text) is None else replaced(text, lines)
    try:
        _parsed(after)
    except FormatError as error:
        raise FormatError(
            "its hooks are written as values ({…} or […]): write them as [[hooks.…]] tables"
        ) from error
    return after.encode()


def uninstall(before: bytes) -> bytes:
    """The file without the block."""
    return without_block(_decoded(before)).encode()


def installed(data: bytes, agent: str) -> list[HookEntry]:
    """The entries of ours in the file.

    Raises:
        FormatError: it is no TOML.
    """
    return [
        HookEntry(event, handler["command"], group.get("matcher"))
        for event, groups in _hooks(_parsed(_decoded(data))).items()
        for group in (groups if isinstance(groups, list) else ())
        for handler in (group.get("hooks", ()) if isinstance(group, dict) else ())
        if isinstance(handler, dict) and is_ours(handler.get("command"), agent)
    ]


def untrusted(data: bytes | None, file: Path, events: Sequence[str]) -> list[str]:
    """The events whose hooks in ``file`` Codex skips, as none was trusted; ``data`` is ``config.toml``.

    Codex notes there what was trusted, as ``hooks.state."<file>:<event>:<group>:<handler>"`` (seen in 0.169).
    A file that cannot be read trusts nothing.
    """
    try:
        state = _hooks(_parsed((data or b"").decode("utf-8"))).get("state")
    except (FormatError, ValueError):
        state = None
    trusted = [
        key
        for key, facts in (state.items() if isinstance(state, dict) else ())
        if isinstance(facts, dict) and facts.get("trusted_hash")
    ]
    return [
        event
        for event in events
        if not any(key.startswith(f"{file}:{_CAPITAL.sub('_', event).lower()}:") for key in trusted)
    ]


def _table(entry: HookEntry) -> str:
    matcher = "" if entry.matcher is None else f"matcher = {_quoted(entry.matcher)}\n"
    timeout = "" if entry.timeout is None else f"timeout = {entry.timeout}\n"
    return (
        f"[[hooks.{entry.event}]]\n{matcher}"
        f'[[hooks.{entry.event}.hooks]]\ntype = "command"\ncommand = {_quoted(entry.command)}\n{timeout}'
    )


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _hooks(value: dict[str, object]) -> dict[str, object]:
    hooks = value.get("hooks")
    return hooks if isinstance(hooks, dict) else {}


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"it is not UTF-8: {error.reason} at byte {error.start}") from error
    _parsed(text)
    return text


def _parsed(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FormatError(f"it is not valid TOML: {error}") from error
