"""Conversations in memory, and a store to fill."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from byline.reading.pages import Pages, pages_of
from byline.store.conversations import MessageRow, PartRow
from byline.store.sessions import SessionRow
from byline.store.store import Store

OPUS = "claude-opus-4-6-20260101"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store(tmp_path / "byline.db") as opened:
        yield opened


@pytest.fixture
def session() -> SessionRow:
    """A session about which little is known."""
    return SessionRow(
        id="cc_s", agent="claude", native_id="s", title=None, repository=None, cwd="/w", branch=None,
        parent=None, models=(), started_ms=None, updated_ms=None, messages=0, parts=0, prompts=0, edits=0,
        added=0, removed=0, source=None, source_missing=False, agent_version=None, starred=False, labels=(),
        hidden=False,
    )  # fmt: skip


Said = Callable[..., MessageRow]


@pytest.fixture
def said() -> Said:
    """A message of one part: ``said("assistant", "text", "hello")``; every one a second later."""
    count = 0

    def message(role: str, part_type: str, text: str, **facts: object) -> MessageRow:
        nonlocal count
        count += 1
        at = count * 1000
        own = {name: facts.pop(name, None) for name in ("tool", "tool_call_id", "input", "status", "patch")}
        part = PartRow(f"p{count}", part_type, text, at, **own)  # type: ignore[arg-type] # texts in every test
        model = OPUS if role == "assistant" else None
        values = {"model_id": model, "parent_id": None, "tokens": None, "cost": None, "kind": None, **facts}
        return MessageRow(f"m{count}", role, at, parts=(part,), **values)  # type: ignore[arg-type] # as above

    return message


@pytest.fixture
def pages(session: SessionRow) -> Callable[..., Pages]:
    """The pages of some messages."""

    def made(*messages: MessageRow, **facts: object) -> Pages:
        touched = facts.pop("touched", {})
        return pages_of(session, messages, touched, **facts)  # type: ignore[arg-type] # named as there

    return made
