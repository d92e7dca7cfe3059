"""Re-read this machine's histories beside a program that is running: for the browser, when it opens."""

from collections.abc import Callable
from pathlib import Path

from byline.history.aider_commits import import_aider_commits
from byline.history.imports import Progress, import_histories
from byline.history.summary import Summary
from byline.store.store import Store


class _Stopped(Exception):  # noqa: N818 - no error: it ends an import that nobody wants any more
    """Nobody wants the rest."""


def refresh(
    path: Path,
    progress: Progress | None = None,
    is_stopped: Callable[[], bool] | None = None,
    folder: Path | None = None,
) -> Summary | None:
    """Import what is new in the agents' own places, newest first, and the commits Aider made in a repository.

    Call it from a worker thread, or in a process of its own: it opens a connection of its own, reads large
    histories in further processes (their standard streams are their own), and writes in turns of some ten
    milliseconds, so that readers see what there is so far. Nothing new costs little more than a look.

    Args:
        path: the store.
        progress: told the bytes read, the bytes to read and the path that comes next, in this thread.
        is_stopped: asked before each history, and before each session of a large one; once it is true the
            import ends. What was stored until then is kept, and the next import goes on.
        folder: whose repository's commits are looked at; None for the current folder.

    Returns:
        What was done; None when it was stopped.

    Raises:
        GitError: git fails in the repository; the histories are imported then.
        StoreError: the store cannot be read or written.
    """

    def went(done: int, total: int, source: str) -> None:
        if is_stopped is not None and is_stopped():
            raise _Stopped
        if progress is not None:
            progress(done, total, source)

    with Store(path) as store:
        try:
            summary = import_histories(store, progress=went)
        except _Stopped:
            return None
        if is_stopped is not None and is_stopped():
            return None
        return import_aider_commits(store, folder or Path(), summary)
