"""Read an Aider chat history into sessions, messages, parts and edits (``formats.md`` 8)."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from byline.agents.aider.edit_blocks import (
    block_edit,
    failed_blocks,
    is_failed,
    read_blocks,
    read_patch_blocks,
)
from byline.agents.aider.input_history import TypedLine, read_typed_lines
from byline.agents.aider.passages import HEADING, Chat, Passage, read_chats
from byline.agents.json_records import compact_json
from byline.agents.prompts import title_from
from byline.agents.reader import Reading, Unreadable
from byline.agents.recorded_edit import RecordedEdit
from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft
from byline.record import Edit, Message, Part

AGENT = "aider"
_MODEL = re.compile(r"(?:Main model|Model): (\S+)(?: with (\S+) edit format)?")
_EDITOR_MODEL = re.compile(r"Editor model: (\S+)(?: with (\S+) edit format)?")
_VERSION = re.compile(r"Aider v(\S+)")
_APPLIED = re.compile(r"Applied edit to (.+)")
_COMMIT = re.compile(r"Commit ([0-9a-f]{7,40}) ")
_CREATED = re.compile(r"Create new file\?.*: y", re.IGNORECASE)
_TOKENS = re.compile(r"Tokens: (\d[\d,]*(?:\.\d+)?)(k|M)? sent,.*?(\d[\d,]*(?:\.\d+)?)(k|M)? received")
_COST = re.compile(r"Cost: \$(\d+(?:\.\d+)?) message")
_ASKING = re.compile(r"/(?:ask|code|architect|context)\s+(?=\S)")
_FACTORS = {"": 1, "k": 1_000, "M": 1_000_000}


def read_chat_file(path: Path) -> Reading:
    """Read all chats of a history, each as a session.

    A chat is known by the file's place, its line and its time: Aider gives it no id. Times are those of
    ``.aider.input.history`` beside it, else the chat's beginning, in this machine's time zone.

    Raises:
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    lines = data.decode("utf-8-sig", "replace").split("\n")
    typed = read_typed_lines(path.with_name(".aider.input.history"))
    unreadable: list[Unreadable] = []
    first = next((number for number, line in enumerate(lines, 1) if line.strip()), 0)
    if first and not HEADING.match(lines[first - 1]):
        unreadable.append(Unreadable(first, "text before the first heading 'aider chat started at'"))
    sessions, messages, parts, edits = [], list[Message](), list[Part](), list[Edit]()
    for chat in read_chats(lines):
        try:
            started_ms = _local_ms(chat.started)
        except ValueError:
            unreadable.append(Unreadable(chat.line, f"chat started at {chat.started!r}: that is no time"))
            continue
        draft = _Chat(path, chat, started_ms, typed).read()
        own_messages, own_parts = draft.records()
        if own_messages:
            sessions.append(draft.session(str(path)))
            messages += own_messages
            parts += own_parts
            edits += draft.edits.values()
    records = sum(1 for line in lines if line.strip())
    return Reading(sessions, messages, parts, edits, records, unreadable, len(data))


def _local_ms(stamp: str) -> int:
    time = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").astimezone()
    return round(time.timestamp() * 1000)


class _Chat:
    """One chat while its passages are taken in."""

    def __init__(self, path: Path, chat: Chat, started_ms: int, typed: list[TypedLine]) -> None:
        place = hashlib.sha256(f"{path}\0{chat.line}".encode("utf-8", "surrogateescape")).hexdigest()
        stamp = re.sub(r"[^0-9]", "", chat.started)
        self._draft = SessionDraft(AGENT, f"{stamp}-{place[:8]}", cwd=str(path.parent))
        self._chat = chat
        self._typed = typed
        self._time_ms = started_ms
        self._model: str | None = None
        self._editor: str | None = None
        self._format = self._editor_format = ""

    def read(self) -> SessionDraft:
        """Everything that was said and done."""
        passages = self._chat.passages
        last: DraftMessage | None = None
        for index, passage in enumerate(passages):
            if passage.voice == "user":
                last = self._user(passage)
            elif passage.voice == "assistant":
                last = self._assistant(passage)
                if index + 1 < len(passages) and passages[index + 1].voice == "tool":
                    self._apply(passage, last, passages[index + 1])
            else:
                self._report(passage, last)
        return self._draft

    def _begin(self, passage: Passage) -> DraftMessage:
        # Lines are counted from the heading: a history that lost its first chats keeps the ids of the rest.
        message_id = f"line-{passage.line - self._chat.line}"
        role = "user" if passage.voice == "user" else "assistant"
        message = self._draft.message(message_id, "user" if role == "user" else "assistant", self._time_ms)
        message.add(DraftPart(f"{message_id}:text", "text", passage.text, self._time_ms))
        return message

    def _user(self, passage: Passage) -> DraftMessage:
        while self._typed and self._typed[0].time_ms < self._time_ms:
            self._typed.pop(0)
        for index, typed in enumerate(self._typed):
            if typed.text.split() == passage.text.split():
                self._time_ms = typed.time_ms
                del self._typed[: index + 1]
                break
        if self._draft.prompt_title is None:
            text = _ASKING.sub("", passage.text, count=1)
            self._draft.prompt_title = None if text.startswith("/") else title_from(text)
        return self._begin(passage)

    def _assistant(self, passage: Passage) -> DraftMessage:
        message = self._begin(passage)
        message.model = self._model
        return message

    def _report(self, passage: Passage, last: DraftMessage | None) -> None:
        message = self._begin(passage)
        message.kind = "injected"
        for line in passage.lines:
            if found := _VERSION.match(line):
                self._draft.version = found[1]
            elif found := _MODEL.match(line):
                self._model, self._format = found[1], found[2] or self._format
            elif found := _EDITOR_MODEL.match(line):
                self._editor, self._editor_format = found[1], found[2] or ""
            elif (found := _TOKENS.match(line)) and last is not None and last.role == "assistant":
                last.tokens["input"] = last.tokens.get("input", 0) + _number(found[1], found[2])
                last.tokens["output"] = last.tokens.get("output", 0) + _number(found[3], found[4])
                cost = _COST.search(line)
                last.cost = (last.cost or 0.0) + float(cost[1]) if cost else last.cost

    def _apply(self, answer: Passage, message: DraftMessage, report: Passage) -> None:
        """Take in the answer's edits, as far as the report behind it says that they were applied.

        When some blocks failed, Aider applied the others without naming their files.
        """
        applied = [found[1] for line in report.lines if (found := _APPLIED.match(line))]
        failed = failed_blocks(report.text)
        if not applied and (failed is None or "applied successfully" not in report.text):
            return
        edit_format = self._format
        if "architect" in edit_format and self._editor is not None:
            # The architect only describes; what holds edits was said by the editor's model.
            edit_format, message.model = self._editor_format, self._editor
        commit = next((found[1] for line in report.lines if (found := _COMMIT.match(line))), None)
        created = _created(report.lines)
        edits: list[tuple[RecordedEdit, object]] = []
        for block in read_blocks(answer.text, edit_format):
            path = _applied_path(block.path, applied) if failed is None else block.path
            if path is None or (failed is not None and is_failed(block, failed)):
                continue
            edit = block_edit(block, path, self._draft.cwd, created=path in created)
            created.discard(path)
            if edit is not None:
                edits.append((edit, {"path": path, "search": block.search, "replace": block.replace}))
        if not edits:
            edits = [(edit, {"path": edit.path}) for edit in read_patch_blocks(answer.text, self._draft.cwd)]
        for number, (edit, values) in enumerate(edits):
            call_id = f"{message.id}:edit:{number}"
            part = DraftPart(
                call_id, "tool", "", self._time_ms, "edit", call_id, compact_json(values), "completed"
            )
            payload = compact_json({"commit": commit}) if commit else None
            self._draft.edit(edit, message, message.add(part), self._time_ms, payload)


def _created(lines: Sequence[str]) -> set[str]:
    """The files that Aider asked about and then created: it names them in the line before the question."""
    return {lines[index - 1].strip() for index, line in enumerate(lines) if index and _CREATED.match(line)}


def _applied_path(path: str, applied: Sequence[str]) -> str | None:
    """The applied path that a block means: the same, else the only one with that file name."""
    if path in applied:
        return path
    name = path.rpartition("/")[2]
    same = {each for each in applied if each.rpartition("/")[2] == name}
    return same.pop() if len(same) == 1 else None


def _number(digits: str, unit: str | None) -> int:
    return round(float(digits.replace(",", "")) * _FACTORS[unit or ""])
