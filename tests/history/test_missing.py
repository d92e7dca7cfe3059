"""What happens to sessions whose history is gone, and to imports that only look."""

from pathlib import Path

import pytest
from claude_records import ClaudeTranscript
from stored_rows import everything

from byline.history import import_histories
from byline.history.rehearsal import rehearsal
from byline.store.store import Store


def session(folder: Path, name: str) -> ClaudeTranscript:
    transcript = ClaudeTranscript(folder / f"{name}.jsonl", name)
    transcript.prompt(f"Do {name}")
    return transcript


def missing(store: Store) -> dict[str, bool]:
    return {row.id: row.source_missing for row in store.sessions.rows(["cc_s1", "cc_s2"])}


def test_a_session_whose_history_is_gone_stays_and_is_marked_until_it_comes_back(
    store: Store, folder: Path
) -> None:
    first = session(folder, "s1")
    session(folder, "s2")
    import_histories(store, [folder])
    text = first.path.read_text()
    first.path.unlink()
    import_histories(store, [folder])
    assert missing(store) == {"cc_s1": True, "cc_s2": False}
    assert len(store.conversations.read("cc_s1")) == 1
    first.path.write_text(text)
    import_histories(store, [folder])
    assert missing(store) == {"cc_s1": False, "cc_s2": False}


def test_a_session_whose_history_was_moved_is_not_missing(store: Store, folder: Path) -> None:
    first = session(folder, "s1")
    import_histories(store, [folder])
    first.path.rename(folder / "archived.jsonl")
    import_histories(store, [folder])
    assert missing(store) == {"cc_s1": False}


def test_only_what_was_looked_for_is_missing(store: Store, folder: Path) -> None:
    first, second = session(folder / "a", "s1"), session(folder / "b", "s2")
    import_histories(store, [folder])
    first.path.unlink()
    second.path.unlink()
    import_histories(store, [folder / "a"])
    assert missing(store) == {"cc_s1": True, "cc_s2": False}
    import_histories(store, agents=["codex"])
    assert missing(store) == {"cc_s1": True, "cc_s2": False}
    import_histories(store)
    assert missing(store) == {"cc_s1": True, "cc_s2": True}


def test_a_rehearsal_changes_nothing_and_makes_no_store(store: Store, folder: Path, tmp_path: Path) -> None:
    session(folder, "s1")
    import_histories(store, [folder])
    session(folder, "s2")
    before = everything(store.path)
    with rehearsal(store.path) as copy:
        assert import_histories(copy, [folder]).sessions.persisted == 1
    assert everything(store.path) == before
    nowhere = tmp_path / "none" / "byline.db"
    with rehearsal(nowhere) as copy:
        assert import_histories(copy, [folder]).sessions.persisted == 2
    assert not nowhere.parent.exists()


@pytest.mark.parametrize("agents", [["claude"], ["codex"], ["claude", "codex"]])
def test_the_files_of_agents_that_were_not_asked_for_are_no_riddle(
    store: Store, folder: Path, agents: list[str]
) -> None:
    session(folder, "s1")
    (folder / "notes.txt").write_text("hello\n")
    summary = import_histories(store, [folder], agents)
    assert summary.unrecognised == (str(folder / "notes.txt"),)
    assert summary.read == agents.count("claude")
