"""Build the demo: repository and store in a folder."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from byline.demo.chapters import CAST, STORY
from byline.demo.history import write_history
from byline.demo.play import Performance, Player
from byline.store.store import Store

LAST_DAY = datetime(2026, 11, 20, tzinfo=UTC)
"""The day on which the story ends, when nobody names another one."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo is, and the truth about it. ``oids`` are the commits', oldest first."""

    repository: Path
    database: Path
    oids: tuple[str, ...]
    story: Performance


def build_demo(folder: Path, last_day: datetime = LAST_DAY) -> Demo:
    """Make ``folder/uploader`` (a repository) and ``folder/byline.db``; the folder may exist, they may not.

    The same ``last_day`` gives the same commits.

    Raises:
        GitError: git is missing or fails.
        StoreError: the store cannot be written.
        FileExistsError: there is a demo already.
    """
    repository, database = folder.absolute() / "uploader", folder.absolute() / "byline.db"
    story = Player(CAST, str(repository), last_day).play(STORY)
    oids = write_history(repository, story.commits, story.index.files, story.worktree.files)
    with Store(database) as store:
        _write_records(store, story, repository, oids[0])
    return Demo(repository, database, tuple(oids), story)


def _write_records(store: Store, story: Performance, repository: Path, root: str) -> None:
    records = story.records
    session_ids = [session.id for session in records.sessions]
    with store.write() as writer:
        writer.sessions(records.sessions)
        writer.messages(records.messages)
        writer.parts(records.parts)
        writer.edits(records.edits)
        writer.recount(session_ids)
    row = store.repositories.remember(root, None, root, str(repository))
    store.repositories.bind_sessions(session_ids, row.id)
