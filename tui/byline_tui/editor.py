"""Open a file at a line in the user's editor."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from byline.errors import BylineError

_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
_COLON = frozenset({"hx", "helix", "subl", "zed", "lapce"})


def editor_command(environment: Mapping[str, str], path: Path, line: int) -> list[str]:
    """The words that open ``path`` at ``line`` (1-based), waiting until it is left.

    ``VISUAL``, then ``EDITOR``; else ``vi``, as git does. Most editors take ``+LINE``; those that do not are
    known by name.

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
    name = Path(words[0]).name.removesuffix(".exe")
    if name in _GOTO:
        return [*words, "--wait", "--goto", f"{path}:{line}"]
    if name in _COLON:
        return [*words, f"{path}:{line}"]
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
        raise BylineError(f"the editor {command[0]!r} ended with {done.returncode}")
