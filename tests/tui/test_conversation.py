"""One conversation: what is shown of it, how it folds, and the ways through it."""

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import on
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from world import World

from byline.git.repository import Repository
from byline.review.repositories import bind_sessions
from byline.store.store import Store
from byline_tui.messages import OpenConversation, OpenReview, StoreChanged
from byline_tui.screens.choice import ChoiceScreen
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.theme import THEMES, further_colours
from byline_tui.widgets.heights import Heights
from byline_tui.widgets.outline import Outline
from byline_tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tests.tui.conftest import Recorder

WIDE, NARROW = (120, 40), (80, 24)
OPUS, SONNET = "claude-opus-4-6-20260101", "claude-sonnet-4-5"


class Lists(Screen[None]):
    """A screen with a list of sessions, as the sessions' own has one."""

    def session_beside(self, session_id: str, by: int) -> str | None:
        names = self.app.beside
        at = names.index(session_id) + by
        return names[at] if 0 <= at < len(names) else None


class Reader(App[None]):
    """Conversations over a list of sessions, without the rest of the browser."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it

    def __init__(
        self,
        store: Store,
        beside: Iterable[str] = (),
        query: str = "",
        repository: Repository | None = None,
    ) -> None:
        super().__init__()
        self.store = store
        self.beside = list(beside)
        self.sought = query
        self.repository = repository
        self.reviews: list[OpenReview] = []
        self.copied: list[str] = []
        for theme in THEMES:
            self.register_theme(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        theme = self.get_theme(self.theme)
        return further_colours(dark=theme is None or theme.dark)

    def on_mount(self) -> None:
        self.theme = THEMES[0].name
        self.push_screen(Lists())

    @on(OpenConversation)
    def open_it(self, message: OpenConversation) -> None:
        self.push_screen(
            ConversationScreen(
                self.store,
                message.session_id,
                message.message_id,
                message.tool_call_id,
                query=self.sought,
                repository=self.repository,
            )
        )

    @on(OpenReview)
    def keep_review(self, message: OpenReview) -> None:
        self.reviews.append(message)

    async def action_back(self) -> None:
        await self.pop_screen()

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


def transcript_of(app: App[None]) -> Transcript:
    return app.screen.query_one("#transcript", Transcript)


def body_of(screen: str) -> list[str]:
    """The lines of the conversation alone, without the scrollbar."""
    return [line[:78].rstrip() for line in screen.split("\n")[4:-1]]


def is_shown(view: Transcript) -> bool:
    return view.thread is not None and view.is_laid_out and not view.loading and view.has_focus


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
        await until(pilot)(lambda: is_shown(transcript_of(pilot.app)))
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
    async with Reader(story).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        text = shown(pilot.app)
        for words in (
            "Add retry to the uploader  2025-11-17 12:00",
            "claude · opus-4-6, sonnet-4-5 · main · 2 prompts · 2 calls · 1 failed",
            "+2 −1 lines · in no commit yet · 80 tokens in, 40 out",
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
    async with Reader(story).run_test(size=WIDE) as pilot:
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
    async with Reader(story).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s", None, "call_1")
        view = transcript_of(pilot.app)
        assert view.render_line(view.cursor - view.scroll_offset.y).text.startswith("▶ ▾ Edit  src/upload.py")
        assert "+ new line" in shown(pilot.app)


async def test_a_call_that_was_not_recorded_is_said_so_beside_the_conversation(
    story: Store, opened: Opened, until: Callable[..., Any]
) -> None:
    async with Reader(story).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s", None, "call_99")
        await until(pilot)(lambda: "is not in the recorded conversation" in toasts(pilot.app))
        assert transcript_of(pilot.app).cursor == 0


async def test_a_session_that_does_not_exist_is_said_so(
    story: Store, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    async with Reader(story).run_test(size=NARROW) as pilot:
        pilot.app.post_message(OpenConversation("cc_gone"))
        await until(pilot)(lambda: "There is no session cc_gone in the store." in shown(pilot.app))
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, ConversationScreen)


async def test_capital_j_and_k_go_from_prompt_to_prompt(story: Store, opened: Opened) -> None:
    async with Reader(story).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s")
        view = transcript_of(pilot.app)
        where = []
        for key in ("J", "J", "K"):
            await pilot.press(key)
            where.append(view.block.text)
        assert where == [
            "make uploads survive a flaky network",
            "and now the tests",
            "make uploads survive a flaky network",
        ]


async def test_t_unfolds_all_calls_and_capital_t_all_reasoning(
    story: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with Reader(story).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        assert "▸ Bash  pytest -q" in shown(pilot.app)
        await pilot.press("t", "t")
        assert "FAILED" in shown(pilot.app)
        assert "The network is flaky." not in shown(pilot.app)
        await pilot.press("t", "t", "T")
        assert "Bash" not in shown(pilot.app)
        assert "The network is flaky." in shown(pilot.app)
        await pilot.press("t", "T")
        assert "▸ Bash  pytest -q" in shown(pilot.app)
        assert "The network is flaky." not in shown(pilot.app)


async def test_finding_goes_to_the_match_unfolds_it_and_goes_on(
    story: Store, opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    async with Reader(story).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s")
        view = transcript_of(pilot.app)
        await pilot.press("slash", *"failed", "enter")
        await until(pilot)(lambda: "“failed”  1 of 1" in shown(pilot.app))
        assert "FAILED" in view.render_line(view.cursor - view.scroll_offset.y).text
        await pilot.press("slash")
        pilot.app.screen.query_one("#find").value = "network"
        await pilot.press("enter")
        await until(pilot)(lambda: "“network”  1 of 2" in shown(pilot.app))
        first = view.current_block
        await pilot.press("n")
        assert "“network”  2 of 2" in shown(pilot.app)
        assert "The network is flaky." in shown(pilot.app)
        assert view.current_block != first
        await pilot.press("N")
        assert view.current_block == first
        await pilot.press("escape")
        assert "“network”" not in shown(pilot.app)
        await pilot.press("slash", *"nowhere at all", "enter")
        await until(pilot)(lambda: "Nowhere in this conversation." in toasts(pilot.app))


async def test_the_outline_follows_and_leads(story: Store, opened: Opened) -> None:
    async with Reader(story).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        view, outline = transcript_of(pilot.app), pilot.app.screen.query_one(Outline)
        assert outline.line_count == 2
        await pilot.press("J", "J")
        await pilot.pause()
        assert outline.cursor == 1
        await pilot.click(outline, offset=(6, 0))
        await pilot.pause()
        assert view.block.text == "make uploads survive a flaky network"
        assert pilot.app.focused is view


async def test_the_outline_gives_its_room_to_the_text_on_a_narrow_terminal(
    story: Store, opened: Opened
) -> None:
    async with Reader(story).run_test(size=NARROW) as pilot:
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
    async with Reader(store).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_p")
        lines = shown(pilot.app).split("\n")
        link = next(number for number, line in enumerate(lines) if "↳ Look around" in line)
        assert "▸ Task" in lines[link - 1]
        assert lines[link + 2].startswith("▎ All done.")
        assert any("sub-agents and forks of this session" in line for line in lines)
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
    async with Reader(store).run_test(size=(100, 120)) as pilot:
        await opened(pilot, "cc_e")
        view = transcript_of(pilot.app)
        await pilot.press("t", "t", "t", "T")
        for index in range(len(view.thread)):
            view._open(index)
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
    async with Reader(store).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_long")
        view = transcript_of(pilot.app)
        assert sum(view._exact) < 60
        view.action_last()
        await pilot.pause()
        assert "and more" in view.render_line(view.page_lines - 2).text
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
    async with Reader(store).run_test(size=NARROW) as pilot:
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


async def test_a_block_near_the_end_is_in_view_when_one_goes_to_it(
    record: "Recorder", opened: Opened
) -> None:
    record.session("cc_e", "Long answers")
    for number in range(60):
        # Markdown that is longer than any guess.
        record.says("user", f"question {number}")
        record.says("assistant", "".join(f"- item {item}\n\n---\n\n" for item in range(8)), OPUS)
    record.says("user", "the last question")
    async with Reader(record.write()).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_e")
        view = transcript_of(pilot.app)
        view.show_block(view.thread.prompts[-1])
        for _ in range(3):
            await pilot.pause()
        assert any("the last question" in view.render_line(y).text for y in range(view.page_lines))


async def test_another_width_keeps_the_cursor_on_the_same_block(story: Store, opened: Opened) -> None:
    async with Reader(story).run_test(size=WIDE) as pilot:
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
    async with Reader(store).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_l", None, "b")
        view = transcript_of(pilot.app)
        assert view.line_count < 220
        await pilot.press("plus")
        assert view.line_count > 1000
        assert "row 999" in view.render_content(view.line_count - 1, 79).text


@pytest.fixture
def busy(record: "Recorder") -> Store:
    """Ten calls in a row, two of them edits and one that failed, between two answers."""
    record.session("cc_b", "Busy", cwd="/w").says("user", "go").says("assistant", "I begin.", OPUS)
    for number in range(3):
        record.part("tool", "x", tool="Read", tool_call_id=f"r{number}", input='{"file_path":"/w/a.py"}')
    record.edits("e1", "/w/a.py", ["x = 2"], ["x = 1"])
    record.part("reasoning", "What now?")
    record.part(
        "tool", "no\nsuch file", tool="Bash", tool_call_id="b", status="error", input='{"command":"cat"}'
    )
    record.edits("e2", "/w/b.py", ["y = 2"], ["y = 1"])
    for number in range(4):
        record.part("tool", "y", tool="Read", tool_call_id=f"s{number}", input='{"file_path":"/w/a.py"}')
    store: Store = record.says("assistant", "I end.", OPUS).write()
    return store


async def test_many_calls_in_a_row_are_a_count_that_unfolds(
    busy: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with Reader(busy).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_b")
        assert "▸ 10 tool calls · 2 edits · 1 failed  Read ×7  Edit ×2  Bash" in shown(pilot.app)
        assert "cat" not in shown(pilot.app)
        await pilot.press("j", "j", "j", "j")
        assert transcript_of(pilot.app).block.kind == "calls"
        await pilot.press("enter")
        assert "▾ 10 tool calls" in shown(pilot.app)
        assert "▸ Bash  cat" in shown(pilot.app)
        await pilot.press("enter")
        assert "cat" not in shown(pilot.app)


async def test_an_error_and_an_edit_are_gone_to_inside_of_a_folded_run(
    busy: Store, opened: Opened, until: Callable[..., Any]
) -> None:
    async with Reader(busy).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_b")
        view = transcript_of(pilot.app)
        where = []
        for key in ("e", "D", "d", "d"):
            await pilot.press(key)
            where.append(view.block.part.tool_call_id)
        assert where == ["b", "e1", "e2", "e2"]
        await until(pilot)(lambda: "No further edit." in toasts(pilot.app))


async def test_what_is_not_shown_is_shown_again_when_one_goes_to_it(
    busy: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with Reader(busy).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_b")
        await pilot.press("f", "e")
        assert transcript_of(pilot.app).block.part.tool_call_id == "b"
        assert "▸ Bash  cat" in shown(pilot.app)
        assert "I end." in shown(pilot.app)


async def test_a_session_in_which_nothing_was_said_is_shown_when_something_is(
    record: "Recorder", opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    store = record.session("cc_n", "Nothing yet").write()
    async with Reader(store).run_test(size=NARROW) as pilot:
        pilot.app.post_message(OpenConversation("cc_n"))
        await until(pilot)(lambda: "Nothing was said in this session." in shown(pilot.app))
        record.says("user", "at last").write()
        pilot.app.screen.post_message(StoreChanged())
        await until(pilot)(lambda: "▌ at last" in shown(pilot.app))


async def test_j_and_k_go_by_blocks_and_the_arrows_by_lines(story: Store, opened: Opened) -> None:
    async with Reader(story).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        view = transcript_of(pilot.app)
        blocks = []
        for key in ("j", "j", "k", "j", "j", "j", "j", "down", "down", "k", "k"):
            await pilot.press(key)
            blocks.append(view.block.kind)
        assert blocks == [
            "heading", "prompt", "heading", "prompt", "heading", "reasoning", "answer", "answer", "answer",
            "answer", "reasoning",
        ]  # fmt: skip


async def test_only_what_was_said_or_only_edits_are_shown_and_then_everything_again(
    busy: Store, opened: Opened, shown: Callable[..., str]
) -> None:
    async with Reader(busy).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_b")
        await pilot.press("f")
        assert "tool calls ·" not in shown(pilot.app)
        assert "I end." in shown(pilot.app)
        await pilot.press("f")
        assert "I end." not in shown(pilot.app)
        assert "+ x = 2" in shown(pilot.app)
        assert "− y = 1" in shown(pilot.app)
        await pilot.press("f")
        assert "▸ 10 tool calls" in shown(pilot.app)
        assert "I end." in shown(pilot.app)


async def test_a_block_is_copied_as_text_and_as_markdown_with_controls_made_visible(
    record: "Recorder", opened: Opened, evil: str, unsafe: Callable[..., list[str]]
) -> None:
    record.session("cc_c", "C", cwd="/w").says("user", f"go {evil}")
    record.edits("e1", "/w/a.py", ["x = 2"], ["x = 1"])
    store = record.write()
    async with Reader(store).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_c")
        await pilot.press("J", "y", "d", "y", "Y")
        prompt, text, markdown = pilot.app.copied
        assert prompt.startswith("go ␛]52;c;aGk=␇")
        assert unsafe(prompt) == []
        assert text.startswith("Edit a.py\n\n--- ")
        assert "\n-x = 1\n+x = 2" in text
        assert "```diff" in markdown


async def test_the_command_that_resumes_the_session_is_copied_for_those_agents_that_have_one(
    record: "Recorder", opened: Opened, until: Callable[..., Any]
) -> None:
    record.session("cc_r", "R", cwd="/my work", native_id="abc-1").says("user", "go")
    record.session("ai_r", "A", agent="aider", native_id="x").says("user", "go")
    record.session("cc_k", "K", native_id="agent-1", parent_id="cc_r").says("user", "go")
    store = record.write()
    async with Reader(store).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_r")
        await pilot.press("R")
        assert pilot.app.copied == ["cd '/my work' && claude --resume abc-1"]
        await opened(pilot, "ai_r")
        await pilot.press("R")
        await until(pilot)(lambda: "aider has no command" in toasts(pilot.app))
        await opened(pilot, "cc_k")
        await pilot.press("R")
        await until(pilot)(lambda: "goes on with its parent" in toasts(pilot.app))
        assert len(pilot.app.copied) == 1


async def test_the_conversation_is_exported_with_keys_covered(
    record: "Recorder",
    opened: Opened,
    until: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    key = "ghp_" + "a1B2c3D4e5" * 4
    store = record.session("cc_x", "X").says("user", f"my token is {key}").write()
    async with Reader(store).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_x")
        for letter in "mhjm":
            await pilot.press("x")
            await until(pilot)(lambda: isinstance(pilot.app.screen, ChoiceScreen))
            await pilot.press(letter)
            await until(pilot)(lambda: isinstance(pilot.app.screen, ConversationScreen))
        names = ["cc_x.md", "cc_x.html", "cc_x.json", "cc_x-2.md"]
        await until(pilot)(lambda: all((tmp_path / name).is_file() for name in names))
        await until(pilot)(lambda: toasts(pilot.app).count("Written: ") == 4)
    for name in names:
        assert "my token is" in (tmp_path / name).read_text()
        assert key not in (tmp_path / name).read_text()


async def test_a_star_is_kept_in_the_store_and_shown(
    story: Store, opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    async with Reader(story).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        await pilot.press("s")
        await until(pilot)(lambda: "★ Add retry" in shown(pilot.app))
        assert story.sessions.get("cc_s").starred
        await pilot.press("s")
        await until(pilot)(lambda: "★" not in shown(pilot.app))
        assert not story.sessions.get("cc_s").starred


async def test_brackets_go_to_the_sessions_beside_it_in_the_list(
    story: Store, record: "Recorder", opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    store = record.session("cc_2", "Another one").says("user", "something else").write()
    async with Reader(store, ["cc_s", "cc_2"]).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        await pilot.press("right_square_bracket")
        await until(pilot)(lambda: "▌ something else" in shown(pilot.app))
        await pilot.press("right_square_bracket")
        await until(pilot)(lambda: "last session of the list" in toasts(pilot.app))
        await pilot.press("left_square_bracket")
        await until(pilot)(lambda: "▌ make uploads survive" in shown(pilot.app))


async def test_what_is_said_while_one_reads_is_added_without_moving_the_page(
    story: Store, record: "Recorder", opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    async with Reader(story).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s")
        view = transcript_of(pilot.app)
        await pilot.press("d", "enter")
        before, lines = (view.cursor, view.scroll_offset.y), body_of(shown(pilot.app))
        record.says("user", "one more thing").write()
        pilot.app.screen.refresh_from_store()
        await until(pilot)(lambda: len(view.thread.prompts) == 3)
        await pilot.pause()
        assert (view.cursor, view.scroll_offset.y) == before
        assert body_of(shown(pilot.app)) == lines
        view.action_last()
        await pilot.pause()
        assert "one more thing" in shown(pilot.app)
        record.says("assistant", "and the last word", OPUS).write()
        pilot.app.screen.refresh_from_store()
        await until(pilot)(lambda: "and the last word" in shown(pilot.app))


async def test_a_call_that_ends_while_one_reads_is_shown_as_it_ended(
    record: "Recorder", opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    record.session("cc_p", "P").says("user", "go")
    store = record.part(
        "tool", "", tool="Bash", tool_call_id="b", status="pending", input='{"command":"ls"}'
    ).write()
    async with Reader(store).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_p")
        assert "▸ Bash  ls" in shown(pilot.app)
        record._parts[-1] = type(record._parts[-1])(
            "cc_p",
            record._parts[-1].message_id,
            "p",
            "tool",
            "a\nb",
            record._at,
            "Bash",
            "b",
            '{"command":"ls"}',
            "completed",
        )
        record.says("assistant", "done", OPUS).write()
        pilot.app.screen.refresh_from_store()
        await until(pilot)(lambda: "2 lines" in shown(pilot.app))


async def test_hits_of_what_was_searched_for_are_stepped_through_at_once(
    story: Store, opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    async with Reader(story, query="network role:user").run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        await until(pilot)(lambda: "“network”  1 of 1" in shown(pilot.app))
        assert transcript_of(pilot.app).block.text == "make uploads survive a flaky network"


async def test_a_conversation_opened_at_a_hit_shows_that_hit(
    story: Store, opened: Opened, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    async with Reader(story, query="network").run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s", "m2")
        await until(pilot)(lambda: "“network”  2 of 2" in shown(pilot.app))
        assert transcript_of(pilot.app).block.kind == "reasoning"
        assert "The network is flaky." in shown(pilot.app)


async def test_the_outline_is_brought_back_on_a_narrow_terminal(story: Store, opened: Opened) -> None:
    async with Reader(story).run_test(size=NARROW) as pilot:
        await opened(pilot, "cc_s")
        outline = pilot.app.screen.query_one(Outline)
        assert not outline.display
        await pilot.press("O")
        assert outline.display
        await pilot.press("O")
        assert not outline.display


async def test_commits_that_contain_its_lines_are_found_counted_and_one_key_away(
    repo: Path, tmp_path: Path, until: Callable[..., Any], shown: Callable[..., str]
) -> None:
    world = World(repo, Store(tmp_path / "byline.db"))
    world.person_writes("a.py", "mine = 1\n")
    world.commit("Begin")
    agent = world.agent("a", model=OPUS)
    agent.writes_whole("a.py", "mine = 1\nx = 1\ny = 2\n")
    with world.store.write() as writer:
        writer.recount(["cc_a"])
    first = world.commit("Add x and y")
    world.person_writes("b.py", "z = 1\n")
    world.commit("Something else")
    app = Reader(world.store, repository=Repository.open(repo))
    world.row()
    bind_sessions(world.store)
    async with app.run_test(size=WIDE) as pilot:
        app.post_message(OpenConversation("cc_a"))
        await until(pilot)(lambda: "2 survived into 1 commit (c)" in shown(app))
        await pilot.press("c")
        await until(pilot)(lambda: f"{first[:8]}  Add x and y" in shown(app))
        await pilot.press("enter")
        await until(pilot)(lambda: app.reviews)
        review = app.reviews[0]
        assert (review.rev, review.path, review.line_number, review.kind) == (first, "a.py", 2, "added")
        assert isinstance(app.screen, ConversationScreen)


async def test_the_conversation_is_the_same_in_the_browser_itself(
    story: Store, opened: Opened, shown: Callable[..., str], until: Callable[..., Any]
) -> None:
    from byline_tui.app import BylineApp

    async with BylineApp(story, None).run_test(size=WIDE) as pilot:
        await opened(pilot, "cc_s")
        assert "▌ make uploads survive a flaky network" in shown(pilot.app)
        await pilot.press("t", "escape")
        await until(pilot)(lambda: not isinstance(pilot.app.screen, ConversationScreen))
        await opened(pilot, "cc_s")
        assert transcript_of(pilot.app).reading.calls == "line"


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
