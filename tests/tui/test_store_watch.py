"""The watcher of the store."""

import threading
from pathlib import Path

from byline.record import Session
from byline.store.store import Store
from byline_tui.store_watch import StoreWatch


def test_a_commit_of_another_connection_is_told_once_and_nothing_after_the_end(store: Store) -> None:
    told: list[int] = []
    came = threading.Event()

    def changed() -> None:
        told.append(1)
        came.set()

    watch = StoreWatch(store.path, changed, every_s=0.01)
    watch.start()
    with store.write() as writer:
        writer.sessions([Session("cc_1", "claude", "1", "One", "agent")], {"cc_1": (1, 1)})
    assert came.wait(5)
    watch.stop()
    assert told == [1]
    with store.write() as writer:
        writer.sessions([Session("cc_2", "claude", "2", "Two", "agent")], {"cc_2": (1, 1)})
    assert told == [1]


def test_a_store_that_is_not_there_is_neither_watched_nor_made(tmp_path: Path) -> None:
    watch = StoreWatch(tmp_path / "nowhere.db", lambda: None)
    watch.start()
    watch.stop()
    assert list(tmp_path.iterdir()) == []
