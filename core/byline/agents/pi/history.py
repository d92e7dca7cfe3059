"""Pi's histories: which files they are, and what reads them (``formats.md`` 4.1)."""

import os
from collections.abc import Iterator
from pathlib import Path

from byline.agents.json_lines import head_lines, parse_object, storable_id
from byline.agents.json_records import Record, text_of
from byline.agents.pi.session_file import AGENT, read_session_file
from byline.agents.reader import Reading


class PiHistory:
    """Reads ``sessions/--<folder>--/<time>_<id>.jsonl``."""

    @property
    def name(self) -> str:
        """``pi``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The sessions below ``~/.pi/agent``, or below ``PI_CODING_AGENT_DIR``."""
        configured = os.environ.get("PI_CODING_AGENT_DIR")
        home = Path(configured).expanduser() if configured else Path.home() / ".pi" / "agent"
        for parent, _, names in os.walk(home / "sessions"):
            yield from (Path(parent, name) for name in names if name.endswith(".jsonl"))

    def sniff(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - by content alone: names vary
        """Whether one of the first records is the header of a Pi session, or an entry of one."""
        for line in head_lines(head):
            try:
                record = parse_object(line)
            except ValueError:
                continue
            if _is_record(record):
                return True
        return False

    def accompanies(self, path: Path) -> bool:  # noqa: ARG002 - Pi keeps nothing beside its sessions
        """No file is read along with a session."""
        return False

    def root(self, head: bytes) -> str | None:
        """The id and time of the first message: forks keep them. Ids alone are unique only per file."""
        for line in head_lines(head):
            try:
                record = parse_object(line)
            except ValueError:
                continue
            if record.get("type") == "message" and isinstance(record.get("id"), str):
                return storable_id(f"{AGENT}:{record['id']}:{record.get('timestamp')}")
        return None

    def read(self, path: Path) -> Reading:
        """Read a session file with all its branches."""
        return read_session_file(path)


def _is_record(record: Record) -> bool:
    kind = record.get("type")
    if kind == "session":
        return {"id", "timestamp", "cwd"} <= record.keys()
    message = record.get("message")
    is_entry = kind == "message" and {"id", "parentId", "timestamp"} <= record.keys()
    return is_entry and isinstance(message, dict) and text_of(message, "role") is not None
