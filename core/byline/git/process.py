"""Run git so that nobody's configuration or environment changes what it says."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from byline.errors import GitError
from byline.git.settings import SETTINGS, environment_of

CHUNK = 1 << 16

CURE = "run `git fsck`, or `git fetch` what a partial clone left out"
"""What to do where git cannot read an object."""

_DAMAGED = re.compile(
    "^bad (?:tree )?object|is corrupt|^unable to read [0-9a-f]|^could not read [0-9a-f]{40}"
)


def run(
    folder: Path,
    words: Sequence[str],
    stdin: bytes | None = None,
    ok: Sequence[int] = (0,),
    *,
    is_here: bool = False,
) -> bytes:
    """Run git in a folder and return its standard output.

    ``is_here``: the folder's repository is the one that ``GIT_DIR`` and its like speak of, if they are set.

    Raises:
        GitError: git is not installed, or it ended with a code that is not in ``ok``.
    """
    command = ["git", *SETTINGS, *words]
    # Without input git must not read ours: a hook's standard input belongs to the hook.
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment_of(is_here=is_here), input=stdin or b"",
            capture_output=True, check=False,
        )  # fmt: skip
    except OSError as error:
        raise not_run(folder, error) from error
    if done.returncode not in ok:
        raise failed(done.stderr, words, done.returncode)
    return done.stdout


def stream(folder: Path, words: Sequence[str], *, is_here: bool = False) -> Iterator[bytes]:
    """Run git as :func:`run` does and yield its standard output in chunks; closing the iterator ends it.

    Raises:
        GitError: git cannot be run, or failed.
    """
    try:
        process = subprocess.Popen(
            ["git", *SETTINGS, *words], cwd=folder, env=environment_of(is_here=is_here),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise not_run(folder, error) from error
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - both are pipes
    finished = False
    try:
        while chunk := process.stdout.read1(CHUNK):  # type: ignore[attr-defined] # a BufferedReader
            yield chunk
        finished = True
    finally:
        if not finished:
            process.kill()
        message = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
        code = process.wait()
    if code:
        raise failed(message, words, code)


def not_run(folder: Path, error: OSError) -> GitError:
    """The error that tells why git could not be started in a folder."""
    if not isinstance(error, FileNotFoundError):
        return GitError(f"cannot run git in {folder}: {error}")
    if not folder.exists():
        return GitError(f"there is no folder {folder}")
    return GitError("git was not found: install git and put it on PATH")


def failed(messages: bytes, words: Sequence[str], code: int) -> GitError:
    """The error that tells why git ended; notes may stand before the reason.

    Of an object that is damaged or not there it says what to do: what a partial clone left out git tries to
    fetch, and complains of the network first.
    """
    said = [line for line in messages.decode("utf-8", "replace").strip().split("\n") if line]
    missing = [line for line in said if " from promisor remote" in line]
    fatal = next((line for line in [*missing, *said] if line.startswith("fatal: ")), said[0] if said else "")
    told = fatal.removeprefix("fatal: ") or f"git {words[0]} failed ({code})"
    return GitError(f"{told}: {CURE}" if missing or _DAMAGED.search(told) else told)
