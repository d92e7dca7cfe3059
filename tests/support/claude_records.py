"""Write Claude Code transcripts as Claude Code does: chained records, one line per content block."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_S = 1_760_000_000
MODEL = "claude-opus-4-6"

Json = dict[str, Any]


@dataclass
class ClaudeTranscript:
    """A transcript that grows record by record; every method adds one line and returns its uuid."""

    path: Path
    session: str = "s1"
    cwd: str = "/w/app"
    envelope: Json = field(default_factory=dict)
    """Further keys for every record: ``isSidechain``, ``agentId`` …"""
    _seconds: int = 0
    _last: str | None = None

    def prompt(self, content: object, uuid: str | None = None, **keys: object) -> str:
        """What a person (or a program in their name) said."""
        return self.record({"type": "user", "message": {"role": "user", "content": content}, **keys}, uuid)

    def said(
        self,
        block: Json | str,
        message_id: str,
        model: str = MODEL,
        usage: Json | None = None,
        **keys: object,
    ) -> str:
        """One block of an assistant's message."""
        block = {"type": "text", "text": block} if isinstance(block, str) else block
        message = {"id": message_id, "role": "assistant", "model": model, "content": [block]}
        if usage:
            message["usage"] = usage
        return self.record({"type": "assistant", "message": message, **keys})

    def call(self, tool: str, call_id: str, message_id: str, tool_input: Json, model: str = MODEL) -> str:
        """A tool call."""
        block = {"type": "tool_use", "id": call_id, "name": tool, "input": tool_input}
        return self.said(block, message_id, model)

    def result(self, call_id: str, structured: object, text: str = "done", **keys: object) -> str:
        """The result of a call; a string as ``structured`` is a failure."""
        block = {"type": "tool_result", "tool_use_id": call_id, "content": text}
        if isinstance(structured, str):
            block["is_error"] = True
        message = {"role": "user", "content": [block]}
        return self.record({"type": "user", "message": message, "toolUseResult": structured, **keys})

    def write(self, name: str, content: str, call_id: str, message_id: str, model: str = MODEL) -> None:
        """A call that creates a file, and its result."""
        path = f"{self.cwd}/{name}"
        self.call("Write", call_id, message_id, {"file_path": path, "content": content}, model)
        created = {"type": "create", "filePath": path, "content": content, "structuredPatch": []}
        self.result(call_id, created, f"File created successfully at: {path}")

    def record(self, value: Json, uuid: str | None = None) -> str:
        """A chain record with the envelope that all of them have."""
        self._seconds += 1
        uuid = uuid or f"{self.session}-{self._seconds}"
        self.line({
            "parentUuid": self._last, "isSidechain": False, "cwd": self.cwd, "sessionId": self.session,
            "version": "2.1.50", "gitBranch": "main", **self.envelope, "uuid": uuid,
            "timestamp": time_of(self._seconds), **value,
        })  # fmt: skip
        self._last = uuid
        return uuid

    def line(self, value: Json | str) -> None:
        """A line as it is."""
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(text + "\n")


def time_of(seconds: int) -> str:
    """The timestamp of the record so many seconds after the start."""
    minutes, seconds = divmod(seconds, 60)
    return f"2025-10-09T08:{minutes:02}:{seconds:02}.500Z"


def time_ms_of(seconds: int) -> int:
    """The same in Unix ms."""
    return 1_759_996_800_500 + seconds * 1000
