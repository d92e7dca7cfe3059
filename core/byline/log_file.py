"""The log: one line for everything that went otherwise than asked, in the user's state folder.

Written only when there is something to say, so a hook that goes well does not pay for it. The standard
library's rotating handler is not made for many processes; here each line is one append, and who finds the
file too large renames it.
"""

import os
import time

NAME = "ingest.log"


def append(folder: str, sentence: str, max_bytes: int = 1_000_000, files: int = 3) -> None:
    """Add a line with the time (UTC) and the process to the log in ``folder``, which only its owner can read.

    A log that cannot be written costs its line and nothing else: it is where failures go, there is no other.
    """
    path = os.path.join(folder, NAME)  # noqa: PTH118 - text: a hook loads no pathlib
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = f"{moment} {os.getpid()} {sentence}\n".encode("utf-8", "backslashreplace")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - text: a hook loads no pathlib
        if _size(path) + len(line) > max_bytes:
            _rotate(path, files)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError:
        return


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - text: a hook loads no pathlib
    except FileNotFoundError:
        return 0


def _rotate(path: str, files: int) -> None:
    """``ingest.log`` becomes ``ingest.log.1``, that one ``.2`` …; the oldest goes."""
    if files == 0:
        os.unlink(path)  # noqa: PTH108 - text: a hook loads no pathlib
        return
    for number in range(files - 1, 0, -1):
        if os.path.exists(f"{path}.{number}"):  # noqa: PTH110 - text: a hook loads no pathlib
            os.replace(f"{path}.{number}", f"{path}.{number + 1}")  # noqa: PTH105 - text: a hook loads no pathlib
    os.replace(path, f"{path}.1")  # noqa: PTH105 - text: a hook loads no pathlib
