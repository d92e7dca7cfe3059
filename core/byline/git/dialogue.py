"""Ask one git process many questions."""

import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from byline.errors import GitError
from byline.git.process import CHUNK, failed, not_run
from byline.git.settings import SETTINGS, environment_of


class Dialogue:
    """A git process that answers one line after the other: ``cat-file --batch``, ``diff-tree --stdin``.

    It is started with the first question, and again after it failed. Not for several threads at once.
    """

    def __init__(self, folder: Path, words: Sequence[str], *, is_here: bool = False) -> None:
        self._folder = folder
        self._environment = environment_of(is_here=is_here)
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None
        # A pipe that nobody reads could fill up and stop git.
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()

    def ask(self, question: bytes) -> None:
        """Send one line, without its end.

        Raises:
            GitError: git cannot be run, or has ended.
        """
        process = self._started()
        assert process.stdin is not None  # noqa: S101 - a pipe
        try:
            process.stdin.write(question + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def line(self) -> bytes:
        """The next line of the answer, without its end. Raises: GitError, when git has ended."""
        line = self._output().readline()
        if not line.endswith(b"\n"):
            raise self._ended()
        return line[:-1]

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes of the answer. Raises: GitError, when git has ended."""
        data = self._output().read(size)
        if len(data) < size:
            raise self._ended()
        return data

    def until(self, mark: bytes) -> bytes:
        """What comes before the line ``mark``, which must be the last of the answer so far.

        Raises:
            GitError: git has ended.
        """
        end, output = mark + b"\n", self._output()
        data = bytearray()
        while not data.endswith(end):
            chunk = output.read1(CHUNK)  # type: ignore[attr-defined] # a BufferedReader
            if not chunk:
                raise self._ended()
            data += chunk
        del data[-len(end) :]
        return bytes(data)

    def close(self) -> None:
        """End the process."""
        self._stop()
        self._messages.close()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    ["git", *SETTINGS, *self._words], cwd=self._folder, env=self._environment,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._messages,
                )  # fmt: skip
            except OSError as error:
                raise not_run(self._folder, error) from error
        return self._process

    def _output(self) -> IO[bytes]:
        output = self._started().stdout
        assert output is not None  # noqa: S101 - a pipe
        return output

    def _ended(self) -> GitError:
        """The error that tells why git ended; the next question starts it again."""
        code = self._stop()
        self._messages.seek(0)
        message = self._messages.read()
        self._messages.seek(0)
        self._messages.truncate()
        return failed(message, self._words, code)

    def _stop(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        return process.wait()
