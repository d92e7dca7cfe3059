"""Open a file at a line in the user's editor."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from byline.errors import BylineError

# By their documented command lines. The first three have windows of their own.
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "trae", "kiro"})
_COLON_WINDOW = frozenset({"subl", "zed", "zeditor", "lapce"})
_LINE = frozenset(
    {"idea", "pycharm", "webstorm", "phpstorm", "goland", "clion", "rubymine", "rider", "rustrover", "charm",
     "mate", "kate"}
)  # fmt: skip
_COLON = frozenset({"hx", "helix"})
_WAIT = frozenset({"--wait", "-w", "--block", "-b"})


def editor_command(environment: Mapping[str, str], path: Path, line: int) -> list[str]:
    """The words that open ``path`` at ``line`` (1-based).

    ``VISUAL``, then ``EDITOR``; else ``vi``, as git does. Most editors take ``+LINE`` (vi, Vim, Neovim, nano,
    Emacs and emacsclient, Kakoune, micro, joe, ne, gedit); those that do not are known by name. An editor
    with a window of its own is not waited for, even if the variable says so for git's sake: one reads on
    beside it.

    Raises:
        BylineError: the variable cannot be understood.
    """
    given = environment.get("VISUAL") or environment.get("EDITOR") or "vi"
    try:
        words = shlex.split(given)
    except ValueError as error:
        raise BylineError(f"EDITOR is {given!r}, which is no command ({error}): set it to one") from error
    if not words:
        raise BylineError("EDITOR is empty: set it to the command of an editor")
    name = Path(words[0]).name.removesuffix(".exe").removesuffix(".sh")
    if name in _GOTO | _COLON_WINDOW | _LINE:
        words = [word for word in words if word not in _WAIT]
    if name in _GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    if name in _COLON | _COLON_WINDOW:
        return [*words, f"{path}:{line}"]
    if name in _LINE:
        return [*words, "--line", str(line), str(path)]
    return [*words, f"+{line}", str(path)]


def edit(path: Path, line: int) -> None:
    """Run the editor on the terminal that this process has, and wait for it.

    Raises:
        BylineError: there is no such editor, or it failed.
    """
    command = editor_command(os.environ, path, line)
    try:
        done = subprocess.run(command, check=False)
    except OSError as error:
        raise BylineError(
            f"the editor {command[0]!r} cannot be started ({error.strerror}): set EDITOR to another"
        ) from error
    if done.returncode:
        problem = f"the editor {command[0]!r} ended with {done.returncode}"
        raise BylineError(f"{problem}: see what it says in a terminal")
