"""Re-reading the machine's histories beside a program that runs."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from claude_records import ClaudeTranscript

from byline.history import refresh
from byline.store.store import Store


def session(home: Path, name: str) -> None:
    ClaudeTranscript(home / ".claude" / "projects" / "p" / f"{name}.jsonl", name).prompt(f"Do {name}")


def test_what_is_new_on_this_machine_is_brought_in_from_a_thread(tmp_path: Path, isolated_home: Path) -> None:
    for name in ("s1", "s2"):
        session(isolated_home, name)
    told: list[tuple[int, int]] = []
    with ThreadPoolExecutor(1) as pool:
        path = tmp_path / "byline.db"
        summary = pool.submit(refresh, path, lambda done, total, _: told.append((done, total))).result()
        assert summary is not None
        assert summary.sessions.persisted == 2
        assert told[0][0] == 0
        assert told[-1][0] == told[-1][1] > 0
        again = pool.submit(refresh, path).result()
        assert again is not None
        assert again.unchanged == 2


def test_a_refresh_that_is_stopped_keeps_what_it_has(tmp_path: Path, isolated_home: Path) -> None:
    for name in ("s1", "s2", "s3"):
        session(isolated_home, name)
    path = tmp_path / "byline.db"
    asked: list[None] = []

    def is_stopped() -> bool:
        asked.append(None)
        return len(asked) > 1

    assert refresh(path, is_stopped=is_stopped) is None
    with Store(path) as store:
        assert store.sessions.count() == 1
    rest = refresh(path)
    assert rest is not None
    assert (rest.unchanged, rest.read) == (1, 2)
