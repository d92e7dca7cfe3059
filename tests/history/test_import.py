"""Importing histories: complete, once, again and again, and after interruptions."""

import json
import os
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript, time_ms_of
from stored_rows import everything

from byline.errors import UsageError
from byline.git.repository import Repository
from byline.history import Summary, import_histories
from byline.history.summary import UnreadableRecord
from byline.review.repositories import repository_row
from byline.store.store import Store
from byline.store.writer import Written


def session(folder: Path, name: str = "s1") -> ClaudeTranscript:
    """A transcript with a prompt, a created file and an answer: three messages, three parts, one edit."""
    transcript = ClaudeTranscript(folder / "-w-app" / f"{name}.jsonl", name)
    transcript.prompt(f"Do {name}")
    transcript.write("a.py", "x\n", f"t-{name}", f"m-{name}")
    transcript.said("Done.", f"n-{name}")
    return transcript


def counts(summary: Summary) -> tuple[Written, Written, Written, Written]:
    return summary.sessions, summary.messages, summary.parts, summary.edits


def test_everything_new_is_counted_as_new(store: Store, folder: Path) -> None:
    session(folder, "s1")
    session(folder, "s2")
    summary = import_histories(store, [folder])
    assert (summary.sources, summary.read, summary.records) == (2, 2, 8)
    assert counts(summary) == (Written(2), Written(6), Written(6), Written(2))


def test_a_second_import_skips_what_is_unchanged(store: Store, folder: Path) -> None:
    session(folder)
    import_histories(store, [folder])
    before = everything(store.path)
    again = import_histories(store, [folder])
    assert (again.unchanged, again.read, counts(again)) == (1, 0, (Written(),) * 4)
    assert everything(store.path) == before


def test_reading_the_same_again_finds_only_duplicates(store: Store, folder: Path) -> None:
    transcript = session(folder)
    import_histories(store, [folder])
    os.utime(transcript.path, (1, 1))
    again = import_histories(store, [folder])
    assert counts(again) == (Written(0, 0, 1), Written(0, 0, 3), Written(0, 0, 3), Written(0, 0, 1))


def test_a_grown_history_adds_what_is_new(store: Store, folder: Path) -> None:
    transcript = session(folder)
    import_histories(store, [folder])
    transcript.write("b.py", "y\n", "t2", "m2")
    again = import_histories(store, [folder])
    assert counts(again) == (Written(0, 1), Written(1), Written(1), Written(1))
    (row,) = store.sessions.rows(["cc_s1"])
    assert (row.messages, row.parts, row.edits, row.added) == (4, 4, 2, 2)


def test_a_call_gets_its_result_from_a_later_import(store: Store, folder: Path) -> None:
    transcript = ClaudeTranscript(folder / "s1.jsonl")
    transcript.call("Bash", "t1", "m1", {"command": "ls"})
    import_histories(store, [folder])
    transcript.result("t1", {"stdout": "a"}, "a")
    assert import_histories(store, [folder]).parts == Written(0, 1)
    (message,) = store.conversations.read("cc_s1")
    assert (message.parts[0].text, message.parts[0].status) == ("a", "completed")


def test_a_rewritten_history_is_read_again_and_nothing_recorded_is_lost(store: Store, folder: Path) -> None:
    transcript = session(folder)
    import_histories(store, [folder])
    transcript.path.unlink()
    fresh = ClaudeTranscript(transcript.path, "s1")
    fresh.prompt("Something else", "other-uuid")
    import_histories(store, [folder])
    assert "other-uuid" in {message.message_id for message in store.conversations.read("cc_s1")}
    assert store.sessions.rows(["cc_s1"])[0].messages == 4


def test_the_order_and_number_of_imports_do_not_matter(tmp_path: Path, folder: Path) -> None:
    first, second = session(folder, "s1"), session(folder, "s2")
    with Store(tmp_path / "a.db") as one, Store(tmp_path / "b.db") as other:
        import_histories(one, [first.path, second.path])
        import_histories(other, [second.path])
        import_histories(other, [folder])
        import_histories(other, [first.path])
        assert everything(one.path) == everything(other.path)


def test_a_backup_of_a_history_adds_nothing(store: Store, folder: Path) -> None:
    transcript = session(folder)
    (folder / "backup.jsonl").write_bytes(transcript.path.read_bytes())
    summary = import_histories(store, [folder])
    assert counts(summary) == (Written(1, 0, 1), Written(3, 0, 3), Written(3, 0, 3), Written(1, 0, 1))


def test_unreadable_records_are_listed_with_file_line_and_reason(store: Store, folder: Path) -> None:
    transcript = session(folder)
    transcript.line("{broken")
    summary = import_histories(store, [folder])
    (problem,) = summary.unreadable
    assert (problem.path, problem.line) == (str(transcript.path), 5)
    assert problem.reason.startswith("not JSON")
    assert summary.messages == Written(3)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_listed_and_the_others_are_imported(
    store: Store, folder: Path
) -> None:
    session(folder, "s2")
    session(folder, "s1").path.chmod(0)
    summary = import_histories(store, [folder])
    assert summary.sessions == Written(1)


def test_files_that_are_no_history_are_named_and_companions_are_not(store: Store, folder: Path) -> None:
    transcript = session(folder)
    (folder / "notes.txt").write_text("hello\n")
    beside = transcript.path.with_suffix("") / "tool-results"
    beside.mkdir(parents=True)
    (beside / "x.txt").write_text("long output")
    (beside.parent / "agent-1.meta.json").write_text("{}")
    assert import_histories(store, [folder]).unrecognised == (str(folder / "notes.txt"),)


def test_a_dry_run_counts_what_an_import_would_and_keeps_nothing(store: Store, folder: Path) -> None:
    transcript = session(folder)
    (folder / "backup.jsonl").write_bytes(transcript.path.read_bytes())
    planned = import_histories(store, [folder], dry_run=True)
    assert store.sessions.count() == 0
    assert counts(import_histories(store, [folder])) == counts(planned)


def test_histories_older_than_asked_for_are_left_out(store: Store, folder: Path) -> None:
    old = session(folder, "old")
    os.utime(old.path, (1_600_000_000, 1_600_000_000))
    summary = import_histories(store, [folder], since_ms=1_650_000_000_000)
    assert (summary.sources, summary.too_old, summary.read) == (1, 1, 0)


def test_sessions_that_end_before_the_time_are_left_out_of_a_copied_file(store: Store, folder: Path) -> None:
    session(folder, "s1")
    assert import_histories(store, [folder], since_ms=time_ms_of(5)).sessions == Written()
    with Store(store.path.with_name("other.db")) as other:
        assert import_histories(other, [folder], since_ms=time_ms_of(4)).sessions == Written(1)


def test_a_history_left_out_as_too_old_comes_when_it_is_asked_for(store: Store, folder: Path) -> None:
    session(folder, "s1")
    import_histories(store, [folder], since_ms=time_ms_of(5))
    assert import_histories(store, [folder]).sessions == Written(1)


def test_the_repository_that_is_named_gets_every_session(store: Store, folder: Path, repo: Path) -> None:
    session(folder, "s1")
    row = repository_row(store, Repository.open(repo))
    import_histories(store, [folder], repository=row)
    assert store.sessions.rows(["cc_s1"])[0].repository == row.identity


def test_naming_the_repository_later_binds_what_was_imported_before(
    store: Store, folder: Path, repo: Path
) -> None:
    session(folder, "s1")
    import_histories(store, [folder])
    row = repository_row(store, Repository.open(repo))
    summary = import_histories(store, [folder], repository=row)
    assert summary.unchanged == 1
    assert store.sessions.rows(["cc_s1"])[0].repository == row.identity


def test_a_session_finds_the_repository_of_its_folder(store: Store, folder: Path, repo: Path) -> None:
    transcript = ClaudeTranscript(folder / "s1.jsonl", "s1", cwd=str(repo))
    transcript.prompt("Do it")
    assert import_histories(store, [folder]).bound == 1
    assert (
        store.sessions.rows(["cc_s1"])[0].repository == repository_row(store, Repository.open(repo)).identity
    )


def test_without_paths_the_agents_own_places_are_searched(store: Store, isolated_home: Path) -> None:
    session(isolated_home / ".claude" / "projects")
    assert import_histories(store).sessions == Written(1)


def test_an_unknown_agent_or_path_is_a_usage_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no reader for nobody: choose from .*claude"):
        import_histories(store, agents=["nobody"])
    with pytest.raises(UsageError, match="there is no file or folder"):
        import_histories(store, [tmp_path / "missing"])


def test_an_interrupted_import_keeps_whole_histories_and_goes_on(store: Store, folder: Path) -> None:
    for name in ("s1", "s2", "s3"):
        session(folder, name)
    seen: list[str] = []

    def interrupt(done: int, total: int, path: str) -> None:
        seen.append(path)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_histories(store, [folder], progress=interrupt)
    assert [row.messages for row in store.sessions.rows(store.sessions.ids())] == [3]
    rest = import_histories(store, [folder])
    assert (rest.unchanged, rest.sessions) == (1, Written(2))


def test_the_newest_history_comes_first(store: Store, folder: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        os.utime(session(folder, name).path, (2_000_000_000 - age, 2_000_000_000 - age))
    order: list[str] = []
    import_histories(store, [folder], progress=lambda _done, _total, path: order.append(Path(path).stem))
    assert order == ["new", "middle", "old", ""]


def test_the_summary_as_json_adds_up(store: Store, folder: Path) -> None:
    session(folder).line("{broken")
    value = json.loads(json.dumps(import_histories(store, [folder]).to_json()))
    assert value["messages"] == {"new": 3, "updated": 0, "duplicates": 0}
    assert value["sources"] == value["read"] + value["unchanged"] + value["too_old"]
    assert value["unreadable"][0]["line"] == 5
    assert str(UnreadableRecord(**value["unreadable"][0])).endswith(value["unreadable"][0]["reason"])
