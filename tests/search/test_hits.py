"""The parts that a query found: what they say, and their order in a conversation."""

from talk import Talk

from byline.query import Matcher, parse_query
from byline.record import Message, Part


def in_session(talk: Talk, query: str, key: str = "cc_1") -> list[str]:
    """What is said by the hits of a session, one after the other."""
    keys = talk.store.hits.in_session(parse_query(query), key)
    hits = talk.store.hits.of_parts(Matcher(parse_query(query)), keys)
    return [hits[key].snippet.text for key in keys]


def test_a_hit_tells_its_part_who_said_it_and_where_the_words_are(talk: Talk) -> None:
    talk.says(1, "please retry it", role="assistant")
    found = talk.find("retry")
    [key] = found.hits["cc_1"].newest
    [hit] = talk.store.hits.of_parts(Matcher(found.query), [key]).values()
    assert (hit.session_id, hit.message_id, hit.part_id) == ("cc_1", "assistant0", "p0")
    assert (hit.type, hit.tool, hit.role) == ("text", None, "assistant")
    assert hit.snippet.pieces() == [("please ", False), ("retry", True), (" it", False)]


def test_a_call_found_by_its_input_shows_its_input(talk: Talk) -> None:
    talk.says(1, "done", part={"type": "tool", "tool": "Bash", "input": '{"command": "git push"}'})
    assert in_session(talk, "push") == ['{"command": "git push"}']
    assert in_session(talk, "done") == ["done"]


def test_hits_come_in_reading_order_whatever_the_order_of_writing(talk: Talk) -> None:
    talk.session(1)
    with talk.store.write() as writer:
        for name, time in (("c", 3), ("a", 1), ("b", 2)):
            writer.messages([Message("cc_1", name, "user", time)])
            writer.parts([Part("cc_1", name, "p", "text", f"hello {name}", 9)])
        writer.parts([Part("cc_1", "b", "q", "text", "hello b later", 10)])
        writer.parts([Part("cc_1", "lost", "p", "text", "hello lost", 4)])
    assert in_session(talk, "hello") == ["hello a", "hello b", "hello b later", "hello c", "hello lost"]


def test_only_this_sessions_parts_are_its_hits(talk: Talk) -> None:
    for place in range(6):
        with talk.store.write() as writer:
            writer.parts([Part(f"cc_{place % 2 + 1}", "m", f"p{place}", "text", f"hello {place}", place)])
    assert in_session(talk, "hello") == ["hello 0", "hello 2", "hello 4"]


def test_where_no_part_says_all_the_words_those_that_say_any_are_hits(talk: Talk) -> None:
    talk.says(1, "retry", "uploads", "other")
    assert in_session(talk, "retry uploads") == ["retry", "uploads"]
    talk.says(2, "retry", "uploads", "retry uploads")
    assert in_session(talk, "retry uploads", "cc_2") == ["retry uploads"]


def test_filters_on_parts_choose_hits_without_words_too(talk: Talk) -> None:
    talk.says(1, "hello", part={"type": "tool", "tool": "Bash"})
    assert in_session(talk, "tool:bash") == ["hello"]
    assert in_session(talk, "hello tool:read") == []
    assert in_session(talk, "hello role:user") == ["hello"]
    assert in_session(talk, "agent:claude") == []
    assert in_session(talk, "") == []


def test_hits_of_what_is_gone_are_left_out(talk: Talk) -> None:
    talk.says(1, "hello")
    assert talk.store.hits.of_parts(Matcher(parse_query("hello")), [1, 99]).keys() == {1}
    assert talk.store.hits.in_session(parse_query("hello"), "cc_none") == []


def test_a_hit_is_placed_by_the_ids_that_a_conversation_knows(talk: Talk) -> None:
    talk.says(1, "hello", "hello")
    keys = talk.store.hits.in_session(parse_query("hello"), "cc_1")
    assert [talk.store.hits.places(keys)[key] for key in keys] == [("user0", "p0"), ("user1", "p1")]
