"""Claude Code's histories: which files they are, whose, and what reads them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from byline.agents.claude.beside import AGENT_FILE, description_of
from byline.agents.claude.conversation import AGENT
from byline.agents.claude.places import projects_folders, transcripts
from byline.agents.claude.transcript_file import read_transcript, resume_transcript
from byline.agents.json_lines import head_lines, parse_object, storable_id
from byline.agents.reader import Reading

_SPOKEN = frozenset({"user", "assistant"})
_CHAIN = frozenset({"user", "assistant", "system", "attachment", "progress"})
# Bookkeeping records by a key that only Claude Code's have.
_BOOKKEEPING = {
    "summary": "leafUuid",
    "file-history-snapshot": "messageId",
    "file-history-delta": "messageId",
    "queue-operation": "operation",
    "ai-title": "aiTitle",
    "custom-title": "customTitle",
    "agent-name": "agentName",
    "last-prompt": "sessionId",
    "mode": "sessionId",
    "permission-mode": "permissionMode",
    "pr-link": "prNumber",
    "frame-link": "frameUrl",
    "bridge-session": "bridgeSessionId",
    "worktree-state": "worktreeSession",
    "relocated": "relocatedCwd",
}


class ClaudeHistory:
    """Reads ``projects/<slug>/<session>.jsonl`` and the sub-agents' files in all their places."""

    @property
    def name(self) -> str:
        """``claude``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The transcripts below ``~/.claude/projects`` and its other places."""
        return transcripts(projects_folders())

    def sniff(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - by content alone: names vary
        """Whether one of the first records is Claude Code's."""
        for line in head_lines(head):
            try:
                record = parse_object(line)
            except ValueError:
                # The first record alone may be longer than the head.
                if b'"sessionId":' in line and b'"parentUuid":' in line and b'"isSidechain":' in line:
                    return True
                continue
            if _is_record(record):
                return True
        return False

    def accompanies(self, path: Path) -> bool:
        """Whether a file is a sub-agent's description or an output that Claude Code kept apart."""
        return path.name.endswith(".meta.json") or path.parent.name == "tool-results"

    def root(self, head: bytes) -> str | None:
        """The uuid of the first message: copies of a history keep it."""
        for line in head_lines(head):
            try:
                record = parse_object(line)
            except ValueError:
                continue
            if str(record.get("type")) in _SPOKEN and isinstance(record.get("uuid"), str):
                return storable_id(str(record["uuid"]))
        return None

    def read(self, path: Path) -> Reading:
        """Read a transcript; a file called ``agent-<id>.jsonl`` is a sub-agent's."""
        return read_transcript(path, *_place(path))

    def resume(self, path: Path, offset: int, state: dict[str, Any]) -> Reading | None:
        """Read on in a transcript that has grown, as far as what was added can be understood by itself."""
        native_id, *of_agent = _place(path)
        return resume_transcript(path, native_id, offset, state, *of_agent)


def _place(path: Path) -> tuple[str, str | None, str | None]:
    """The native id that a file's name gives; a sub-agent's starter, and what it is for."""
    if not path.name.startswith(AGENT_FILE):
        return path.stem, None, None
    meta = description_of(path.with_suffix(".meta.json"))
    title = meta.get("description")
    return (
        path.stem.removeprefix(AGENT_FILE),
        str(meta.get("parentAgentId") or _starter(path) or ""),
        title if isinstance(title, str) and title.strip() else None,
    )


def _is_record(record: dict[str, Any]) -> bool:
    kind = record.get("type")
    if not isinstance(kind, str):
        return False
    if kind in _SPOKEN:
        return isinstance(record.get("message"), dict) and "uuid" in record and "sessionId" in record
    if kind in _CHAIN:
        return "uuid" in record and "sessionId" in record
    return _BOOKKEEPING.get(kind) in record


def _starter(path: Path) -> str | None:
    """The session that started a sub-agent: the folder above ``subagents``, else what its records say."""
    for folder in path.parents:
        if folder.name == "subagents":
            return folder.parent.name
    own = {path.stem, path.stem.removeprefix(AGENT_FILE)}
    with path.open("rb") as file:
        for line in file:
            try:
                session = parse_object(line).get("sessionId")
            except ValueError:
                continue
            if isinstance(session, str) and session not in own:
                return session
    return None
