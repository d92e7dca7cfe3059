"""A stored conversation read by page: the same as all of it read at once, and found again in it."""

import json

import pytest

from byline.patch import FilePatch, Hunk, TouchedLine
from byline.reading.drawing import BlockPainter, Shape
from byline.reading.finding import blocks_found, blocks_saying, rows_to_reach
from byline.reading.pages import (
    PAGE,
    PAGES_KEPT,
    Pages,
    open_beginning,
    open_conversation,
    pages_of,
    touched_by,
)
from byline.reading.palette import terminal_palette
from byline.record import Edit, Message, Part, Session
from byline.store.conversation_facts import containing_commits, read_totals
from byline.store.store import Store

OPUS = "claude-opus-4-6"
COUNT = PAGE * (PAGES_KEPT + 3)


@pytest.fixture
def long(store: Store) -> Store:
    """More messages than are kept in memory: prompts, answers, calls; some edited, and some failed."""
    messages, parts, edits = [], [], []
    for number in range(COUNT):
        name, at = f"m{number}", 1000 + number
        role = "user" if number % 10 == 0 else "assistant"
        tokens = {"input": 1, "cache_read": 10, "output": 2} if role == "assistant" else None
        model = OPUS if role == "assistant" else None
        facts = {"model_id": model, "tokens": tokens, "cost": 0.5}
        messages.append(Message("cc_l", name, role, at, **facts))  # type: ignore[arg-type] # of two roles
        if number % 10 < 3:
            parts.append(Part("cc_l", name, "p", "text", f"Wörter number {number}", at))
        else:
            status = "error" if number % 50 == 7 else "completed"
            given = json.dumps({"command": f"run_{number} 100%"})
            parts.append(
                Part("cc_l", name, "p", "tool", f"out {number}", at, "Bash", f"c{number}", given, status)
            )
        if number % 10 == 5:
            hunk = Hunk(1, 0, 1, 1, (TouchedLine("added", 1, f"line {number}"),))
            patch = FilePatch("a.py", "a.py", "modified", (hunk,))
            edits.append(Edit("cc_l", "a.py", patch, at, "claude", "vendor_diff", name, f"c{number}", OPUS))
    with store.write() as writer:
        writer.sessions([Session("cc_l", "claude", "l", "Long", "agent")], {})
        writer.messages(messages)
        writer.parts(parts)
        writer.edits(edits)
        writer.recount(["cc_l"])
    return store


@pytest.fixture
def opened(long: Store) -> Pages:
    pages = open_conversation(long, "cc_l")
    assert pages is not None
    return pages


def test_what_is_read_by_page_is_what_is_read_at_once(long: Store, opened: Pages) -> None:
    rows, edits = long.conversations.read("cc_l"), long.edits.of_session("cc_l")
    whole = pages_of(opened.thread.session, rows, touched_by(edits), edits={edit.id: edit for edit in edits})
    assert bytes(whole.thread.kinds) == bytes(opened.thread.kinds)
    assert whole.thread.totals == opened.thread.totals
    for at in [*range(len(whole.thread)), 0, 5]:
        one, other = opened.block(at), whole.block(at)
        assert (one.kind, one.text, one.part, one.touched, one.message) == (
            other.kind, other.text, other.part, other.touched, other.message,
        )  # fmt: skip
        assert opened.edits(one) == whole.edits(other)
    assert len(opened._pages) == PAGES_KEPT


def test_the_places_to_go_to_are_known_before_anything_is_read(opened: Pages) -> None:
    thread = opened.thread
    assert len(thread.prompts) == -(-COUNT // 10)
    assert len(thread.edits) == len([number for number in range(COUNT) if number % 10 == 5])
    assert len(thread.errors) == len([number for number in range(COUNT) if number % 50 == 7])
    assert not opened._pages


def test_tokens_and_cost_are_those_of_all_messages(long: Store) -> None:
    totals = read_totals(long.database, "cc_l")
    talking = COUNT - -(-COUNT // 10)
    assert (totals.tokens_in, totals.tokens_out, totals.cost) == (11 * talking, 2 * talking, COUNT / 2)
    assert read_totals(long.database, "cc_none").cost is None


def test_the_beginning_is_the_same_as_far_as_it_goes(long: Store, opened: Pages) -> None:
    look = open_beginning(long, "cc_l", 15)
    assert look is not None
    assert len(look.thread.skeleton) == 15
    assert [look.block(at).text for at in range(3)] == [opened.block(at).text for at in range(3)]
    assert not look.thread.loose
    assert open_beginning(long, "cc_none", 5) is None
    assert open_conversation(long, "cc_none") is None


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("WÖRTER number 41", [41]),
        ("OUT 7", [7]),
        ("run_13 100%", [13]),
        ("run%13", []),
        ("un_", None),
        ("\\", []),
    ],
)
def test_words_are_found_whatever_their_case_and_signs_stand_for_themselves(
    long: Store, opened: Pages, words: str, where: list[int] | None
) -> None:
    found = blocks_saying(long, opened, words)
    messages = [opened.thread.messages[at] for at in found]
    assert messages == sorted(messages)
    if where is None:
        assert len(found) == len([number for number in range(COUNT) if number % 10 >= 3])
    else:
        assert [number for number in messages if number < 50] == where


def test_the_piece_of_a_long_text_is_found_that_says_it(store: Store) -> None:
    text = "\n\n".join(f"paragraph {number}" for number in range(1000))
    with store.write() as writer:
        writer.sessions([Session("cc_p", "claude", "p", "P", "agent")], {})
        writer.messages([Message("cc_p", "m", "assistant", 1, OPUS)])
        writer.parts([Part("cc_p", "m", "p", "text", text, 1)])
    pages = open_conversation(store, "cc_p")
    assert pages is not None
    (found,) = blocks_saying(store, pages, "paragraph 777")
    assert pages.thread.pieces[found] > 0
    assert "paragraph 777" in pages.block(found).text


def test_what_a_query_finds_is_found_in_reading_order(long: Store, opened: Pages) -> None:
    found = blocks_found(long, opened, "wörter role:user")
    assert [opened.block(at).kind for at in found[:3]] == ["prompt"] * 3
    assert len(found) == len(opened.thread.prompts)


def test_a_part_that_was_taken_out_since_is_an_empty_block(long: Store, opened: Pages) -> None:
    at = opened.thread.block_of(None, "c3")
    assert at is not None
    long.connection.execute("DELETE FROM parts WHERE tool_call_id = 'c3'")
    block = opened.block(at)
    assert (block.kind, block.text) == ("tool", "")


def test_a_session_that_is_in_no_commit_has_none(long: Store) -> None:
    assert containing_commits(long.database, "cc_l") == []


@pytest.mark.parametrize("text", ["x" * 5000 + " needle", "a\n" * 5000 + "needle", "漢 " * 5000 + "Needle"])
def test_so_many_rows_are_shown_that_a_hit_is_among_them(store: Store, text: str) -> None:
    with store.write() as writer:
        writer.sessions([Session("cc_r", "claude", "r", None, "agent")])
        writer.messages([Message("cc_r", "m", "assistant", 1, OPUS)])
        writer.parts([Part("cc_r", "m", "p", "tool", text, 1, tool="Bash", tool_call_id="c")])
    made = open_conversation(store, "cc_r")
    assert made is not None
    at = made.thread.block_of(None, "c")
    assert at is not None
    block = made.block(at)
    rows = rows_to_reach(block, "needle", 60)
    drawn = BlockPainter(terminal_palette(), made, "+").paint(block, 60, Shape(rows=rows))
    assert any("needle" in "".join(part.text for part in line).lower() for line in drawn)
    assert rows_to_reach(block, "not there", 60) == 0
