"""``byline transcript``: a conversation as it reads in the browser."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from world import World

from byline.patch import FilePatch, Hunk, TouchedLine
from byline.record import Edit, Message, Part, Session

Byline = Callable[..., "subprocess.CompletedProcess[bytes]"]
T = 1_763_380_800_000
OPUS = "claude-opus-4-6"
KEY = "ghp_" + "a1B2c3D4e5" * 4


@pytest.fixture
def talk(world: World) -> World:
    """A prompt, reasoning, four calls of which one edited, and an answer in Markdown."""
    messages, parts = [], []

    def add(role: str, part_type: str, text: str, **facts: str) -> None:
        number = len(messages)
        model = OPUS if role == "assistant" else None
        messages.append(Message("cc_t", f"m{number}", role, T + number, model, tokens={"output": 7}))  # type: ignore[arg-type] # two roles
        parts.append(Part("cc_t", f"m{number}", "p", part_type, text, T + number, **facts))  # type: ignore[arg-type] # types of parts

    add("user", "text", f"make it \x1b[31mred\x1b[0m with {KEY}")
    add("assistant", "reasoning", "First line.\nSecond line.")
    for number in range(3):
        command = json.dumps({"command": f"echo {number}"})
        add("assistant", "tool", "out\n" * 30, tool="Bash", tool_call_id=f"b{number}", input=command)
    add("assistant", "tool", "ok", tool="Edit", tool_call_id="e", input='{"file_path": "/w/a.py"}')
    add("assistant", "text", "It is **red** now.\n\n```python\nx = 1\n```")
    lines = (TouchedLine("removed", 3, "old"), TouchedLine("added", 3, "new"))
    patch = FilePatch("/w/a.py", "/w/a.py", "modified", (Hunk(3, 1, 3, 1, lines),))
    with world.store.write() as writer:
        writer.sessions([Session("cc_t", "claude", "t", "Make it red", "agent", cwd="/w")], {})
        writer.messages(messages)
        writer.parts(parts)
        writer.edits([Edit("cc_t", "/w/a.py", patch, T + 5, "claude", "vendor_diff", "m5", "e", OPUS)])
        writer.recount(["cc_t"])
    return world


def printed(byline: Byline, *words: str, **environment: str) -> str:
    done = byline("transcript", "cc_t", *words, **environment)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_a_text_is_folded_and_grouped_as_on_screen(talk: World, byline: Byline) -> None:
    text = printed(byline, "--format", "text", COLUMNS="80")
    lines = text.split("\n")
    assert lines[0] == "Make it red"
    assert "▌ make it ␛[31mred␛[0m with" in text
    assert "▎ ▸ thinking · 2 lines  First line." in lines
    assert "▎ ▸ 4 tool calls · 1 edit  Bash ×3  Edit" in lines
    assert "▎ It is red now." in lines
    assert "echo" not in text
    assert KEY not in text
    assert max(map(len, lines[3:])) <= 80


@pytest.mark.parametrize(
    ("words", "there", "not_there"),
    [
        (("--calls", "line"), ["▎ ▸ Bash  echo 2", "+1 −1"], ["│ out", "+ new"]),
        (("--calls", "cut"), ["▎   │ out", "… more: --calls full", "    3 + new"], []),
        (("--calls", "off"), ["It is red"], ["Bash", "tool call"]),
        (("--reasoning",), ["Second line."], []),
        (("--no-mask",), [KEY], []),
    ],
)
def test_more_or_less_is_shown_when_asked_for(
    talk: World, byline: Byline, words: tuple[str, ...], there: list[str], not_there: list[str]
) -> None:
    text = printed(byline, "--format", "text", *words, COLUMNS="100")
    assert [piece for piece in there if piece not in text] == []
    assert [piece for piece in not_there if piece in text] == []


def test_a_full_text_has_all_of_it(talk: World, byline: Byline) -> None:
    text = printed(byline, "--format", "text", "--calls", "full", COLUMNS="100")
    assert text.count("│ out\n") == 90


def test_markdown_is_what_a_pipe_gets_and_says_everything(talk: World, byline: Byline) -> None:
    text = printed(byline)
    assert text.startswith("# Make it red\n")
    assert text == printed(byline, "--format", "md")
    assert "echo 1" in text
    assert "```diff" in text


def test_a_terminal_gets_the_text_in_colour_and_no_raw_control(talk: World, byline: Byline) -> None:
    parent, child = pty.openpty()
    environment = {
        **os.environ, "BYLINE_DB": str(talk.store.path), "PAGER": "cat", "TERM": "xterm-256color",
        "COLUMNS": "80",
    }  # fmt: skip
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "byline.cli.main", "transcript", "cc_t"]
    with subprocess.Popen(
        command, stdout=child, stdin=subprocess.DEVNULL, env=environment, cwd=talk.path
    ) as run:
        os.close(child)
        seen = b""
        try:
            while piece := os.read(parent, 4096):
                seen += piece
        except OSError:
            pass  # how Linux says that the other end was closed
    os.close(parent)
    assert run.returncode == 0
    text = seen.decode()
    assert "4 tool calls" in text
    assert "\x1b[" in text
    assert re.sub(r"\x1b\[[0-9;]*m|\r\n", "", text).isprintable()


def test_an_export_never_overwrites(talk: World, tmp_path: Path) -> None:
    from byline.cli.export import export_conversation
    from byline.errors import BylineError

    session = talk.store.sessions.get("cc_t")
    assert session is not None
    folder = tmp_path / "out"
    folder.mkdir()
    names = [export_conversation(talk.store, session, "md", folder).name for _ in range(2)]
    assert names == ["cc_t.md", "cc_t-2.md"]
    assert json.loads(export_conversation(talk.store, session, "json", folder).read_text())["session"]
    with pytest.raises(BylineError, match="cannot be written"):
        export_conversation(talk.store, session, "md", tmp_path / "nowhere")


def test_html_sets_answers_as_markdown_and_lets_nothing_in_them_run(talk: World, byline: Byline) -> None:
    evil = (
        "<script>x()</script> [a](javascript:x) ![b](http://e/p.png) &#27;[31m **ok**\n\n| a |\n|---|\n| 1 |"
    )
    with talk.store.write() as writer:
        writer.messages([Message("cc_t", "m99", "assistant", T + 99, OPUS)])
        writer.parts([Part("cc_t", "m99", "p", "text", evil, T + 99)])
    html = printed(byline, "--format", "html")
    assert "It is <strong>red</strong> now." in html
    assert '<code class="language-python">x = 1' in html
    assert "<td>1</td>" in html
    assert "<strong>ok</strong>" in html
    for running in ("<script", "<img", 'href="javascript', "\x1b"):
        assert running not in html
    assert KEY not in html
