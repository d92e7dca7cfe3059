"""One conversation: what is shown of it, how it folds, and the ways through it."""

import itertools
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App
from textual.pilot import Pilot

from byline.store.conversations import MessageRow, PartRow
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.messages import OpenConversation
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.widgets.blocks import build_thread, split_pieces
from byline_tui.widgets.heights import Heights
from byline_tui.widgets.outline import Outline
from byline_tui.widgets.prose import chop, fit, wrap
from byline_tui.widgets.tool_words import asked_diff, one_line
from byline_tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder

WIDE, NARROW = (120, 40), (80, 24)
OPUS, SONNET = "claude-opus-4-6-20260101", "claude-sonnet-4-5"


def transcript_of(app: App[None]) -> Transcript:
    return app.screen.query_one("#transcript", Transcript)


def toasts(app: App[None]) -> str:
    return "\n".join(notification.message for notification in app._notifications)


Opened = Callable[..., Any]


@pytest.fixture
def opened(until: Callable[..., Any]) -> Opened:
    """Open a conversation in a running app, and wait until it is read."""

    async def open_it(
        pilot: Pilot[None], session_id: str, message: str | None = None, call: str | None = None
    ) -> None:
        pilot.app.post_message(OpenConversation(session_id, message, call))
        await until(pilot)(lambda: isinstance(pilot.app.screen, ConversationScreen))
        await until(pilot)(lambda: transcript_of(pilot.app).thread is not None)
        await pilot.pause()

    return open_it


@pytest.fixture
def story(record: "Recorder") -> Store:
    """Two prompts, two models, an edit, a failed call and what stands aside."""
    record.session("cc_s", "Add retry to the uploader", cwd="/home/mia/uploader", branch="main")
    record.says("user", "<reminder>be careful</reminder>\nmore of it", kind="injected")
    record.says("user", "make uploads survive a flaky network")
    record.part("reasoning", "Let me think.\nThe network is flaky.")
    record.says("assistant", "I will add **retries**.\n\n```python\nx = 1\n```", OPUS)
    record.edits("call_1", "/home/mia/uploader/src/upload.py", ["new line", "another"], ["old line"])
    record.part(
        "tool", "Exit code 1\nFAILED", tool="Bash", tool_call_id="call_2", status="error",
        input=json.dumps({"command": "pytest -q"}),
    )  # fmt: skip
    record.says("user", "and now the tests")
    store: Store = record.says("assistant", "Here they are.", SONNET).write()
    return store


async def test_reads_as_a_thread_of_prompts_answers_and_calls(
    story: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with BylineApp(story, None).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        text = shown(pilot.app)
        for words in (
            "Add retry to the uploader  2025-11-17 12:00",
            "claude · opus-4-6, sonnet-4-5 · main · 2 prompts · 2 calls · +2 −1",
            "▌ make uploads survive a flaky network",
            "▸ context given by the agent's program · 2 lines  <reminder>be careful",
            "▸ thinking · 2 lines  Let me think.",
            "I will add retries.",
            "▸ Edit  src/upload.py",
            "+2 −1",
            "▸ Bash  pytest -q",
            "error",
            "── model: opus-4-6 → sonnet-4-5 ─",
        ):
            assert words in text
        assert "old line" not in text


async def test_a_call_unfolds_to_what_was_asked_and_what_it_changed(
    story: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with BylineApp(story, None).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        await pilot.press("d", "enter")
        text = shown(pilot.app)
        assert "▾ Edit  src/upload.py" in text
        assert "3 − old line" in text
        assert "3 + new line" in text
        assert "4 + another" in text
        await pilot.press("space")
        assert "old line" not in shown(pilot.app)


async def test_opens_at_the_call_that_wrote_a_line(
    story: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with BylineApp(story, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s", None, "call_1")
        view = transcript_of(pilot.app)
        assert view.render_line(view.cursor - view.scroll_offset.y).text.startswith("▶ ▾ Edit  src/upload.py")
        assert "+ new line" in shown(pilot.app)


async def test_a_call_that_was_not_recorded_is_said_so_beside_the_conversation(
    story: Store, opened: Opened, until: Callable[..., Any]
) -> None:
    async with BylineApp(story, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s", None, "call_99")
        await until(pilot)(lambda: "is not in the recorded conversation" in toasts(pilot.app))
        assert transcript_of(pilot.app).cursor == 0


async def test_a_session_that_does_not_exist_is_said_so(
    story: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    async with BylineApp(story, None).run_test(size=NARROW) as pilot:
        pilot.app.post_message(OpenConversation("cc_gone"))
        await until(pilot)(lambda: "There is no session cc_gone in the store." in shown(pilot.app))
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, ConversationScreen)


async def test_capital_j_and_k_go_from_prompt_to_prompt(story: Store, opened: Opened) -> None:
    async with BylineApp(story, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s")
        view = transcript_of(pilot.app)
        where = []
        for key in ("J", "J", "K"):
            await pilot.press(key)
            where.append(view.thread.blocks[view.current_block].text)
        assert where == [
            "make uploads survive a flaky network",
            "and now the tests",
            "make uploads survive a flaky network",
        ]


async def test_t_unfolds_all_calls_and_capital_t_all_reasoning(
    story: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with BylineApp(story, None).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        await pilot.press("t")
        assert "FAILED" in shown(pilot.app)
        assert "The network is flaky." not in shown(pilot.app)
        await pilot.press("t", "T")
        assert "FAILED" not in shown(pilot.app)
        assert "The network is flaky." in shown(pilot.app)


async def test_finding_goes_to_the_match_unfolds_it_and_goes_on(
    story: Store, opened: Opened, until: Callable[..., Any]
) -> None:
    async with BylineApp(story, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s")
        view = transcript_of(pilot.app)
        await pilot.press("slash", *"failed", "enter")
        assert "FAILED" in view.render_line(view.cursor - view.scroll_offset.y).text
        await pilot.press("slash")
        pilot.app.screen.query_one("#find").value = "network"
        await pilot.press("enter")
        first = view.current_block
        await pilot.press("n")
        assert view.current_block != first
        await pilot.press("N")
        assert view.current_block == first
        pilot.app.screen._sought = "nowhere at all"
        await pilot.press("n")
        await until(pilot)(lambda: "Nowhere in this conversation." in toasts(pilot.app))


async def test_the_outline_follows_and_leads(story: Store, opened: Opened) -> None:
    async with BylineApp(story, None).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        view, outline = transcript_of(pilot.app), pilot.app.screen.query_one(Outline)
        assert outline.line_count == 2
        await pilot.press("J", "J")
        await pilot.pause()
        assert outline.cursor == 1
        await pilot.click(outline, offset=(6, 0))
        await pilot.pause()
        assert view.thread.blocks[view.current_block].text == "make uploads survive a flaky network"
        assert pilot.app.focused is view


async def test_the_outline_gives_its_room_to_the_text_on_a_narrow_terminal(
    story: Store, opened: Opened
) -> None:
    async with BylineApp(story, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s")
        assert transcript_of(pilot.app).line_width == 79
        await pilot.resize_terminal(*WIDE)
        await pilot.pause()
        assert transcript_of(pilot.app).line_width < 90


async def test_a_sub_agent_is_linked_where_it_was_started_and_back_returns_there(
    record: "Recorder", opened: Opened, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    record.session("cc_p", "Parent").says("user", "do it")
    record.part("tool", "agentId: abc123 done", tool="Task", tool_call_id="t1", input='{"prompt":"go"}')
    record.says("assistant", "All done.", OPUS)
    record.session("cc_abc123", "Look around", parent_id="cc_p", native_id="agent-abc123")
    record.says("user", "child prompt")
    record.session("cc_other", "Fork of it", parent_id="cc_p").says("user", "forked")
    store = record.write()
    async with BylineApp(store, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_p")
        lines = shown(pilot.app).split("\n")
        link = next(number for number, line in enumerate(lines) if "↳ Look around" in line)
        assert "▸ Task" in lines[link - 1]
        assert any("Sub-agents and forks of this session" in line for line in lines)
        assert any("↳ Fork of it" in line for line in lines)
        view = transcript_of(pilot.app)
        view.cursor = next(
            y for y in range(view.line_count) if "Look around" in view.render_content(y, view.line_width).text
        )
        await pilot.press("enter")
        await until(pilot)(lambda: "▌ child prompt" in shown(pilot.app))
        await pilot.press("backspace")
        assert "Look around" in shown(pilot.app)
        await pilot.press("2")
        assert transcript_of(pilot.app) is view


async def test_nothing_unsafe_of_a_conversation_reaches_the_terminal(
    record: "Recorder", evil: str, opened: Opened, unsafe: Callable[..., list[str]], shown: Callable[..., str]
) -> None:
    sneaky = f"{evil} &#27;]52;c;aGk=&#7; `{evil}` [link{evil}](http://x/{evil})\n\n"
    sneaky += f"```{evil}\n{evil}\n```\n# {evil}"
    patch = {"old_path": evil, "new_path": evil, "kind": "modified", "hunks": [{
        "old_start": 1, "old_count": 1, "new_start": 1, "new_count": 1, "model_id": None,
        "lines": [{"kind": "added", "line_number": 1, "content": evil, "session_id": None}]}]}  # fmt: skip
    record.session("cc_e", evil, branch=evil)
    record.says("user", sneaky).says("assistant", sneaky, evil).says("user", evil, kind=evil)
    record.part("reasoning", evil).part("question", json.dumps([{"question": evil, "answer": evil}]))
    record.part("file", evil).part("patch", evil, patch=json.dumps({"files": [patch]})).part("patch", evil)
    record.part("tool", evil, tool=evil, tool_call_id=evil, status="error", input=json.dumps({evil: evil}))
    record.part("tool", evil, tool="Bash", tool_call_id="x", input=evil)
    record.edits("edit", evil, [evil], [evil])
    record.session("cc_child", evil, parent_id="cc_e").says("user", "x")
    store = record.write()
    async with BylineApp(store, None).run_test(size=(100, 120)) as pilot:
        await opened(pilot, "cc_e")
        await pilot.press("t", "T")
        view = transcript_of(pilot.app)
        for index, block in enumerate(view.thread.blocks):
            if block.folds and view._folded[index]:
                view._set_folded([index], folded=False)
        await pilot.pause()
        assert [line for line in shown(pilot.app).split("\n") if unsafe(line)] == []
        lines = [view.render_content(y, view.line_width) for y in range(view.line_count)]
        assert [strip.text for strip in lines if unsafe(strip.text)] == []
        assert all(not (segment.style and segment.style.link) for strip in lines for segment in strip)
        assert sum("[b]bold[/b]" in strip.text for strip in lines) > 10


async def test_a_conversation_of_very_many_parts_opens_without_drawing_them_all(
    record: "Recorder", opened: Opened
) -> None:
    record.session("cc_long", "Long")
    for number in range(3000):
        record.says("user", f"prompt {number}").says(
            "assistant", "words\n\n- one\n- two\n\nand **more**", OPUS
        )
    store = record.write()
    async with BylineApp(store, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_long")
        view = transcript_of(pilot.app)
        assert sum(view._exact) < 60
        view.action_last()
        await pilot.pause()
        assert "and more" in view.render_line(view.page_lines - 1).text
        assert sum(view._exact) < 200


async def test_scrolling_up_into_undrawn_blocks_never_makes_lines_jump(
    record: "Recorder", opened: Opened
) -> None:
    record.session("cc_up", "Up")
    for number in range(200):
        # Markdown whose height no guess gets right.
        answer = f"# {number}\n\n" + "\n\n".join(f"- item {item}" for item in range(number % 7)) + "\n\n---"
        record.says("user", f"prompt {number}").says("assistant", answer, OPUS)
    store = record.write()
    async with BylineApp(store, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_up")
        view = transcript_of(pilot.app)
        view.show_block(view.thread.prompts[150])
        await pilot.pause()
        for _ in range(50):
            before = [view.render_line(y).text for y in range(view.page_lines)]
            view.scroll_to(y=view.scroll_offset.y - 1, animate=False, force=True)
            await pilot.pause()
            after = [view.render_line(y).text for y in range(view.page_lines)]
            assert after[1:] == before[:-1]


async def test_another_width_keeps_the_cursor_on_the_same_block(story: Store, opened: Opened) -> None:
    async with BylineApp(story, None).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        await pilot.press("J", "J")
        view = transcript_of(pilot.app)
        block = view.current_block
        await pilot.resize_terminal(50, 20)
        await pilot.pause()
        assert view.current_block == block
        assert view.scroll_offset.y <= view.cursor < view.scroll_offset.y + view.page_lines


async def test_a_long_output_is_cut_until_more_is_asked_for(record: "Recorder", opened: Opened) -> None:
    record.session("cc_l", "L").says("user", "go")
    output = "\n".join(f"row {number}" for number in range(1000))
    store = record.part("tool", output, tool="Bash", tool_call_id="b", input='{"command":"seq"}').write()
    async with BylineApp(store, None).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_l", None, "b")
        view = transcript_of(pilot.app)
        assert view.line_count < 220
        await pilot.press("plus")
        assert view.line_count > 1000
        assert "row 999" in view.render_content(view.line_count - 1, 79).text


# The parts below the screen -----------------------------------------------------------------------


@given(
    st.lists(st.integers(0, 9), max_size=1500), st.lists(st.tuples(st.integers(0, 1499), st.integers(0, 9)))
)
def test_heights_are_what_adding_them_up_gives(
    heights: Sequence[int], corrections: Sequence[tuple[int, int]]
) -> None:
    kept, quick = list(heights), Heights(heights)
    for index, height in corrections:
        if index < len(kept):
            assert quick.set(index, height) == height - kept[index]
            kept[index] = height
    starts = list(itertools.accumulate(kept, initial=0))
    assert quick.total == starts[-1]
    for line in {0, quick.total // 2, quick.total - 1} & set(range(quick.total)):
        index, inside = quick.find(line)
        assert starts[index] + inside == line
        assert 0 <= inside < kept[index]
        assert quick.start(index) == starts[index]


@given(st.text(max_size=300), st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, width: int) -> None:
    from rich.cells import cell_len

    from byline.text import safe_text

    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(safe_text(text).split())


@given(st.text(max_size=80), st.integers(0, 40))
def test_fitted_and_chopped_lines_keep_to_their_width(text: str, width: int) -> None:
    from rich.cells import cell_len

    assert cell_len(fit(text, width)) <= width
    assert all(cell_len(piece) <= max(width, 2) for piece in chop(text, width))


def test_a_long_text_is_split_at_paragraphs_and_code_blocks_stay_closed() -> None:
    text = "\n\n".join(["A paragraph."] * 150) + "\n```python\n" + "x = 1\n" * 500 + "```\nend"
    pieces = list(split_pieces(text))
    assert len(pieces) > 3
    assert all(piece.count("```") % 2 == 0 for piece in pieces)
    assert sum(piece.count("x = 1") for piece in pieces) == 500
    assert pieces[-1].endswith("end")


def part(tool: str, given_input: object, text: str = "") -> PartRow:
    return PartRow("p", "tool", text, 0, tool, "c", json.dumps(given_input), None, None)


@pytest.mark.parametrize(
    ("given_input", "words"),
    [
        ({"file_path": "/w/src/a.py"}, "src/a.py"),
        ({"command": "make\nmake test"}, "make …"),
        ({"command": ["bash", "-lc", "ls"]}, "bash -lc ls"),
        (
            {"input": "*** Begin Patch\n*** Update File: a.py\n@@\n*** Add File: b.py\n*** End Patch"},
            "a.py, b.py",
        ),
        ({"limit": 3, "deep": {"x": 1}}, "limit: 3"),
        (["not", "an", "object"], "not an object"),
        (7, "input: 7"),
        ({}, ""),
    ],
)
def test_a_call_is_told_in_one_line(given_input: object, words: str) -> None:
    assert one_line(part("x", given_input), "/w") == words


def test_an_edit_that_failed_still_shows_what_it_asked_for() -> None:
    asked = asked_diff(part("Edit", {"file_path": "a.py", "old_string": "one", "new_string": "two\nthree"}))
    assert asked is not None
    assert [(line.kind, line.content) for line in asked.hunks[0].lines] == [
        ("removed", "one"), ("added", "two"), ("added", "three"),
    ]  # fmt: skip
    assert asked_diff(part("Bash", {"command": "ls"})) is None


def test_tokens_are_added_up_per_message() -> None:
    row = SessionRow(
        "s",
        "claude",
        "s",
        None,
        None,
        None,
        None,
        None,
        (),
        None,
        None,
        0,
        0,
        0,
        0,
        0,
        0,
        None,
        False,
        None,
        False,
    )
    tokens = {"input": 5, "output": 7, "cache_read": 100, "cache_write": 20}
    said = (PartRow("p", "text", "hi", 0, None, None, None, None, None),)
    messages = [MessageRow(f"m{n}", "assistant", n, OPUS, None, tokens, None, None, said) for n in range(2)]
    thread = build_thread(row, messages, [])
    assert (thread.tokens_in, thread.tokens_out) == (250, 14)
