"""Opening a conversation without reading what was said."""

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from talk import Talk

from byline.record import Message, Part

MESSAGES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), max_size=12)


@given(MESSAGES, st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_of_a_skeleton_are_the_conversation(
    talk: Talk, messages: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    key = f"cc_{uuid4()}"  # the examples share a store
    with talk.store.write() as writer:
        for place, (time, parts, recorded) in enumerate(messages):
            if recorded:
                writer.messages([Message(key, f"m{place}", "user", time, "model", kind="injected")])
            for part in range(parts):
                at = data.draw(st.integers(0, 3))
                writer.parts([Part(key, f"m{place}", f"p{part}", "text", f"{place} {part}", time + at)])
    whole = talk.store.conversations.read(key)
    skeleton = talk.store.conversations.skeleton(key)
    assert len(skeleton) == len(whole)
    assert skeleton.message_ids == [message.message_id for message in whole]
    assert list(skeleton.times_ms) == [message.generated_at_unix_ms for message in whole]
    assert skeleton.roles == [message.role for message in whole]
    assert [len(skeleton.parts_of(place)) for place in range(len(whole))] == [len(row.parts) for row in whole]
    start = data.draw(st.integers(-2, len(whole)))
    stop = data.draw(st.integers(start, len(whole) + 2))
    assert talk.store.conversations.page(skeleton, start, stop) == whole[max(start, 0) : max(stop, 0)]


def test_a_skeleton_knows_kinds_and_prompts(talk: Talk) -> None:
    talk.session(1)
    with talk.store.write() as writer:
        writer.messages(
            [
                Message("cc_1", "a", "user", 1),
                Message("cc_1", "b", "assistant", 2, "opus"),
                Message("cc_1", "c", "user", 3, kind="injected"),
                Message("cc_1", "d", "user", 4),
            ]
        )
        writer.parts(
            [Part("cc_1", name, "p", "text", name, 1) for name in ("a", "b", "c")]
            + [Part("cc_1", "b", "q", "tool", "out", 2, tool="Bash")]
        )
    skeleton = talk.store.conversations.skeleton("cc_1")
    assert skeleton.prompts() == [0]
    assert skeleton.part_types == ["text", "text", "tool", "text"]
    assert skeleton.models == [None, "opus", None, None]
    assert skeleton.kinds == [None, None, "injected", None]
    assert [skeleton.message_of(part) for part in range(4)] == [0, 1, 1, 2]


def test_what_was_taken_out_since_leaves_its_place(talk: Talk) -> None:
    talk.says(1, "one", "two", "three")
    skeleton = talk.store.conversations.skeleton("cc_1")
    talk.store.database.execute_sql("DELETE FROM parts WHERE text = 'two'")
    talk.store.database.execute_sql("DELETE FROM messages WHERE message_id = 'user1'")
    page = talk.store.conversations.page(skeleton, 0, 3)
    assert [(row.message_id, [part.text for part in row.parts]) for row in page] == [
        ("user0", ["one"]),
        ("user1", []),
        ("user2", ["three"]),
    ]


def test_a_session_without_anything_is_an_empty_skeleton(talk: Talk) -> None:
    skeleton = talk.store.conversations.skeleton("cc_none")
    assert len(skeleton) == 0
    assert talk.store.conversations.page(skeleton, 0, 10) == []
