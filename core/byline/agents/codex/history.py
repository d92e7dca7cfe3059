"""Codex's histories: which files they are, whose, and what reads them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from byline.agents.codex.compressed import MAGIC, decompressed_head
from byline.agents.codex.conversation import AGENT
from byline.agents.codex.places import HISTORY_SUFFIXES, history_folders, rollouts
from byline.agents.codex.rollout import read_rollout
from byline.agents.json_lines import head_lines, parse_object
from byline.agents.reader import Reading

_ENVELOPES = frozenset(
    {"session_meta", "turn_context", "response_item", "event_msg", "compacted", "world_state"}
)
# The first record holds the model's instructions: it alone may be longer than the head.
_FIRST = re.compile(
    rb'\{"timestamp":\s*"[^"]*",\s*(?:"ordinal":\s*\d+,\s*)?"type":\s*"session_meta",\s*"payload":'
)
_TURN = re.compile(rb'"turn_id":\s*"([^"]+)"')
_THREAD = re.compile(rb'"id":\s*"([^"]+)"')
_ORIGIN = re.compile(rb'"forked_from_id":\s*"([^"]+)"')
_DATABASES = re.compile(r"(?:state|thread_history|logs)_\d+\.sqlite(?:-wal|-shm)?\Z")


class CodexHistory:
    """Reads ``sessions/YYYY/MM/DD/rollout-*.jsonl``, archived ones and compressed ones (``.jsonl.zst``)."""

    @property
    def name(self) -> str:
        """``codex``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The histories below ``~/.codex`` or ``CODEX_HOME``."""
        return rollouts(history_folders())

    def sniff(self, head: bytes, path: Path) -> bool:
        """Whether one of the first records is Codex's.

        A compressed file that cannot be decompressed is known by its name, to say what is wrong with it.
        """
        if head.startswith(MAGIC):
            text = decompressed_head(head)
            if not text:
                return path.name.startswith("rollout-") and path.name.endswith(HISTORY_SUFFIXES)
            head = text
        for number, line in enumerate(head_lines(head)):
            try:
                record = parse_object(line)
            except ValueError:
                if _FIRST.match(line):
                    return True
                continue
            if _is_record(record, first=number == 0):
                return True
        return False

    def accompanies(self, path: Path) -> bool:
        """Whether a file is one of the indexes that Codex keeps of its histories."""
        return path.name == "session_index.jsonl" or _DATABASES.match(path.name) is not None

    def root(self, head: bytes) -> str | None:
        """The first turn's id, which forks keep; where turns have none, the thread that was forked."""
        if head.startswith(MAGIC):
            head = decompressed_head(head) or b""
        found = _TURN.search(head) or _ORIGIN.search(head) or _THREAD.search(head)
        return found[1].decode("utf-8", "replace") if found else None

    def read(self, path: Path) -> Reading:
        """Read a history."""
        return read_rollout(path)


def _is_record(record: dict[str, Any], *, first: bool) -> bool:
    if str(record.get("type")) in _ENVELOPES:
        return isinstance(record.get("payload"), dict) and "timestamp" in record
    # Before 0.30 the head stands alone, without an envelope.
    return first and "type" not in record and {"id", "timestamp", "instructions"} <= record.keys()
