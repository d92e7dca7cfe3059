"""Output for people: colour as asked for, long output through a pager like git's; and JSON for programs."""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from byline.errors import BylineError
from byline.text import safe_text

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_WIDTH = 160
_AT_ONCE = 1 << 16
"""Characters of JSON that are written together."""
# JSON escapes the C0 controls; these would still reach a terminal as they are.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u061c\ufeff]")


@contextmanager
def open_console(args: argparse.Namespace, *, pager: bool = True) -> Iterator["Console"]:
    """A Rich console on standard output, through the pager when that is a terminal.

    Markup, emoji codes and highlighting are off: foreign text is never read as any of these. Colour
    follows ``args.color``, ``NO_COLOR`` and the terminal. The pager is ``BYLINE_PAGER`` or ``PAGER``, else
    ``less`` with ``LESS=FRX`` unless set, as git does; ``cat`` or nothing means none. A reader who leaves
    the pager early ends the output and is no error. ``pager=False``: the output is known to be short.

    Raises:
        BylineError: the pager that was named cannot be started.
    """
    command = _pager() if pager and sys.stdout.isatty() else []
    if not command:
        yield _console(args, sys.stdout, is_terminal=sys.stdout.isatty())
        return
    with _paged(command) as pipe:
        yield _console(args, pipe, is_terminal=True)


def open_error_console(args: argparse.Namespace) -> "Console":
    """A Rich console on standard error, for progress and notes."""
    return _console(args, sys.stderr, is_terminal=sys.stderr.isatty())


def print_json(value: object) -> None:
    """JSON on standard output: indented UTF-8, not escaped but for what a terminal would obey."""
    print_json_text([json.dumps(value, ensure_ascii=False, indent=2)])


def print_json_text(pieces: Iterable[str]) -> None:
    """JSON that comes as pieces of its text, written as it comes; see :func:`print_json`."""
    is_terminal = sys.stdout.isatty()
    waiting: list[str] = []
    size = 0
    for piece in chain(pieces, ["\n"]):
        waiting.append(piece)
        size += len(piece)
        if size >= _AT_ONCE or piece == "\n":
            text = "".join(waiting)
            write_text(_UNSAFE_IN_JSON.sub(_escaped, text) if is_terminal else text)
            waiting.clear()
            size = 0


def print_json_array(values: Iterable[Iterable[str]]) -> None:
    """A JSON array whose values come one by one, each as pieces of its text; see :func:`print_json`.

    Nothing is written before the first value is there: it may be an error instead. An error later on is the
    last value, as ``{"error": …}``, so that what is there can be read.

    Raises:
        BylineError: what a value raised.
    """
    print_json_text(_array(values))


def _array(values: Iterable[Iterable[str]]) -> Iterator[str]:
    opening = "["
    try:
        for value in values:
            yield f"{opening}\n  "
            opening = ","
            # Line ends inside of texts are escaped: what stands here as it is separates values.
            yield from (piece.replace("\n", "\n  ") for piece in value)
    except BylineError as error:
        if opening == ",":
            yield f",\n  {json.dumps({'error': str(error)}, ensure_ascii=False)}\n]"
            yield "\n"
        raise
    yield "[]" if opening == "[" else "\n]"


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def write_text(text: str) -> None:
    """Text on standard output as UTF-8 whatever the locale; what is no Unicode text becomes ``?``."""
    sys.stdout.flush()
    data = memoryview(text.encode("utf-8", "replace"))
    while data:
        # With PYTHONUNBUFFERED the buffer is the raw file, which may take a part only.
        data = data[sys.stdout.buffer.write(data) :]
    sys.stdout.buffer.flush()


def safe_document(text: str) -> str:
    """Foreign text for a document that may be shown in a terminal later: safe, its tabs kept."""
    return "\t".join(safe_text(piece) for piece in text.split("\t"))


def _console(args: argparse.Namespace, file: TextIO, *, is_terminal: bool) -> "Console":
    from byline.cli.console import PipeConsole  # noqa: PLC0415 - loads Rich, which JSON output need not

    color = getattr(args, "color", "auto")
    plain = color == "never" or (color == "auto" and (bool(os.environ.get("NO_COLOR")) or not is_terminal))
    width = shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns
    if not is_terminal and "COLUMNS" not in os.environ:
        width = _PIPE_WIDTH
    return PipeConsole(
        file=file,
        force_terminal=is_terminal or not plain,
        color_system=None if plain else "auto" if is_terminal else "256",
        no_color=plain,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
    )


def _pager() -> list[str]:
    named = os.environ.get("BYLINE_PAGER", os.environ.get("PAGER"))
    if named is None:
        found = shutil.which("less")
        return [found] if found else []
    try:
        words = shlex.split(named)
    except ValueError as error:
        raise BylineError(
            f"the pager {named!r} cannot be understood ({error}): set PAGER to a command"
        ) from error
    return [] if words == ["cat"] else words


@contextmanager
def _paged(command: list[str]) -> Iterator[TextIO]:
    environment = {"LESS": "FRX", "LV": "-c", **os.environ, "LESSCHARSET": "utf-8"}
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    except OSError as error:
        raise BylineError(
            f"the pager {command[0]!r} cannot be started ({error.strerror}): set PAGER to another, or to cat"
        ) from error
    assert pager.stdin is not None  # noqa: S101 - PIPE was asked for
    pipe = TextIOWrapper(pager.stdin, encoding="utf-8", errors="replace", newline="\n")
    try:
        # The reader closed the pager: there is nobody left to write for.
        with suppress(BrokenPipeError):
            yield pipe
            pipe.flush()
    finally:
        with suppress(BrokenPipeError):
            pipe.close()
        _wait(pager)


def _wait(pager: "subprocess.Popen[bytes]") -> None:
    """Wait for the pager. Ctrl-C is the pager's (less stops searching with it), as with git."""
    while True:
        try:
            pager.wait()
        except KeyboardInterrupt:
            continue
        return
