"""What is read back: lists of sessions, conversations, commits, repositories and sources."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from byline.patch import FilePatch
from byline.record import Edit, Message, Part, Session
from byline.store.commits import AttributedCommit, CommitRecord
from byline.store.sources import SourceRow
from byline.store.store import Store


def session(number: int, **facts: Any) -> Session:  # noqa: ANN401 - any field of a session
    return replace(Session(f"cc_{number}", "claude", str(number)), **facts)


def say(store: Store, number: int, text: str, title: str | None = None) -> None:
    """A session that says one thing, later than those with lower numbers."""
    with store.write() as writer:
        writer.sessions([session(number, title=title)], {f"cc_{number}": (number, number)})
        writer.messages([Message(f"cc_{number}", "m", "user", number)])
        writer.parts([Part(f"cc_{number}", "m", "p", "text", text, number)])


def test_sessions_come_newest_first_and_those_without_a_time_last(store: Store) -> None:
    with store.write() as writer:
        writer.sessions([session(n) for n in (1, 2, 3)], {"cc_1": (1, 5), "cc_2": (1, 9)})
    assert store.sessions.ids() == ["cc_2", "cc_1", "cc_3"]
    assert store.sessions.count() == 3


def test_a_query_needs_all_its_words_in_any_part_or_the_title(store: Store) -> None:
    say(store, 1, "make the uploader retry", title="Uploads")
    say(store, 2, "retry later")
    assert store.sessions.ids("retry") == ["cc_2", "cc_1"]
    assert store.sessions.ids("retry uploads") == ["cc_1"]
    assert store.sessions.ids("retry missing") == []


def test_a_word_matches_its_beginning_and_the_input_of_a_call(store: Store) -> None:
    say(store, 1, "scrolling")
    with store.write() as writer:
        writer.sessions([session(2)])
        writer.parts([Part("cc_2", "m", "p", "tool", "", 1, input='{"file_path": "src/scroll_view.py"}')])
    assert store.sessions.ids("scroll") == ["cc_1", "cc_2"]
    assert store.sessions.ids("rolling") == []


def test_a_session_is_found_by_its_id(store: Store) -> None:
    say(store, 1, "hello")
    assert store.sessions.ids("cc_1") == ["cc_1"]


HOSTILE = [
    '"', '""', "*", "-", "--", "'", "AND", "OR NOT", "NOT x", "NEAR(", "NEAR(a b)", "(", ")", "()", "^x",
    "a:b", "text:x", "{a b}:c", "+", "a+b", "%", "_", "\\", ";", "a;b--", "x' OR '1'='1", "?", ":x", "@x",
    "$x", "\0", "a\0b", "\ud800", "caf\udce9", "🎉", "é", "\u202e", "hello*", '"hello', "-hello",
    "a" * 5_000, "a " * 200, " ".join(map(str, range(500))),
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_no_query_is_an_error(store: Store, query: str) -> None:
    say(store, 1, "nothing of the kind")
    assert store.sessions.ids(query) in ([], ["cc_1"])


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("use covid-19 data", "covid-19"),
        ("the c++ part", "c++"),
        ('it said "don\'t"', '"don\'t"'),
        ("src/byline/store.py", "src/byline/store.py"),
        ("call foo_bar()", "foo_bar()"),
        ("call foo_bar()", "foo_"),
        ("logical AND of both", "AND"),
        ("Über die Brücke", "über"),
        ("日本語のテキスト", "日本語"),
        ("50% off * today", "50% off * today"),
        ("hello - world", "hello - world"),
    ],
)
def test_what_was_said_is_found_by_the_same_words(store: Store, text: str, query: str) -> None:
    say(store, 1, text)
    say(store, 2, "something else entirely")
    assert store.sessions.ids(query) == ["cc_1"]


@pytest.mark.parametrize("query", ["Élan", "élan", "ÉLAN", "100%", "a_b", "vital", "🎉", "*"])
def test_a_title_is_searched_without_regard_to_case_and_without_wildcards(store: Store, query: str) -> None:
    say(store, 1, "x", title="Élan Vital 100% a_b 🎉 *")
    say(store, 2, "x", title="1000 axb")
    assert store.sessions.ids(query) == ["cc_1"]


def test_only_one_repositorys_sessions_are_listed(store: Store) -> None:
    say(store, 1, "hello")
    say(store, 2, "hello")
    repository = store.repositories.remember("github.com/mia/x", None, None, "/x")
    assert store.repositories.bind_sessions(["cc_2"], repository.id) == 1
    assert store.sessions.ids("hello", repository.id) == ["cc_2"]
    assert [row.repository for row in store.sessions.rows(["cc_1", "cc_2"])] == [None, "github.com/mia/x"]


def test_rows_come_in_the_order_asked_for_without_strangers(store: Store) -> None:
    with store.write() as writer:
        writer.sessions([session(number) for number in range(1_200)])
    asked = [f"cc_{number}" for number in (7, 1_199, 0)]
    assert [row.id for row in store.sessions.rows([*asked, "cc_x"])] == asked
    assert len(store.sessions.rows([f"cc_{number}" for number in range(1_200)])) == 1_200


def test_a_session_is_found_by_the_beginning_of_either_id_and_exactly_alone(store: Store) -> None:
    with store.write() as writer:
        writer.sessions([Session("cc_ab", "claude", "ab"), Session("cc_abc", "claude", "abc")])
    assert [row.id for row in store.sessions.find("ab")] == ["cc_ab"]
    assert {row.id for row in store.sessions.find("a")} == {"cc_ab", "cc_abc"}
    assert {row.id for row in store.sessions.find("cc_a")} == {"cc_ab", "cc_abc"}
    assert [row.id for row in store.sessions.find("cc_abc")] == ["cc_abc"]
    assert store.sessions.find("a%") == store.sessions.find("\ud800") == []


def test_the_children_of_a_session_come_oldest_first(store: Store) -> None:
    with store.write() as writer:
        children = [session(2, parent_id="cc_1"), session(3, parent_id="cc_1"), session(4, parent_id="cc_2")]
        writer.sessions([session(1), *children], {"cc_2": (9, 9), "cc_3": (5, 5)})
    assert [row.id for row in store.sessions.children("cc_1")] == ["cc_3", "cc_2"]


def test_a_conversation_is_in_order_of_time_and_then_of_writing(store: Store) -> None:
    with store.write() as writer:
        writer.messages(
            [Message("cc_1", name, "user", time) for name, time in (("c", 3), ("a", 1), ("b2", 2), ("b1", 2))]
        )
        writer.parts(
            [Part("cc_1", "a", name, "text", name, time) for name, time in (("z", 1), ("y", 1), ("x", 0))]
        )
        writer.messages([Message("cc_2", "other", "user", 1)])
    rows = store.conversations.read("cc_1")
    assert [row.message_id for row in rows] == ["a", "b2", "b1", "c"]
    assert [part.part_id for part in rows[0].parts] == ["x", "z", "y"]


def test_parts_without_their_message_stay_in_sight(store: Store) -> None:
    with store.write() as writer:
        writer.messages([Message("cc_1", "m1", "user", 1), Message("cc_1", "m3", "user", 3)])
        writer.parts([Part("cc_1", "m2", "p", "text", "lost", 2), Part("cc_1", "m1", "p", "text", "kept", 1)])
    rows = store.conversations.read("cc_1")
    assert [(row.message_id, row.role, [part.text for part in row.parts]) for row in rows] == [
        ("m1", "user", ["kept"]),
        ("m2", "assistant", ["lost"]),
        ("m3", "user", []),
    ]


def test_the_prompt_before_a_message_is_what_a_person_typed_last(store: Store) -> None:
    with store.write() as writer:
        writer.messages(
            [
                Message("cc_1", "u1", "user", 1),
                Message("cc_1", "u2", "user", 2),
                Message("cc_1", "u3", "user", 3, kind="injected"),
                Message("cc_1", "a1", "assistant", 4),
                Message("cc_1", "u4", "user", 5),
            ]
        )
        writer.parts(
            [Part("cc_1", name, "p", "text", f"say {name}", 1) for name in ("u1", "u2", "u3", "a1", "u4")]
        )
    prompt = store.conversations.prompt_before
    assert prompt("cc_1", "a1", 99) == "say u2"
    assert prompt("cc_1", None, 4) == "say u2"
    assert prompt("cc_1", "unknown", 5) == "say u4"
    assert prompt("cc_1", "u1", 99) == "say u1"
    assert prompt("cc_1", None, 0) is None


def edit(path: str, time_ms: int, seq: int = 0, session_id: str = "cc_1") -> Edit:
    patch = FilePatch(path, path, "modified")
    return Edit(
        session_id, path, patch, time_ms, "claude", "vendor_diff", tool_call_id=f"t{time_ms}{seq}", seq=seq
    )


def test_edits_are_found_by_file_name_in_order(store: Store) -> None:
    with store.write() as writer:
        writer.edits(
            [edit("x/a.py", 3), edit("a.py", 1), edit("y/b.py", 2), edit("a.py", 9), edit("a.py", 3, 1)]
        )
    assert [(row.path, row.time_ms) for row in store.edits.named(["a.py"])] == [
        ("a.py", 1), ("x/a.py", 3), ("a.py", 3), ("a.py", 9),
    ]  # fmt: skip
    names = [f"{number}.py" for number in range(1_500)]
    assert len(store.edits.named([*names, "a.py", "b.py"])) == 5
    assert store.edits.named(["caf\udce9.py"]) == []


def attributed(oid: str, **facts: Any) -> AttributedCommit:  # noqa: ANN401 - any field
    commit = CommitRecord(oid, ("p1", "p2"), 1, 2, "Mia", "Subject")
    return replace(
        AttributedCommit(commit, {"files": []}, {"added": {}}, None, 1, {"id": "trace-1"}), **facts
    )  # fmt: skip


def test_a_commit_attributed_again_replaces_what_was_kept(store: Store) -> None:
    repository = store.repositories.remember("r", None, None, "/r").id
    store.commits.keep(repository, attributed("c1"))
    store.commits.keep(
        repository, attributed("c1", intersection_patch={"files": [1]}, trace={"id": "trace-2"})
    )
    assert store.commits.intersection(repository, "c1") == {"files": [1]}
    assert store.commits.trace(repository, "c1") == {"id": "trace-2"}
    for table in ("commits", "post_commit_patch_intersections", "agent_traces"):
        rows = store.database.execute_sql(f"SELECT count(*) FROM {table}")  # noqa: S608 - names above
        assert rows.fetchone() == (1,)
    assert store.commits.trace(repository, "c2") is None
    assert store.commits.intersection(repository + 1, "c1") is None


def test_a_commit_of_bytes_that_are_no_utf8_is_kept(store: Store) -> None:
    repository = store.repositories.remember("r", None, None, "/r").id
    patch = {"files": [{"content": "caf\udce9 \ud83d"}]}
    commit = CommitRecord("c1", (), 1, 2, "Mia\udce9", "Sujet\udce9")
    store.commits.keep(repository, attributed("c1", commit=commit, intersection_patch=patch))
    assert store.commits.intersection(repository, "c1") == patch


def test_a_repository_gathers_its_checkouts_under_one_identity(store: Store) -> None:
    first = store.repositories.remember("r", "https://x", None, "/b")
    assert store.repositories.remember("r", "https://x", None, "/a").id == first.id
    (row,) = store.repositories.all()
    assert row.checkouts == ("/a", "/b")
    assert store.repositories.remember("/caf\udce9", None, None, "/caf\udce9").checkouts == ("/caf\udce9",)


def test_unbound_sessions_are_bound_by_folder_or_address_and_stay_bound(store: Store) -> None:
    with store.write() as writer:
        writer.sessions([session(1, cwd="/a"), session(2, cwd="/b", repository_url="https://x"), session(3)])
    one = store.repositories.remember("one", None, None, "/a").id
    two = store.repositories.remember("two", None, None, "/b").id
    assert sorted(store.repositories.unbound_cwds()) == ["/a", "/b"]
    assert store.repositories.bind_cwd("/a", one) == 1
    assert store.repositories.unbound_urls() == ["https://x"]
    assert store.repositories.bind_url("https://x", two) == 1
    assert store.repositories.bind_cwd("/a", two) == 0
    assert [row.repository for row in store.sessions.rows(["cc_1", "cc_2", "cc_3"])] == ["one", "two", None]


def test_a_source_is_remembered_as_it_was_last_read(store: Store) -> None:
    source = SourceRow("/h.jsonl", "claude", 10, 2**62, 3, "abc", 10)
    store.sources.remember(source)
    store.sources.remember(replace(source, size=20, offset=20, watermark="w"))
    assert store.sources.all() == {"/h.jsonl": replace(source, size=20, offset=20, watermark="w")}


def test_another_thread_reads_through_a_connection_of_its_own(store: Store) -> None:
    say(store, 1, "hello")

    def read() -> list[str]:
        try:
            return store.sessions.ids("hello")
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        assert [pool.submit(read).result() for _ in range(3)] == [["cc_1"]] * 3
    assert store.sessions.ids("hello") == ["cc_1"]
