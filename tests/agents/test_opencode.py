"""OpenCode's databases, storage trees and exports: what is stored of them, and what their damage costs."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stored_histories import Rows, samples, stored

from byline.agents.opencode.blocks import tool_output
from byline.agents.opencode.history import OpenCodeHistory
from byline.history import Summary

FIXTURES = Path(__file__).parent / "fixtures" / "opencode"
SECRET = "sekrit-token-of-the-account"
START = 1_780_000_000_000
OWN_SESSION = "ses_df9e09bdeffeAWseKRigT3lJgV"


def database(path: Path, fixture: str = "own-1.18.34", journal: str = "delete") -> Path:
    """A database made of a fixture's SQL, with a secret beside OpenCode's sessions."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.executescript((FIXTURES / f"{fixture}.sql").read_text())
        connection.execute("CREATE TABLE account (access_token TEXT)")
        connection.execute("INSERT INTO account VALUES (?)", (SECRET,))
        connection.commit()
    return path


def golden(name: str) -> dict[str, Rows]:
    found: dict[str, Rows] = json.loads((FIXTURES / f"{name}.golden.json").read_text())
    return found


class Tree:
    """A storage tree (to 1.1), written file by file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = START

    def write(self, name: str, value: object) -> Path:
        path = self.root / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, indent=2))
        return path

    def session(self, session_id: str = "ses_1", **info: object) -> Path:
        self.clock += 1000
        times = {"created": self.clock, "updated": self.clock}
        base = {"id": session_id, "version": "1.0.185", "projectID": "p1", "directory": "/w/app"}
        base |= {"title": "New session - 2026-05-28T20:26:40.000Z"}
        return self.write(f"session/p1/{session_id}", {**base, "time": times, **info})

    def message(self, message_id: str, role: str, *parts: dict[str, Any], **info: object) -> Path:
        """A message with its parts; each call is a second later than the one before."""
        self.clock += 1000
        session = info.pop("session", "ses_1")
        base: dict[str, Any] = {"id": message_id, "sessionID": session, "role": role}
        base["time"] = {"created": self.clock}
        if role == "assistant":
            base |= {"providerID": "acme", "modelID": "m-1", "path": {"cwd": "/w/app", "root": "/w/app"}}
        for index, part in enumerate(parts):
            part_id = f"prt_{message_id}_{index}"
            owner = {"id": part_id, "messageID": message_id, "sessionID": session}
            self.write(f"part/{message_id}/{part_id}", owner | part)
        return self.write(f"message/{session}/{message_id}", {**base, **info})


def said(text: str, **more: object) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def call(tool: str, tool_input: dict[str, Any], call_id: str = "c1", **state: object) -> dict[str, Any]:
    base = {"status": "completed", "input": tool_input, "output": "ok", "metadata": {}}
    base["time"] = {"start": START + 10, "end": START + 20}
    return {"type": "tool", "tool": tool, "callID": call_id, "state": {**base, **state}}


def created(path: str, content: str, call_id: str = "c1", **state: object) -> dict[str, Any]:
    state.setdefault("metadata", {"filepath": path, "exists": False})
    return call("write", {"filePath": path, "content": content}, call_id, **state)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "storage")


@pytest.fixture
def byline(tmp_path: Path) -> Path:
    """The store that histories are imported to."""
    return tmp_path / "store" / "byline.db"


def parsed(byline: Path, part_id: str) -> list[dict[str, Any]]:
    """The files of a part's parsed patch."""
    with closing(sqlite3.connect(byline)) as connection:
        (patch,) = connection.execute("SELECT patch FROM parts WHERE part_id = ?", (part_id,)).fetchone()
    files: list[dict[str, Any]] = json.loads(patch)["files"]
    return files


def reasons(summary: Summary) -> list[str]:
    return [each.reason for each in summary.unreadable]


# What is stored


def test_an_export_says_what_its_database_says(tmp_path: Path, byline: Path) -> None:
    exported, summary = stored(byline, FIXTURES / "own-1.18.34-export.json")
    assert not summary.unreadable
    assert exported["edits"] == golden("own-1.18.34")["edits"]
    _, again = stored(byline, database(tmp_path / "opencode.db"))
    for counts in (again.messages, again.parts, again.edits):
        assert (counts.persisted, counts.updated) == (0, 0)


def test_only_the_tables_of_the_conversation_are_read(tmp_path: Path, byline: Path) -> None:
    stored(byline, database(tmp_path / "opencode.db"))
    assert SECRET.encode() not in byline.read_bytes()


def test_a_session_that_was_not_named_yet_is_called_by_what_a_person_typed(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message("msg_1", "user", said("AGENTS.md says …", synthetic=True), said("Fix the parser"))
    found, _ = stored(byline, tree.root)
    assert (found["sessions"][0]["title"], found["sessions"][0]["title_source"]) == (
        "Fix the parser",
        "prompt",
    )


def test_what_opencode_put_beside_a_prompt_is_a_message_of_its_own(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message("msg_1", "user", said("Fix it"), said("Called the Read tool", synthetic=True))
    tree.message("msg_2", "user", said("Continue if you have next steps", synthetic=True))
    found, _ = stored(byline, tree.root)
    assert [(each["message_id"], each.get("kind")) for each in found["messages"]] == [
        ("msg_1", None),
        ("msg_1-injected", "injected"),
        ("msg_2", "injected"),
    ]
    assert [(each["message_id"], each["text"]) for each in found["parts"]][:2] == [
        ("msg_1", "Fix it"),
        ("msg_1-injected", "Called the Read tool"),
    ]


def test_a_compaction_is_told_apart_from_prompts_and_replies(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message("msg_1", "user", {"type": "compaction", "auto": True})
    tree.message("msg_2", "assistant", said("So far …"), summary=True)
    found, _ = stored(byline, tree.root)
    assert [each["kind"] for each in found["messages"]] == ["compaction", "compaction"]


def test_a_sub_agents_session_names_its_parent_and_its_own_model(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message("msg_1", "user", said("Look around"))
    tree.session("ses_2", parentID="ses_1", title="Explore (@general subagent)")
    tree.message("msg_2", "assistant", created("/w/app/a.py", "x\n"), session="ses_2", modelID="m-2")
    found, _ = stored(byline, tree.root)
    child = found["sessions"][1]
    assert (child["id"], child["parent_id"], child["models"]) == ("oc_ses_2", "oc_ses_1", ["acme/m-2"])
    assert found["edits"][0]["model_id"] == "acme/m-2"


def test_the_tokens_of_all_steps_of_a_message_are_counted_once(tree: Tree, byline: Path) -> None:
    def finished(output: int) -> dict[str, Any]:
        cache = {"read": 7, "write": 0}
        tokens = {"input": 10, "output": output, "reasoning": 1, "cache": cache}
        return {"type": "step-finish", "reason": "stop", "tokens": tokens, "cost": 0.5}

    tree.session()
    last = finished(5)["tokens"]
    tree.message(
        "msg_1", "assistant", said("Hm"), finished(3), said("Done"), finished(5), tokens=last, cost=1.0
    )
    tree.message("msg_2", "assistant", said("Yes"), tokens=last)
    found, _ = stored(byline, tree.root)
    whole = {"input": 20, "output": 8, "reasoning": 2, "cache_read": 14, "cache_write": 0}
    assert found["messages"][0]["tokens"] == whole
    assert found["messages"][0]["cost"] == 1.0
    assert found["messages"][1]["tokens"]["output"] == 5


def test_parts_keep_their_order_whatever_their_times_say(tree: Tree, byline: Path) -> None:
    tree.session()
    late = {"start": START + 90_000, "end": START + 90_000}
    tree.message("msg_1", "assistant", said("First", time=late), call("bash", {"command": "ls"}))
    found, _ = stored(byline, tree.root)
    times = [each["generated_at_unix_ms"] for each in found["parts"]]
    assert times == sorted(times)
    assert [each["type"] for each in found["parts"]] == ["text", "tool"]


def test_questions_files_and_errors_are_told(tree: Tree, byline: Path) -> None:
    asked = {"questions": [{"question": "Which?", "options": []}, {"question": "When?", "options": []}]}
    answered = call("question", asked, metadata={"answers": [["A", "B"]]})
    picture = {"type": "file", "mime": "image/png", "filename": "x.png", "url": "data:image/png;base64,AAAA"}
    tree.session()
    tree.message("msg_1", "user", said("Look"), picture)
    failed = {"name": "APIError", "data": {"message": "overloaded"}}
    tree.message("msg_2", "assistant", answered, error=failed)
    found, _ = stored(byline, tree.root)
    assert [(each["type"], each["text"]) for each in found["parts"]] == [
        ("text", "Look"),
        ("file", "x.png, image/png, 3 bytes"),
        (
            "question",
            '[{"question": "Which?", "answer": "A, B"}, {"question": "When?", "answer": null}]',
        ),
        ("text", "overloaded"),
    ]


@pytest.mark.parametrize("status", [{}, {"status": "modified"}])
def test_the_changes_since_a_prompt_are_an_observation_beside_it(
    tree: Tree, byline: Path, status: dict[str, str]
) -> None:
    diff = {"file": "a.py", "before": "x\n", "after": "y\n", "additions": 1, "deletions": 1, **status}
    tree.session()
    tree.message("msg_1", "user", said("Change it"), summary={"title": "t", "diffs": [diff]})
    tree.message("msg_2", "assistant", said("Done"), parentID="msg_1")
    found, _ = stored(byline, tree.root)
    assert found["messages"][-1]["message_id"] == "msg_1-patch"
    (patch,) = [each for each in found["parts"] if each["type"] == "patch"]
    assert (patch["message_id"], patch["status"]) == ("msg_1-patch", "parsed")
    assert patch["text"].endswith("--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,1 @@\n-x\n+y\n")
    assert [each["kind"] for each in parsed(byline, "msg_1-patch")] == ["modified"]
    assert not found["edits"]


def test_calls_that_failed_or_never_ended_are_no_edits(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message(
        "msg_1",
        "assistant",
        created("/w/app/a.py", "x\n", "c1", status="error", error="The user rejected permission"),
        created("/w/app/b.py", "x\n", "c2", status="running"),
        created("/w/app/c.py", "x\n", "c3"),
    )
    found, _ = stored(byline, tree.root)
    assert [each["path"] for each in found["edits"]] == ["/w/app/c.py"]
    assert [(each["status"], each["text"]) for each in found["parts"]][:1] == [
        ("error", "The user rejected permission")
    ]


# Snapshots


def git(folder: Path, *words: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["git", "--git-dir", str(folder), "--work-tree", str(folder), *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def snapshot(git_dir: Path, **files: str) -> str:
    """A tree with these files, as OpenCode takes one of a work tree."""
    blobs = {name: git(git_dir, "hash-object", "-w", "--stdin", stdin=text) for name, text in files.items()}
    lines = "".join(f"100644 blob {oid}\t{name}.py\n" for name, oid in blobs.items())
    return git(git_dir, "mktree", stdin=lines)


@pytest.fixture(params=["p1", "p1/2fc8d8737dade6a774797f3a1d11f51bb502f058"], ids=["to 1.1", "from 1.2"])
def git_dir(request: pytest.FixtureRequest, tree: Tree) -> Path:
    """The folder of snapshots: the project's, or named by the SHA-1 of ``/w/app``, which is gone."""
    folder = tree.root.parent / "snapshot" / str(request.param)
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "config", "core.worktree", "/w/app")
    return folder


def step(tree: Tree, before: str, after: str) -> None:
    """A session in which a shell command changed files."""
    tree.session()
    tree.message(
        "msg_1",
        "assistant",
        {"type": "step-start", "snapshot": before},
        call("bash", {"command": "sed -i s/x/y/ a.py"}),
        {"type": "step-finish", "snapshot": after},
        {"type": "patch", "hash": before, "files": ["/w/app/a.py", "/w/app/c.py"]},
    )


def test_the_snapshot_trees_tell_what_a_step_changed(tree: Tree, byline: Path, git_dir: Path) -> None:
    lines = "one\ntwo\nthree\nfour\n"
    before = snapshot(git_dir, a="x\n", b=lines)
    step(tree, before, snapshot(git_dir, a="y\n", c=lines))
    found, _ = stored(byline, tree.root)
    patch = found["parts"][-1]
    assert (patch["type"], patch["status"]) == ("patch", f"snapshot {before}")
    assert "-x\n+y\n" in patch["text"]
    files = parsed(byline, patch["part_id"])
    assert [(each["old_path"], each["new_path"]) for each in files] == [("a.py", "a.py"), ("b.py", "c.py")]
    assert files[0]["hunks"][0]["lines"][0]["session_id"] == "oc_ses_1"
    assert not found["edits"]


def test_of_snapshots_that_are_gone_the_names_of_the_files_are_left(
    tree: Tree, byline: Path, git_dir: Path
) -> None:
    before = snapshot(git_dir, a="x\n")
    step(tree, before, "0" * 40)
    found, summary = stored(byline, tree.root)
    assert (found["parts"][-1]["type"], found["parts"][-1]["text"]) == ("file", "changed on disk: a.py, c.py")
    assert not summary.unreadable


# Forks


def test_what_a_fork_repeats_is_left_to_the_session_it_comes_from(tree: Tree, byline: Path) -> None:
    write = created("/w/app/a.py", "x\n")
    tree.session()
    first = json.loads(tree.message("msg_1", "user", said("Do it")).read_text())
    second = json.loads(tree.message("msg_2", "assistant", write).read_text())
    tree.session("ses_2", title="New session (fork #1)")
    for copied, parts in ((first, [said("Do it")]), (second, [write])):
        info = {**copied, "session": "ses_2"}
        del info["sessionID"], info["id"]
        tree.message(f"{copied['id']}-copy", info.pop("role"), *parts, **info)
    tree.message("msg_3", "user", said("Now differently"), session="ses_2")
    found, _ = stored(byline, tree.root)
    assert [(each["session_id"], each["message_id"]) for each in found["messages"]] == [
        ("oc_ses_1", "msg_1"),
        ("oc_ses_1", "msg_2"),
        ("oc_ses_2", "msg_3"),
    ]
    assert found["sessions"][1]["parent_id"] == "oc_ses_1"
    assert [each["session_id"] for each in found["edits"]] == ["oc_ses_1"]


def test_a_fork_keeps_what_it_repeats_of_a_session_that_is_gone(tree: Tree, byline: Path) -> None:
    tree.session("ses_2", time={"created": START + 60_000, "updated": START + 60_000})
    tree.message("msg_1", "user", said("Do it"), session="ses_2")
    found, _ = stored(byline, tree.root)
    assert [each["message_id"] for each in found["messages"]] == ["msg_1"]


# Sources


def test_nothing_is_left_beside_a_database_and_its_log_is_read(tmp_path: Path, byline: Path) -> None:
    path = database(tmp_path / "opencode.db", journal="wal")
    for name in ("opencode.db-wal", "opencode.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    stored(byline, path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["opencode.db", "store"]
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("UPDATE session SET title = 'Renamed in the log'")
        writer.commit()
        before = {each.name: each.read_bytes() for each in tmp_path.glob("opencode.db*")}
        found, summary = stored(byline, path)
        assert (found["sessions"][0]["title"], summary.unchanged) == ("Renamed in the log", 0)
        assert {each.name: each.read_bytes() for each in tmp_path.glob("opencode.db*")} == before
        assert stored(byline, path)[1].unchanged == 1


def test_a_tree_is_read_again_when_one_of_its_parts_changed(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message("msg_1", "assistant", said("Hel"))
    stored(byline, tree.root)
    assert stored(byline, tree.root)[1].unchanged == 1
    tree.write("part/msg_1/prt_msg_1_0", {"id": "prt_msg_1_0", **said("Hello")})
    found, summary = stored(byline, tree.root)
    assert (summary.unchanged, found["parts"][0]["text"]) == (0, "Hello")


def test_messages_without_their_sessions_file_are_read(tree: Tree, byline: Path) -> None:
    tree.message("msg_1", "user", said("Fix the parser"))
    tree.message("msg_2", "assistant", said("Done"))
    found, summary = stored(byline, tree.root)
    assert (summary.sources, len(found["messages"])) == (1, 2)
    session = found["sessions"][0]
    assert (session["id"], session["title"], session["cwd"]) == ("oc_ses_1", "Fix the parser", "/w/app")


def test_sessions_in_which_nothing_was_said_are_left_out(tree: Tree, byline: Path) -> None:
    tree.session()
    assert stored(byline, tree.root)[0]["sessions"] == []


def test_databases_of_all_channels_and_stored_sessions_are_found(
    isolated_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("OPENCODE_DB", raising=False)
    assert list(OpenCodeHistory().discover()) == []
    folder = isolated_home / "data" / "opencode"
    folder.mkdir(parents=True)
    found = [database(folder / name) for name in ("opencode-beta.db", "opencode.db")]
    tree = Tree(folder / "storage")
    found.append(tree.session())
    tree.message("msg_1", "user", said("Hello"))
    found.append(tree.message("msg_2", "user", said("Hello"), session="ses_homeless"))
    assert list(OpenCodeHistory().discover()) == found
    monkeypatch.setenv("OPENCODE_DB", str(database(tmp_path / "elsewhere.db")))
    assert tmp_path / "elsewhere.db" in OpenCodeHistory().discover()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{}",
        b'{"info": {"name": "x"}}',
        b'{"id": "x", "directory": "/w"}',
        b'{"type":"user","message":{"role":"user","content":"x"},"uuid":"1","sessionId":"2"}\n',
        b"SQLite format 3\0",
    ],
)
def test_other_files_are_not_taken_for_histories(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(head)
    assert not OpenCodeHistory().sniff(head, path)


@pytest.mark.parametrize("path", ["/x.json", "/message/x.json", "/a/message/x.json"])
def test_a_file_at_the_top_of_the_disk_is_no_trouble(path: str) -> None:
    message = b'{"id": "m", "sessionID": "message", "role": "user", "time": {"created": 1}}'
    assert not OpenCodeHistory().sniff(message, Path(path))
    assert not OpenCodeHistory().accompanies(Path(path))


def test_databases_of_others_are_not_taken_for_opencodes(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE message (id TEXT, body TEXT)")
        connection.commit()
    assert not OpenCodeHistory().sniff(path.read_bytes(), path)


# Damage

BAD_JSON = [
    (b'{"type":"text","te', "not JSON"),
    (b"", "not JSON"),
    (b'{"type":"te\0xt"}', "not JSON"),
    (b"\xff\xfe not text", "not JSON"),
    (b"[1, 2]", "not an object but list"),
    (b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
]


@pytest.mark.parametrize(("data", "reason"), BAD_JSON)
def test_a_damaged_file_of_a_tree_is_named_and_nothing_around_it_is_lost(
    tree: Tree, byline: Path, data: bytes, reason: str
) -> None:
    tree.session()
    tree.message("msg_1", "assistant", said("One"), said("Two"), said("Three"))
    (tree.root / "part" / "msg_1" / "prt_msg_1_1.json").write_bytes(data)
    found, summary = stored(byline, tree.root)
    assert [each["text"] for each in found["parts"]] == ["One", "Three"]
    assert (summary.records, len(reasons(summary))) == (5, 1)
    assert reasons(summary)[0].startswith(f"part/msg_1/prt_msg_1_1.json: {reason}")


@pytest.mark.parametrize(("data", "reason"), BAD_JSON)
def test_a_damaged_row_is_named_and_nothing_around_it_is_lost(
    tmp_path: Path, byline: Path, data: bytes, reason: str
) -> None:
    path = database(tmp_path / "opencode.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE part SET data = CAST(? AS TEXT) WHERE data LIKE '%\"Creating hello.py.\"%'",
            (data,),
        )
        connection.commit()
    found, summary = stored(byline, path)
    expected = [each for each in golden("own-1.18.34")["parts"] if each["text"] != "Creating hello.py."]
    assert found["parts"] == expected
    (problem,) = reasons(summary)
    assert problem.startswith(f"part prt_2061f6c43001JWz5GcX8s4FycF: {reason}")


def test_parts_and_messages_whose_owners_are_gone_are_read_or_named(tmp_path: Path, byline: Path) -> None:
    path = database(tmp_path / "opencode.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM session")
        connection.execute("DELETE FROM message WHERE id = 'msg_2061f719e00156FwYDVEUS55yF'")
        connection.commit()
    found, summary = stored(byline, path)
    (session,) = found["sessions"]
    assert (session["id"], session["cwd"]) == (f"oc_{OWN_SESSION}", "/home/dev/project/ws/oc")
    assert len(found["edits"]) == 2
    assert reasons(summary) == [
        "message msg_2061f719e00156FwYDVEUS55yF: not there; its 3 parts cannot be placed without it"
    ]


def test_text_that_is_no_utf8_is_read_with_marks_in_its_place(tmp_path: Path, byline: Path) -> None:
    path = database(tmp_path / "opencode.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE session SET title = CAST(x'41ff42' AS TEXT)")
        connection.commit()
    assert stored(byline, path)[0]["sessions"][0]["title"] == "A\ufffdB"


def test_of_a_damaged_database_the_rows_around_the_damage_are_read(tmp_path: Path, byline: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FIXTURES / "own-1.18.34.sql").read_text())
        (message,) = connection.execute("SELECT id FROM message ORDER BY id DESC LIMIT 1").fetchone()
        filler = [
            (f"prt_zz{number:04}", message, OWN_SESSION, START, START, json.dumps(said("x" * 500)))
            for number in range(400)
        ]
        connection.executemany("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)", filler)
        connection.commit()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(path.read_bytes())
    at = data.index(f"prt_zz0200{message}".encode()) // size * size
    data[at : at + size] = b"\xaa" * size
    path.write_bytes(data)
    found, summary = stored(byline, path)
    (problem,) = reasons(summary)
    assert problem.startswith("table part: ")
    assert (
        len(golden("own-1.18.34")["parts"]) + 350
        < len(found["parts"])
        < len(golden("own-1.18.34")["parts"]) + 400
    )
    assert {"prt_zz0000", "prt_zz0399"} <= {each["part_id"] for each in found["parts"]}
    assert found["edits"] == golden("own-1.18.34")["edits"]


def test_a_database_cut_off_in_the_middle_is_named(tmp_path: Path, byline: Path) -> None:
    path = database(tmp_path / "opencode.db")
    path.write_bytes(path.read_bytes()[:5000])
    _, summary = stored(byline, path)
    assert len(summary.unreadable) + len(summary.unrecognised) >= 1


def test_a_format_that_is_not_known_yet_is_named_and_nothing_is_stored_half(
    tmp_path: Path, byline: Path
) -> None:
    path = database(tmp_path / "opencode.db")
    stored(byline, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE part RENAME COLUMN data TO body")
        connection.commit()
    found, summary = stored(byline, path)
    assert reasons(summary) == ["table part has no data: the format of this OpenCode is not known yet"]
    assert found == golden("own-1.18.34")


def test_messages_of_an_unknown_kind_and_parts_without_theirs_are_named(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message("msg_1", "narrator", said("Once"))
    tree.message("msg_2", "user", said("Hello"), {"type": "hologram", "beam": 1})
    tree.message("msg_3", "user", said("Lost")).write_text("{")
    found, summary = stored(byline, tree.root)
    assert [each["text"] for each in found["parts"]] == ["Hello"]
    assert reasons(summary)[1:] == [
        "part/msg_3: its 1 parts cannot be placed without their message",
        "session ses_1: message msg_1: the role is 'narrator'",
    ]


def test_input_nested_as_deep_as_can_be_just_read_costs_at_most_its_call(tree: Tree, byline: Path) -> None:
    tree.session()
    for index, depth in enumerate(range(880, 1000, 4)):
        part = call("custom", {"x": 1}, f"c{index}")
        text = json.dumps(part).replace('{"x": 1}', "[" * depth + "]" * depth)
        path = tree.message(f"msg_{index:02}", "assistant", said("Deep"), said("x"))
        parts = path.parents[2] / "part" / path.stem
        (parts / f"prt_msg_{index:02}_1.json").write_text(text)
    found, summary = stored(byline, tree.root)
    assert sum(each["type"] == "text" for each in found["parts"]) == 30
    assert sum(each["type"] == "tool" for each in found["parts"]) + len(summary.unreadable) == 30


def test_an_edit_that_cannot_be_understood_costs_only_itself(tree: Tree, byline: Path) -> None:
    tree.session()
    odd = call("apply_patch", {"patchText": "*** Begin Patch"}, "c1")
    tree.message("msg_1", "assistant", odd, created("/w/app/a.py", "x\n", "c2"))
    found, summary = stored(byline, tree.root)
    assert [each["tool_call_id"] for each in found["edits"]] == ["c2"]
    assert len(found["parts"]) == 2
    assert reasons(summary) == [
        "session ses_1: part prt_msg_1_0: apply_patch: the result does not say what it did to which files"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_part_that_may_not_be_read_is_named(tree: Tree, byline: Path) -> None:
    tree.session()
    tree.message("msg_1", "user", said("One"), said("Two"))
    (tree.root / "part" / "msg_1" / "prt_msg_1_0.json").chmod(0)
    found, summary = stored(byline, tree.root)
    assert [each["text"] for each in found["parts"]] == ["Two"]
    assert reasons(summary) == ["part/msg_1/prt_msg_1_0.json: Permission denied"]


def test_the_real_samples_are_read_whole(byline: Path) -> None:
    found, summary = stored(byline, samples("opencode"))
    assert not summary.unreadable
    assert sorted(Path(path).name for path in summary.unrecognised) == [
        "moraine-session.jsonl",
        "plugin_events.jsonl",
        "plugin_events.jsonl",
        "plugin_events.jsonl",
        "run.jsonl",
        "schema.sql",
    ]
    assert [each["id"] for each in found["sessions"]] == [
        "oc_ses_df9d93ec4ffePjhl9vSU1qbxGu",
        "oc_ses_df9db2fb1ffeeQ6sIfaNlspD6X",
        "oc_ses_df9e09bdeffeAWseKRigT3lJgV",
        "oc_test-session-123",
    ]
    assert len(found["edits"]) == 10


def test_a_call_names_the_session_that_it_started() -> None:
    state = {"status": "completed", "output": "Explored.", "metadata": {"sessionId": "ses_1"}}
    assert tool_output(state) == "Explored.\n\ntask_id: ses_1"
    said = "task_id: ses_1 (for resuming)\n\nExplored."
    assert tool_output(state | {"output": said}) == said
