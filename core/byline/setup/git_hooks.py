"""Git's hooks: a block of ours at the top of the scripts that a repository runs, wherever it keeps them.

The block never fails, prints nothing, and does nothing once Byline is gone. It stands at the top: scripts end
with ``exec`` and ``exit``. What git gives ``post-rewrite`` on standard input is handed on to what follows.
"""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from byline.errors import FormatError, GitError
from byline.git.process import run
from byline.git.repository import Repository
from byline.setup.managed_block import at_top, block_in, replaced, without_block

HOOKS = ("post-commit", "post-rewrite")
MESSAGE_HOOK = "commit-msg"
_SHEBANG = "#!/bin/sh\n"
_MADE = "# Byline made this file.\n"
_SHELL = re.compile(
    r"^#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?(?:\S*/)?(?:sh|bash|dash|ash|zsh|ksh)(?:[ \t\r]|$)"
)
_ABOUT = {
    "post-commit": "Tells Byline of the commit that was made.",
    "post-rewrite": "Tells Byline which commits were rewritten.",
    "commit-msg": "Has Byline add its trailer, where that is turned on.",
}


@dataclass(frozen=True, slots=True)
class HooksFolder:
    """Where a repository's hooks are. ``shared`` by every repository of the user, or of the machine."""

    path: Path
    husky: bool = False
    """Scripts that husky runs with sh: they need no mode."""
    shared: bool = False


def hooks_folder(repository: Repository) -> HooksFolder:
    """The folder that git runs hooks from (``core.hooksPath``, the common folder of work trees).

    Husky's ``.husky/_`` is made anew by every install; the scripts that it calls stand beside.

    Raises:
        GitError: git does not tell.
    """
    said = run(repository.root, ["rev-parse", "--git-path", "hooks"]).decode("utf-8", "surrogateescape")
    path = Path(os.path.normpath(repository.root / said.removesuffix("\n")))
    if path.name == "_" and path.parent.name == ".husky":
        return HooksFolder(path.parent, husky=True)
    words = ["config", "--show-scope", "--get", "core.hooksPath"]
    scope = run(repository.root, words, ok=(0, 1)).decode("utf-8", "replace").partition("\t")[0]
    return HooksFolder(path, path.name == ".husky", scope in {"global", "system"})


def hook_lines(name: str, program: str, *, made: bool) -> str:
    """The lines of the block in a hook's script."""
    word = shlex.quote(program)
    # Nobody needs the answer at once: git is not kept waiting for it.
    argument = " --defer" if name == "post-commit" else ' "$1"'
    call = f"{word} {name}{argument}"
    about = f"# {_ABOUT[name]} `byline setup --remove` takes this out.\n"
    begin = f"{about}{_MADE if made else ''}"
    if name == "post-rewrite":
        return (
            f"{begin}byline_pairs=$(cat)\n"
            f"if command -v {word} >/dev/null 2>&1; then\n"
            f"  printf '%s\\n' \"$byline_pairs\" | {call} >/dev/null 2>&1 || :\n"
            "fi\n"
            "exec <<BYLINE_PAIRS\n$byline_pairs\nBYLINE_PAIRS\n"
        )
    return (
        f"{begin}if command -v {word} >/dev/null 2>&1; then\n  {call} </dev/null >/dev/null 2>&1 || :\nfi\n"
    )


def install(before: bytes | None, name: str, program: str, *, runs: bool) -> bytes:
    """A hook's script with the block; the very same bytes when it is there. None is no script.

    ``runs`` tells whether git runs the file as it is.

    Raises:
        FormatError: it is no shell script, or one that git does not run.
    """
    if before is None:
        return at_top(_SHEBANG, hook_lines(name, program, made=True)).encode()
    text = _shell_script(before, name)
    present = block_in(text)
    if present is not None:
        return replaced(text, hook_lines(name, program, made=_MADE in present)).encode(
            "utf-8", "surrogateescape"
        )
    if not runs:
        raise FormatError("git does not run it, as it is not executable: chmod +x it, or delete it")
    return at_top(text, hook_lines(name, program, made=False)).encode("utf-8", "surrogateescape")


def uninstall(before: bytes) -> bytes | None:
    """A script without the block; the very same bytes when it has none. None: it is to be deleted."""
    text = before.decode("utf-8", "surrogateescape")
    present = block_in(text)
    if present is None:
        return before
    left = without_block(text)
    return None if left == _SHEBANG and _MADE in present else left.encode("utf-8", "surrogateescape")


def is_installed(before: bytes | None) -> bool:
    """Whether a script has the block."""
    return before is not None and block_in(before.decode("utf-8", "surrogateescape")) is not None


def called_program(before: bytes) -> str | None:
    """The program that the block calls; None without a block."""
    present = block_in(before.decode("utf-8", "surrogateescape"))
    found = re.search(r"^if command -v (.+) >/dev/null 2>&1; then$", present or "", re.MULTILINE)
    return found[1] if found else None


def git_runs(path: Path) -> bool:
    """Whether git would run the script: a hook that is not executable is skipped."""
    return os.name == "nt" or os.access(path, os.X_OK)


def repository_of(folder: Path) -> Repository | None:
    """The repository around a folder, None where there is none."""
    try:
        return Repository.open(folder)
    except GitError:
        return None


def _shell_script(data: bytes, name: str) -> str:
    call = f"call `byline-ingest {name}` from it"
    if b"\0" in data:
        raise FormatError(f"it is a program, not a shell script: {call}")
    text = data.decode("utf-8", "surrogateescape")
    first = text.partition("\n")[0]
    if first.startswith("#!") and not _SHELL.match(first):
        raise FormatError(
            f"it is a script for {first.removeprefix('#!').strip()}, not a shell script: {call}"
        )
    return text
