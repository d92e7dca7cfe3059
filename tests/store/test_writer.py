"""What Writer makes of new, repeated and grown records."""

import json
import subprocess
import zlib
from dataclasses import replace
from typing import Any

import pytest

from byline.patch import FilePatch, Patch, parse_patch
from byline.record import Edit, Message, Part, Session
from byline.store.statements import content_hash
from byline.store.store import Store
from byline.store.writer import ROWS_PER_STATEMENT, Written

SESSION = Session("cc_1", "claude", "1")
MESSAGE = Message("cc_1", "m1", "assistant", 1_000)
PART = Part("cc_1", "m1", "p1", "text", "hello", 1_000)


def file_patch(new: str = "2", path: str = "src/a.py") -> FilePatch:
    return parse_patch(f"--- {path}\n+++ {path}\n@@ -1 +1 @@\n-1\n+{new}\n").files[0]


EDIT = Edit("cc_1", "src/a.py", file_patch(), 5_000, "claude", "vendor_diff", cwd="/repo")


def write_messages(store: Store, *messages: Message) -> Written:
    with store.write() as writer:
        return writer.messages(messages)


def write_parts(store: Store, *parts: Part) -> Written:
    with store.write() as writer:
        return writer.parts(parts)


def write_edits(store: Store, *edits: Edit) -> Written:
    with store.write() as writer:
        return writer.edits(edits)


def write_sessions(store: Store, *sessions: Session) -> None:
    with store.write() as writer:
        writer.sessions(sessions)


def value(store: Store, query: str) -> Any:  # noqa: ANN401 - whatever the column holds
    return store.database.execute_sql(query).fetchone()[0]


def updated(store: Store, table: str) -> int:
    return int(value(store, f"SELECT updated_at FROM {table}"))  # noqa: S608 - our own names


def test_new_repeated_and_renewed_messages_are_counted_apart(store: Store) -> None:
    assert write_messages(store, MESSAGE, replace(MESSAGE, message_id="m2")) == Written(persisted=2)
    again = [
        replace(MESSAGE, model_id="claude-x"),
        replace(MESSAGE, message_id="m2"),
        replace(MESSAGE, message_id="m3"),
    ]
    assert write_messages(store, *again) == Written(persisted=1, updated=1, duplicates=1)


def test_the_same_message_twice_in_one_batch_is_one_row(store: Store) -> None:
    assert write_messages(store, MESSAGE, MESSAGE) == Written(persisted=1, duplicates=1)


def test_more_rows_than_one_statement_holds_are_counted(store: Store) -> None:
    many = [replace(MESSAGE, message_id=f"m{number}") for number in range(2 * ROWS_PER_STATEMENT + 1)]
    assert write_messages(store, *many) == Written(persisted=len(many))
    assert write_messages(store, *many) == Written(duplicates=len(many))


def test_role_and_time_stay_and_facts_are_renewed(store: Store) -> None:
    write_messages(store, replace(MESSAGE, tokens={"input": 1}, model_id="claude-x"))
    write_messages(store, Message("cc_1", "m1", "user", 9_999, tokens={"input": 2}))
    (row,) = store.conversations.read("cc_1")
    assert (row.role, row.generated_at_unix_ms) == ("assistant", 1_000)
    assert (row.tokens, row.model_id) == ({"input": 2}, "claude-x")


@pytest.mark.parametrize(
    ("again", "text", "written"),
    [
        ("hello", "hello", Written(duplicates=1)),
        ("hello world", "hello world", Written(updated=1)),
        ("hell", "hello", Written(duplicates=1)),
        ("hello\0", "hello\0", Written(updated=1)),
    ],
)
def test_a_part_grows_and_never_shrinks(store: Store, again: str, text: str, written: Written) -> None:
    assert write_parts(store, PART) == Written(persisted=1)
    assert write_parts(store, replace(PART, text=again)) == written
    assert value(store, "SELECT text FROM parts") == text


def test_a_part_that_begins_with_a_nul_grows_too(store: Store) -> None:
    write_parts(store, replace(PART, text="\0a"))
    assert write_parts(store, replace(PART, text="\0ab")) == Written(updated=1)


def test_what_a_part_lacked_is_filled_in(store: Store) -> None:
    write_parts(store, replace(PART, type="tool", tool="Edit", tool_call_id="t1"))
    assert write_parts(store, replace(PART, type="tool", status="completed")) == Written(updated=1)
    row = store.database.execute_sql("SELECT tool, tool_call_id, status FROM parts").fetchone()
    assert row == ("Edit", "t1", "completed")


def test_a_grown_part_is_found_by_its_new_words(store: Store) -> None:
    write_sessions(store, SESSION)
    write_parts(store, PART)
    assert store.sessions.ids("zebra") == []
    write_parts(store, replace(PART, text="hello zebra"))
    assert store.sessions.ids("zebra") == ["cc_1"]


def test_the_same_call_is_one_edit_whatever_else_differs(store: Store) -> None:
    seen_by_hook = replace(EDIT, tool_call_id="t1", precision="vendor_diff")
    seen_by_import = replace(
        seen_by_hook, time_ms=5_040, message_id="m1", model_id="claude-x", patch=file_patch("3"), tool="Edit"
    )
    assert write_edits(store, seen_by_hook) == Written(persisted=1)
    assert write_edits(store, seen_by_import) == Written(updated=1)
    assert write_edits(store, seen_by_hook, seen_by_import) == Written(duplicates=2)
    (row,) = store.edits.of_session("cc_1")
    assert (row.time_ms, row.message_id, row.model_id, row.tool) == (5_000, "m1", "claude-x", "Edit")
    assert row.patch() == Patch((EDIT.patch,))


def test_one_call_that_edits_two_files_is_two_edits(store: Store) -> None:
    other = replace(EDIT, tool_call_id="t1", path="src/b.py", patch=file_patch(path="src/b.py"))
    assert write_edits(store, replace(EDIT, tool_call_id="t1"), other) == Written(persisted=2)


@pytest.mark.parametrize(
    ("path", "cwd"),
    [
        ("/repo/src/a.py", "/repo"),
        ("./src/../src/a.py", "/repo"),
        ("a.py", "/repo/src"),
        ("/repo/src/a.py", None),
    ],
)
def test_a_path_written_otherwise_is_the_same_file(store: Store, path: str, cwd: str | None) -> None:
    write_edits(store, replace(EDIT, tool_call_id="t1"))
    assert write_edits(store, replace(EDIT, tool_call_id="t1", path=path, cwd=cwd)).persisted == 0


def test_windows_paths_are_the_same_file_with_either_slash(store: Store) -> None:
    write_edits(store, replace(EDIT, tool_call_id="t1", path="C:\\repo\\src\\a.py", cwd=None))
    again = replace(EDIT, tool_call_id="t1", path="src/a.py", cwd="C:\\repo")
    assert write_edits(store, again).persisted == 0
    assert [row.path for row in store.edits.named(["a.py"])] == ["C:\\repo\\src\\a.py"]


def test_of_edits_known_by_their_message_the_later_replaces_the_earlier(store: Store) -> None:
    first = replace(EDIT, message_id="m1", before="1\n", after="2\n")
    grown = replace(first, time_ms=6_000, patch=file_patch("3"), after="3\n")
    assert write_edits(store, first) == Written(persisted=1)
    assert write_edits(store, grown) == Written(updated=1)
    assert write_edits(store, first) == Written(duplicates=1)
    (row,) = store.edits.of_session("cc_1")
    assert row.patch() == Patch((grown.patch,))
    assert store.edits.contents([row.result_hash or ""]) == {content_hash("3\n"): "3\n"}


def test_edits_without_call_and_message_are_told_apart_by_time_path_and_diff(store: Store) -> None:
    others = [
        replace(EDIT, time_ms=5_001),
        replace(EDIT, patch=file_patch("3")),
        replace(EDIT, path="src/b.py"),
    ]
    assert write_edits(store, EDIT, *others) == Written(persisted=4)
    assert write_edits(store, EDIT, *others) == Written(duplicates=4)


def test_the_same_call_in_another_session_is_another_edit(store: Store) -> None:
    call = replace(EDIT, tool_call_id="t1")
    assert write_edits(store, call, replace(call, session_id="cc_2")) == Written(persisted=2)


def test_an_edits_lines_are_counted_and_its_payload_is_kept(store: Store) -> None:
    write_edits(store, replace(EDIT, payload='{"half": "\ud83d"}'))
    row = store.database.execute_sql("SELECT added, removed, payload FROM diff_traces").fetchone()
    assert row[:2] == (1, 1)
    assert zlib.decompress(row[2]).decode("utf-8", "surrogatepass") == '{"half": "\ud83d"}'


@pytest.mark.parametrize("line", ["caf\udce9", "half \ud83d", "both \udcff \ud83d", "\u2028\f\0\x85", "😀"])
def test_the_lines_of_an_edit_come_back_as_they_were(store: Store, line: str) -> None:
    write_edits(store, replace(EDIT, patch=file_patch(line)))
    (row,) = store.edits.of_session("cc_1")
    assert row.patch().files[0].hunks[0].lines[1].content == line


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("", ""),
        ("one\r\ntwo\f\u2028", "one\r\ntwo\f\u2028"),
        ("caf\udce9\n", "caf\udce9\n"),
        ("half \ud83d emoji", "half \ufffd emoji"),
        ("\0\n", "\0\n"),
    ],
)
def test_a_content_is_kept_as_the_bytes_of_the_file(store: Store, content: str, kept: str) -> None:
    write_edits(store, replace(EDIT, before=content, after=content))
    (row,) = store.edits.of_session("cc_1")
    assert row.base_hash == row.result_hash == content_hash(content)
    assert store.edits.contents([content_hash(content), "no such hash"]) == {content_hash(content): kept}


def test_the_hash_of_a_content_is_gits_blob_id() -> None:
    for content in ("", "hello\n", "caf\udce9\n"):
        data = content.encode("utf-8", "surrogateescape")
        done = subprocess.run(["git", "hash-object", "--stdin"], input=data, capture_output=True, check=True)
        assert content_hash(content) == done.stdout.decode().strip()


def test_texts_that_are_no_utf8_are_stored_with_the_replacement_character(store: Store) -> None:
    write_sessions(store, replace(SESSION, title="t\ud83d", cwd="/caf\udce9", branch="b\udcff"))
    write_messages(store, replace(MESSAGE, summary_diffs="\ud83d", tokens={"\ud83d": 1}))
    write_parts(store, replace(PART, text="x\ud83d", input='{"a": "\udce9"}'))
    session = store.sessions.get("cc_1")
    assert session is not None
    assert (session.title, session.cwd, session.branch) == ("t\ufffd", "/caf\ufffd", "b\ufffd")
    (row,) = store.conversations.read("cc_1")
    assert row.parts[0].text == "x\ufffd"
    assert row.tokens == {"\ud83d": 1}


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        ([("First words", "prompt"), ("Named", "agent")], "Named"),
        ([("Named", "agent"), ("First words", "prompt")], "Named"),
        ([("Named", "agent"), ("Named again", "agent")], "Named again"),
        ([("First words", "prompt"), (None, None)], "First words"),
        ([("Mine", "renamed"), ("Named", "agent"), ("First words", "prompt")], "Mine"),
        ([("First words", "prompt"), ("Mine", "renamed")], "Mine"),
    ],
)
def test_a_title_given_here_stays_and_an_agents_beats_the_prompt(
    store: Store, titles: list[tuple[str | None, Any]], expected: str
) -> None:
    for title, source in titles:
        write_sessions(store, replace(SESSION, title=title, title_source=source))
    row = store.sessions.get("cc_1")
    assert row is not None
    assert row.title == expected


def test_a_session_seen_again_gains_what_it_lacked(store: Store) -> None:
    write_sessions(store, replace(SESSION, cwd="/first", agent_version="1"))
    write_sessions(
        store, replace(SESSION, cwd="/second", agent_version="2", parent_id="cc_0", source="/h.jsonl")
    )
    row = store.sessions.get("cc_1")
    assert row is not None
    assert (row.cwd, row.agent_version, row.parent, row.source) == ("/first", "2", "cc_0", "/h.jsonl")


def test_the_times_of_a_session_only_widen(store: Store) -> None:
    for times in ((200, 300), (100, 250), (150, 400)):
        with store.write() as writer:
            writer.sessions([SESSION], {"cc_1": times})
    row = store.sessions.get("cc_1")
    assert row is not None
    assert (row.started_ms, row.updated_ms) == (100, 400)


def test_recounting_brings_counts_models_and_times_up_to_date(store: Store) -> None:
    with store.write() as writer:
        writer.sessions([SESSION])
        writer.messages(
            [
                Message("cc_1", "u1", "user", 1_000),
                Message("cc_1", "u2", "user", 1_500, kind="injected"),
                Message("cc_1", "u3", "user", 1_600),
                Message("cc_1", "a1", "assistant", 3_000, model_id="late"),
                Message("cc_1", "a2", "assistant", 2_000, model_id="early"),
            ]
        )
        writer.parts(
            [replace(PART, message_id="u1"), replace(PART, message_id="u2"), replace(PART, message_id="a1")]
        )
        writer.edits(
            [replace(EDIT, time_ms=7_000, model_id="last"), replace(EDIT, time_ms=500, session_id="cc_2")]
        )
        writer.recount(["cc_1"])
    row = store.sessions.get("cc_1")
    assert row is not None
    assert (row.messages, row.parts, row.prompts, row.edits, row.added, row.removed) == (5, 3, 1, 1, 1, 1)
    assert row.models == ("early", "late", "last")
    assert (row.started_ms, row.updated_ms) == (1_000, 7_000)


def test_recounting_what_did_not_change_does_not_touch_the_session(store: Store) -> None:
    with store.write() as writer:
        writer.sessions([SESSION])
        writer.messages([MESSAGE])
        writer.recount(["cc_1"])
    store.database.execute_sql("UPDATE sessions SET updated_at = 5")
    with store.write() as writer:
        writer.sessions([SESSION])
        writer.messages([MESSAGE])
        writer.recount(["cc_1", "no such session"])
    assert updated(store, "sessions") == 5


def test_a_repeat_that_says_nothing_new_does_not_touch_the_row(store: Store) -> None:
    edit = replace(EDIT, tool_call_id="t1")
    with store.write() as writer:
        writer.messages([MESSAGE])
        writer.parts([PART])
        writer.edits([edit])
    for table in ("messages", "parts", "diff_traces"):
        store.database.execute_sql(f"UPDATE {table} SET updated_at = 5")  # noqa: S608 - our own names
    with store.write() as writer:
        writer.messages([MESSAGE])
        writer.parts([PART])
        writer.edits([edit])
    for table in ("messages", "parts", "diff_traces"):
        assert updated(store, table) == 5


def test_the_patch_is_stored_as_interchange_json(store: Store) -> None:
    write_edits(store, EDIT)
    stored = json.loads(value(store, "SELECT patch FROM diff_traces"))
    assert stored["files"][0]["hunks"][0]["lines"][0] == {
        "kind": "removed", "line_number": 1, "content": "1", "session_id": None,
    }  # fmt: skip


def test_a_part_that_grows_within_a_batch_is_found_by_its_last_words_only(store: Store) -> None:
    grown = [replace(PART, text=text) for text in ("one", "one two", "one two three")]
    assert write_parts(store, *grown) == Written(1, 2, 0)
    store.database.execute_sql("INSERT INTO parts_fts (parts_fts, rank) VALUES ('integrity-check', 1)")
    assert value(store, "SELECT count(*) FROM parts_fts WHERE parts_fts MATCH 'three'") == 1
