"""Histories read by other processes: the store is as if read in this one, whatever becomes of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from stored_rows import everything

from byline.history import import_histories, workers
from byline.history.turns import Turns
from byline.record import Message
from byline.store.store import Store


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the processes that are started; even little is worth some."""
    monkeypatch.setattr(workers, "WORTH_BYTES", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    started: list[int] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *words: object, **keys: object) -> None:
            super().__init__(*words, **keys)  # type: ignore[call-overload] # passed on as they came
            started.append(self.pid)

    monkeypatch.setattr(workers.subprocess, "Popen", Noted)
    return started


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_processes_read_what_one_would(
    tmp_path: Path, folder: Path, many: Callable[[int, int], None], started: list[int]
) -> None:
    many(30, 3)
    (folder / "broken.jsonl").write_text((folder / "s1.jsonl").read_text() + "{broken\n")
    with Store(tmp_path / "a.db") as one, Store(tmp_path / "b.db") as other:
        by_two = import_histories(one, [folder])
        assert len(started) == 2
        workers.WORTH_BYTES = 10**12
        assert import_histories(other, [folder]) == by_two
        assert everything(one.path) == everything(other.path)
    assert len(by_two.unreadable) == 1
    assert not any(is_running(pid) for pid in started)


def test_a_process_that_reads_loads_no_database() -> None:
    code = "import sys, byline.history.worker; print({'peewee', 'rich', 'textual'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_what_a_process_leaves_when_it_breaks_down_is_read_here(
    store: Store, tmp_path: Path, folder: Path, many: Callable[[int, int], None], started: list[int]
) -> None:
    many(30, 3)
    seen: list[str] = []

    def end_one(_done: int, _total: int, path: str) -> None:
        seen.append(path)
        if len(seen) == 3:
            os.kill(started[0], signal.SIGKILL)
        if len(seen) == 12:
            os.kill(started[1], signal.SIGKILL)

    summary = import_histories(store, [folder], progress=end_one)
    assert summary.sessions.persisted == 30
    with Store(tmp_path / "b.db") as other:
        workers.WORTH_BYTES = 10**12
        import_histories(other, [folder])
        assert everything(store.path) == everything(other.path)


def test_an_import_that_is_stopped_leaves_no_process(
    store: Store, folder: Path, many: Callable[[int, int], None], started: list[int]
) -> None:
    many(30, 3)

    def stop(done: int, _total: int, _path: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_histories(store, [folder], progress=stop)
    assert len(started) == 2
    assert not any(is_running(pid) for pid in started)
    assert store.sessions.count() == 1


@pytest.mark.parametrize("seen", [1, 15])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_import_ended_at_any_moment_is_completed_by_the_next(
    tmp_path: Path, folder: Path, many: Callable[[int, int], None], how: signal.Signals, seen: int
) -> None:
    many(40, 25)
    path = tmp_path / "a.db"
    with Store(path) as store:
        words = [sys.executable, "-m", "byline.cli.main", "--db", str(path), "import", str(folder)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while store.sessions.count() < seen and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(how)
        process.communicate()
        assert process.returncode == {signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}[how]
        assert seen <= store.sessions.count() < 40
        import_histories(store, [folder])
        with Store(tmp_path / "b.db") as other:
            import_histories(other, [folder])
            assert everything(path) == everything(other.path)


def test_what_was_half_written_when_it_ended_is_not_kept(store: Store) -> None:
    def write(*message_ids: str, is_whole: bool) -> None:
        with Turns(store) as turns:
            for message_id in message_ids:
                turns.writer.messages([Message("cc_1", message_id, "user", 1)])
            if is_whole:
                turns.pause()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write("m1", "m2", is_whole=False)
    assert store.conversations.read("cc_1") == []
    with pytest.raises(KeyboardInterrupt):
        write("m1", is_whole=True)
    assert [message.message_id for message in store.conversations.read("cc_1")] == ["m1"]


def test_other_processes_can_write_between_two_turns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byline.history.turns.TURN_S", 0)
    with Store(store.path) as hook, Turns(store) as turns:
        turns.begin()
        turns.pause()
        with hook.write() as writer:
            writer.sessions([])
        turns.begin()
        turns.end()
        assert turns.longest_s > 0
