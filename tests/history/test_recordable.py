"""Imports leave out what the configuration ignores, as hooks do."""

from pathlib import Path

import pytest
from claude_records import ClaudeTranscript

from byline.errors import BylineError
from byline.history import import_histories
from byline.paths import config_dir
from byline.store.store import Store


def configure(text: str) -> None:
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "config.toml").write_text(text)


@pytest.fixture
def history(folder: Path) -> Path:
    """A session that writes ``a.py`` and ``keys.env`` in ``/w/app``."""
    transcript = ClaudeTranscript(folder / "-w-app" / "s1.jsonl", "s1")
    transcript.prompt("Do it")
    transcript.write("a.py", "x\n", "t-1", "m-1")
    transcript.write("keys.env", "KEY=very-secret\n", "t-2", "m-2")
    return folder


def paths(store: Store) -> list[str]:
    return [
        Path(path).name for (path,) in store.connection.execute("SELECT path FROM diff_traces ORDER BY id")
    ]


def test_of_an_ignored_file_nothing_is_imported(store: Store, history: Path) -> None:
    configure('ignore = ["*.env"]')
    import_histories(store, [history])
    assert paths(store) == ["a.py"]
    dump = "\n".join(store.connection.iterdump())
    assert "very-secret" not in dump
    assert "Do it" in dump


def test_a_session_in_an_ignored_folder_is_not_imported(store: Store, history: Path) -> None:
    configure('ignore = ["/w/app"]')
    import_histories(store, [history])
    assert [store.sessions.count(), paths(store)] == [0, []]


def test_without_a_pattern_that_fits_all_is_imported(store: Store, history: Path) -> None:
    configure('ignore = ["/w/other", "*.pem"]')
    import_histories(store, [history])
    assert paths(store) == ["a.py", "keys.env"]


def test_nothing_is_imported_while_it_cannot_be_told_what_is_ignored(store: Store, history: Path) -> None:
    configure("ignore = [")
    with pytest.raises(BylineError, match=r"config\.toml"):
        import_histories(store, [history])
    assert store.sessions.count() == 0
