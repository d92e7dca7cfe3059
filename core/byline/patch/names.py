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
    special |= {chr(code): f"\\{code:03o}" for code in (*range(0x20), 0x7F) if chr(code) not in special}
    return '"' + "".join(special.get(char, char) for char in name) + '"'


def header_names(old: str, new: str, git_line: str = "") -> tuple[str, str]:
    """The paths behind a pair of ``---`` and ``+++`` names; ``/dev/null`` becomes the empty string.

    A ``diff --git`` line above them shows the prefixes: none (``--no-prefix``), ``i/`` and ``w/``
    (``diff.mnemonicPrefix``) … Without one, ``a/`` and ``b/`` are taken off only where both sides have them
    (or the other side is ``/dev/null``): a patch made without prefixes may begin in a folder called ``a``.
    """
    return _without_prefixes(unquote(old), unquote(new), _prefixes(*_halves(git_line)) or ("a/", "b/"))


def git_header_names(line: str) -> tuple[str, str]:
    """The paths of a ``diff --git`` line, for a file that has neither ``---`` nor ``rename`` lines."""
    old, new = _halves(line)
    return _without_prefixes(old, new, _prefixes(old, new) or ("a/", "b/"))


def _without_prefixes(old: str, new: str, prefixes: tuple[str, str]) -> tuple[str, str]:
    pairs = list(zip((old, new), prefixes, strict=True))
    if all(name == DEV_NULL or name.startswith(prefix) for name, prefix in pairs):
        old, new = (name if name == DEV_NULL else name.removeprefix(prefix) for name, prefix in pairs)
    return ("" if old == DEV_NULL else old), ("" if new == DEV_NULL else new)


def _halves(line: str) -> tuple[str, str]:
    """The two names of a ``diff --git`` line, unquoted.

    Apart from their prefixes they are the same where they are needed, so the line is split in its
    middle: a path may itself contain ``" b/"``.
    """
    names = line.removeprefix("diff --git ")
    if names.startswith('"'):
        closing = re.search(r'(?<!\\)(?:\\\\)*"', names[1:])
        cut = closing.end() + 1 if closing else len(names) // 2
    else:
        cut = len(names) // 2
    return unquote(names[:cut]), unquote(names[cut + 1 :])


def _prefixes(old: str, new: str) -> tuple[str, str] | None:
    """What stands before the path in the two names of one ``diff --git`` line; None if that is not clear."""
    if old == new:
        return ("", "") if old else None
    old_prefix, _, old_rest = old.partition("/")
    new_prefix, _, new_rest = new.partition("/")
    if old_rest and old_rest == new_rest and len(old_prefix) == len(new_prefix) == 1:
        return f"{old_prefix}/", f"{new_prefix}/"
    return None
