"""The order of a conversation's blocks: who speaks, what is grouped, where one can go."""

from array import array
from collections.abc import Callable
from dataclasses import replace

import pytest

from byline.reading.layout import CALLS, HIDDEN, LINE, Reading, guess_heights, states_of
from byline.reading.pages import Pages
from byline.store.conversation_facts import Touched
from byline.store.conversations import MessageRow
from byline.store.sessions import SessionRow

Said = Callable[..., MessageRow]
Made = Callable[..., Pages]


def kinds(pages: Pages) -> list[str]:
    return [pages.thread.kind(at) for at in range(len(pages.thread))]


def shown(pages: Pages, reading: Reading, opened: tuple[int, ...] = ()) -> list[str]:
    states = states_of(pages.thread, reading, opened)
    return [pages.thread.kind(at) for at, state in enumerate(states) if state != HIDDEN]


def calls(said: Said, count: int, **facts: object) -> list[MessageRow]:
    return [
        said("assistant", "tool", "out", tool="Bash", tool_call_id=f"c{at}", status="completed", **facts)
        for at in range(count)
    ]


def test_a_speaker_is_named_when_it_changes(said: Said, pages: Made) -> None:
    made = pages(
        said("user", "text", "one"), said("assistant", "text", "a"), said("assistant", "text", "b"),
        said("user", "text", "two"),
    )  # fmt: skip
    assert kinds(made) == ["heading", "prompt", "heading", "answer", "answer", "heading", "prompt"]
    assert [made.block(at).text for at in (0, 2, 5)] == ["You", "opus-4-6", "You"]
    assert made.thread.prompts == array("i", [1, 6])


def test_a_change_of_model_and_a_compaction_are_marked(said: Said, pages: Made) -> None:
    made = pages(
        said("assistant", "text", "a"), said("user", "text", "the story so far", kind="compaction"),
        said("assistant", "text", "b", model_id="gpt-5.5"),
    )  # fmt: skip
    assert kinds(made) == ["heading", "answer", "rule", "aside", "rule", "heading", "answer"]
    assert [made.block(at).text for at in (2, 4)] == [
        "the conversation was compacted here", "model: opus-4-6 → gpt-5.5",
    ]  # fmt: skip


def test_many_calls_in_a_row_are_counted_and_reasoning_between_them_too(said: Said, pages: Made) -> None:
    first, second, third = calls(said, 3)
    thought = said("assistant", "reasoning", "hmm")
    edit = said("assistant", "tool", "", tool="Edit", tool_call_id="e", status="completed")
    failed = said("assistant", "tool", "no", tool="Bash", tool_call_id="f", status="error")
    touched = {"e": (Touched(1, "/w/a.py", 3, 1),)}
    made = pages(
        first, second, thought, edit, failed, third, said("assistant", "text", "done"), touched=touched
    )
    assert kinds(made) == ["heading", "calls", *["tool"] * 2, "reasoning", *["tool"] * 3, "answer"]
    run = made.block(1).run
    assert run is not None
    assert (run.calls, run.edits, run.failed, run.thoughts) == (5, 1, 1, 1)
    assert run.tools == (("Bash", 4), ("Edit", 1))
    assert list(made.thread.edits) == [5]
    assert list(made.thread.errors) == [6]
    assert made.thread.calls == 5


def test_a_few_calls_stand_for_themselves(said: Said, pages: Made) -> None:
    assert kinds(pages(*calls(said, 2))) == ["heading", "tool", "tool"]


def test_reasoning_behind_the_last_call_is_no_part_of_its_run(said: Said, pages: Made) -> None:
    made = pages(*calls(said, 3), said("assistant", "reasoning", "so"), said("assistant", "text", "done"))
    assert kinds(made) == ["heading", "calls", "tool", "tool", "tool", "reasoning", "answer"]
    assert list(made.thread.runs) == [-1, -1, 1, 1, 1, -1, -1]


def test_a_sub_agent_is_linked_behind_its_call_and_others_at_the_end(
    said: Said, pages: Made, session: SessionRow
) -> None:
    task = said("assistant", "tool", "agentId: abc", tool="Task", tool_call_id="t")
    child = replace(session, id="cc_abc", native_id="agent-abc", title="Look around")
    fork = replace(session, id="cc_fork", native_id="fork", title="Fork")
    made = pages(*calls(said, 3), task, *calls(said, 1), children=[child, fork])
    assert kinds(made) == ["heading", "calls", *["tool"] * 4, "session", "tool", "rule", "session"]
    assert made.block(6).link == child
    assert made.block(9).link == fork


def test_edits_whose_call_was_not_recorded_are_listed_at_the_end(said: Said, pages: Made) -> None:
    one, two = Touched(1, "a", 1, 0), Touched(2, "b", 1, 0)
    made = pages(*calls(said, 1), touched={"c0": (one,), "gone": (one, two), "": (two,)})
    assert kinds(made) == ["heading", "tool", "rule", "patch", "patch"]
    assert [made.block(at).touched for at in (1, 3, 4)] == [(one,), (one, two), (two,)]
    assert made.thread.block_of(None, "gone") == 3
    assert list(made.thread.edits) == [1, 3, 4]


def test_empty_texts_are_no_blocks(said: Said, pages: Made) -> None:
    assert kinds(pages(said("assistant", "text", " \n\t"), said("assistant", "reasoning", ""))) == []


def test_a_part_of_an_unknown_type_is_put_aside(said: Said, pages: Made) -> None:
    assert kinds(pages(said("assistant", "hologram", "?"))) == ["heading", "aside"]


def test_a_long_answer_is_several_blocks_that_say_all_of_it(said: Said, pages: Made) -> None:
    made = pages(
        said("assistant", "text", "\n\n".join(f"paragraph {n}" for n in range(900)), tokens={"output": 3})
    )
    assert kinds(made)[1:] == ["answer"] * (len(made.thread) - 1)
    assert len(made.thread) > 5
    texts = [made.block(at).text for at in range(1, len(made.thread))]
    assert "\n".join(texts).count("paragraph") == 900
    assert [made.block(at).message is not None for at in range(1, len(made.thread))][-2:] == [False, True]


def test_a_call_and_a_message_are_found(said: Said, pages: Made) -> None:
    made = pages(said("user", "text", "go"), *calls(said, 3))
    assert made.thread.block_of(None, "c1") == 5
    assert made.thread.block_of("m1", None) == 0
    assert made.thread.block_of("m1", "c2") == 6
    assert made.thread.block_of("gone", "gone") is None


def test_threads_are_alike_as_far_as_the_same_messages_go(said: Said, pages: Made) -> None:
    first, second, third = (
        said("user", "text", "go"),
        said("assistant", "text", "a"),
        said("user", "text", "b"),
    )
    short, long = pages(first, second), pages(first, second, third)
    assert short.thread.common_start(long.thread) == len(short.thread)
    assert short.thread.common_start(short.thread) == len(short.thread)
    other = pages(first, said("assistant", "text", "else"), third)
    assert long.thread.common_start(other.thread) == 2


# Layout -------------------------------------------------------------------------------------------


@pytest.fixture
def made(said: Said, pages: Made) -> Pages:
    return pages(
        said("user", "text", "go"), said("assistant", "reasoning", "hmm"), *calls(said, 3),
        said("assistant", "text", "done"), *calls(said, 1), said("user", "text", "in", kind="injected"),
        touched={"c1": (Touched(1, "/w/a.py", 3, 1),)},
    )  # fmt: skip


def test_calls_are_shown_as_wanted(made: Pages) -> None:
    talk = ["heading", "prompt", "heading", "reasoning"]
    assert shown(made, Reading()) == [*talk, "calls", "answer", "tool", "aside"]
    assert shown(made, Reading(), (4,)) == [*talk, "calls", *["tool"] * 3, "answer", "tool", "aside"]
    assert shown(made, Reading("off")) == [*talk, "answer", "aside"]
    for level in ("line", "cut", "full"):
        assert shown(made, Reading(level)).count("tool") == 4
    assert CALLS[0] == "off"


def test_only_what_was_said_or_only_edits_are_shown(made: Pages) -> None:
    assert shown(made, Reading(only="text")) == ["heading", "prompt", "heading", "answer"]
    assert shown(made, Reading(only="edits")) == ["heading", "prompt", "heading", "tool"]


def test_a_block_of_its_own_state_keeps_it_unless_it_is_hidden(made: Pages) -> None:
    assert states_of(made.thread, Reading(), own={3: 3})[3] == 3
    assert states_of(made.thread, Reading(only="text"), own={3: 3})[3] == HIDDEN


@pytest.mark.parametrize("reading", [Reading(), Reading("off"), Reading("full", reasoning=True, only="all")])
def test_hidden_blocks_have_no_height_and_others_have_some(made: Pages, reading: Reading) -> None:
    states = states_of(made.thread, reading)
    heights, gaps = guess_heights(made.thread, states, 80)
    assert [height > 0 for height in heights] == [state != HIDDEN for state in states]
    assert all(
        height == gap + 1 for height, gap, state in zip(heights, gaps, states, strict=True) if state == LINE
    )
    assert gaps[0] == 0
