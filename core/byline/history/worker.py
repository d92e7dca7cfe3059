"""A process that reads histories for an import: ``python -m byline.history.worker``.

Tasks come pickled on standard input, until its end; what was made of them goes to standard output, each
pickle with its length before it. Written for :mod:`byline.history.workers` alone. A plain process and not
``multiprocessing``: it must start from a thread of the browser, whose standard streams have no descriptors,
and must not load the importing program's main module again.
"""

import os
import pickle
import struct
import sys
from typing import BinaryIO

from byline.agents.readers import readers_for
from byline.history.prepared import Preparation, Task

LENGTH = struct.Struct("<Q")
"""Before every pickle on standard output: how many bytes it has."""


def serve(tasks: BinaryIO, answers: BinaryIO) -> None:
    """Answer every task until there are no more."""
    preparation = Preparation()
    readers = {reader.name: reader for reader in readers_for(None)}
    while True:
        try:
            task: Task = pickle.load(tasks)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        for prepared in preparation.prepare(readers[task.agent], task):
            data = pickle.dumps(prepared, pickle.HIGHEST_PROTOCOL)
            answers.write(LENGTH.pack(len(data)))
            answers.write(data)
            answers.flush()


def main() -> None:
    """Serve on the standard streams; nothing else may be written on the one for answers."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        try:
            serve(sys.stdin.buffer, answers)
        except BrokenPipeError:
            # The import ended before its histories did.
            os._exit(0)


if __name__ == "__main__":
    main()
