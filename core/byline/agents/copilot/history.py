"""Copilot CLI's histories: which files they are, and what reads them (``formats.md`` 7)."""

import os
from collections.abc import Iterator
from pathlib import Path

from byline.agents.copilot.events import AGENT, read_events
from byline.agents.json_lines import head_lines, parse_object
from byline.agents.json_records import Record
from byline.agents.reader import Reading

_EVENTS = "events.jsonl"
_FOLDERS = ("session-state", "history-session-state")
_DOMAINS = ("session.", "user.", "assistant.", "tool.", "system.", "subagent.", "hook.", "permission.")


class CopilotHistory:
    """Reads ``session-state/<id>/events.jsonl``, and the flat ``<id>.jsonl`` of older versions."""

    @property
    def name(self) -> str:
        """``copilot``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The sessions below ``COPILOT_HOME``, else below ``~/.copilot`` and the XDG folders."""
        for home in _homes():
            for folder in _FOLDERS:
                yield from (home / folder).glob(f"*/{_EVENTS}")
                yield from (home / folder).glob("*.jsonl")

    def sniff(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - by content alone: names vary
        """Whether one of the first records is an event of a Copilot session."""
        for line in head_lines(head):
            try:
                record = parse_object(line)
            except ValueError:
                # The first record alone may be longer than the head.
                if line.startswith(b'{"type":"session.start","data":{'):
                    return True
                continue
            if _is_event(record):
                return True
        return False

    def accompanies(self, path: Path) -> bool:
        """Whether a file lies in a session's folder: its workspace, plan, checkpoints and files."""
        folders = (path.parent, path.parent.parent, path.parent.parent.parent)
        return path.name != _EVENTS and any((folder / _EVENTS).is_file() for folder in folders)

    def root(self, head: bytes) -> str | None:  # noqa: ARG002 - a resumed session goes on in its file
        """None: a session has no copies."""
        return None

    def read(self, path: Path) -> Reading:
        """Read a session's events."""
        return read_events(path)


def _homes() -> list[Path]:
    configured = os.environ.get("COPILOT_HOME")
    if configured:
        return [Path(configured).expanduser()]
    homes = [Path.home() / ".copilot"]
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        folder = os.environ.get(name)
        homes += [Path(folder) / ".copilot", Path(folder) / "copilot"] if folder else []
    return homes


def _is_event(record: Record) -> bool:
    kind = record.get("type")
    return (
        isinstance(kind, str)
        and kind.startswith(_DOMAINS)
        and isinstance(record.get("data"), dict)
        and {"id", "timestamp"} <= record.keys()
    )
