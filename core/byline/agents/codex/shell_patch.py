"""``apply_patch`` called from a shell: its texts, and the folder it runs in (``formats.md`` 3.3).

Models were taught ``apply_patch <<'EOF'`` before there was a tool of that name, and still write it, alone
or between other commands.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NAMES = ("apply_patch", "applypatch")
_SHELLS = frozenset({"bash", "sh", "zsh", "pwsh", "powershell", "cmd"})
_DELIMITER = re.compile(r"-?[ \t]*(['\"]?)(\w+)\1")
_PIPED = re.compile(r"\|[ \t]*apply_?patch\b")
_QUOTED = re.compile(r"(?:^|[\s;&|({])apply_?patch[ \t]+'(\s*\*\*\* Begin Patch[^']*)'")
_CD = re.compile(
    r"(?:^|[;&|({\n])[ \t]*(?:cd|pushd)[ \t]+"
    r"(?P<folder>'[^'\n]*'|\"[^\"\n]*\"|[^\s;&|'\"]+)(?=[ \t]*(?:&&|;|\n|$))"
)
_ANY_CD = re.compile(r"(?:^|[;&|({\n])[ \t]*(?:cd|pushd|popd)\b")
_EXPANDED = re.compile(r"[$`]|\\[\\$`\n]")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of ``apply_patch``: the patch text, and the folder if it was changed before.

    ``certain`` is False where the shell would have changed the text or the folder cannot be told.
    """

    text: str
    folder: str | None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class _Heredoc:
    """A heredoc of a script: the commands between it and the one before, its line, and its body."""

    between: str
    before: str
    after: str
    quoted: bool
    body: str
    alone: bool


def invocations(command: object, folder: str | None) -> tuple[Invocation, ...]:
    """The calls of ``apply_patch`` in a command, a script or a list of words, run in ``folder``."""
    if isinstance(command, str):
        return _in_script(command, folder)
    if not isinstance(command, Sequence) or not command or not all(isinstance(w, str) for w in command):
        return ()
    name = posixpath.basename(command[0])
    if name in _NAMES and len(command) == 2:
        return (Invocation(command[1], folder),)
    if name.removesuffix(".exe").lower() in _SHELLS and len(command) > 2:
        return _in_script(command[-1], folder)
    return ()


def _in_script(script: str, folder: str | None) -> tuple[Invocation, ...]:
    if not any(name in script for name in _NAMES):
        return ()
    found: list[Invocation] = []
    known = True
    for heredoc in _heredocs(script):
        folder, known = _folder(f"{heredoc.between}{heredoc.before}", folder, known=known)
        if _feeds_patch(heredoc):
            # Codex reads a script that is nothing but this call itself; otherwise the shell expands it.
            literal = heredoc.quoted or heredoc.alone or _EXPANDED.search(heredoc.body) is None
            found.append(Invocation(heredoc.body, folder, literal and known))
    if not found:
        at = 0
        for match in _QUOTED.finditer(script):
            folder, known = _folder(script[at : match.start()], folder, known=known)
            found.append(Invocation(match[1], folder, known))
            at = match.end()
    return tuple(found)


def _heredocs(script: str) -> Iterator[_Heredoc]:
    """The heredocs of a script in order; one that is not ended takes the rest of it."""
    lines = script.split("\n")
    at = last = 0
    while at < len(lines):
        before, arrows, rest = lines[at].partition("<<")
        delimiter = _DELIMITER.match(rest) if arrows and not rest.startswith("<") else None
        at += 1
        if delimiter is None:
            continue
        start = at
        while at < len(lines) and lines[at].strip(" \t\r)\"'") != delimiter[2]:
            at += 1
        between = "".join(line + "\n" for line in lines[last : start - 1])
        at = last = at + 1
        if last <= len(lines):
            body = "".join(line + "\n" for line in lines[start : last - 1])
            alone = start == 1 and not "".join(lines[last:]).strip()
            yield _Heredoc(between, before, rest[delimiter.end() :], bool(delimiter[1]), body, alone)


def _feeds_patch(heredoc: _Heredoc) -> bool:
    """Whether a heredoc is what ``apply_patch`` reads: by its own line, or through ``cat … |``."""
    words = heredoc.before.replace(";", " ").replace("&", " ").replace("(", " ").split()
    return bool(words) and (
        words[-1] in _NAMES or (words[-1] == "cat" and _PIPED.match(heredoc.after.strip()) is not None)
    )


def _folder(commands: str, folder: str | None, *, known: bool) -> tuple[str | None, bool]:
    """The folder after the ``cd`` commands among these, and whether it can be told."""
    moves = list(_CD.finditer(commands))
    if not known or len(moves) != len(_ANY_CD.findall(commands)):
        return None, False
    for match in moves:
        target = match["folder"]
        if target[0] != "'" and any(sign in target for sign in "$`~*?"):
            return None, False
        target = target.strip("'\"")
        if target.startswith("/"):
            folder = target
        elif folder is not None:
            folder = posixpath.join(folder, target)
        else:
            return None, False
    return folder, True
