"""A commit's id, asked of git with as little as that takes: ``post-commit --defer`` does nothing else."""

import os

from byline.errors import GitError


def commit_id(rev: str) -> str:
    """The full id of the commit that ``rev`` names in the repository of the working folder.

    Raises:
        GitError: this is no repository, there is no such commit, or no git.
    """
    words = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"]
    code, output = _run(words) if hasattr(os, "posix_spawnp") else _run_anywhere(words)
    found = output.decode("ascii", "replace").strip()
    if code != 0 or not found:
        raise GitError(f"{os.getcwd()} is in no repository that has a commit {rev!r}")  # noqa: PTH109 - text: a hook loads no pathlib
    return found


def _run(words: list[str]) -> tuple[int, bytes]:
    """Exit code and standard output. Not through subprocess: loading it takes longer than git does."""
    read, write = os.pipe()
    try:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, write, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        child = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
    except OSError as error:
        os.close(read)
        raise GitError("git was not found: install git and put it on PATH") from error
    finally:
        os.close(write)
    with os.fdopen(read, "rb") as file:
        output = file.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output


def _run_anywhere(words: list[str]) -> tuple[int, bytes]:
    import subprocess  # noqa: PLC0415 - where there is nothing quicker

    try:
        done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise GitError("git was not found: install git and put it on PATH") from error
    return done.returncode, done.stdout
