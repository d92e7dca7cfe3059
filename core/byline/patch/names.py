"""File names in patch headers: git's quoting, the ``a/`` and ``b/`` prefixes, ``/dev/null``."""

import re

DEV_NULL = "/dev/null"
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_SINGLE = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


def unquote(name: str) -> str:
    r"""Undo git's C-style quoting (``"na\303\257ve"``); a name without quotes is returned as it is."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name

    def plain(escape: re.Match[bytes]) -> bytes:
        code = escape[1]
        return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _SINGLE.get(code, code)

    raw = _ESCAPE.sub(plain, name[1:-1].encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


def quote(name: str) -> str:
    r"""A name as git writes it in a header with ``core.quotePath=false``: quoted only if it must be."""
    if not any(char in '"\\' or ord(char) < 0x20 or ord(char) == 0x7F for char in name):
        return name
    special = {value.decode(): "\\" + key.decode() for key, value in _SINGLE.items()}
    special |= {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(special.get(c) or (f"\\{ord(c):03o}" if ord(c) < 0x20 else c) for c in name) + '"'


def header_names(old: str, new: str) -> tuple[str, str]:
    """The paths behind a pair of ``---`` and ``+++`` names; ``/dev/null`` becomes the empty string.

    ``a/`` and ``b/`` are taken off only where both sides have them (or the other side is
    ``/dev/null``): a patch made with ``--no-prefix`` may begin in a folder called ``a``.
    """
    old, new = unquote(old), unquote(new)
    old_prefixed = old.startswith("a/") or old == DEV_NULL
    new_prefixed = new.startswith("b/") or new == DEV_NULL
    if old_prefixed and new_prefixed:
        old, new = (name if name == DEV_NULL else name[2:] for name in (old, new))
    return ("" if old == DEV_NULL else old), ("" if new == DEV_NULL else new)


def git_header_names(line: str) -> tuple[str, str]:
    """The paths of a ``diff --git`` line, for a file that has neither ``---`` nor ``rename`` lines.

    Both names are then the same apart from their prefix, so the line is split in its middle: a
    path may itself contain ``" b/"``.
    """
    names = line.removeprefix("diff --git ")
    if names.startswith('"'):
        closing = re.search(r'(?<!\\)(?:\\\\)*"', names[1:])
        cut = closing.end() + 1 if closing else len(names) // 2
    else:
        cut = len(names) // 2
    return header_names(names[:cut], names[cut + 1 :])
