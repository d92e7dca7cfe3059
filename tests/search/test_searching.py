"""Which sessions a query finds, in which order, and what is counted."""

import random
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk

from byline.errors import StoreError
from byline.query import parse_query
from byline.record import Message, Part, Session
from byline.store import finder, search_memory
from byline.store.commits import AttributedCommit, CommitRecord
from byline.store.conversation_facts import containing_commits
from byline.store.listing import Listing, Order, View
from byline.store.query_sql import match_expression
from byline.store.search import FIRST_PAGE, Searching


def test_sessions_come_newest_first_with_the_number_of_their_hits(talk: Talk) -> None:
    talk.says(1, "make the uploader retry", "and retry again", "no more")
    talk.says(2, "retry later")
    found = talk.find("retry")
    assert found.ids == ["cc_2", "cc_1"]
    assert {key: said.count for key, said in found.hits.items()} == {"cc_1": 2, "cc_2": 1}
    assert found.hit_count == 3
    assert found.complete


def test_all_words_must_be_in_one_part_or_some_in_the_title(talk: Talk) -> None:
    talk.says(1, "retry", "the uploads")
    talk.says(2, "retry the uploads")
    talk.says(3, "retry", title="Uploads")
    talk.says(4, "x", title="Retry uploads")
    assert talk.ids("retry uploads") == ["cc_4", "cc_3", "cc_2"]
    assert talk.find("retry uploads").hits.keys() == {"cc_2", "cc_3"}
    assert talk.ids("uploads retry nowhere") == []


def test_three_words_may_be_spread_over_title_and_part(talk: Talk) -> None:
    talk.says(1, "retry flaky", title="Uploads")
    talk.says(2, "retry", title="Flaky uploads")
    talk.says(3, "retry", title="Uploads")
    assert talk.ids("retry flaky uploads") == ["cc_2", "cc_1"]


@pytest.mark.parametrize("titled", [3, 120])
def test_what_parts_say_beside_a_title_is_found_in_few_sessions_and_in_many(talk: Talk, titled: int) -> None:
    for number in range(titled):
        talk.says(number, "so we retried it", "nothing", "retry", title="Uploads")
    talk.says(titled, "retry")
    found = talk.find("retr uploads")
    assert found.hits.keys() == {f"cc_{number}" for number in range(titled)}
    assert {said.count for said in found.hits.values()} == {2}
    talk.says(titled + 1, "retry", title="Uploads")
    assert talk.ids("retr uploads")[0] == f"cc_{titled + 1}"


def test_a_phrase_is_said_word_for_word(talk: Talk) -> None:
    talk.says(1, "let it retry the upload")
    talk.says(2, "upload, then retry it")
    assert talk.ids('"retry the upload"') == ["cc_1"]
    assert talk.ids('"retr"') == []


def test_what_is_said_anywhere_in_a_session_leaves_it_out(talk: Talk) -> None:
    talk.says(1, "retry", "this is flaky")
    talk.says(2, "retry", title="Flaky things")
    talk.says(3, "retry")
    assert talk.ids("retry -flaky") == ["cc_3"]
    talk.says(4, "other")
    assert talk.ids("-flaky") == ["cc_4", "cc_3"]
    assert talk.ids('-"is flaky"') == ["cc_4", "cc_3", "cc_2"]


def test_case_and_diacritics_make_no_difference_in_parts_and_titles(talk: Talk) -> None:
    talk.says(1, "über die BRÜCKE")
    talk.says(2, "x", title="Die Brücke")
    assert talk.ids("brucke") == ["cc_2", "cc_1"]


@pytest.mark.parametrize("query", ["cc_0f3e5a7c-1111", "0f3e5a7c-1111", "cc_0f3e5", "0f3e5a7c"])
def test_a_pasted_id_finds_its_session(talk: Talk, query: str) -> None:
    talk.says(1, "x", id="cc_0f3e5a7c-1111", native_id="0f3e5a7c-1111")
    talk.says(2, "x")
    assert talk.ids(query) == ["cc_0f3e5a7c-1111"]


def test_too_short_a_beginning_of_an_id_finds_nothing(talk: Talk) -> None:
    talk.says(1, "x", id="cc_0f3e5a7c", native_id="0f3e5a7c")
    assert talk.ids("0f3e") == []


# Filters ------------------------------------------------------------------------------------------


@pytest.fixture
def many(talk: Talk) -> Talk:
    """Sessions that differ in what filters ask for."""
    talk.says(1, "alpha", id="a", branch="main", cwd="/w/api")
    talk.says(2, "alpha", id="b", agent="codex", branch="feature/retry", cwd="/w/website")
    talk.says(3, "alpha", id="c", agent="gemini", parent_id="a", cwd="/w/api/tests")
    talk.edits("a", "src/upload.py", "src/retry.py")
    talk.edits("b", "web/upload.ts")
    tool = {"type": "tool", "tool": "Bash", "input": '{"command": "ls"}', "status": "error"}
    talk.says(4, "alpha beta", id="d", role="assistant", agent="codex", part=tool)
    store = talk.store
    repository = store.repositories.remember("github.com/mia/uploader.git", None, None, "/w/u")
    store.repositories.bind_sessions(["a", "d"], repository.id)
    store.sessions.star(["b"])
    store.sessions.label(["a", "c"], add=["to do"])
    store.sessions.label(["c"], add=["Later"])
    return talk


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("agent:codex", "db"),
        ("agent:co", "db"),
        ("agent:codex,claude", "dba"),
        ("agent:codex agent:gemini", "dcb"),
        ("-agent:codex", "ca"),
        ("branch:main", "a"),
        ("branch:feature", "b"),
        ("branch:*/retry", "b"),
        ("-branch:main", "dcb"),
        ("model:M-1", "dcba"),
        ("model:m-2", ""),
        ("repo:uploader", "da"),
        ("repo:load", "da"),
        ("repo:mia/uploader", "da"),
        ("repo:website", "b"),
        ("repo:w", "b"),  # the last folder only
        ("repo:tests", "c"),
        ("-repo:uploader", "cb"),
        ("file:upload.py", "a"),
        ("file:upload", "ba"),
        ("file:src/upload.py", "a"),
        ("file:rc/upload.py", ""),
        ("file:*.ts", "b"),
        ("file:src/*.py", "a"),
        ("file:src/", "a"),
        ("file:upload.py file:retry.py", "a"),
        ("file:upload.py file:upload.ts", ""),
        ("file:upload.py,upload.ts", "ba"),
        ("has:edits", "ba"),
        ("-has:edits", "dc"),
        ("has:errors", "d"),
        ("is:subagent", "c"),
        ("-is:subagent", "dba"),
        ("is:starred", "b"),
        ('label:"to do"', "ca"),
        ('label:"TO DO" label:later', "c"),
        ('label:later,"to do"', "ca"),
        ('-label:"to do"', "db"),
        ("role:assistant", "d"),
        ("role:user", "cba"),
        ("tool:bash", "d"),
        ("tool:Read", ""),
        ("type:tool", "d"),
        ("-type:tool", "cba"),
        ("alpha tool:bash", "d"),
        ("beta role:user", ""),
        ("alpha has:edits agent:claude", "a"),
        ("command", "d"),
        ("since:2025-10-09T09:00Z", ""),
    ],
)
def test_filters_choose_sessions_and_parts(many: Talk, query: str, found: str) -> None:
    assert "".join(many.ids(query)) == found


def test_times_choose_sessions_that_were_active_then(talk: Talk) -> None:
    day = 24 * 60
    talk.session(1, times=(talk.time(0), talk.time(3 * day)))
    talk.session(2, times=(talk.time(2 * day), talk.time(2 * day)))
    talk.session(3, times=(talk.time(9 * day), talk.time(9 * day)))
    # The first was on 2025-10-09.
    assert talk.ids("since:2025-10-12") == ["cc_3", "cc_1"]
    assert talk.ids("until:2025-10-10") == ["cc_1"]
    assert talk.ids("since:2025-10-11 until:2025-10-11") == ["cc_1", "cc_2"]


def test_what_was_typed_never_becomes_sql_or_a_pattern(talk: Talk) -> None:
    talk.says(1, "x", branch="100%_a", title="t")
    for name in ("branch", "file", "label", "repo", "model", "agent", "tool"):
        for value in ("'", "%", "_", "\\", "x' OR 1=1 --", "\0", "\ud800", "[", "]", "[a-", "?", "*"):
            found = talk.ids(f'{name}:"{value}"')
            # A pattern is one only where patterns are taken; the branch has a % and a _ inside.
            assert found == ([] if (name, value) != ("branch", "*") else ["cc_1"])


@given(st.text(st.characters(codec=None), max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE f USING fts5(text, tokenize=\"unicode61 tokenchars '_'\")")
        if expression := match_expression(parse_query(text).wanted):
            connection.execute("SELECT count(*) FROM f WHERE f MATCH ?", (expression,)).fetchall()


# Order and counts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("time", "cba"),
        ("title", "bca"),
        ("messages", "acb"),
        ("edits", "bca"),
        ("agent", "cba"),
        ("repository", "acb"),
    ],
)
def test_lists_are_in_the_order_asked_for_and_in_the_opposite_one(
    talk: Talk, order: Order, expected: str
) -> None:
    talk.says(1, "x", "y", "z", id="a", title="zebra", agent="pi")
    talk.says(2, "x", id="b", title="Ant", agent="codex")
    talk.says(3, "x", "y", id="c", title="bee", agent="claude")
    talk.edits("b", "1", "2")
    talk.edits("c", "1")
    for place, name in enumerate(("z", "y", "x")):
        row = talk.store.repositories.remember(name, None, None, f"/{name}")
        talk.store.repositories.bind_sessions(["bca"[place]], row.id)
    assert "".join(talk.ids("", order=order)) == expected
    assert "".join(talk.ids("", order=order, reverse=True)) == expected[::-1]


def test_the_best_match_has_the_words_in_the_title_or_says_them_most_densely(talk: Talk) -> None:
    talk.says(1, "retry retry retry", id="dense")
    talk.says(2, "retry " + "and so on " * 50, id="thin")
    talk.says(3, "nothing", title="How to retry", id="title")
    talk.says(4, "also nothing", id="other")
    assert talk.ids("retry") == ["title", "thin", "dense"]
    assert talk.ids("retry", order="best") == ["title", "dense", "thin"]


def test_agents_are_counted_as_if_none_were_asked_for(talk: Talk) -> None:
    for number, agent in enumerate(("claude", "codex", "codex", "pi")):
        talk.says(number, "retry" if agent != "pi" else "other", agent=agent)
    found = talk.find("retry agent:claude")
    assert found.ids == ["cc_0"]
    assert dict(found.agents) == {"codex": 2, "claude": 1}
    assert list(found.agents) == ["codex", "claude"]


def test_what_is_hidden_automated_or_one_shot_is_left_out_and_counted(talk: Talk) -> None:
    talk.says(1, "a", "b", id="talk")
    talk.says(2, "what is this?", id="once")
    talk.says(3, "You are a reviewer", id="program", title="You are a reviewer", title_source="prompt")
    talk.says(4, "injected", id="nobody", kind="injected")
    talk.says(5, "do it", id="edited")
    talk.edits("edited", "x.py")
    talk.says(6, "a", "b", id="gone")
    talk.says(7, "a", id="below", parent_id="gone")
    talk.says(8, "a", id="sub", parent_id="talk")
    talk.store.sessions.hide(["gone"])
    everything = frozenset({"hidden", "automated", "one_shot"})
    found = talk.find("", leave_out=everything)
    assert found.ids == ["sub", "edited", "talk"]
    assert found.left_out == {"hidden": 2, "automated": 2, "one_shot": 1}
    assert talk.find("").left_out == {"hidden": 2}
    assert talk.ids("is:automated", leave_out=everything) == ["nobody", "program"]
    assert talk.ids("is:oneshot", leave_out=everything) == ["once"]
    assert talk.ids("is:hidden", leave_out=everything) == ["below", "gone"]
    assert len(talk.ids("", leave_out=frozenset())) == 8


def test_one_repositorys_sessions_are_a_switch_beside_the_query(talk: Talk) -> None:
    talk.says(1, "hello")
    talk.says(2, "hello")
    row = talk.store.repositories.remember("github.com/mia/x", None, None, "/x")
    talk.store.repositories.bind_sessions(["cc_1"], row.id)
    assert talk.ids("hello", repository_id=row.id) == ["cc_1"]


def test_lines_that_survived_are_those_of_commits_that_still_stand(talk: Talk) -> None:
    row = talk.store.repositories.remember("r", None, None, "/r")

    def commit(oid: str, parents: tuple[str, ...], **added: int) -> None:
        sessions = {key: {"added": count, "removed": 1} for key, count in added.items()}
        record = CommitRecord(oid, parents, 1, 1, "Mia", "s")
        talk.store.commits.keep(
            row.id, AttributedCommit(record, {"files": []}, {"sessions": sessions}, None, 1, None)
        )

    commit("1" * 40, (), cc_1=5, cc_2=2)
    commit("2" * 40, ("1" * 40,), cc_1=4, cc_3=0)
    commit("3" * 40, ("2" * 40, "9" * 40), cc_1=100)
    commit("4" * 40, ("2" * 40,), cc_2=50)
    with talk.store.write() as writer:
        writer.rewritten(row.id, [("4" * 40, "5" * 40)])
    assert talk.searching.survived() == {"cc_1": 9, "cc_2": 2}
    for number in (1, 2, 3):
        talk.session(number)
    assert talk.ids("", order="survived") == ["cc_1", "cc_2", "cc_3"]
    assert talk.ids("has:commits") == ["cc_3", "cc_2", "cc_1"]


def test_values_to_complete_with_are_the_stores_own_most_used_first(many: Talk) -> None:
    known = many.searching.known_values()
    assert known["agent"][0] == "codex"
    assert known["repo"] == ["github.com/mia/uploader.git"]
    assert known["branch"] == ["feature/retry", "main"] or set(known["branch"]) == {"main", "feature/retry"}
    assert known["label"] == ["to do", "Later"]
    assert set(known["file"]) == {"upload.py", "retry.py", "upload.ts"}


# While things change ------------------------------------------------------------------------------


def test_what_is_written_meanwhile_is_found(talk: Talk) -> None:
    talk.says(1, "hello")
    talk.searching.warm()
    assert talk.ids("hello") == ["cc_1"]
    talk.says(2, "hello")
    with talk.store.write() as writer:
        writer.messages([Message("cc_1", "later", "user", 5)])
        writer.parts([Part("cc_1", "later", "p", "text", "hello again", 5)])
    found = talk.find("hello")
    assert {key: said.count for key, said in found.hits.items()} == {"cc_1": 2, "cc_2": 1}
    talk.store.sessions.rename("cc_2", "Greetings")
    assert talk.ids("greetings") == ["cc_2"]


def test_sessions_whose_parts_were_written_in_turn_are_told_apart(talk: Talk) -> None:
    for number in (1, 2):
        talk.session(number)
    for place in range(6):
        with talk.store.write() as writer:
            key = f"cc_{place % 2 + 1}"
            writer.parts(
                [Part(key, "m", f"p{place}", "text", "even" if place in {0, 2, 3} else "odd", place)]
            )
    found = talk.find("even")
    assert {key: said.count for key, said in found.hits.items()} == {"cc_1": 2, "cc_2": 1}
    assert talk.find("odd", hits_named=1).hits["cc_2"].newest == (6,)


def test_row_ids_given_anew_after_a_deletion_are_of_their_new_session(talk: Talk) -> None:
    talk.says(1, "hello")
    talk.says(2, "hello")
    assert talk.ids("hello") == ["cc_2", "cc_1"]
    talk.store.database.execute_sql("DELETE FROM parts WHERE session_id = 'cc_2'")
    talk.says(3, "hello", "more")
    found = talk.find("hello")
    assert found.ids == ["cc_3", "cc_1"]
    assert found.hits["cc_3"].count == 1


# Filters or words first ---------------------------------------------------------------------------


_ASKED = (
    "hello", "hel wor", "wor hello", "hello rare", "rar hel", "hello nowhere", "title hello",
    "hello titl rare", "hello -rare", "-hello", '"hello world"', "hello role:assistant", "hello tool:bash",
    "rare", "world hello -titl",
)  # fmt: skip
_BY = (
    "", "is:subagent", "is:starred", "has:edits", "has:errors", "branch:main", "branch:dev", "repo:uploader",
    "file:upload.py", "since:2025-10-09T09:40Z", "until:2025-10-09T09:00Z", "agent:codex branch:dev",
    "-branch:main", 'label:"to do"', "is:hidden",
)  # fmt: skip


def _varied(talk: Talk) -> None:
    """Sessions of few parts that differ in what is asked of them, by no rhythm."""
    rng = random.Random(3)
    for number in range(130):
        texts = ["hello world", "hello", "world", "other", "world hello"]
        said = [
            rng.choice(texts) + (" rare" if rng.random() < 0.02 else "") for _ in range(rng.randint(1, 4))
        ]
        tool = {"type": "tool", "tool": "Bash", "status": rng.choice(["completed", "error"])}
        key = talk.says(
            number, *said, role=rng.choice(["user", "assistant"]), part=rng.choice([{}, {}, {}, tool]),
            title=rng.choice([None, "A title", "hello", "rare title"]),
            branch=rng.choice(["main", "dev", None]), agent=rng.choice(["claude", "codex"]),
            parent_id=rng.choice([None, None, "cc_1"]),
        )  # fmt: skip
        if number % 11 == 0:
            talk.edits(key, rng.choice(["upload.py", "retry.py"]))
    repository = talk.store.repositories.remember("github.com/mia/uploader.git", None, None, "/w/u")
    talk.store.repositories.bind_sessions([f"cc_{number}" for number in range(0, 130, 9)], repository.id)
    talk.store.sessions.star([f"cc_{number}" for number in range(3, 130, 17)])
    talk.store.sessions.label(["cc_4", "cc_44"], add=["to do"])
    talk.store.sessions.hide(["cc_7", "cc_70"])


def _said(found: Listing) -> object:
    hits = {key: found.hits[key] for key in found.ids if key in found.hits}
    return found.places, hits, dict(found.agents), dict(found.left_out)


def test_filters_first_and_words_first_find_the_same(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    _varied(talk)
    queries = [parse_query(f"{by} {asked}") for asked in _ASKED for by in _BY]
    assert not any(query.problems for query in queries)
    filters_first = [_said(talk.find(query)) for query in queries]
    talk.searching.warm()
    with_rare_words_alone = [_said(talk.find(query)) for query in queries]
    talk.searching.close()
    monkeypatch.setattr(search_memory, "FEW_PARTS", -1)
    words_first = [_said(talk.find(query)) for query in queries]
    for query, *answers in zip(queries, filters_first, with_rare_words_alone, words_first, strict=True):
        assert answers == [answers[0]] * 3, query.text
    found = [len(talk.ids(query.text)) for query in queries]
    assert sum(count > 0 for count in found) > len(queries) / 2


def _statements(talk: Talk, query: str) -> tuple[Listing, str]:
    """What is found, and all SQL that was run for it."""
    statements: list[str] = []
    with talk.searching.connected() as (connection, _):
        connection.set_trace_callback(statements.append)
    found = talk.find(query)
    with talk.searching.connected() as (connection, _):
        connection.set_trace_callback(None)
    return found, "\n".join(statements)


@pytest.mark.parametrize("query", ["branch:none hello", "is:starred hello", "hello branch:main -nobody"])
def test_words_are_not_looked_up_everywhere_for_the_few_sessions_that_filters_let_through(
    talk: Talk, query: str
) -> None:
    talk.says(1, "hello", branch="main")
    talk.says(2, "hello")
    assert "parts_fts" in _statements(talk, "hello")[1]
    found, statements = _statements(talk, query)
    assert "parts_fts" not in statements
    assert found.ids == (["cc_1"] if "main" in query else [])


def test_a_common_word_is_not_looked_up_everywhere_beside_one_that_few_say(talk: Talk) -> None:
    for number in range(15):
        talk.says(number, "hello", "hello rare" if number == 3 else "x")
    talk.searching.warm()
    found, statements = _statements(talk, "hel* rare")
    assert found.hits.keys() == {"cc_3"}
    assert [line for line in statements.split("\n") if "parts_fts" in line and '"hel"' in line] == []
    assert talk.ids("hel* nowhere") == []


def test_a_word_that_is_rare_in_the_newest_sessions_only_is_found_everywhere(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        talk.says(number, "hello rare")
    talk.searching.warm()
    monkeypatch.setattr(finder, "FEW_PARTS", 3)
    assert len(talk.ids("hello rare")) == 6


def test_what_filters_let_through_is_asked_again_when_the_store_changed(talk: Talk) -> None:
    talk.says(1, "hello")
    talk.says(2, "hello")
    for starred in (["cc_1"], ["cc_1", "cc_2"]):
        talk.store.sessions.star(starred)
        assert talk.ids("is:starred hello") == starred[::-1]
    talk.says(3, "hello", branch="b")
    assert talk.ids("branch:b hello") == ["cc_3"]
    with talk.store.write() as writer:
        writer.parts([Part("cc_3", "later", "p", "text", "goodbye", 5)])
    assert talk.ids("branch:b goodbye") == ["cc_3"]
    talk.store.database.execute_sql("UPDATE parts SET text = 'farewell' WHERE session_id = 'cc_3'")
    assert talk.ids("branch:b goodbye") == []
    assert talk.ids("branch:b farewell") == ["cc_3"]


def test_words_are_looked_up_everywhere_for_a_session_of_very_many_parts(talk: Talk) -> None:
    talk.session(1, branch="main")
    with talk.store.write() as writer:
        writer.parts([Part("cc_1", "m", f"p{place}", "text", "hello", place) for place in range(500)])
    found, statements = _statements(talk, "branch:main hello")
    assert found.hits["cc_1"].count == 500
    assert "parts_fts" in statements
    assert "few" not in statements


# First pages and cancelling -----------------------------------------------------------------------


def test_a_first_page_comes_before_the_whole(talk: Talk) -> None:
    for number in range(FIRST_PAGE + 5):
        talk.session(number)
    pages: list[Listing] = []
    whole = talk.searching.search(parse_query("")).run(pages.append)
    assert whole is not None
    assert [len(page.ids) for page in pages] == [FIRST_PAGE]
    assert not pages[0].complete
    assert whole.ids[:FIRST_PAGE] == pages[0].ids
    assert len(whole.ids) == FIRST_PAGE + 5


def test_the_newest_sessions_come_first_once_they_are_indexed_apart(talk: Talk) -> None:
    for number in range(320):
        talk.says(number, "hello" if number % 2 else "other")
    query = parse_query("hello")
    pages: list[Listing] = []
    talk.searching.search(query).run(pages.append)
    assert pages == []
    talk.searching.warm()
    whole = talk.searching.search(query).run(pages.append)
    assert whole is not None
    assert len(whole.ids) == 160
    [page] = pages
    assert page.ids == whole.ids[: len(page.ids)]
    assert len(page.ids) == 150
    assert page.hits["cc_319"] == whole.hits["cc_319"]


def test_what_one_part_says_comes_before_what_a_title_says_half_of(talk: Talk) -> None:
    talk.says(1, "retry uploads")
    talk.says(2, "retry", title="Uploads")
    pages: list[Listing] = []
    whole = talk.searching.search(parse_query("retry uploads")).run(pages.append)
    assert whole is not None
    assert [page.ids for page in pages] == [["cc_1"]]
    assert whole.ids == ["cc_2", "cc_1"]


@pytest.mark.parametrize("order", ["time", "title"])
def test_the_first_sessions_that_filters_let_through_come_before_the_whole(talk: Talk, order: Order) -> None:
    for number in range(120):
        talk.says(number, "hello", branch="old", title=f"{number:03}")
    for number in range(120, 320):
        talk.says(number, "other")
    talk.searching.warm()
    pages: list[Listing] = []
    search = talk.searching.search(parse_query("branch:old hello"), View(order))
    whole = search.run(pages.append)
    assert whole is not None
    assert len(whole.ids) == 120
    [page] = pages
    assert not page.complete
    assert page.ids == whole.ids[:100]
    assert {key: whole.hits[key] for key in page.ids} == page.hits


def test_filters_on_parts_hold_on_the_first_page(talk: Talk) -> None:
    talk.says(1, "hello", part={"type": "tool", "tool": "Bash"})
    talk.says(2, "hello", role="assistant")
    talk.searching.warm()
    for query, found in (("hello tool:bash", ["cc_1"]), ("hello role:assistant", ["cc_2"])):
        pages: list[Listing] = []
        talk.searching.search(parse_query(query)).run(pages.append)
        assert [page.ids for page in pages] == [found]


def test_what_the_first_page_leaves_out_the_whole_leaves_out(talk: Talk) -> None:
    talk.says(1, "hello", "flaky")
    talk.says(2, "hello")
    talk.searching.warm()
    pages: list[Listing] = []
    talk.searching.search(parse_query("hello -flaky agent:claude")).run(pages.append)
    assert [page.ids for page in pages] == [["cc_2"]]


def test_a_search_that_was_cancelled_has_no_answer(talk: Talk) -> None:
    talk.says(1, "hello")
    search = talk.searching.search(parse_query("hello"))
    search.cancel()
    assert search.run() is None
    assert talk.ids("hello") == ["cc_1"]


def test_cancelling_interrupts_what_runs_and_the_next_search_is_not_touched(talk: Talk) -> None:
    talk.says(1, "hello")
    search = talk.searching.search(parse_query("hello"))
    begun = threading.Event()
    answers: list[Listing | None] = []
    with talk.searching.connected() as (connection, _):

        def stay() -> int:
            begun.set()
            return 0

        # SQLite calls this while a statement runs; the statement below would run for minutes.
        connection.set_progress_handler(stay, 1000)
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n WHERE i < 1e12"
    )
    talk.searching._memory.refresh = lambda connection: connection.execute(endless).fetchone()  # type: ignore[method-assign,assignment,return-value] # stands for a long search
    thread = threading.Thread(target=lambda: answers.append(search.run()))
    thread.start()
    assert begun.wait(30)
    search.cancel()
    thread.join(30)
    assert answers == [None]
    del talk.searching._memory.refresh
    assert talk.ids("hello") == ["cc_1"]


def test_searches_cancelled_at_any_moment_leave_the_next_one_whole(talk: Talk) -> None:
    with talk.store.write() as writer:
        for number in range(2_000):
            writer.sessions([Session(f"cc_{number}", "claude", str(number), title="hello")])
            writer.parts([Part(f"cc_{number}", "m", "p", "text", "hello you", number)])
    talk.searching.warm()
    query = parse_query("hello you -nobody")
    whole = talk.searching.find(query)
    pause = whole.took_ms / 1000 / 20
    ended = 0
    for step in range(25):
        search = talk.searching.search(query)
        timer = threading.Timer(step * pause, search.cancel)
        timer.start()
        found = search.run(lambda _: None)
        timer.join()
        ended += found is None
        assert found is None or found.ids == whole.ids
        assert talk.searching.find(query).ids == whole.ids
    assert ended > 0


def test_a_store_that_cannot_be_read_is_said_to_be(talk: Talk) -> None:
    talk.says(1, "hello")
    talk.store.close()
    with talk.searching.connected() as (connection, _):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    talk.searching.close()
    talk.searching.path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    with pytest.raises(StoreError, match="byline doctor"):
        talk.ids("hello")


def test_searching_in_several_threads_at_once_gives_each_its_answer(talk: Talk) -> None:
    for number in range(40):
        talk.says(number, f"word{number % 4} hello")
    run: Callable[[str], list[str]] = lambda query: talk.searching.find(parse_query(query), View()).ids  # noqa: E731 - short
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(run, [f"word{number % 4}" for number in range(24)]))
    assert [len(answer) for answer in answers] == [10] * 24


def test_a_closed_searching_opens_again(talk: Talk) -> None:
    talk.says(1, "hello")
    assert talk.ids("hello") == ["cc_1"]
    talk.searching.close()
    assert talk.ids("hello") == ["cc_1"]
    assert isinstance(talk.searching, Searching)


def test_lines_that_a_later_commit_only_carried_on_survived_once(talk: Talk) -> None:
    row = talk.store.repositories.remember("r", None, None, "/r")
    new = ["added", "ai", False, None, "cc_1", "opus", 7]
    for oid, carried in (("1" * 40, 0), ("2" * 40, 3)):
        moved = ["added", "ai", True, None, "cc_1", "opus", carried]
        nobody = ["added", "unknown", False, "no_edit", None, None, 2]
        counts = {
            "added": {"carried": carried},
            "sessions": {"cc_1": {"added": 7 + carried, "removed": carried}},
            "files": [["a.py", "a.py", [new, moved, nobody]]],
        }
        record = CommitRecord(oid, (), 1, 1, "Mia", "s")
        talk.store.commits.keep(row.id, AttributedCommit(record, {"files": []}, counts, None, 1, None))
    assert talk.searching.survived() == {"cc_1": 14}
    commits = containing_commits(talk.store.database, "cc_1")
    assert [(commit.added, commit.carried) for commit in commits] == [(7, 0), (10, 3)]
