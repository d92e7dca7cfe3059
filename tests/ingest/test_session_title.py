"""A session that came by hooks has a title a person recognises."""

from collections.abc import Callable
from typing import Any

import pytest

Send = Callable[..., object]
Rows = Callable[..., list[tuple[object, ...]]]
TITLE = "SELECT title, title_source FROM sessions"


def said(number: int, text: str, role: str = "user", **facts: object) -> dict[str, Any]:
    """A batch of one message with one part."""
    message = {"session_id": "s", "message_id": f"m{number}", "generated_at_unix_ms": number}
    return {
        "tool_name": "pi",
        "payloads": [
            {"type": "message", "role": role, **message, **facts},
            {"type": "message.part", "part_type": "text", "text": text, **message},
        ],
    }


def test_it_is_the_first_thing_a_person_typed(send: Send, rows: Rows) -> None:
    send("conversation-trace", said(1, "<system-reminder>be brief</system-reminder>"))
    assert rows(TITLE) == [(None, None)]
    send("conversation-trace", said(2, "I will help", role="assistant"))
    assert rows(TITLE) == [(None, None)]
    send("conversation-trace", said(3, "Make uploads survive a flaky network\n\nThey fail."))
    send("conversation-trace", said(4, "And log it"))
    assert rows(TITLE) == [("Make uploads survive a flaky network", "prompt")]


def test_the_agents_own_title_replaces_it_and_stays(send: Send, rows: Rows) -> None:
    send("conversation-trace", said(1, "Make uploads survive"))
    send("conversation-trace", said(2, "And log it", title="Retrying uploads"))
    assert rows(TITLE) == [("Retrying uploads", "agent")]
    send("conversation-trace", said(3, "Thanks"))
    assert rows(TITLE) == [("Retrying uploads", "agent")]


@pytest.mark.parametrize("kind", ["injected", "compaction"])
def test_what_nobody_typed_gives_none(send: Send, rows: Rows, kind: str) -> None:
    send("conversation-trace", said(1, "You are continuing", kind=kind))
    assert rows(TITLE) == [(None, None)]
