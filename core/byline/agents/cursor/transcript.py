"""Read a Cursor agent transcript: messages without ids, times, models or results (``formats.md`` 6.2)."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from byline.agents.cursor.edits import read_edits
from byline.agents.json_records import Account, Record, compact_json, read_time_ms, take_records, text_of
from byline.agents.prompts import title_from, typed_text
from byline.agents.reader import Unreadable
from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft
from byline.errors import FormatError

AGENT = "cursor"
_QUERY = re.compile(r"<user_query>\s*(.*?)\s*</user_query>", re.DOTALL)
_CONTEXT = re.compile(r"\s*<([a-z][a-z_]*)(?: [^>\n]*)?>.*</\1>\s*\Z", re.DOTALL)
_REDACTED = re.compile(r"^\[REDACTED\]\n?", re.MULTILINE)
_CHOSEN_BY_CURSOR = frozenset({"default", "auto"})
_FOLDER = "agent-transcripts"


def model_id(name: str | None) -> str | None:
    """A model as Cursor writes it; None when Cursor chose it and does not say which."""
    return None if name in _CHOSEN_BY_CURSOR else name


def is_context(text: str) -> bool:
    """Whether a user message's text is nothing but what Cursor tells the model of the surroundings."""
    return _CONTEXT.match(text) is not None


def said_by_person(text: str) -> tuple[str, str]:
    """A user message's text as what the person typed, and what Cursor put around it."""
    queries = _QUERY.findall(text)
    return ("\n\n".join(queries), _QUERY.sub("", text).strip()) if queries else (text, "")


@dataclass(slots=True)
class _Call:
    message: DraftMessage
    part: DraftPart
    input: object
    line: int
    time_ms: int


def read_transcript(path: Path) -> tuple[SessionDraft, Account]:
    """A whole transcript. Where a record has no time it is given that of the file's last change.

    Calls have no results: one is taken for done unless a result says that it failed.

    Raises:
        OSError: the file cannot be read.
    """
    transcript = _Transcript(path)
    account = take_records(path, transcript.take)
    account.unreadable += transcript.add_edits()
    return transcript.draft, account


class _Transcript:
    """A transcript as far as it was read."""

    def __init__(self, path: Path) -> None:
        self.draft = SessionDraft(AGENT, path.stem)
        if path.parent.name == "subagents":
            self.draft.parent = path.parent.parent.name
        self._slug = next((each.parent.name for each in path.parents if each.name == _FOLDER), None)
        self._file_time_ms = path.stat().st_mtime_ns // 1_000_000
        self._calls: list[_Call] = []
        self._open: list[_Call] = []

    def take(self, record: Record, line: int) -> None:
        """Take in one message.

        Raises:
            FormatError: it has not the shape of one.
        """
        role, message = record.get("role"), record.get("message")
        if not isinstance(role, str) or not isinstance(message, dict):
            return
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise FormatError("message: content is neither text nor a list of blocks")
        stamp = record.get("timestamp")
        time_ms = self._file_time_ms if stamp is None else read_time_ms(stamp)
        results = [block for block in blocks if block.get("type") == "tool_result"]
        for block in results:
            self._result(block, time_ms)
        said = [block for block in blocks if block.get("type") != "tool_result"]
        parts = list(self._parts(said, role, f"line-{line:06}", time_ms))
        if parts:
            self._say(role, f"line-{line:06}", parts, model_id(text_of(record, "model")), line, time_ms)

    def _say(
        self,
        role: str,
        message_id: str,
        parts: list[tuple[DraftPart, object]],
        model: str | None,
        line: int,
        time_ms: int,
    ) -> None:
        begun = self.draft.message(message_id, "assistant" if role == "assistant" else "user", time_ms)
        begun.model = model if role == "assistant" else None
        for part, value in parts:
            begun.add(part)
            if part.type == "tool":
                call = _Call(begun, part, value, line, time_ms)
                self._calls.append(call)
                self._open.append(call)
        if begun.role == "user":
            texts = [part.text for part, _ in parts if part.type == "text"]
            if not any(typed_text(text) and not is_context(text) for text in texts):
                begun.kind = "injected"
            elif self.draft.prompt_title is None:
                self.draft.prompt_title = next((title for text in texts if (title := title_from(text))), None)

    def _parts(
        self, blocks: list[Record], role: str, message_id: str, time_ms: int
    ) -> Iterator[tuple[DraftPart, object]]:
        for index, block in enumerate(blocks):
            part_id, kind = f"{message_id}:{index}", text_of(block, "type")
            text = text_of(block, "text", "thinking") or ""
            if kind == "tool_use":
                call_id = text_of(block, "id") or part_id
                name, value = text_of(block, "name") or "tool", block.get("input")
                yield DraftPart(call_id, "tool", "", time_ms, name, call_id, compact_json(value)), value
            elif kind in {"thinking", "reasoning"}:
                if text:
                    yield DraftPart(part_id, "reasoning", text, time_ms), None
            elif kind == "text" and role == "user":
                typed, around = said_by_person(text)
                if typed:
                    yield DraftPart(part_id, "text", typed, time_ms), None
                if around:
                    yield DraftPart(f"{part_id}:around", "file", around, time_ms), None
            elif kind == "text":
                shown = _REDACTED.sub("", text).strip("\n")
                if shown:
                    yield DraftPart(part_id, "text", shown, time_ms), None
            else:
                yield DraftPart(part_id, "file", kind or "block", time_ms), None

    def _result(self, block: Record, time_ms: int) -> None:
        """Give a result to its call: by the id, else to the first call that waits for one."""
        call_id = text_of(block, "tool_use_id")
        call = next((each for each in self._open if each.part.call == call_id), None)
        if call is None and self._open:
            call = self._open[0]
        if call is None:
            return
        self._open.remove(call)
        content = block.get("content")
        blocks = [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []
        call.part.text = (
            content if isinstance(content, str) else "\n".join(text_of(each, "text") or "" for each in blocks)
        )
        call.part.status = "error" if block.get("is_error") is True else "completed"
        call.time_ms = time_ms

    def add_edits(self) -> list[Unreadable]:
        """Take in the edits of all calls that did not fail, and name those that cannot be read."""
        self.draft.cwd = self._folder()
        unreadable: list[Unreadable] = []
        for call in self._calls:
            if call.part.status == "error":
                continue
            try:
                edits = read_edits(call.part.tool or "", call.input, self.draft.cwd)
            except FormatError as error:
                unreadable.append(Unreadable(call.line, str(error)))
                continue
            for edit in edits:
                self.draft.edit(edit, call.message, call.part, call.time_ms, None)
        return unreadable

    def _folder(self) -> str | None:
        """The project's folder: of those around files that calls name, the one with the transcript's slug."""
        for call in self._calls:
            for name in call.input.values() if isinstance(call.input, dict) else ():
                folder = name if isinstance(name, str) and name.startswith("/") else "/"
                while folder != "/" and len(folder) > 1:
                    if self._slug == _slug(folder):
                        return folder
                    folder = posixpath.dirname(folder)
        return None


def _slug(folder: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", folder).strip("-")
