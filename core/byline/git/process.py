"""Run git so that nobody's configuration or environment changes what it says."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from byline.errors import GitError

# What users set for their own eyes; attributes and textconv can hide text, quoting changes names.
_SETTINGS = (
    "-c", "core.quotePath=false",
    "-c", "core.attributesFile=/dev/null",
    "-c", "diff.indentHeuristic=true",
    "-c", "diff.suppressBlankEmpty=false",
    "-c", "diff.algorithm=myers",
    "-c", "i18n.logOutputEncoding=UTF-8",
    "-c", "log.showSignature=false",
    "-c", "core.fsmonitor=false",
)  # fmt: skip
_UNSET = ("GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_TRACE", "GIT_LITERAL_PATHSPECS")
CHUNK = 1 << 16


def _environment() -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key not in _UNSET}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
    return environment


def run(folder: Path, words: Sequence[str], stdin: bytes | None = None, ok: Sequence[int] = (0,)) -> bytes:
    """Run git in a folder and return its standard output.

    Raises:
        GitError: git is not installed, or it ended with a code that is not in ``ok``.
    """
    command = ["git", *_SETTINGS, *words]
    # Without input git must not read ours: a hook's standard input belongs to the hook.
    try:
        done = subprocess.run(
            command, cwd=folder, env=_environment(), input=stdin or b"", capture_output=True, check=False
        )
    except FileNotFoundError as error:
        if not folder.exists():
            raise GitError(f"there is no folder {folder}") from error
        raise GitError("git was not found: install git and put it on PATH") from error
    except OSError as error:
        raise GitError(f"cannot run git in {folder}: {error}") from error
    if done.returncode not in ok:
        message = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise GitError(message.removeprefix("fatal: ") or f"git {words[0]} failed ({done.returncode})")
    return done.stdout


def stream(folder: Path, words: Sequence[str]) -> Iterator[bytes]:
    """Run git in a folder and yield its standard output in chunks; closing the iterator ends it.

    Raises:
        GitError: git cannot be run, or failed.
    """
    try:
        process = subprocess.Popen(
            ["git", *_SETTINGS, *words], cwd=folder, env=_environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise GitError(f"cannot run git in {folder}: {error}") from error
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - both are pipes
    finished = False
    try:
        while chunk := process.stdout.read1(CHUNK):  # type: ignore[attr-defined] # a BufferedReader
            yield chunk
        finished = True
    finally:
        if not finished:
            process.kill()
        message = process.stderr.read().decode("utf-8", "replace").strip().partition("\n")[0]
        process.stdout.close()
        process.stderr.close()
        code = process.wait()
    if code:
        raise GitError(message.removeprefix("fatal: ") or f"git {words[0]} failed ({code})")
