"""Forks and resumed sessions: what they repeat is credited once, to the session that had it."""

from itertools import permutations
from pathlib import Path

import pytest
from claude_records import ClaudeTranscript

from byline.history import import_histories
from byline.store.store import Store


def copy_as(transcript: ClaudeTranscript, session: str) -> ClaudeTranscript:
    """A new session's file that begins with the whole history under the new session's id."""
    path = transcript.path.with_name(f"{session}.jsonl")
    path.write_text(
        transcript.path.read_text().replace(f'"sessionId":"{transcript.session}"', f'"sessionId":"{session}"')
    )
    fork = ClaudeTranscript(path, session)
    fork._seconds, fork._last = transcript._seconds, transcript._last
    return fork


def writers(store: Store) -> dict[str, list[str]]:
    """Session to the files that it is credited with."""
    return {
        session: [edit.path for edit in store.edits.of_session(session)]
        for session in sorted(store.sessions.ids())
    }


@pytest.mark.parametrize("order", list(permutations(["s1.jsonl", "s2.jsonl"])), ids="-".join)
def test_a_resumed_session_is_credited_with_its_own_edits_only(
    store: Store, tmp_path: Path, order: tuple[str, str]
) -> None:
    first = ClaudeTranscript(tmp_path / "h" / "s1.jsonl", "s1")
    first.prompt("Begin", "root")
    first.write("a.py", "x\n", "t1", "m1")
    copy_as(first, "s2").write("b.py", "y\n", "t2", "m2")
    for name in order:
        import_histories(store, [tmp_path / "h" / name])
    assert writers(store) == {"cc_s1": ["/w/app/a.py"], "cc_s2": ["/w/app/b.py"]}
    parents = {row.id: row.parent for row in store.sessions.rows(["cc_s1", "cc_s2"])}
    assert parents == {"cc_s1": None, "cc_s2": "cc_s1"}
    assert [row.messages for row in store.sessions.rows(["cc_s1", "cc_s2"])] == [2, 1]


def test_a_settled_owner_stays_the_owner_when_both_go_on(store: Store, tmp_path: Path) -> None:
    first = ClaudeTranscript(tmp_path / "h" / "s1.jsonl", "s1")
    first.prompt("Begin", "root")
    first.write("a.py", "x\n", "t1", "m1")
    fork = copy_as(first, "s2")
    fork.write("b.py", "y\n", "t2", "m2")
    import_histories(store, [tmp_path / "h"])
    first.write("c.py", "z\n", "t3", "m3")
    fork.write("d.py", "z\n", "t4", "m4")
    import_histories(store, [tmp_path / "h"])
    assert writers(store) == {
        "cc_s1": ["/w/app/a.py", "/w/app/c.py"],
        "cc_s2": ["/w/app/b.py", "/w/app/d.py"],
    }


def test_sessions_that_share_nothing_are_left_alone(store: Store, tmp_path: Path) -> None:
    for name in ("s1", "s2"):
        transcript = ClaudeTranscript(tmp_path / "h" / f"{name}.jsonl", name)
        transcript.prompt("Begin", f"root-{name}")
        transcript.write("a.py", "x\n", f"t-{name}", f"m-{name}")
    assert import_histories(store, [tmp_path / "h"]).copied == 0
    assert writers(store) == {"cc_s1": ["/w/app/a.py"], "cc_s2": ["/w/app/a.py"]}
