"""``byline search`` and the filters of ``byline sessions``, as processes."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from talk import Talk
from world import World

from byline.store.search import Searching

Byline = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def talk(world: World) -> Iterator[Talk]:
    """The store of the world, with three conversations."""
    with Searching(world.store.path) as searching:
        talk = Talk(world.store, searching)
        talk.says(1, "make the uploader retry", "retry again", "and retry", "retry more", title="Uploads")
        talk.says(2, "nothing", agent="codex", title="How to retry")
        call = {"type": "tool", "tool": "Bash", "input": '{"command": "retry --now"}'}
        talk.says(3, "done", role="assistant", part=call, title="A command")
        yield talk


def text_of(done: "subprocess.CompletedProcess[bytes]") -> list[str]:
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().split("\n")


def json_of(done: "subprocess.CompletedProcess[bytes]") -> Any:  # noqa: ANN401 - JSON
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_was_found_is_grouped_by_session_newest_first(talk: Talk, byline: Byline) -> None:
    lines = text_of(byline("search", "retry"))
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "A command",
        "How to retry",
        "Uploads",
        "3 sessions, 5 hits",
    ]
    assert "  Bash       08:56  " + '{"command": "retry --now"}' in lines
    assert "  cc_1 · 4 hits · 2025-10-09 08:54 · claude · m-1" in lines
    assert [line.split()[-1] for line in lines if line.startswith("  user")] == ["again", "retry", "more"]
    assert "                    and 1 more" in lines


def test_the_best_match_comes_first_when_asked_for(talk: Talk, byline: Byline) -> None:
    assert text_of(byline("search", "retry", "--best"))[0] == "How to retry"


def test_json_has_every_hit_with_the_keys_of_the_design(talk: Talk, byline: Byline) -> None:
    hits = json_of(byline("search", "retry", "--json"))
    assert [(hit["session_id"], hit["message_id"], hit["type"]) for hit in hits] == [
        ("cc_3", "assistant0", "tool"),
        ("cc_2", None, "title"),
        ("cc_1", "user0", "text"),
        ("cc_1", "user1", "text"),
        ("cc_1", "user2", "text"),
        ("cc_1", "user3", "text"),
    ]
    assert hits[2] == {
        "session_id": "cc_1", "message_id": "user0", "part_id": "p0", "type": "text",
        "snippet": "make the uploader retry", "time_ms": talk.time(1), "spans": [[18, 23]],
    }  # fmt: skip
    assert hits[1]["snippet"] == "How to retry"
    assert len(json_of(byline("search", "retry", "--json", "-n", "1"))) == 1


def test_filters_are_words_or_options(talk: Talk, byline: Byline) -> None:
    for words in (("retry", "agent:codex"), ("retry", "--agent", "codex"), ("--agent", "codex", "retry")):
        assert [hit["session_id"] for hit in json_of(byline("search", "--json", *words))] == ["cc_2"]
    both = json_of(byline("search", "--json", "retry", "--agent", "codex", "--agent", "claude", "-n", "2"))
    assert [hit["session_id"] for hit in both] == ["cc_3", "cc_2"]


def test_a_query_may_begin_with_a_minus_behind_dashes(talk: Talk, byline: Byline) -> None:
    assert [hit["session_id"] for hit in json_of(byline("search", "--json", "--", "-uploader", "done"))] == [
        "cc_3"
    ]


def test_sessions_take_the_same_query_and_an_order(talk: Talk, byline: Byline) -> None:
    assert [row["id"] for row in json_of(byline("sessions", "retry", "tool:bash", "--json"))] == ["cc_3"]
    assert [row["id"] for row in json_of(byline("sessions", "--json", "--sort", "title"))] == [
        "cc_3", "cc_2", "cc_1",
    ]  # fmt: skip
    assert [row["id"] for row in json_of(byline("sessions", "--agent", "codex", "--json"))] == ["cc_2"]


def test_how_many_sessions_are_hidden_is_said(talk: Talk, byline: Byline) -> None:
    talk.store.sessions.hide(["cc_1", "cc_2"])
    talk.store.sessions.star(["cc_3"])
    lines = text_of(byline("sessions"))
    assert "2 hidden sessions left out; is:hidden shows them" in lines
    assert "★ A command" in lines[1]
    assert len(json_of(byline("sessions", "is:hidden", "--json"))) == 2
    assert "1 session, 1 hit" in text_of(byline("search", "retry"))


@pytest.mark.parametrize("command", ["search", "sessions"])
def test_a_filter_that_makes_no_sense_is_a_usage_error(talk: Talk, byline: Byline, command: str) -> None:
    done = byline(command, "retry", "since:soon")
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "byline: 'soon' is no time: give a date (2026-01-31) or an age (7d, 12h)\n"
    )


def test_a_search_for_nothing_is_a_usage_error(talk: Talk, byline: Byline) -> None:
    done = byline("search")
    assert (done.returncode, done.stderr) == (2, b"byline: say what to look for: byline search QUERY\n")


def test_nothing_found_is_said_and_no_failure(talk: Talk, byline: Byline) -> None:
    assert text_of(byline("search", "nowhere"))[0] == "nothing says that"
    assert json_of(byline("search", "nowhere", "--json")) == []


def test_a_limit_says_what_is_left(talk: Talk, byline: Byline) -> None:
    assert text_of(byline("search", "retry", "-n", "1"))[-2] == "1 of 3 sessions, 5 hits; -n 3 shows all"
    assert byline("search", "retry", "-n", "-1").returncode == 2


def test_hits_are_marked_and_nothing_foreign_reaches_the_terminal_raw(talk: Talk, byline: Byline) -> None:
    talk.says(9, "the \x1b]52;c;aGk=\x07 needle\u202e [bold]x[/bold]", title="needle \x1b[31m red")
    shown = byline("--color", "always", "search", "needle").stdout.decode()
    assert "\x1b[1;33mneedle\x1b[0m" in shown
    for raw in ("\x1b]52", "\x1b[31m", "\u202e", "\x07"):
        assert raw not in shown
    assert "[bold]x[/bold]" in shown


def test_lines_are_no_wider_than_the_terminal(talk: Talk, world: World) -> None:
    talk.says(9, "needle " + "wide 日本語 " * 60, title="T" * 300)
    master, worker = pty.openpty()
    command = [sys.executable, "-m", "byline.cli.main", "--color", "never", "search", "needle"]
    env = {**os.environ, "BYLINE_DB": str(world.store.path), "PAGER": "cat", "COLUMNS": "60"}
    process = subprocess.Popen(command, stdout=worker, stdin=subprocess.DEVNULL, env=env)
    os.close(worker)
    shown = bytearray()
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(master)
    assert process.wait(30) == 0
    from rich.cells import cell_len

    lines = shown.decode().replace("\r\n", "\n").split("\n")
    assert max(map(cell_len, lines)) <= 60
    assert any(line.endswith("…") for line in lines)
