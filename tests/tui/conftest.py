"""A store to fill, and ways to look at a running app."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from byline.patch import FilePatch, Hunk, TouchedLine
from byline.record import Edit, Message, Part, Session
from byline.store.store import Store

NOON = 1_763_380_800_000  # 2025-11-17 12:00 UTC
OPUS, SONNET = "claude-opus-4-6-20260101", "claude-sonnet-4-5"

# What must never reach a terminal: C0 but newline, DEL, C1, and what reorders or hides text.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
EVIL = "\x1b]52;c;aGk=\x07 \x9b31m \u202eevil\u2066 \x08\x7f [b]bold[/b]"

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store(tmp_path / "byline.db") as opened:
        yield opened


class Recorder:
    """Writes conversations into a store in a few words."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._messages: list[Message] = []
        self._parts: list[Part] = []
        self._edits: list[Edit] = []
        self._sessions: list[Session] = []
        self._at = NOON

    def session(self, session_id: str, title: str | None = None, **facts: object) -> "Recorder":
        """Begin a session; what follows belongs to it. ``at`` sets the clock."""
        self._at = int(facts.pop("at", self._at))  # type: ignore[call-overload] # a number in every test
        agent = str(facts.pop("agent", "claude"))
        native = str(facts.pop("native_id", session_id))
        session = Session(session_id, agent, native, title, "agent", **facts)  # type: ignore[arg-type]
        self._sessions.append(session)
        return self

    def says(self, role: str, text: str, model: str | None = None, kind: str | None = None) -> "Recorder":
        """A message of one text part."""
        self._part("text", text, role=role, model=model, kind=kind)
        return self

    def part(self, kind: str, text: str, model: str | None = OPUS, **facts: str | None) -> "Recorder":
        """A message of one part of another type."""
        self._part(kind, text, role="assistant", model=model, kind=None, **facts)
        return self

    def edits(self, call: str, path: str, added: list[str], removed: list[str]) -> "Recorder":
        """A successful edit: the call and what it did."""
        given = json.dumps(
            {"file_path": path, "old_string": "\n".join(removed), "new_string": "\n".join(added)}
        )
        self.part("tool", "done", tool="Edit", tool_call_id=call, input=given, status="completed")
        lines = [TouchedLine("removed", 3 + n, line) for n, line in enumerate(removed)]
        lines += [TouchedLine("added", 3 + n, line) for n, line in enumerate(added)]
        patch = FilePatch(path, path, "modified", (Hunk(3, len(removed), 3, len(added), tuple(lines)),))
        last = self._messages[-1]
        self._edits.append(
            Edit(last.session_id, path, patch, self._at, "claude", "vendor_diff", last.message_id, call, OPUS)
        )
        return self

    def write(self) -> Store:
        """Store everything."""
        with self.store.write() as writer:
            times = {session.id: (self._at, self._at) for session in self._sessions}
            writer.sessions(self._sessions, {} if self._messages else times)
            writer.messages(self._messages)
            writer.parts(self._parts)
            writer.edits(self._edits)
            writer.recount(session.id for session in self._sessions)
        return self.store

    def _part(
        self,
        part_type: str,
        text: str,
        *,
        role: str,
        model: str | None,
        kind: str | None,
        **facts: str | None,
    ) -> None:
        self._at += 1000
        session_id, message_id = self._sessions[-1].id, f"m{len(self._messages)}"
        self._messages.append(
            Message(
                session_id, message_id, role, self._at, model, kind=kind, tokens={"input": 10, "output": 5}
            )  # type: ignore[arg-type]
        )
        self._parts.append(Part(session_id, message_id, "p", part_type, text, self._at, **facts))  # type: ignore[arg-type]


@pytest.fixture
def record(store: Store) -> Recorder:
    """A recorder into the store."""
    return Recorder(store)


@pytest.fixture
def until() -> Callable[[Pilot[None]], Until]:
    """Wait until something is the case, for as long as workers and timers may need for it."""

    def bound(pilot: Pilot[None]) -> Until:
        async def wait(condition: Callable[[], object]) -> None:
            for _ in range(400):
                await pilot.pause(0.01)
                if condition():
                    return
            pytest.fail("what the test waits for did not come to be within 4 seconds")

        return wait

    return bound


@pytest.fixture
def shown() -> Callable[[App[None]], str]:
    """All text on the screen, line by line."""

    def text(app: App[None]) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    return text


@pytest.fixture
def unsafe() -> Callable[[str], list[str]]:
    """What in a text must never reach a terminal."""
    return UNSAFE.findall


@pytest.fixture
def evil() -> str:
    """Foreign text with everything in it that a terminal must not see."""
    return EVIL
