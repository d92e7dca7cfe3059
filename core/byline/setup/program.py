"""Where ``byline-ingest`` is, and how hooks call it."""

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from byline.errors import BylineError
from byline.setup.hook_entries import PROGRAM


@dataclass(frozen=True, slots=True)
class Program:
    """``byline-ingest``: ``word`` starts it from a shell, ``path`` from anywhere."""

    word: str
    path: str


def find_program() -> Program:
    """The program that belongs to this ``byline``.

    The word is its name where PATH always finds this very one, else its path: an environment is on PATH only
    in shells that activated it.

    Raises:
        BylineError: it is not installed.
    """
    beside = Path(sys.executable).with_name(PROGRAM + (".exe" if os.name == "nt" else ""))
    on_path = shutil.which(PROGRAM)
    if not beside.is_file():
        # Run with another interpreter (python -m byline.cli.main): what PATH finds is what there is.
        if on_path is None:
            raise BylineError(
                f"{PROGRAM} was not found: install Byline (pipx install byline), then try again"
            )
        beside = Path(on_path)
    if on_path is None or _is_passing(beside) or Path(on_path).resolve() != beside.resolve():
        return Program(str(beside), str(beside))
    # What PATH finds outlives an upgrade that makes the environment behind it anew.
    return Program(PROGRAM, str(Path(on_path).absolute()))


def _is_passing(program: Path) -> bool:
    """Whether it is on PATH only because an environment is active in this shell."""
    active = filter(None, (os.environ.get(name) for name in ("VIRTUAL_ENV", "CONDA_PREFIX")))
    return any(Path(folder).resolve() in program.resolve().parents for folder in active)


def hook_command(program: str, agent: str) -> str:
    """The command line of an agent's hooks, for a shell.

    It succeeds and is silent whatever happens: Gemini CLI stops working when a hook's program is gone, and
    shows people what a hook has to say. What goes wrong is in Byline's log.
    """
    call = f"{shlex.quote(program)} hook --agent {agent} --defer"
    return call if os.name == "nt" else f"{call} 2>/dev/null || :"


def is_there(command: str) -> bool:
    """Whether the program that a command line begins with can be run."""
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    return bool(words) and shutil.which(words[0]) is not None
