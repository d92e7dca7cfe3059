"""Sessions that a person wants gone: nothing of them is left, and imports leave them out."""

import sqlite3
from pathlib import Path

from claude_records import ClaudeTranscript

from byline.attribution import ENGINE_VERSION
from byline.history import Forgotten, forget_sessions, import_histories
from byline.store.commits import AttributedCommit, CommitRecord
from byline.store.store import Store
from byline.store.writer import Written


def session(folder: Path, name: str) -> ClaudeTranscript:
    """Three messages, three parts and one edit, whose content only it has."""
    transcript = ClaudeTranscript(folder / f"{name}.jsonl", name)
    transcript.prompt(f"Do the {name}thing")
    transcript.write("a.py", f"{name}\n", f"t-{name}", f"m-{name}")
    transcript.said("Done.", f"n-{name}")
    return transcript


def keep_commit(store: Store, oid: str, session_id: str) -> None:
    """A kept attribution with one line of a session."""
    record = CommitRecord(oid, (), 1, 1, "Mia <mia@example.com>", "Subject")
    repository = store.repositories.remember("id", None, None, "/w/app").id
    patch = {"files": [{"hunks": [{"lines": [{"session_id": session_id}]}]}]}
    store.commits.keep(
        repository, AttributedCommit(record, patch, {}, None, ENGINE_VERSION, {"id": oid}, None)
    )


def left(store: Store, word: str) -> int:
    """How many rows of any table hold a word."""
    with sqlite3.connect(store.path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(
            any(isinstance(value, str) and word in value for value in row)
            for table in tables
            if not table.startswith("parts_fts") and table not in {"forgotten_sessions", "import_sources"}
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - the store's own names
        )


def test_nothing_of_a_forgotten_session_is_left(store: Store, folder: Path) -> None:
    session(folder, "s1")
    session(folder, "s2")
    import_histories(store, [folder])
    keep_commit(store, "a" * 40, "cc_s1")
    keep_commit(store, "b" * 40, "cc_s2")
    assert forget_sessions(store, ["cc_s1"]) == Forgotten(1, 3, 3, 1, 1)
    assert store.sessions.ids() == ["cc_s2"]
    assert store.sessions.ids("s1thing") == []
    assert left(store, "s1") == 0
    row = store.repositories.all()[0].id
    assert store.commits.intersection(row, "a" * 40) is store.commits.trace(row, "a" * 40) is None
    assert store.commits.intersection(row, "b" * 40) is not None
    with sqlite3.connect(store.path) as connection:
        # The other session's content, and the nothing before it.
        assert connection.execute("SELECT count(*) FROM contents").fetchone() == (2,)
        connection.execute("INSERT INTO parts_fts(parts_fts, rank) VALUES ('integrity-check', 1)")


def test_an_import_leaves_it_out_until_it_is_asked_for(store: Store, folder: Path) -> None:
    transcript = session(folder, "s1")
    import_histories(store, [folder])
    forget_sessions(store, ["cc_s1"])
    transcript.prompt("More")
    assert import_histories(store, [folder]).messages == Written()
    (folder / "copy.jsonl").write_bytes(transcript.path.read_bytes())
    assert import_histories(store, [folder]).sessions == Written()
    with store.write():
        store.forgetting.allow_all()
    assert import_histories(store, [folder]).messages == Written(4)


def test_a_content_that_another_session_has_too_stays(store: Store, folder: Path) -> None:
    for name in ("s1", "s2"):
        transcript = ClaudeTranscript(folder / f"{name}.jsonl", name)
        transcript.write("a.py", "same\n", f"t-{name}", f"m-{name}")
    import_histories(store, [folder])
    forget_sessions(store, ["cc_s1"])
    (edit,) = store.edits.of_session("cc_s2")
    assert store.edits.contents([edit.result_hash or ""]) == {edit.result_hash: "same\n"}


def test_sessions_begun_by_a_forgotten_one_stay_without_a_parent(store: Store, folder: Path) -> None:
    session(folder, "s1")
    child = ClaudeTranscript(
        folder / "s1" / "subagents" / "agent-x.jsonl", "s1", envelope={"isSidechain": True}
    )
    child.prompt("Look around")
    import_histories(store, [folder])
    assert [row.id for row in store.sessions.children("cc_s1")] == ["cc_x"]
    forget_sessions(store, ["cc_s1", "cc_nobody"])
    (row,) = store.sessions.rows(["cc_x"])
    assert row.parent is None


def test_forgetting_that_is_interrupted_is_completed_by_doing_it_again(store: Store, folder: Path) -> None:
    for name in ("s1", "s2", "s3"):
        session(folder, name)
    import_histories(store, [folder])

    def stop(done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    ids = ["cc_s1", "cc_s2", "cc_s3"]
    try:
        forget_sessions(store, ids, stop)
    except KeyboardInterrupt:
        assert sorted(store.sessions.ids()) == ["cc_s2", "cc_s3"]
    assert forget_sessions(store, ids).sessions == 2
    assert left(store, "cc_s") == 0
