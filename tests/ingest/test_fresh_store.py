"""The moment in which a store comes to be, when several processes want it at once."""

import subprocess
import sys
from pathlib import Path

ROUNDS, PROCESSES = 25, 12

# Forked processes wait for each other at a barrier, so that they really arrive at the same moment.
SCRIPT = """
import multiprocessing, sys
from pathlib import Path
from byline.store.connection import connect

def open_store(path, barrier, errors):
    barrier.wait()
    try:
        connect(path).close()
    except Exception as error:
        errors.put(repr(error))
    else:
        errors.put(None)

context = multiprocessing.get_context("fork")
for number in range(int(sys.argv[2])):
    path = Path(sys.argv[1], str(number), "folder", "byline.db")
    barrier, errors = context.Barrier(int(sys.argv[3])), context.Queue()
    processes = [
        context.Process(target=open_store, args=(path, barrier, errors)) for _ in range(int(sys.argv[3]))
    ]
    for process in processes:
        process.start()
    for process in processes:
        if (error := errors.get()) is not None:
            print(error)
    for process in processes:
        process.join()
"""


def test_processes_that_make_the_same_store_at_the_same_moment_all_get_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(tmp_path), str(ROUNDS), str(PROCESSES)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert len(list(tmp_path.glob("*/folder/byline.db"))) == ROUNDS
