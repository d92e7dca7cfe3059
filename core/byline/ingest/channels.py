"""What the entrypoint reads and says. Nobody may be there to listen, and that never fails the caller."""

import os
import sys

from byline.own_folder import own_folder


def standard_input() -> bytes:
    """All of standard input; nothing when it is closed."""
    try:
        return sys.stdin.buffer.read() if sys.stdin is not None else b""
    except OSError as error:
        complain(f"standard input cannot be read: {error}")
        return b""


def say(text: str) -> None:
    """Write to standard output, if anybody listens."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        # Python would try again at exit, and fail the caller.
        sys.stdout = None


def complain(sentence: str) -> None:
    """One line on standard error and in the log. Never elsewhere: standard output may be fed to a model."""
    from byline.config import read_config  # noqa: PLC0415 - as below
    from byline.log_file import append  # noqa: PLC0415 - a hook loads what it needs
    from byline.text import safe_line  # noqa: PLC0415 - a hook loads what it needs

    shown = safe_line(sentence)
    config = read_config(own_folder("config"), "")
    append(own_folder("state"), shown, config.number("log.max_bytes"), config.number("log.files"))
    tell(shown)


def tell(sentence: str) -> None:
    """One line on standard error, if anybody listens."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"byline-ingest: {sentence}\n")
        sys.stderr.flush()
    except OSError:
        sys.stderr = None


def detach() -> None:
    """Let go of the caller: its session and all its open channels, so that it need not wait."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for channel in (0, 1, 2):
        os.dup2(nothing, channel)
