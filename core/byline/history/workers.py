"""Read histories in other processes, ahead of where they are stored and in the order that was asked for."""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from types import TracebackType
from typing import IO, Self

from byline.agents.readers import readers_for
from byline.history.prepared import Preparation, Prepared, Task
from byline.history.worker import LENGTH

WORTH_BYTES = 6_000_000
"""A process takes as long to start as reading so many bytes: less is read where it is stored."""
_MOST_WORKERS = 4
"""One process can store what four read."""
_TASKS_AHEAD = 8
"""Tasks that wait with each worker: enough that none is idle, few enough to spread evenly."""
_BYTES_AHEAD = 8_000_000
"""Of what a worker answered and nobody took yet; then it waits."""

_SOON_READ = 50_000
"""Bytes that are read in about a millisecond."""

Sized = tuple[Task, int]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a history says, and whether the next of it is there or has to be waited for."""

    coming: Iterator[Prepared]
    is_ready: Callable[[], bool]


def read_all(tasks: Sequence[Sized]) -> Iterator[Pieces]:
    """What each task's history says, in the order given; every history must be read to its end.

    Tasks come with their sizes in bytes. When they are many bytes, they are read by other processes, which
    end with this iterator; a history whose process breaks down is read here.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    total = sum(size for _, size in tasks)
    if cores < 2 or total < WORTH_BYTES:
        preparation = Preparation()
        for task, size in tasks:
            yield _here(preparation, task, size)
        return
    with _Pool(min(cores, _MOST_WORKERS, total // WORTH_BYTES + 1, len(tasks))) as pool:
        yield from pool.read(tasks)


def _here(preparation: Preparation, task: Task, size: int) -> Pieces:
    (reader,) = readers_for([task.agent])
    return Pieces(preparation.prepare(reader, task), lambda: size < _SOON_READ)


@dataclass(slots=True)
class _Answers:
    """What a worker answered and nobody took yet."""

    frames: deque[bytes] = field(default_factory=deque)
    size: int = 0
    ended: bool = False
    changed: Condition = field(default_factory=Condition)

    def put(self, frame: bytes) -> None:
        """Add one; waits while there is much already."""
        with self.changed:
            self.changed.wait_for(lambda: self.size < _BYTES_AHEAD or self.ended)
            self.frames.append(frame)
            self.size += len(frame)
            self.changed.notify_all()

    def end(self) -> None:
        """There are no more, or nobody wants them."""
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def is_ready(self) -> bool:
        """Whether there is one."""
        return bool(self.frames)

    def get(self) -> bytes | None:
        """The next one; None when the worker broke down before it gave it."""
        with self.changed:
            self.changed.wait_for(lambda: self.frames or self.ended)
            if not self.frames:
                return None
            frame = self.frames.popleft()
            self.size -= len(frame)
            self.changed.notify_all()
            return frame


class _Worker:
    """A process that reads histories, and the thread that takes its answers."""

    def __init__(self) -> None:
        self.waiting_bytes = 0
        self.waiting_tasks = 0
        self.answers = _Answers()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "byline.history.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            # Ctrl-C is for the import, which ends its workers.
            start_new_session=True,
        )  # fmt: skip
        self._thread = Thread(target=self._take, name="byline-import-worker", daemon=True)
        self._thread.start()

    def give(self, task: Task, size: int) -> bool:
        """Have a task done; whether the process is there to do it."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            pickle.dump(task, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        self.waiting_bytes += size
        self.waiting_tasks += 1
        return True

    def done(self, size: int) -> None:
        """Note that a task's answers were all taken."""
        self.waiting_bytes -= size
        self.waiting_tasks -= 1

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.answers.end()
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None  # noqa: S101 - pipes were asked for
            try:
                pipe.close()
            except BrokenPipeError:
                # A task that it never took.
                continue

    def _take(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        while (frame := _frame(self._process.stdout)) is not None and not self.answers.ended:
            self.answers.put(frame)
        self.answers.end()


def _frame(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = pipe.read(length)
    return data if len(data) == length else None


class _Pool:
    """Some workers, of which each new task goes to the one with the least to read."""

    def __init__(self, count: int) -> None:
        self._workers = [_Worker() for _ in range(count)]
        self._preparation = Preparation()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()

    def read(self, tasks: Sequence[Sized]) -> Iterator[Pieces]:
        """The answers to every task."""
        given: deque[_Worker | None] = deque()
        coming = iter(tasks)
        for task, size in tasks:
            while len(given) < _TASKS_AHEAD * len(self._workers):
                following = next(coming, None)
                if following is None:
                    break
                given.append(self._give(*following))
            worker = given.popleft()
            if worker is None:
                yield _here(self._preparation, task, size)
            else:
                yield Pieces(self._answers(worker, task, size), worker.answers.is_ready)
                worker.done(size)

    def _give(self, task: Task, size: int) -> _Worker | None:
        """The worker that does a task; None when it is to be done here."""
        if task.resume is not None:
            # What goes on where it ended is soon read, and may carry more than a pipe takes at once.
            return None
        able = [each for each in self._workers if not each.answers.ended]
        for worker in sorted(able, key=lambda each: (each.waiting_bytes, each.waiting_tasks)):
            if worker.give(task, size):
                return worker
        return None

    def _answers(self, worker: _Worker, task: Task, size: int) -> Iterator[Prepared]:
        while (frame := worker.answers.get()) is not None:
            prepared: Prepared = pickle.loads(frame)  # noqa: S301 - from our own process
            yield prepared
            if prepared.is_last:
                return
        yield from _here(self._preparation, task, size).coming
