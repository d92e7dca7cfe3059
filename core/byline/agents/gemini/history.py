"""Gemini CLI's histories: which files they are, and what reads them (``formats.md`` 5.1)."""

import re
from collections.abc import Iterator
from pathlib import Path

from byline.agents.gemini.chat import AGENT, read_chat
from byline.agents.json_lines import head_lines, parse_object
from byline.agents.json_records import Record, text_of
from byline.agents.reader import Reading

_DOCUMENT = re.compile(
    rb'\s*\{\s*"(?:sessionId|projectHash|startTime|lastUpdated|messages|kind|summary)"\s*:'
)
_GEMINI_MESSAGE = re.compile(rb'"type"\s*:\s*"(?:gemini|user|info)"')
_SPEAKERS = frozenset({"user", "gemini"})


class GeminiHistory:
    """Reads ``tmp/<project>/chats/session-*.jsonl``, and the ``.json`` documents of older versions."""

    @property
    def name(self) -> str:
        """``gemini``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The chats below ``~/.gemini/tmp``, sub-agents' included."""
        for chats in sorted((Path.home() / ".gemini" / "tmp").glob("*/chats")):
            for pattern in ("*.jsonl", "*.json", "*/*.jsonl", "*/*.json"):
                yield from chats.glob(pattern)

    def sniff(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - by content alone: names vary
        """Whether a file begins as a chat: a log's header or message, or an older version's document."""
        for line in head_lines(head):
            try:
                return _is_record(parse_object(line))
            except ValueError:
                break
        if not _DOCUMENT.match(head):
            return False
        return b'"projectHash"' in head or bool(_GEMINI_MESSAGE.search(head) and b'"messages"' in head)

    def accompanies(self, path: Path) -> bool:
        """Whether a file is kept beside the chats: ``logs.json`` repeats the prompts."""
        return path.name in {"logs.json", ".project_root"} and (path.parent / "chats").is_dir()

    def root(self, head: bytes) -> str | None:  # noqa: ARG002 - a resumed chat goes on in its file
        """None: a chat has no copies."""
        return None

    def read(self, path: Path) -> Reading:
        """Read a chat."""
        return read_chat(path)


def _is_record(record: Record) -> bool:
    if "projectHash" in record and "sessionId" in record:
        return True
    if record.keys() & {"$set", "$rewindTo"}:
        return True
    return text_of(record, "type") in _SPEAKERS and {"id", "timestamp", "content"} <= record.keys()
